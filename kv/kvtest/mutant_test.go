package kvtest_test

import (
	"context"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
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
