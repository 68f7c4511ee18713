package kvtest

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

func crud(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	lacks(t, s, "user:1001")
	set(t, s, "user:1001", "Alice")
	set(t, s, "user:1002", "Bob")
	has(t, s, "user:1001", "Alice")
	set(t, s, "user:1001", "Alice Smith")
	has(t, s, "user:1001", "Alice Smith")
	require.Equal(t, 2, s.Len())
	lacks(t, s, "user:9999")

	was, err := s.Delete(ctx, []byte("user:1002"))
	require.NoError(t, err)
	require.True(t, was)
	lacks(t, s, "user:1002")
	was, err = s.Delete(ctx, []byte("user:1002"))
	require.NoError(t, err)
	require.False(t, was, "it was deleted before")
	require.Equal(t, 1, s.Len())
	set(t, s, "user:1002", "Bob again")
	has(t, s, "user:1002", "Bob again")
	set(t, s, "user:1001", "A")
	has(t, s, "user:1001", "A")
}

// keys that a store may confuse: empty, with zeros, alike but for one byte.
func oddKeys() []string {
	long := string(bytes.Repeat([]byte("0123456789abcdef"), 300))
	return []string{
		"", "\x00", "\x00\x00", "a", "a\x00", "\x00a", "A", "\xff", "\xff\xff\xff\xff\xff\xff\xff\xff",
		"user:1001", "user:1002", "user:100", "{tag}a", "{tag}b", "\n", "\t",
		long, long + "x", "x" + long[1:], long[:len(long)-1] + "x",
	}
}

func anyKey(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	keys := oddKeys()
	for i, key := range keys {
		set(t, s, key, fmt.Sprint("value ", i))
	}
	require.Equal(t, len(keys), s.Len())
	for i, key := range keys {
		has(t, s, key, fmt.Sprint("value ", i))
	}
	for i, key := range keys {
		set(t, s, key, string(make([]byte, i*i))) // zeros, from none to hundreds
		has(t, s, key, string(make([]byte, i*i)))
	}
	large := string(bytes.Repeat([]byte("large "), 200_000))
	set(t, s, "large", large)
	has(t, s, "large", large)
	for i, key := range keys {
		was, err := s.Delete(ctx, []byte(key))
		require.NoError(t, err)
		require.True(t, was)
		lacks(t, s, key)
		require.Equal(t, len(keys)-i, s.Len()) // with "large"
	}
}

func ended(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	set(t, s, "a", "1")
	empty, none := open(t, newStore), keymill.Batch{}
	cancelled, cancel := withCancel()
	cancel()
	late, cancel := context.WithDeadline(ctx, time.Unix(1, 0))
	defer cancel()
	keys, values := keymill.NewBatch("a", "b"), keymill.NewBatch("2", "3")
	for _, over := range []context.Context{cancelled, late} {
		for name, err := range everyCall(over, s, &keys, &values) {
			require.ErrorIs(t, err, over.Err(), name)
		}
		// Also where there is nothing to be done.
		for name, err := range everyCall(over, empty, &none, &none) {
			require.ErrorIs(t, err, over.Err(), name)
		}
		err := s.Scan(over, []byte("nobody"), func(_, _ []byte) error { return nil })
		require.ErrorIs(t, err, over.Err(), "a scan without a match")
	}
	require.Equal(t, map[string]string{"a": "1"}, contents(t, s, ""), "nothing changed")
	require.Zero(t, empty.Len())

	running, cancel := withCancel()
	set(t, s, "b", "2")
	err := s.Scan(running, nil, func(_, _ []byte) error { cancel(); return nil })
	require.ErrorIs(t, err, running.Err(), "a scan stops")
}

func closed(t testing.TB, newStore func() kv.Store) {
	s := newStore()
	set(t, s, "a", "1")
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "again")
	keys, values, none := keymill.NewBatch("a", "b"), keymill.NewBatch("2", "3"), keymill.Batch{}
	for name, err := range everyCall(ctx, s, &keys, &values) {
		require.ErrorIs(t, err, kv.ErrClosed, name)
	}
	for name, err := range everyCall(ctx, s, &none, &none) {
		require.ErrorIs(t, err, kv.ErrClosed, name)
	}
	nulls := nulled(keymill.NewBatch("a", "b"), 0, 1)
	require.ErrorIs(t, s.BatchGet(ctx, &nulls, &keymill.Batch{}), kv.ErrClosed, "keys that no shard has")
	err := s.Scan(ctx, []byte("nobody"), func(_, _ []byte) error { return nil })
	require.ErrorIs(t, err, kv.ErrClosed, "a scan without a match")
	require.Zero(t, s.Len())
}
