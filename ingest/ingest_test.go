package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
)

func TestRun(t *testing.T) {
	var text strings.Builder
	want := map[string]string{}
	for i := range 200_000 {
		key, value := fmt.Sprint("key", i%70_000), fmt.Sprint("value", i)
		want[key] = value
		fmt.Fprintf(&text, "%s\t%s\n", key, value)
	}
	text.WriteString("no tab\n")
	path := file(t, "x.tsv", text.String())
	for _, workers := range []int{1, 2, 5} {
		store := ref.New(ref.Options{})
		var rejects []Reject
		config := Config{Files: []string{path}, Options: Options{Workers: workers}, Store: store,
			OnReject: func(r Reject) { rejects = append(rejects, r) }}
		report, err := Run(t.Context(), config)
		require.NoError(t, err)
		require.Equal(t, int64(200_000), report.Rows)
		require.Equal(t, int64(70_000), report.Added)
		require.Equal(t, int64(130_000), report.Replaced)
		require.Equal(t, int64(1), report.Rejected)
		require.Len(t, rejects, 1)
		require.Equal(t, int64(200_001), rejects[0].Line)
		require.Equal(t, 70_000, store.Len())
		requireContents(t, store, want)
		names := []string{}
		for _, s := range report.Stages {
			names = append(names, s.Name)
			require.Positive(t, s.Busy, s.Name)
			require.LessOrEqual(t, s.Share(report.Elapsed), 1.01, s.Name)
		}
		require.Equal(t, []string{"read", "hash", "group", "store"}, names)

		v, err := Verify(t.Context(), config)
		require.NoError(t, err)
		require.True(t, v.OK())
		require.Equal(t, int64(200_000), v.Rows)

		// One value that is not what the last row says, one key that is gone.
		require.NoError(t, store.Set(t.Context(), []byte("key7"), []byte("value7"), kv.SetOptions{}))
		_, err = store.Delete(t.Context(), []byte("key8"))
		require.NoError(t, err)
		v, err = Verify(t.Context(), config)
		require.NoError(t, err)
		require.Equal(t, int64(1), v.Wrong)
		require.Equal(t, int64(3), v.Missing, "each row of the key")
		require.Equal(t, `"key8"`, v.Example)
	}
}

func requireContents(t *testing.T, s kv.Store, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	require.NoError(t, s.Scan(t.Context(), nil, func(key, value []byte) error {
		got[string(key)] = string(value)
		return nil
	}))
	require.Equal(t, want, got)
}

// plainStore hides what a store can do besides the contract.
type plainStore struct{ kv.Store }

func TestRunIntoAPlainStore(t *testing.T) {
	store := plainStore{ref.New(ref.Options{})}
	report, err := Run(t.Context(), Config{Files: []string{file(t, "x.tsv", "a\t1\nb\t2\na\t3\n")}, Store: store})
	require.NoError(t, err)
	require.Equal(t, []int64{3, 2, 1}, []int64{report.Rows, report.Added, report.Replaced})
	requireContents(t, store, map[string]string{"a": "3", "b": "2"})
}

// countdown is a store that does something when it was given some batches.
type countdown struct {
	*ref.Store
	left atomic.Int64
	then func() error
}

func (c *countdown) SetPlaced(ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32, o kv.SetOptions) (kv.SetResult, error) {
	if c.left.Add(-1) < 0 {
		if err := c.then(); err != nil {
			return kv.SetResult{}, err
		}
	}
	return c.Store.SetPlaced(ctx, keys, values, g, from, to, o)
}

// What the store took is counted to the row, though it failed.
func TestRunWhenTheStoreFails(t *testing.T) {
	var text strings.Builder
	for i := range 20 * chunkRows {
		fmt.Fprintf(&text, "%d\n", i)
	}
	path := file(t, "x", text.String())
	for _, workers := range []int{1, 3} {
		full := errors.New("store is full")
		store := &countdown{Store: ref.New(ref.Options{}), then: func() error { return full }}
		store.left.Store(7)
		report, err := Run(t.Context(), Config{Files: []string{path}, Options: Options{Workers: workers}, Store: store})
		require.ErrorIs(t, err, full)
		require.Equal(t, int64(store.Len()), report.Rows)
		require.Positive(t, report.Rows)
	}
}

// Interrupted, an ingest has put in the beginning of its input, and says how
// many rows that is.
func TestRunInterrupted(t *testing.T) {
	var text strings.Builder
	for i := range 40 * chunkRows {
		fmt.Fprintf(&text, "%d\n", i)
	}
	path := file(t, "x", text.String())
	for _, workers := range []int{1, 3} {
		ctx, cancel := context.WithCancelCause(t.Context())
		interrupt := errors.New("interrupt")
		store := &countdown{Store: ref.New(ref.Options{}), then: func() error { cancel(interrupt); return nil }}
		store.left.Store(7)
		report, err := Run(ctx, Config{Files: []string{path}, Options: Options{Workers: workers}, Store: store})
		require.ErrorIs(t, err, interrupt)
		require.Positive(t, report.Rows)
		require.Less(t, report.Rows, int64(40*chunkRows))
		require.Equal(t, int(report.Rows), store.Len())
		for i := range report.Rows {
			ok, err := store.Exists(t.Context(), fmt.Append(nil, i))
			require.NoError(t, err)
			require.True(t, ok, "row %d of the %d that went in", i, report.Rows)
		}
	}
}

// A read that hangs does not keep a stream from ending.
func TestInterruptedWhileReadingHangs(t *testing.T) {
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = w.Write([]byte("first\n"))
		cancel()
	}()
	_, err := Run(ctx, Config{Files: []string{Stdin}, Options: Options{Stdin: r}, Store: ref.New(ref.Options{})})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, w.Close()) // lets the reader go
}

func TestVerifyNeedsAFile(t *testing.T) {
	_, err := Verify(t.Context(), Config{Files: []string{Stdin}, Store: ref.New(ref.Options{})})
	require.ErrorContains(t, err, "cannot be read twice")
}
