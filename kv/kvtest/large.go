package kvtest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// noise returns bytes in which no part repeats another.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b) // never fails
	return b
}

// longKeys: keys of more than 64 KiB which differ only at their end, or whose
// lengths differ by 64 KiB, are different keys.
func longKeys(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	base := string(noise(1<<16 + 4464))
	keys := []string{
		base, base + "a", base + "b", base[:1<<16], base[:1<<16-1], base[:1<<16+1], base[:4464],
		base + base + "a", base + base + "b", base + base[:1<<16-4464] + "12", base + base[:1<<16-4464] + "13",
	}
	values := numbered("value ", len(keys))
	for i, key := range keys[:5] {
		require.NoError(t, s.Set(ctx, []byte(key), []byte(values[i]), kv.SetOptions{}))
	}
	require.Equal(t, kv.SetResult{Added: len(keys) - 5}, batchSet(t, s, keys[5:], values[5:]))
	require.Equal(t, len(keys), s.Len())
	require.Equal(t, values, batchGet(t, s, keys...))
	seen := map[string]string{} // contents would print the keys
	require.NoError(t, s.Scan(ctx, []byte(base[:4464]), func(key, value []byte) error {
		seen[string(key)] += string(value)
		return nil
	}))
	require.Equal(t, len(keys), len(seen), "Scan comes to all")
	for i, key := range keys {
		got, err := s.Get(ctx, []byte(key), nil)
		require.NoError(t, err)
		require.Equal(t, values[i], string(got))
		require.Equal(t, values[i], seen[key], "Scan gives the key of %s whole", values[i])
	}
	// Of those that are alike, one goes and the others stay.
	for i := 0; i < len(keys); i += 2 {
		was, err := s.Delete(ctx, []byte(keys[i]))
		require.NoError(t, err)
		require.True(t, was)
		values[i] = missing
	}
	require.Equal(t, values, batchGet(t, s, keys...))
	require.Equal(t, 2, batchDelete(t, s, keys[:5]...), "the other 3 were deleted before")
	copy(values, slices.Repeat([]string{missing}, 5))
	require.Equal(t, values, batchGet(t, s, keys...))
}

// largeValue: a value past 16 MiB comes back whole. What differs is not printed.
func largeValue(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	large := noise(1<<24 + 77)
	whole := func(value []byte) error {
		if !bytes.Equal(value, large) {
			return fmt.Errorf("%d bytes, which are not the %d that were set", len(value), len(large))
		}
		return nil
	}
	require.NoError(t, s.Set(ctx, []byte("single"), large, kv.SetOptions{}))
	require.NoError(t, s.View(ctx, []byte("single"), whole))

	var keys, values, dst keymill.Batch
	for _, row := range [][2][]byte{{[]byte("before"), []byte("1")}, {[]byte("large"), large}, {[]byte("behind"), []byte("2")}} {
		require.NoError(t, keys.Append(row[0]))
		require.NoError(t, values.Append(row[1]))
	}
	_, err := s.BatchSet(ctx, &keys, &values, kv.SetOptions{})
	require.NoError(t, err)
	got, err := s.Get(ctx, []byte("large"), nil)
	require.NoError(t, err)
	require.NoError(t, whole(got))
	require.NoError(t, s.BatchGet(ctx, &keys, &dst))
	require.Equal(t, 3, dst.Len())
	require.NoError(t, whole(dst.Key(1)))
	require.Equal(t, "12", string(dst.Key(0))+string(dst.Key(2)))
	seen := 0
	require.NoError(t, s.Scan(ctx, nil, func(_, value []byte) error {
		if seen++; len(value) == 1 {
			return nil
		}
		return whole(value)
	}))
	require.Equal(t, 4, seen)
	set(t, s, "large", "small")
	has(t, s, "large", "small")
}

// growth: the store stays exact while it grows, by single keys and by a large
// batch, loses thousands of keys and gets them again.
func growth(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	const singles, from, to = 30_000, 25_000, 45_000 // the batch replaces 5,000
	names, want := make([][]byte, to), make(map[string]string, to)
	for i := range names {
		names[i] = fmt.Appendf(nil, "key:%d", i)
	}
	exact := func(i int) {
		if i%301 == 0 && s.Len() != len(want) {
			require.Equal(t, len(want), s.Len(), "the length at key %d", i)
		}
	}
	for i, name := range names[:singles] {
		value := binary.BigEndian.AppendUint32(nil, uint32(i))
		must(t, s.Set(ctx, name, value, kv.SetOptions{}))
		want[string(name)] = string(value)
		exact(i)
	}
	require.Equal(t, singles, s.Len())

	var keys, values keymill.Batch
	for i, name := range names[from:] {
		value := fmt.Append(nil, "batch ", i)
		must(t, errors.Join(keys.Append(name), values.Append(value)))
		want[string(name)] = string(value)
	}
	result, err := s.BatchSet(ctx, &keys, &values, kv.SetOptions{})
	require.NoError(t, err)
	require.Equal(t, kv.SetResult{Added: to - singles, Replaced: singles - from}, result)
	require.Equal(t, to, s.Len())
	requireAll(t, s, want)

	// Every third of the first keys goes, by single calls, and 8,000 by a batch.
	for i := 0; i < 20_000; i += 3 {
		was, err := s.Delete(ctx, names[i])
		must(t, err)
		if !was {
			require.Fail(t, "Delete did not find its key", "key %d", i)
		}
		delete(want, string(names[i]))
		exact(i)
	}
	part := keys.Slice(0, 8000)
	n, err := s.BatchDelete(ctx, &part)
	require.NoError(t, err)
	require.Equal(t, 8000, n)
	for _, name := range names[from : from+8000] {
		delete(want, string(name))
	}
	require.Equal(t, len(want), s.Len())
	requireAll(t, s, want)

	// Their places are used again.
	for i, name := range names {
		if _, ok := want[string(name)]; !ok {
			must(t, s.Set(ctx, name, []byte("again"), kv.SetOptions{}))
			want[string(name)] = "again"
			exact(i)
		}
	}
	require.Equal(t, to, s.Len())
	requireAll(t, s, want)
}

// must is require.NoError for calls that are made so often that its time counts.
func must(t testing.TB, err error) {
	if err != nil {
		t.Helper()
		require.NoError(t, err)
	}
}

// requireAll requires that the store holds these rows and no other, by Get,
// BatchGet and Scan. What differs is not printed whole: it is too much.
func requireAll(t testing.TB, s kv.Store, want map[string]string) {
	t.Helper()
	var keys, got keymill.Batch
	var memory []byte
	for key, value := range want {
		must(t, keys.Append([]byte(key)))
		var err error
		memory, err = s.Get(ctx, []byte(key), memory[:0])
		if err != nil || string(memory) != value {
			require.Fail(t, "Get is wrong", "%q: %q, %v, want %q", key, memory, err, value)
		}
	}
	must(t, s.BatchGet(ctx, &keys, &got))
	require.Equal(t, len(want), got.Len())
	for i := range got.Len() {
		if value := want[string(keys.Key(i))]; got.IsNull(i) || string(got.Key(i)) != value {
			require.Fail(t, "BatchGet is wrong", "%q: %q, null: %v, want %q", keys.Key(i), got.Key(i), got.IsNull(i), value)
		}
	}
	seen := make(map[string]bool, len(want))
	must(t, s.Scan(ctx, nil, func(key, value []byte) error {
		if stored, ok := want[string(key)]; !ok || stored != string(value) || seen[string(key)] {
			return fmt.Errorf("scan came to %q with %q, want %q, again: %v", key, value, stored, seen[string(key)])
		}
		seen[string(key)] = true
		return nil
	}))
	require.Equal(t, len(want), len(seen), "Scan came to all")
}
