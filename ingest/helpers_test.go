package ingest

import (
	"context"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
)

// within returns a context that ends long after the test should have: what
// hangs becomes a failure. Tests that could pass by its end check its Err.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// idle returns an input that gives the text, and then nothing, nor an end,
// before the test is over.
func idle(t *testing.T, text string) io.Reader {
	t.Helper()
	r, w := io.Pipe()
	go func() { _, _ = io.WriteString(w, text) }() // fails if it is not read to the end
	t.Cleanup(func() { _ = w.Close() })
	return r
}

// placedStore is a store that takes placed batches, by the function of a test.
type placedStore struct {
	*ref.Store
	calls atomic.Int64
	set   func(ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error)
}

func (s *placedStore) SetPlaced(ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32, _ kv.SetOptions) (kv.SetResult, error) {
	s.calls.Add(1)
	return s.set(ctx, keys, values, g, from, to)
}

// batchStore is a store that takes no placed batches; a function of the test
// is its BatchSet.
type batchStore struct {
	kv.Store
	calls atomic.Int64
	set   func(ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error)
}

func (s *batchStore) BatchSet(ctx context.Context, keys, values *keymill.Batch, _ kv.SetOptions) (kv.SetResult, error) {
	s.calls.Add(1)
	return s.set(ctx, keys, values)
}

func noWork(*Job) error { return nil }
