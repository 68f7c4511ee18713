package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

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

func missingKey(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	result := batchSet(t, s,
		[]string{"config:timeout", "config:retries", "config:debug"}, []string{"30000", "3", "false"})
	require.Equal(t, kv.SetResult{Added: 3}, result)
	require.Equal(t, 3, result.Rows())
	require.Equal(t, []string{"30000", "3", missing},
		batchGet(t, s, "config:timeout", "config:retries", "config:missing"))
	require.Equal(t, []string{missing, "false", "false"}, batchGet(t, s, "", "config:debug", "config:debug"))
	require.Equal(t, 2, batchDelete(t, s, "config:debug", "config:missing", "config:retries"))
	require.Equal(t, []string{"30000", missing, missing}, batchGet(t, s, "config:timeout", "config:retries", "config:debug"))
	require.Equal(t, 1, s.Len())
	require.Empty(t, batchGet(t, s))
	require.Zero(t, batchSet(t, s, nil, nil))
	require.Zero(t, batchDelete(t, s))
}

func lastWins(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	result := batchSet(t, s, []string{"a", "b", "a", "a", "b"}, []string{"1", "2", "3", "4", "5"})
	require.Equal(t, kv.SetResult{Added: 2, Replaced: 3}, result)
	has(t, s, "a", "4")
	has(t, s, "b", "5")
	require.Equal(t, kv.SetResult{Added: 1, Replaced: 2}, batchSet(t, s, []string{"b", "c", "b"}, []string{"6", "7", "8"}))
	has(t, s, "b", "8")
	require.Equal(t, 2, batchDelete(t, s, "a", "a", "b", "nobody"))
	require.Equal(t, map[string]string{"c": "7"}, contents(t, s, ""))

	// Many rows of few keys, so that each shard has runs of the same key.
	var keys, values []string
	want := map[string]string{}
	for i := range 5000 {
		key, value := fmt.Sprint("k", i*i%37), fmt.Sprint("v", i)
		keys, values = append(keys, key), append(values, value)
		want[key] = value
	}
	result = batchSet(t, s, keys, values)
	require.Equal(t, kv.SetResult{Added: len(want), Replaced: 5000 - len(want)}, result)
	require.Equal(t, want, contents(t, s, "k"))
}

func batchesAgree(t testing.TB, newStore func() kv.Store) {
	single, batched := open(t, newStore), open(t, newStore)
	var keys, values []string
	for i := range 3000 {
		key, value := fmt.Sprintf("key:%d", i), fmt.Sprintf("value of %d", i*i)
		keys, values = append(keys, key), append(values, value)
		set(t, single, key, value)
	}
	batchSet(t, batched, keys, values)
	require.Equal(t, values, batchGet(t, single, keys...))
	require.Equal(t, values, batchGet(t, batched, keys...))
	require.Equal(t, contents(t, single, ""), contents(t, batched, ""))
	require.Equal(t, 1000, batchDelete(t, batched, keys[:1000]...))
	for _, key := range keys[:1000] {
		_, err := single.Delete(ctx, []byte(key))
		require.NoError(t, err)
	}
	require.Equal(t, contents(t, single, ""), contents(t, batched, ""))
	require.Equal(t, single.Len(), batched.Len())

	// Keys of one width are another layout, and the same keys.
	wide := keymill.Batch{Data: []byte("aaaabbbbcccc"), Width: 4}
	wideValues := keymill.Batch{Data: []byte("123"), Width: 1}
	_, err := batched.BatchSet(ctx, &wide, &wideValues, kv.SetOptions{})
	require.NoError(t, err)
	has(t, batched, "bbbb", "2")
	part := keymill.NewBatch("x", "aaaa", "cccc", "y")
	part = part.Slice(1, 3)
	dst := keymill.Batch{Width: 7} // BatchGet makes it a batch of any width
	require.NoError(t, batched.BatchGet(ctx, &part, &dst))
	require.Equal(t, []string{"1", "3"}, valuesOf(&dst))
}

func setCopies(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	key, value := []byte("key"), []byte("value")
	require.NoError(t, s.Set(ctx, key, value, kv.SetOptions{}))
	copy(key, "KEY")
	copy(value, "VALUE")
	has(t, s, "key", "value")
	lacks(t, s, "KEY")

	keys, values := keymill.NewBatch("k1", "k2"), keymill.NewBatch("v1", "v2")
	_, err := s.BatchSet(ctx, &keys, &values, kv.SetOptions{})
	require.NoError(t, err)
	copy(keys.Data, "XXXX")
	copy(values.Data, "YYYY")
	keys.Offsets[1], values.Offsets[1] = 0, 0
	has(t, s, "k1", "v1")
	has(t, s, "k2", "v2")
	require.Equal(t, 3, s.Len())
}

func getCopies(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	set(t, s, "a", "value a")
	set(t, s, "b", "value b")
	got, err := s.Get(ctx, []byte("a"), nil)
	require.NoError(t, err)
	copy(got, "XXXXXXX")
	_ = append(got, "and more"...)
	has(t, s, "a", "value a")

	keys, dst := keymill.NewBatch("a", "b"), keymill.Batch{}
	require.NoError(t, s.BatchGet(ctx, &keys, &dst))
	for i := range dst.Data {
		dst.Data[i] = 'X'
	}
	has(t, s, "a", "value a")
	has(t, s, "b", "value b")

	// What was got stays as it is when the store goes on.
	got, err = s.Get(ctx, []byte("a"), nil)
	require.NoError(t, err)
	require.NoError(t, s.BatchGet(ctx, &keys, &dst))
	set(t, s, "a", "VALUE A")
	set(t, s, "b", "VALUE B")
	require.Equal(t, "value a", string(got))
	require.Equal(t, []string{"value a", "value b"}, valuesOf(&dst))
}

func getAppends(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	set(t, s, "key", "value")
	memory := make([]byte, 3, 100)
	copy(memory, "dst")
	got, err := s.Get(ctx, []byte("key"), memory)
	require.NoError(t, err)
	require.Equal(t, "dstvalue", string(got))
	require.Same(t, &memory[0], &got[0], "there was room")
	got, err = s.Get(ctx, []byte("nobody"), memory)
	require.ErrorIs(t, err, kv.ErrNotFound)
	require.Equal(t, "dst", string(got), "dst as it was")
}

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

func nulls(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	set(t, s, "", "of the empty key")
	set(t, s, "a", "of a")
	withNull := keymill.NewBatch("a")
	require.NoError(t, withNull.AppendNull())
	require.NoError(t, withNull.Append(nil))

	var dst keymill.Batch
	require.NoError(t, s.BatchGet(ctx, &withNull, &dst))
	require.Equal(t, []string{"of a", missing, "of the empty key"}, valuesOf(&dst))

	three := keymill.NewBatch("x", "y", "z")
	for _, rows := range [][2]*keymill.Batch{{&withNull, &three}, {&three, &withNull}} {
		result, err := s.BatchSet(ctx, rows[0], rows[1], kv.SetOptions{})
		var row *kv.RowError
		require.ErrorAs(t, err, &row)
		require.Equal(t, 1, row.Row)
		require.ErrorIs(t, err, keymill.ErrInvalid)
		require.Zero(t, result)
	}
	n, err := s.BatchDelete(ctx, &withNull)
	require.ErrorIs(t, err, keymill.ErrInvalid)
	require.Zero(t, n)
	require.Equal(t, map[string]string{"": "of the empty key", "a": "of a"}, contents(t, s, ""), "nothing changed")
}

func malformed(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	set(t, s, "a", "1")
	good := keymill.NewBatch("a", "b")
	short := keymill.NewBatch("a")
	backwards := keymill.Batch{Data: []byte("abc"), Offsets: []uint32{0, 2, 1}}
	outside := keymill.Batch{Data: []byte("abc"), Offsets: []uint32{0, 2, 9}}
	for _, rows := range [][2]*keymill.Batch{
		{&good, &short}, {&short, &good}, {&backwards, &good}, {&good, &backwards}, {&outside, &good}, {&good, &outside},
	} {
		result, err := s.BatchSet(ctx, rows[0], rows[1], kv.SetOptions{})
		require.ErrorIs(t, err, keymill.ErrInvalid)
		require.Zero(t, result)
	}
	for _, keys := range []*keymill.Batch{&backwards, &outside} {
		_, err := s.BatchDelete(ctx, keys)
		require.ErrorIs(t, err, keymill.ErrInvalid)
		require.ErrorIs(t, s.BatchGet(ctx, keys, &keymill.Batch{}), keymill.ErrInvalid)
	}
	require.Equal(t, map[string]string{"a": "1"}, contents(t, s, ""))
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

	// f may call the store, and what it appends is not the store's.
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

func ended(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	set(t, s, "a", "1")
	over, cancel := withCancel()
	cancel()
	keys, values := keymill.NewBatch("a", "b"), keymill.NewBatch("2", "3")
	for name, err := range everyCall(over, s, &keys, &values) {
		require.ErrorIs(t, err, over.Err(), name)
	}
	require.Equal(t, map[string]string{"a": "1"}, contents(t, s, ""), "nothing changed")

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
	require.Zero(t, s.Len())
}
