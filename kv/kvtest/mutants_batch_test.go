package kvtest_test

import (
	"context"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

var batchMutants = []planted{
	{"the first of equal keys wins", "of equal keys the last wins", func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			result, err := good.BatchSet(ctx, keys, values, plain)
			if err != nil {
				return result, err
			}
			for i := keys.Len() - 1; i >= 0; i-- {
				if err := good.Set(ctx, keys.Key(i), values.Key(i), plain); err != nil {
					return result, err
				}
			}
			return result, nil
		}}
	}},
	{"every row counts as added", "of equal keys the last wins", func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			result, err := good.BatchSet(ctx, keys, values, plain)
			return kv.SetResult{Added: result.Rows()}, err
		}}
	}},
	{"a delete of nothing counts", "batches with a missing key", func() *mutant {
		return &mutant{batchDelete: func(good kv.Store, ctx context.Context, keys *keymill.Batch) (int, error) {
			_, err := good.BatchDelete(ctx, keys)
			if err != nil {
				return 0, err
			}
			return keys.Len(), nil
		}}
	}},
	{"BatchGet skips what is missing", "batches with a missing key", func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			var all keymill.Batch
			if err := good.BatchGet(ctx, keys, &all); err != nil {
				return err
			}
			dst.Width = 0
			dst.Reset()
			for i := range all.Len() {
				if !all.IsNull(i) {
					if err := dst.Append(all.Key(i)); err != nil {
						return err
					}
				}
			}
			return nil
		}}
	}},
	{"a null key gets the empty key's value", "nulls", func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			all := *keys
			if keys.Validate() == nil {
				all.Valid = nil
			}
			return good.BatchGet(ctx, &all, dst)
		}}
	}},
	{"nulls are set as empty", "nulls", func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			k, v := *keys, *values
			if keys.Validate() == nil && values.Validate() == nil {
				k.Valid, v.Valid = nil, nil
			}
			return good.BatchSet(ctx, &k, &v, plain)
		}}
	}},
	{"half of a refused batch is applied", "nulls", func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			result, err := good.BatchSet(ctx, keys, values, plain)
			if err != nil && keys.Validate() == nil && values.Validate() == nil && keys.Len() > 0 {
				_ = good.Set(ctx, keys.Key(0), []byte("half"), plain)
			}
			return result, err
		}}
	}},
	{"the shorter batch decides", "malformed batches", func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			n := min(keys.Len(), values.Len())
			if keys.Validate() != nil || values.Validate() != nil {
				return good.BatchSet(ctx, keys, values, plain)
			}
			k, v := keys.Slice(0, n), values.Slice(0, n)
			return good.BatchSet(ctx, &k, &v, plain)
		}}
	}},
	{"offsets are trusted", "malformed batches", func() *mutant {
		return &mutant{batchDelete: func(good kv.Store, ctx context.Context, keys *keymill.Batch) (int, error) {
			if keys.Validate() != nil {
				return 0, nil
			}
			return good.BatchDelete(ctx, keys)
		}}
	}},
	{"BatchGet keeps the width of the result", "batches agree with single calls", func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			width := dst.Width
			err := good.BatchGet(ctx, keys, dst)
			dst.Width = width
			return err
		}}
	}},
}
