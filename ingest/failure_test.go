package ingest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
)

// thirdChunkBad is a file whose third chunk has a reject, so that OnReject
// tells when the second one has been handed to the sink.
func thirdChunkBad(t *testing.T) (path string) {
	t.Helper()
	good := strings.Repeat("k\tv\n", chunkRows)
	return file(t, "x.tsv", good+good+"bad\n"+good+good+good+good)
}

// The goroutine whose call of the store failed makes no other, though it has
// chunks before it.
func TestAFailedStoreIsLeftAlone(t *testing.T) {
	full := errors.New("store is full")
	path := thirdChunkBad(t)
	for _, workers := range []int{1, 3} {
		deadline := within(t)
		queued := make(chan struct{})
		inner := ref.New(ref.Options{})
		var first atomic.Int64 // calls for the first shards
		store := &placedStore{Store: inner,
			set: func(ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
				if from > 0 {
					return inner.SetPlaced(ctx, keys, values, g, from, to, kv.SetOptions{})
				}
				first.Add(1)
				select {
				case <-queued:
				case <-deadline.Done():
				}
				return kv.SetResult{}, full
			}}
		report, err := Run(deadline, Config{Files: []string{path}, Store: store,
			Options:  Options{Workers: workers},
			OnReject: func(Reject) { close(queued) }})
		require.ErrorIs(t, err, full)
		require.NoError(t, deadline.Err())
		require.Equal(t, int64(1), first.Load(), "calls for the shards that failed, of %d workers", workers)
		require.Equal(t, int64(inner.Len()), report.Added)
	}
}

// A store may fail in the last chunk, too, when the whole input has been read.
func TestAStoreThatFailsAtTheEnd(t *testing.T) {
	full := errors.New("store is full")
	path := file(t, "x", "k\n")
	store := &placedStore{Store: ref.New(ref.Options{}),
		set: func(context.Context, *keymill.Batch, *keymill.Batch, *keymill.Groups, uint32, uint32) (kv.SetResult, error) {
			return kv.SetResult{}, full
		}}
	for range 10 { // who is first, the reader or the store, is left to chance
		report, err := Run(within(t), Config{Files: []string{path}, Store: store})
		require.ErrorIs(t, err, full)
		require.Zero(t, report.Rows)
	}
}

// Nothing that follows an error is applied, though it was under way before.
func TestNothingIsAppliedAfterAnError(t *testing.T) {
	stop := errors.New("stop")
	path := file(t, "x", "first\n"+strings.Repeat("k\n", 4*chunkRows))
	for _, where := range []string{"work", "apply"} {
		deadline := within(t)
		var once sync.Once
		second := make(chan struct{}) // closed when the second chunk is under way
		awaitSecond := func() {
			select {
			case <-second:
			case <-deadline.Done():
			}
		}
		applied := 0
		err := Stream(deadline, []string{path}, Options{Workers: 2}, new(Progress), func(job *Job) error {
			switch {
			case string(job.Keys.Key(0)) != "first":
				once.Do(func() { close(second) })
			case where == "work":
				awaitSecond()
				return stop
			}
			return nil
		}, func(job *Job) error {
			defer job.Done()
			applied++
			awaitSecond()
			return stop
		})
		require.ErrorIs(t, err, stop, where)
		require.NoError(t, deadline.Err(), where)
		require.Equal(t, map[string]int{"work": 0, "apply": 1}[where], applied, where)
	}
}

// A store that takes no placed batches is left alone, too: its first error is the last call.
// The rejects of the chunk that failed have been told, and are counted.
func TestAFailedPlainStoreIsLeftAlone(t *testing.T) {
	full := errors.New("store is full")
	path := thirdChunkBad(t)
	inner := ref.New(ref.Options{})
	store := &batchStore{Store: inner}
	store.set = func(ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
		if store.calls.Load() == 3 {
			return kv.SetResult{Replaced: 7}, full
		}
		return inner.BatchSet(ctx, keys, values, kv.SetOptions{})
	}
	told := int64(0)
	progress := new(Progress)
	report, err := Run(within(t), Config{Files: []string{path}, Store: store, Progress: progress,
		Options:  Options{Workers: 3},
		OnReject: func(Reject) { told++ }})
	require.ErrorIs(t, err, full)
	require.Equal(t, int64(3), store.calls.Load())
	require.Equal(t, int64(2*chunkRows+7), report.Rows)
	require.Equal(t, int64(1), told)
	require.Equal(t, told, report.Rejected)
	require.Equal(t, told, progress.Rejected.Load())
}
