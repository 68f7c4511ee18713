package kvtest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

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
