package kvtest_test

import (
	"context"
	"sync"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

var basicMutants = []planted{
	{"an empty value is a missing one", "any bytes are a key", func() *mutant {
		return &mutant{exists: func(good kv.Store, ctx context.Context, key []byte) (bool, error) {
			value, err := good.Get(ctx, key, nil)
			if err == kv.ErrNotFound {
				return false, nil
			}
			return len(value) > 0, err
		}}
	}},
	{"keys are compared by their first 16 bytes", "any bytes are a key", func() *mutant {
		short := func(key []byte) []byte { return key[:min(16, len(key))] }
		return &mutant{
			set: func(good kv.Store, ctx context.Context, key, value []byte) error {
				return good.Set(ctx, short(key), value, plain)
			},
			get: func(good kv.Store, ctx context.Context, key, dst []byte) ([]byte, error) {
				return good.Get(ctx, short(key), dst)
			},
		}
	}},
	{"Delete leaves the key", "create, read, update, delete", func() *mutant {
		return &mutant{remove: func(good kv.Store, ctx context.Context, key []byte) (bool, error) { return good.Exists(ctx, key) }}
	}},
	{"the context is not looked at", "a context that has ended", func() *mutant {
		return &mutant{remove: func(good kv.Store, _ context.Context, key []byte) (bool, error) {
			return good.Delete(context.Background(), key)
		}}
	}},
	{"a closed store still answers", "a store that is closed", func() *mutant {
		return &mutant{close: func(kv.Store) error { return nil }}
	}},
	{"an empty batch does not see that the store is closed", "a store that is closed", func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			if keys.Len() == 0 {
				dst.Width = 0
				dst.Reset()
				return ctx.Err()
			}
			return good.BatchGet(ctx, keys, dst)
		}}
	}},
	{"Len counts rows", "create, read, update, delete", func() *mutant {
		rows := 0
		var mu sync.Mutex
		return &mutant{
			set: func(good kv.Store, ctx context.Context, key, value []byte) error {
				mu.Lock()
				rows++
				mu.Unlock()
				return good.Set(ctx, key, value, plain)
			},
			length: func(kv.Store) int { mu.Lock(); defer mu.Unlock(); return rows },
		}
	}},
	{"Scan looks at the context where it finds something", "a context that has ended", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			return good.Scan(context.Background(), prefix, func(key, value []byte) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				return f(key, value)
			})
		}}
	}},
	{"an empty batch does not look at the context", "a context that has ended", func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			if keys.Len() == 0 {
				ctx = context.Background()
			}
			return good.BatchSet(ctx, keys, values, plain)
		}}
	}},
	{"every context was cancelled", "a context that has ended", func() *mutant {
		return &mutant{view: func(good kv.Store, ctx context.Context, key []byte, f func([]byte) error) error {
			if ctx.Err() != nil {
				return context.Canceled
			}
			return good.View(ctx, key, f)
		}}
	}},
	{"a batch of nulls does not see that the store is closed", "a store that is closed", func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			for i := range keys.Len() {
				if !keys.IsNull(i) {
					return good.BatchGet(ctx, keys, dst)
				}
			}
			if keys.Len() == 0 {
				return good.BatchGet(ctx, keys, dst)
			}
			return fill(dst, keys.Len(), func(int) (string, bool) { return "", false })
		}}
	}},
	{"a scan without a match does not see that the store is closed", "a store that is closed", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			if err := good.Scan(ctx, prefix, f); err != kv.ErrClosed || len(prefix) == 0 {
				return err
			}
			return nil
		}}
	}},
	{"a key that a batch deleted is replaced when it comes again", "operations like those of a map", func() *mutant {
		deleted := map[string]bool{}
		return &mutant{
			batchDelete: func(good kv.Store, ctx context.Context, keys *keymill.Batch) (int, error) {
				for i := range keys.Len() {
					deleted[string(keys.Key(i))] = true
				}
				return good.BatchDelete(ctx, keys)
			},
			batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
				result, err := good.BatchSet(ctx, keys, values, plain)
				for i := range keys.Len() {
					if deleted[string(keys.Key(i))] && result.Added > 0 {
						delete(deleted, string(keys.Key(i)))
						result = kv.SetResult{Added: result.Added - 1, Replaced: result.Replaced + 1}
					}
				}
				return result, err
			},
		}
	}},
}
