package kvtest_test

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// lender lends memory of its own, which a call may spoil before the callback that
// it was lent to has ended.
type lender struct {
	mu   sync.Mutex
	lent map[string][]byte
}

func (l *lender) lend(key, value []byte) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lent[string(key)] = bytes.Clone(value)
	return l.lent[string(key)]
}

func (l *lender) spoil(keys ...[]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		memory := l.lent[string(key)]
		copy(memory, bytes.Repeat([]byte("*"), len(memory)))
	}
}

func (l *lender) spoilRows(keys *keymill.Batch) {
	for i := 0; keys.Validate() == nil && i < keys.Len(); i++ {
		l.spoil(keys.Key(i))
	}
}

func (l *lender) spoilAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, memory := range l.lent {
		copy(memory, bytes.Repeat([]byte("*"), len(memory)))
	}
}

// spoiledBy returns stores whose View or Scan lends what one call spoils.
func spoiledBy(lends, call string) planted {
	return planted{lends + " lends what " + call + " spoils", "what is lent stays", func() *mutant {
		l, m := &lender{lent: map[string][]byte{}}, &mutant{}
		switch lends {
		case "View":
			m.view = func(good kv.Store, ctx context.Context, key []byte, f func([]byte) error) error {
				return good.View(ctx, key, func(value []byte) error { return f(l.lend(key, value)) })
			}
		case "Scan":
			m.scan = func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
				return good.Scan(ctx, prefix, func(key, value []byte) error { return f(key, l.lend(key, value)) })
			}
		}
		switch call {
		case "Set":
			m.set = func(good kv.Store, ctx context.Context, key, value []byte) error {
				l.spoil(key)
				return good.Set(ctx, key, value, plain)
			}
		case "BatchSet":
			m.batchSet = func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
				l.spoilRows(keys)
				return good.BatchSet(ctx, keys, values, plain)
			}
		case "Delete":
			m.remove = func(good kv.Store, ctx context.Context, key []byte) (bool, error) {
				l.spoil(key)
				return good.Delete(ctx, key)
			}
		case "BatchDelete":
			m.batchDelete = func(good kv.Store, ctx context.Context, keys *keymill.Batch) (int, error) {
				l.spoilRows(keys)
				return good.BatchDelete(ctx, keys)
			}
		case "Close":
			m.close = func(good kv.Store) error { l.spoilAll(); return good.Close() }
		}
		return m
	}}
}

var lentMutants = []planted{
	spoiledBy("View", "Set"), spoiledBy("View", "BatchSet"),
	spoiledBy("View", "Delete"), spoiledBy("View", "BatchDelete"), spoiledBy("View", "Close"),
	spoiledBy("Scan", "Set"), spoiledBy("Scan", "BatchSet"),
	spoiledBy("Scan", "Delete"), spoiledBy("Scan", "BatchDelete"), spoiledBy("Scan", "Close"),
	{"all scans share the memory of a key", "Scan's callback calls the store", func() *mutant {
		var mu sync.Mutex
		shared := make([]byte, 100)
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			return good.Scan(ctx, prefix, func(key, value []byte) error {
				mu.Lock()
				mine := shared[:copy(shared, key)]
				mu.Unlock()
				return f(mine, value)
			})
		}}
	}},
	{"Scan leaves out what its callback sets anew", "Scan's callback calls the store", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			first := good.Len()
			return good.Scan(ctx, prefix, func(key, value []byte) error {
				if good.Len() > first+50 {
					return nil
				}
				return f(key, value)
			})
		}}
	}},
	{"Scan lends a value that another half has replaced", "lent while others write", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			return good.Scan(ctx, prefix, func(key, value []byte) error {
				torn := bytes.Clone(value)
				time.Sleep(100 * time.Microsecond) // for the writers
				err := good.View(ctx, key, func(later []byte) error {
					copy(torn[len(torn)/2:], later[min(len(later), len(torn)/2):])
					return nil
				})
				if err != nil && err != kv.ErrNotFound {
					return err
				}
				return f(key, torn)
			})
		}}
	}},
	{"a scan does not see that the store was closed", "Close while others call", func() *mutant {
		return &mutant{scan: func(good kv.Store, ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
			if err := good.Scan(ctx, prefix, f); err != kv.ErrClosed {
				return err
			}
			return nil
		}}
	}},
	{"a key that Close overtakes is missing", "Close while others call", func() *mutant {
		var mu sync.RWMutex
		closing, missed := false, make(chan struct{}, 1)
		return &mutant{
			get: func(good kv.Store, ctx context.Context, key, dst []byte) ([]byte, error) {
				mu.RLock()
				defer mu.RUnlock()
				if closing {
					select {
					case missed <- struct{}{}:
					default:
					}
					return dst, kv.ErrNotFound
				}
				return good.Get(ctx, key, dst)
			},
			close: func(good kv.Store) error {
				mu.Lock()
				again := closing
				closing = true
				mu.Unlock()
				if again {
					return nil
				}
				select { // memory is freed, until a Get has met that
				case <-missed:
				case <-time.After(time.Second):
				}
				return good.Close()
			},
		}
	}},
}
