package kvtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/keymill/keymill/kv"
)

var callbacksMutants = []planted{
	{"View is not called for empty values", "View lends", func() *mutant {
		return &mutant{view: func(good kv.Store, ctx context.Context, key []byte, f func([]byte) error) error {
			return good.View(ctx, key, func(value []byte) error {
				if len(value) == 0 {
					return nil
				}
				return f(value)
			})
		}}
	}},
	{"Scan forgets the prefix", "Scan", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, _ []byte, f func(key, value []byte) error) error {
			return good.Scan(ctx, nil, f)
		}}
	}},
	{"Scan leaves out the empty key", "Scan", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			return good.Scan(ctx, prefix, func(key, value []byte) error {
				if len(key) == 0 {
					return nil
				}
				return f(key, value)
			})
		}}
	}},
	{"Scan goes on after an error", "Scan", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			var first error
			err := good.Scan(ctx, prefix, func(key, value []byte) error {
				if err := f(key, value); err != nil && first == nil {
					first = err
				}
				return nil
			})
			if err == nil {
				err = first
			}
			return err
		}}
	}},
	{"Scan looks twice when others write", "Scan while others write", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			seen := map[string][]byte{}
			if err := good.Scan(ctx, prefix, func(key, value []byte) error {
				seen[string(key)] = bytes.Clone(value)
				return f(key, value)
			}); err != nil {
				return err
			}
			again := maps.Clone(seen)
			time.Sleep(time.Millisecond) // for the writer
			return good.Scan(ctx, prefix, func(key, value []byte) error {
				if _, ok := again[string(key)]; ok || !bytes.HasPrefix(key, []byte("comes")) {
					return nil
				}
				return f([]byte("stays:1"), value) // a key that moved meanwhile
			})
		}}
	}},
	{"View wraps the error of its callback", "errors of callbacks", func() *mutant {
		return &mutant{view: func(good kv.Store, ctx context.Context, key []byte, f func([]byte) error) error {
			return good.View(ctx, key, func(value []byte) error {
				if err := f(value); err != nil {
					return fmt.Errorf("view: %w", err)
				}
				return nil
			})
		}}
	}},
	{"View takes the error of its callback for its own", "errors of callbacks", func() *mutant {
		return &mutant{view: func(good kv.Store, ctx context.Context, key []byte, f func([]byte) error) error {
			err := good.View(ctx, key, f)
			if errors.Is(err, context.Canceled) { // interrupted: again
				err = good.View(ctx, key, f)
			}
			return err
		}}
	}},
	{"Scan replaces the error of its callback", "errors of callbacks", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			if err := good.Scan(ctx, prefix, f); err != nil {
				return errors.New(err.Error())
			}
			return nil
		}}
	}},
	{"Scan takes ErrNotFound for a key that has gone", "errors of callbacks", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			return good.Scan(ctx, prefix, func(key, value []byte) error {
				if err := f(key, value); err != kv.ErrNotFound {
					return err
				}
				return nil
			})
		}}
	}},
	{"Scan forgets the error of the last key", "errors of callbacks", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			calls := 0
			err := good.Scan(ctx, prefix, func(key, value []byte) error { calls++; return f(key, value) })
			if calls == good.Len() && ctx.Err() == nil {
				return nil
			}
			return err
		}}
	}},
}
