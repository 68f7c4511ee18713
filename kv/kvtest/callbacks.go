package kvtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/kv"
)

func view(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	set(t, s, "key", "value")
	set(t, s, "empty", "")
	stop := errors.New("stop")
	calls := 0
	require.ErrorIs(t, s.View(ctx, []byte("key"), func(value []byte) error {
		calls++
		require.Equal(t, "value", string(value))
		_ = append(value, "more"...) // must not run into the store's memory
		return stop
	}), stop, "what f returns")
	require.NoError(t, s.View(ctx, []byte("empty"), func(value []byte) error {
		calls++
		require.Empty(t, value)
		return nil
	}))
	require.Equal(t, 2, calls)
	has(t, s, "key", "value")
}

func scan(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	require.Empty(t, contents(t, s, ""))
	want := map[string]string{}
	for i := range 500 {
		key, value := fmt.Sprintf("%c:%d", 'a'+i%3, i), fmt.Sprint(i)
		set(t, s, key, value)
		want[key] = value
	}
	set(t, s, "", "empty key")
	require.Equal(t, len(want)+1, len(contents(t, s, "")))
	for prefix, n := range map[string]int{"a:": 167, "b:": 167, "c:": 166, "a:1": 0, "d": 0, "a:0": 1, "\xff": 0} {
		got := contents(t, s, prefix)
		for key, value := range got {
			require.Equal(t, want[key], value)
			require.True(t, len(key) >= len(prefix) && key[:len(prefix)] == prefix)
		}
		if n > 0 || prefix == "d" || prefix == "\xff" {
			require.Len(t, got, n, prefix)
		}
	}

	stop, calls := errors.New("stop"), 0
	require.ErrorIs(t, s.Scan(ctx, nil, func(_, _ []byte) error {
		calls++
		if calls == 7 {
			return stop
		}
		return nil
	}), stop)
	require.Equal(t, 7, calls)

	// f may change the store, and what it appends is not the store's.
	require.NoError(t, s.Scan(ctx, []byte("a:"), func(key, value []byte) error {
		_, _ = append(slices.Clip(key), 'x'), append(value, 'x')
		if _, err := s.Delete(ctx, key); err != nil {
			return err
		}
		return s.Set(ctx, append([]byte("new"), key...), value, kv.SetOptions{})
	}))
	require.Empty(t, contents(t, s, "a:"))
	require.Len(t, contents(t, s, "newa:"), 167)
	require.Len(t, contents(t, s, "b:"), 167)
}

// callbackErrors: what f returns comes back as it is, also what a store might
// take for an error of its own.
func callbackErrors(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	for i := range 50 {
		set(t, s, fmt.Sprintf("key:%d", i), fmt.Sprint(i))
	}
	for _, want := range []error{
		errors.New("stop"), fmt.Errorf("in f: %w", io.EOF), io.EOF,
		kv.ErrNotFound, kv.ErrClosed, context.Canceled, &kv.RowError{Row: 3, Reason: "f says so"},
	} {
		calls := 0
		err := s.View(ctx, []byte("key:7"), func([]byte) error { calls++; return want })
		require.ErrorIs(t, err, want)
		require.Same(t, want, err, "View returns what f does")
		require.Equal(t, 1, calls)
		for _, last := range []int{1, 20, 50} {
			calls = 0
			err := s.Scan(ctx, []byte("key:"), func(_, _ []byte) error {
				if calls++; calls == last {
					return want
				}
				return nil
			})
			require.ErrorIs(t, err, want)
			require.Same(t, want, err, "Scan returns what f does")
			require.Equal(t, last, calls, "Scan ends with the error of f")
		}
	}
}

// scanWhileWriting: keys that are there all the time are seen exactly once.
func scanWhileWriting(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	for i := range 1000 {
		set(t, s, fmt.Sprintf("stays:%d", i), fmt.Sprint(i))
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	var writeErr error
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			key := fmt.Appendf(nil, "comes and goes:%d", i%5000)
			if err := s.Set(ctx, key, key, kv.SetOptions{}); err != nil {
				writeErr = err
				return
			}
			if _, err := s.Delete(ctx, fmt.Appendf(nil, "comes and goes:%d", (i-50)%5000)); err != nil {
				writeErr = err
				return
			}
		}
	}()
	for range 20 {
		all := contents(t, s, "") // which requires that no key comes twice
		for i := range 1000 {
			require.Equal(t, fmt.Sprint(i), all[fmt.Sprintf("stays:%d", i)])
		}
		require.Len(t, contents(t, s, "stays:"), 1000)
	}
	close(done)
	wg.Wait()
	require.NoError(t, writeErr)
}
