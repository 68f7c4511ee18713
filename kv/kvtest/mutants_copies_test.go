package kvtest_test

import (
	"bytes"
	"context"
	"sync"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

var copiesMutants = []planted{
	{"values are kept, not copied", "what is set is copied", func() *mutant {
		var mu sync.Mutex
		kept := map[string][]byte{}
		return &mutant{
			set: func(good kv.Store, ctx context.Context, key, value []byte) error {
				mu.Lock()
				defer mu.Unlock()
				kept[string(key)] = value
				return good.Set(ctx, key, value, plain)
			},
			get: func(good kv.Store, ctx context.Context, key, dst []byte) ([]byte, error) {
				mu.Lock()
				defer mu.Unlock()
				if value, ok := kept[string(key)]; ok && dst == nil {
					if same, err := good.Exists(ctx, key); err != nil || same {
						return value, err
					}
				}
				return good.Get(ctx, key, dst)
			},
		}
	}},
	{"batch values are kept until the next batch", "what is set is copied", func() *mutant {
		var lastKeys, lastValues keymill.Batch
		return &mutant{
			batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
				lastKeys, lastValues = *keys, *values
				return good.BatchSet(ctx, keys, values, plain)
			},
			exists: func(good kv.Store, ctx context.Context, key []byte) (bool, error) {
				if lastKeys.Validate() == nil && lastValues.Len() == lastKeys.Len() {
					if _, err := good.BatchSet(ctx, &lastKeys, &lastValues, plain); err != nil {
						return false, err
					}
				}
				return good.Exists(ctx, key)
			},
		}
	}},
	{"Get lends its memory", "what is got is the caller's", func() *mutant {
		return &mutant{get: func(good kv.Store, ctx context.Context, key, dst []byte) (got []byte, err error) {
			if dst != nil {
				return good.Get(ctx, key, dst)
			}
			err = good.View(ctx, key, func(value []byte) error { got = value; return nil })
			return got, err
		}}
	}},
	{"Get forgets dst", "Get appends", func() *mutant {
		return &mutant{get: func(good kv.Store, ctx context.Context, key, dst []byte) ([]byte, error) {
			return good.Get(ctx, key, dst[:0])
		}}
	}},
	{"BatchGet appends to what dst had", "what is got is the caller's", func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			old := keymill.Batch{Data: bytes.Clone(dst.Data), Offsets: append([]uint32(nil), dst.Offsets...)}
			if err := good.BatchGet(ctx, keys, dst); err != nil || old.Len() == 0 || old.Validate() != nil {
				return err
			}
			return dst.Append(old.Key(0))
		}}
	}},
}
