package kvtest_test

import (
	"context"
	"sync/atomic"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// each returns the rows of a batch, changed.
func each(b *keymill.Batch, change func([]byte) []byte) *keymill.Batch {
	if b.Validate() != nil || len(b.Valid) > 0 {
		return b
	}
	var changed keymill.Batch
	for i := range b.Len() {
		if err := changed.Append(change(b.Key(i))); err != nil {
			panic(err)
		}
	}
	return &changed
}

// shortKeys makes every call that takes single keys or batches of them cut them.
func shortKeys(cut func(key []byte) []byte) func() *mutant {
	return func() *mutant {
		return &mutant{
			set: func(good kv.Store, ctx context.Context, key, value []byte) error {
				return good.Set(ctx, cut(key), value, plain)
			},
			get: func(good kv.Store, ctx context.Context, key, dst []byte) ([]byte, error) {
				return good.Get(ctx, cut(key), dst)
			},
			batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
				return good.BatchSet(ctx, each(keys, cut), values, plain)
			},
			batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
				return good.BatchGet(ctx, each(keys, cut), dst)
			},
		}
	}
}

func first64K(b []byte) []byte { return b[:min(1<<16, len(b))] }

// bits24 is a value whose length is kept in 24 bits.
func bits24(value []byte) []byte { return value[:len(value)%(1<<24)] }

var largeMutants = []planted{
	{"keys are compared by their first 64 KiB", "long keys", shortKeys(first64K)},
	{"the length of a key is kept in 16 bits", "long keys", shortKeys(func(key []byte) []byte { return key[:len(key)%(1<<16)] })},
	{"Delete compares the first 64 KiB", "long keys", func() *mutant {
		return &mutant{remove: func(good kv.Store, ctx context.Context, key []byte) (bool, error) {
			return good.Delete(ctx, first64K(key))
		}}
	}},
	{"Scan cuts long keys", "long keys", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			return good.Scan(ctx, prefix, func(key, value []byte) error { return f(key[:min(1<<16+4464, len(key))], value) })
		}}
	}},
	{"Set keeps the length of a value in 24 bits", "a large value", func() *mutant {
		return &mutant{set: func(good kv.Store, ctx context.Context, key, value []byte) error {
			return good.Set(ctx, key, bits24(value), plain)
		}}
	}},
	{"BatchSet keeps the length of a value in 24 bits", "a large value", func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			return good.BatchSet(ctx, keys, each(values, bits24), plain)
		}}
	}},
	{"BatchGet cuts large values", "a large value", func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			if err := good.BatchGet(ctx, keys, dst); err != nil {
				return err
			}
			*dst = *each(dst, func(value []byte) []byte { return value[:min(1<<24, len(value))] })
			return nil
		}}
	}},
	{"Scan cuts large values", "a large value", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			return good.Scan(ctx, prefix, func(key, value []byte) error { return f(key, bits24(value)) })
		}}
	}},
	{"a key is lost when the store grows", "growth", func() *mutant {
		var sets atomic.Int64
		return &mutant{set: func(good kv.Store, ctx context.Context, key, value []byte) error {
			if sets.Add(1) == 1<<14+1 {
				return nil
			}
			return good.Set(ctx, key, value, plain)
		}}
	}},
	{"the last row of a large batch goes to another key", "growth", func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			row := 0
			return good.BatchSet(ctx, each(keys, func(key []byte) []byte {
				if row++; row == 1<<14+1 {
					return []byte("another")
				}
				return key
			}), values, plain)
		}}
	}},
	{"thousands of deletes lose a key that stays", "growth", func() *mutant {
		var deletes atomic.Int64
		return &mutant{remove: func(good kv.Store, ctx context.Context, key []byte) (bool, error) {
			if deletes.Add(1) == 1<<12+1 {
				if _, err := good.Delete(ctx, []byte("key:1")); err != nil {
					return false, err
				}
			}
			return good.Delete(ctx, key)
		}}
	}},
	{"Len counts what was deleted from a large batch on", "growth", func() *mutant {
		var gone atomic.Int64
		return &mutant{
			batchDelete: func(good kv.Store, ctx context.Context, keys *keymill.Batch) (int, error) {
				n, err := good.BatchDelete(ctx, keys)
				gone.Add(int64(n >> 12))
				return n, err
			},
			length: func(good kv.Store) int { return good.Len() + int(gone.Load()) },
		}
	}},
	{"a place that was freed is not used again", "growth", func() *mutant {
		var deletes atomic.Int64
		return &mutant{
			remove: func(good kv.Store, ctx context.Context, key []byte) (bool, error) {
				deletes.Add(1)
				return good.Delete(ctx, key)
			},
			set: func(good kv.Store, ctx context.Context, key, value []byte) error {
				if deletes.Load() > 1<<12 && len(key)%7 == 0 {
					return nil
				}
				return good.Set(ctx, key, value, plain)
			},
		}
	}},
}
