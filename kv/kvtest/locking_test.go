package kvtest_test

import (
	"context"
	"sync"
	"testing"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/kvtest"
	"github.com/keymill/keymill/kv/ref"
)

// locking is a store of another make: whoever changes it, or closes it, waits
// until no View lends anything, and it does not take placed batches.
type locking struct {
	kv.Store
	mu sync.RWMutex
}

func (l *locking) View(ctx context.Context, key []byte, f func([]byte) error) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.Store.View(ctx, key, f)
}

func (l *locking) Set(ctx context.Context, key, value []byte, opts kv.SetOptions) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Store.Set(ctx, key, value, opts)
}

func (l *locking) Delete(ctx context.Context, key []byte) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Store.Delete(ctx, key)
}

func (l *locking) BatchSet(ctx context.Context, keys, values *keymill.Batch, opts kv.SetOptions) (kv.SetResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Store.BatchSet(ctx, keys, values, opts)
}

func (l *locking) BatchDelete(ctx context.Context, keys *keymill.Batch) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Store.BatchDelete(ctx, keys)
}

func (l *locking) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Store.Close()
}

// TestStoresThatLockPass: the suite asks for no more than the contract does.
func TestStoresThatLockPass(t *testing.T) {
	kvtest.Run(t, func() kv.Store { return &locking{Store: ref.New(ref.Options{})} })
}
