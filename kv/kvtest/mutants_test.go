package kvtest_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/kvtest"
	"github.com/keymill/keymill/kv/ref"
)

// mutant is a store with a bug planted in it: a call that is not nil replaces
// that of the good store.
type mutant struct {
	*ref.Store
	get         func(good kv.Store, ctx context.Context, key, dst []byte) ([]byte, error)
	view        func(good kv.Store, ctx context.Context, key []byte, f func([]byte) error) error
	exists      func(good kv.Store, ctx context.Context, key []byte) (bool, error)
	set         func(good kv.Store, ctx context.Context, key, value []byte) error
	remove      func(good kv.Store, ctx context.Context, key []byte) (bool, error)
	batchGet    func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error
	batchSet    func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error)
	batchDelete func(good kv.Store, ctx context.Context, keys *keymill.Batch) (int, error)
	scan        func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error
	placed      func(good kv.PlacedSetter, ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error)
	length      func(good kv.Store) int
	close       func(good kv.Store) error
}

func (m *mutant) Get(ctx context.Context, key, dst []byte) ([]byte, error) {
	if m.get != nil {
		return m.get(m.Store, ctx, key, dst)
	}
	return m.Store.Get(ctx, key, dst)
}

func (m *mutant) View(ctx context.Context, key []byte, f func([]byte) error) error {
	if m.view != nil {
		return m.view(m.Store, ctx, key, f)
	}
	return m.Store.View(ctx, key, f)
}

func (m *mutant) Exists(ctx context.Context, key []byte) (bool, error) {
	if m.exists != nil {
		return m.exists(m.Store, ctx, key)
	}
	return m.Store.Exists(ctx, key)
}

func (m *mutant) Set(ctx context.Context, key, value []byte, opts kv.SetOptions) error {
	if m.set != nil {
		return m.set(m.Store, ctx, key, value)
	}
	return m.Store.Set(ctx, key, value, opts)
}

func (m *mutant) Delete(ctx context.Context, key []byte) (bool, error) {
	if m.remove != nil {
		return m.remove(m.Store, ctx, key)
	}
	return m.Store.Delete(ctx, key)
}

func (m *mutant) BatchGet(ctx context.Context, keys, dst *keymill.Batch) error {
	if m.batchGet != nil {
		return m.batchGet(m.Store, ctx, keys, dst)
	}
	return m.Store.BatchGet(ctx, keys, dst)
}

func (m *mutant) BatchSet(ctx context.Context, keys, values *keymill.Batch, opts kv.SetOptions) (kv.SetResult, error) {
	if m.batchSet != nil {
		return m.batchSet(m.Store, ctx, keys, values)
	}
	return m.Store.BatchSet(ctx, keys, values, opts)
}

func (m *mutant) BatchDelete(ctx context.Context, keys *keymill.Batch) (int, error) {
	if m.batchDelete != nil {
		return m.batchDelete(m.Store, ctx, keys)
	}
	return m.Store.BatchDelete(ctx, keys)
}

func (m *mutant) Scan(ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
	if m.scan != nil {
		return m.scan(m.Store, ctx, prefix, f)
	}
	return m.Store.Scan(ctx, prefix, f)
}

func (m *mutant) SetPlaced(ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32, opts kv.SetOptions) (kv.SetResult, error) {
	if m.placed != nil {
		return m.placed(m.Store, ctx, keys, values, g, from, to)
	}
	return m.Store.SetPlaced(ctx, keys, values, g, from, to, opts)
}

func (m *mutant) Len() int {
	if m.length != nil {
		return m.length(m.Store)
	}
	return m.Store.Len()
}

func (m *mutant) Close() error {
	if m.close != nil {
		return m.close(m.Store)
	}
	return m.Store.Close()
}

var plain = kv.SetOptions{}

// mutants makes a store for each bug.
var mutants = map[string]func() *mutant{
	"values are kept, not copied": func() *mutant {
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
	},
	"batch values are kept until the next batch": func() *mutant {
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
	},
	"Get lends its memory": func() *mutant {
		return &mutant{get: func(good kv.Store, ctx context.Context, key, dst []byte) (got []byte, err error) {
			if dst != nil {
				return good.Get(ctx, key, dst)
			}
			err = good.View(ctx, key, func(value []byte) error { got = value; return nil })
			return got, err
		}}
	},
	"Get forgets dst": func() *mutant {
		return &mutant{get: func(good kv.Store, ctx context.Context, key, dst []byte) ([]byte, error) {
			return good.Get(ctx, key, dst[:0])
		}}
	},
	"View is not called for empty values": func() *mutant {
		return &mutant{view: func(good kv.Store, ctx context.Context, key []byte, f func([]byte) error) error {
			return good.View(ctx, key, func(value []byte) error {
				if len(value) == 0 {
					return nil
				}
				return f(value)
			})
		}}
	},
	"an empty value is a missing one": func() *mutant {
		return &mutant{exists: func(good kv.Store, ctx context.Context, key []byte) (bool, error) {
			value, err := good.Get(ctx, key, nil)
			if err == kv.ErrNotFound {
				return false, nil
			}
			return len(value) > 0, err
		}}
	},
	"keys are compared by their first 16 bytes": func() *mutant {
		short := func(key []byte) []byte { return key[:min(16, len(key))] }
		return &mutant{
			set: func(good kv.Store, ctx context.Context, key, value []byte) error {
				return good.Set(ctx, short(key), value, plain)
			},
			get: func(good kv.Store, ctx context.Context, key, dst []byte) ([]byte, error) {
				return good.Get(ctx, short(key), dst)
			},
		}
	},
	"the first of equal keys wins": func() *mutant {
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
	},
	"every row counts as added": func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			result, err := good.BatchSet(ctx, keys, values, plain)
			return kv.SetResult{Added: result.Rows()}, err
		}}
	},
	"a delete of nothing counts": func() *mutant {
		return &mutant{batchDelete: func(good kv.Store, ctx context.Context, keys *keymill.Batch) (int, error) {
			_, err := good.BatchDelete(ctx, keys)
			if err != nil {
				return 0, err
			}
			return keys.Len(), nil
		}}
	},
	"Delete leaves the key": func() *mutant {
		return &mutant{remove: func(good kv.Store, ctx context.Context, key []byte) (bool, error) { return good.Exists(ctx, key) }}
	},
	"BatchGet skips what is missing": func() *mutant {
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
	},
	"BatchGet appends to what dst had": func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			old := keymill.Batch{Data: bytes.Clone(dst.Data), Offsets: append([]uint32(nil), dst.Offsets...)}
			if err := good.BatchGet(ctx, keys, dst); err != nil || old.Len() == 0 || old.Validate() != nil {
				return err
			}
			return dst.Append(old.Key(0))
		}}
	},
	"a null key gets the empty key's value": func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			all := *keys
			if keys.Validate() == nil {
				all.Valid = nil
			}
			return good.BatchGet(ctx, &all, dst)
		}}
	},
	"nulls are set as empty": func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			k, v := *keys, *values
			if keys.Validate() == nil && values.Validate() == nil {
				k.Valid, v.Valid = nil, nil
			}
			return good.BatchSet(ctx, &k, &v, plain)
		}}
	},
	"half of a refused batch is applied": func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			result, err := good.BatchSet(ctx, keys, values, plain)
			if err != nil && keys.Validate() == nil && values.Validate() == nil && keys.Len() > 0 {
				_ = good.Set(ctx, keys.Key(0), []byte("half"), plain)
			}
			return result, err
		}}
	},
	"the shorter batch decides": func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			n := min(keys.Len(), values.Len())
			if keys.Validate() != nil || values.Validate() != nil {
				return good.BatchSet(ctx, keys, values, plain)
			}
			k, v := keys.Slice(0, n), values.Slice(0, n)
			return good.BatchSet(ctx, &k, &v, plain)
		}}
	},
	"offsets are trusted": func() *mutant {
		return &mutant{batchDelete: func(good kv.Store, ctx context.Context, keys *keymill.Batch) (int, error) {
			if keys.Validate() != nil {
				return 0, nil
			}
			return good.BatchDelete(ctx, keys)
		}}
	},
	"Scan forgets the prefix": func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, _ []byte, f func(key, value []byte) error) error {
			return good.Scan(ctx, nil, f)
		}}
	},
	"Scan leaves out the empty key": func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			return good.Scan(ctx, prefix, func(key, value []byte) error {
				if len(key) == 0 {
					return nil
				}
				return f(key, value)
			})
		}}
	},
	"Scan goes on after an error": func() *mutant {
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
	},
	"Scan looks twice when others write": func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			seen := map[string][]byte{}
			if err := good.Scan(ctx, prefix, func(key, value []byte) error {
				seen[string(key)] = bytes.Clone(value)
				return f(key, value)
			}); err != nil {
				return err
			}
			again := maps.Clone(seen)
			return good.Scan(ctx, prefix, func(key, value []byte) error {
				if _, ok := again[string(key)]; ok || !bytes.HasPrefix(key, []byte("comes")) {
					return nil
				}
				return f([]byte("stays:1"), value) // a key that moved meanwhile
			})
		}}
	},
	"the context is not looked at": func() *mutant {
		return &mutant{remove: func(good kv.Store, _ context.Context, key []byte) (bool, error) {
			return good.Delete(context.Background(), key)
		}}
	},
	"a closed store still answers": func() *mutant {
		return &mutant{close: func(kv.Store) error { return nil }}
	},
	"an empty batch does not see that the store is closed": func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			if keys.Len() == 0 {
				dst.Width = 0
				dst.Reset()
				return ctx.Err()
			}
			return good.BatchGet(ctx, keys, dst)
		}}
	},
	"Len counts rows": func() *mutant {
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
	},
	"concurrent sets are lost": func() *mutant {
		var mu sync.Mutex
		busy := 0
		return &mutant{set: func(good kv.Store, ctx context.Context, key, value []byte) error {
			mu.Lock()
			busy++
			lost := busy > 1 // another Set is under way
			mu.Unlock()
			if len(value) == 1 { // those of the hundred writers; others need not wait
				time.Sleep(time.Millisecond)
			}
			defer func() { mu.Lock(); busy--; mu.Unlock() }()
			if lost {
				return nil
			}
			return good.Set(ctx, key, value, plain)
		}}
	},
	"values are written in two halves": func() *mutant {
		return &mutant{set: func(good kv.Store, ctx context.Context, key, value []byte) error {
			if string(key) == "the key" {
				if err := good.Set(ctx, key, value[:len(value)-1], plain); err != nil {
					return err
				}
				time.Sleep(100 * time.Microsecond)
			}
			return good.Set(ctx, key, value, plain)
		}}
	},
	"placed rows of the last shard are lost": func() *mutant {
		return &mutant{placed: func(good kv.PlacedSetter, ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
			if to == good.Params().Scheme.Parts && from < to {
				to--
			}
			return good.SetPlaced(ctx, keys, values, g, from, to, plain)
		}}
	},
}

// recorder is a testing.TB on which a test may fail without failing ours.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	message  string
	cleanups []func()
}

func (r *recorder) Helper() {}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.message += fmt.Sprintf(format, args...)
}

func (r *recorder) FailNow() { runtime.Goexit() }

// failed runs a test on a goroutine of its own, and returns what it said.
func failed(t *testing.T, test kvtest.Test, newStore func() kv.Store) string {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, f := range r.cleanups {
				f()
			}
		}()
		defer func() {
			if p := recover(); p != nil {
				r.Errorf("panic: %v", p)
			}
		}()
		test.Run(r, newStore)
	}()
	<-done
	return r.message
}

// TestSuiteFindsPlantedBugs: without its tests the suite would pass anything.
func TestSuiteFindsPlantedBugs(t *testing.T) {
	for name, make := range mutants {
		t.Run(name, func(t *testing.T) {
			found := ""
			for _, test := range kvtest.Tests() {
				message := failed(t, test, func() kv.Store {
					m := make()
					m.Store = ref.New(ref.Options{})
					return m
				})
				if message != "" {
					found = test.Name
					break
				}
			}
			require.NotEmpty(t, found, "no test noticed")
			t.Log("found by:", found)
		})
	}
}
