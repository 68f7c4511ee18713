package ingest

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
)

// An input that has no more at the moment, and no end, does not hold up the
// error of a stage behind it.
func TestAnIdleInputEndsWithTheStage(t *testing.T) {
	stop := errors.New("stop")
	for _, where := range []string{"work", "apply"} {
		ctx := within(t)
		err := Stream(ctx, []string{Stdin}, Options{Stdin: idle(t, strings.Repeat("k\n", chunkRows))}, new(Progress),
			func(*Job) error {
				if where == "work" {
					return stop
				}
				return nil
			}, func(job *Job) error {
				job.Done()
				return stop
			})
		require.ErrorIs(t, err, stop, where)
		require.NoError(t, ctx.Err(), "%s: it was the deadline that ended it", where)
	}
}

func TestAnIdleInputEndsWithTheStore(t *testing.T) {
	full := errors.New("store is full")
	for name, store := range map[string]kv.Store{
		"placed": &placedStore{Store: ref.New(ref.Options{}),
			set: func(context.Context, *keymill.Batch, *keymill.Batch, *keymill.Groups, uint32, uint32) (kv.SetResult, error) {
				return kv.SetResult{}, full
			}},
		"plain": &batchStore{Store: ref.New(ref.Options{}),
			set: func(context.Context, *keymill.Batch, *keymill.Batch) (kv.SetResult, error) {
				return kv.SetResult{Added: 3, Replaced: 2}, full
			}},
	} {
		ctx := within(t)
		report, err := Run(ctx, Config{Files: []string{Stdin}, Store: store,
			Options: Options{Stdin: idle(t, strings.Repeat("k\n", chunkRows)), Workers: 2}})
		require.ErrorIs(t, err, full, name)
		require.NoError(t, ctx.Err(), "%s: it was the deadline that ended it", name)
		if name == "plain" {
			require.Equal(t, int64(5), report.Rows, "what it took before it failed")
		}
	}
}

// Interrupted while it waits for an idle input, an ingest has finished the
// chunk that was begun, and says why it ended.
func TestAnIdleInputInterrupted(t *testing.T) {
	for _, name := range []string{"placed", "plain"} {
		interrupt := errors.New("interrupt")
		deadline := within(t)
		ctx, cancel := context.WithCancelCause(deadline)
		inner := ref.New(ref.Options{})
		var store kv.Store = &placedStore{Store: inner,
			set: func(ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
				cancel(interrupt)
				return inner.SetPlaced(ctx, keys, values, g, from, to, kv.SetOptions{})
			}}
		if name == "plain" {
			store = &batchStore{Store: inner, set: func(ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
				cancel(interrupt)
				return inner.BatchSet(ctx, keys, values, kv.SetOptions{})
			}}
		}
		report, err := Run(ctx, Config{Files: []string{Stdin}, Store: store,
			Options: Options{Stdin: idle(t, strings.Repeat("k\n", chunkRows)), Workers: 2}})
		require.Equal(t, interrupt, err, name)
		require.NoError(t, deadline.Err(), name)
		require.Equal(t, int64(chunkRows), report.Rows, name)
		require.Equal(t, 1, inner.Len(), name)
	}
}

// What came goes on to the store, though more may come: rows that are no whole
// chunk, and rejects without rows. A line that has not ended waits for its end.
func TestAPartialChunkOfAnIdleInputGoesOn(t *testing.T) {
	r, w := io.Pipe()
	partialChunksGoOn(t, r, w)
	osR, osW, err := os.Pipe() // what the standard input mostly is
	require.NoError(t, err)
	partialChunksGoOn(t, osR, osW)
}

func partialChunksGoOn(t *testing.T, r io.ReadCloser, w io.WriteCloser) {
	t.Helper()
	ctx := within(t)
	defer context.AfterFunc(ctx, func() { _ = r.Close() })() // so that no write hangs
	came := make(chan string)
	tell := func(what string) {
		select {
		case came <- what:
		case <-ctx.Done():
		}
	}
	inner := ref.New(ref.Options{})
	store := &placedStore{Store: inner,
		set: func(ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32) (kv.SetResult, error) {
			for i := range keys.Len() {
				tell(string(keys.Key(i)) + "=" + string(values.Key(i)))
			}
			return inner.SetPlaced(ctx, keys, values, g, from, to, kv.SetOptions{})
		}}
	done := make(chan error, 1)
	go func() {
		_, err := Run(ctx, Config{Files: []string{Stdin}, Store: store, Options: Options{Stdin: r, Format: FormatTSV, Workers: 1},
			OnReject: func(r Reject) { tell(r.String()) }})
		done <- err
	}()
	for _, step := range []struct {
		text string
		want []string
	}{
		{"a\t1\nb\t2\nunfini", []string{"a=1", "b=2"}},
		{"shed\t3\n", []string{"unfinished=3"}},
		{"bad\n", []string{"stdin:4: byte 21: " + errNoTab.Error()}},
		{"bad\nc\t4\n", []string{"stdin:5: byte 25: " + errNoTab.Error(), "c=4"}},
	} {
		_, err := io.WriteString(w, step.text)
		require.NoError(t, err)
		for _, want := range step.want {
			select {
			case got := <-came:
				require.Equal(t, want, got)
			case <-ctx.Done():
				require.Fail(t, "it waits for more", "after %q, for %q", step.text, want)
			}
		}
	}
	require.NoError(t, w.Close())
	require.NoError(t, <-done)
	require.Equal(t, 4, inner.Len())
	require.NoError(t, r.Close())
}
