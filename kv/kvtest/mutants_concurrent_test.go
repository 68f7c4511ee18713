package kvtest_test

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

var concurrentMutants = []planted{
	{"concurrent sets are lost", "a hundred writers", func() *mutant {
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
	}},
	{"values are written in two halves", "one key from all sides", func() *mutant {
		return &mutant{set: func(good kv.Store, ctx context.Context, key, value []byte) error {
			if string(key) == "the key" {
				if err := good.Set(ctx, key, value[:len(value)-1], plain); err != nil {
					return err
				}
				time.Sleep(100 * time.Microsecond)
			}
			return good.Set(ctx, key, value, plain)
		}}
	}},
	{"calls of BatchGet share their memory", "batches from all sides", func() *mutant {
		var mu sync.Mutex
		var shared keymill.Batch
		var first crossing
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			mu.Lock()
			err := good.BatchGet(ctx, keys, &shared)
			mu.Unlock()
			if err != nil {
				return err
			}
			first.meet()
			mu.Lock()
			defer mu.Unlock()
			return fill(dst, shared.Len(), func(i int) (string, bool) { return string(shared.Key(i)), !shared.IsNull(i) })
		}}
	}},
	{"two calls of Delete remove the same key", "every key is counted once", deletesCross},
	{"two calls of Delete remove the same key again", "the counts add up", deletesCross},
	{"two calls of BatchDelete remove the same keys", "every key is counted once", func() *mutant {
		var first crossing
		return &mutant{batchDelete: func(good kv.Store, ctx context.Context, keys *keymill.Batch) (int, error) {
			there, err := countThere(good, ctx, keys, &first)
			if err == nil {
				_, err = good.BatchDelete(ctx, keys)
			}
			return there, err
		}}
	}},
	{"two calls of BatchSet add the same keys", "every key is counted once", func() *mutant {
		var first crossing
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			there, err := countThere(good, ctx, keys, &first)
			if err == nil {
				_, err = good.BatchSet(ctx, keys, values, plain)
			}
			return kv.SetResult{Added: keys.Len() - there, Replaced: there}, err
		}}
	}},
	{"two calls of SetPlaced add the same keys", "every key is counted once", func() *mutant {
		var first crossing
		return &mutant{placed: func(good kv.PlacedSetter, ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
			there, err := countThere(good, ctx, keys, &first)
			if err == nil {
				_, err = good.SetPlaced(ctx, keys, values, g, from, to, plain)
			}
			return kv.SetResult{Added: keys.Len() - there, Replaced: there}, err
		}}
	}},
}

// deletesCross: both calls see the key, and the second finds it gone, but does
// not look at that.
func deletesCross() *mutant {
	var first crossing
	return &mutant{remove: func(good kv.Store, ctx context.Context, key []byte) (bool, error) {
		there, err := good.Exists(ctx, key)
		if first.meet() == 2 {
			return there, err
		}
		return good.Delete(ctx, key)
	}}
}

// crossing makes the first two calls wait for each other, so that a race is run
// into every time.
type crossing struct {
	calls atomic.Int64
	once  sync.Once
	both  chan struct{}
}

func (c *crossing) meet() (call int64) {
	c.once.Do(func() { c.both = make(chan struct{}) })
	call = c.calls.Add(1)
	switch call {
	case 1:
		select {
		case <-c.both:
		case <-time.After(time.Second): // there is only one
		}
	case 2:
		close(c.both)
	}
	return call
}

// countThere counts the keys that are there, and lets another call do so.
func countThere(s kv.Store, ctx context.Context, keys *keymill.Batch, first *crossing) (there int, err error) {
	var values keymill.Batch
	err = s.BatchGet(ctx, keys, &values)
	for i := range values.Len() {
		if !values.IsNull(i) {
			there++
		}
	}
	first.meet()
	return there, err
}
