package kvtest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// fixed returns a batch of fixed-width keys. Its offsets are those of nothing:
// a store must not look at them.
func fixed(width int, keys ...string) keymill.Batch {
	b := keymill.Batch{Width: width, Offsets: []uint32{9, 4}}
	for _, key := range keys {
		b.Data = append(b.Data, key...)
	}
	return b
}

// fixedWidth: keys and values of one width are another layout of the same rows,
// in every batch call, with ragged ones or without.
func fixedWidth(t testing.TB, newStore func() kv.Store) {
	for _, width := range []int{1, 2, 4, 8, 12, 16, 33} {
		var keys, values, ragged []string
		for i := range 150 {
			key := slices.Repeat([]byte{'k'}, width)
			key[width-1] = byte(i)
			keys, values = append(keys, string(key)), append(values, string([]byte{byte(i), byte(^i), 'v'}))
			ragged = append(ragged, fmt.Sprint("value ", i*i))
		}
		there, notThere := keys[:100], keys[100:]
		wideKeys, wideValues, raggedValues := fixed(width, there...), fixed(3, values[:100]...), keymill.NewBatch(ragged[:100]...)

		s := open(t, newStore)
		result, err := s.BatchSet(ctx, &wideKeys, &wideValues, kv.SetOptions{})
		require.NoError(t, err)
		require.Equal(t, kv.SetResult{Added: 100}, result, "width %d", width)
		require.Equal(t, 100, s.Len())
		for i, key := range there {
			has(t, s, key, values[i])
		}
		asked := fixed(width, slices.Concat(notThere[:1], there, notThere)...)
		var dst keymill.Batch
		require.NoError(t, s.BatchGet(ctx, &asked, &dst))
		want := slices.Concat([]string{missing}, values[:100], slices.Repeat([]string{missing}, 50))
		require.Equal(t, want, valuesOf(&dst), "width %d", width)

		// Either side may be ragged, and of equal keys the last wins.
		result, err = s.BatchSet(ctx, &wideKeys, &raggedValues, kv.SetOptions{})
		require.NoError(t, err)
		require.Equal(t, kv.SetResult{Replaced: 100}, result)
		require.Equal(t, ragged[:100], batchGet(t, s, there...), "width %d", width)
		raggedKeys := keymill.NewBatch(there...)
		_, err = s.BatchSet(ctx, &raggedKeys, &wideValues, kv.SetOptions{})
		require.NoError(t, err)
		require.Equal(t, values[:100], batchGet(t, s, there...), "width %d", width)
		again := fixed(width, there[7], there[8], there[7])
		three := fixed(2, "v1", "v2", "v3")
		_, err = s.BatchSet(ctx, &again, &three, kv.SetOptions{})
		require.NoError(t, err)
		require.Equal(t, []string{"v3", "v2"}, batchGet(t, s, there[7], there[8]))

		// Nulls and slices of it.
		again.Valid = []uint64{0b101}
		require.NoError(t, s.BatchGet(ctx, &again, &dst))
		require.Equal(t, []string{"v3", missing, "v3"}, valuesOf(&dst))
		_, err = s.BatchDelete(ctx, &again)
		require.ErrorIs(t, err, keymill.ErrInvalid)
		part := asked.Slice(91, 141) // there[90:] and 40 more
		n, err := s.BatchDelete(ctx, &part)
		require.NoError(t, err)
		require.Equal(t, 10, n, "width %d", width)
		require.Equal(t, 90, s.Len())
		require.Equal(t, slices.Repeat([]string{missing}, 10), batchGet(t, s, there[90:]...))
		has(t, s, there[89], values[89])
		n, err = s.BatchDelete(ctx, &wideKeys)
		require.NoError(t, err)
		require.Equal(t, 90, n, "width %d", width)
		require.Zero(t, s.Len())
	}
}

// brokenWidths: what is no whole number of keys is refused.
func brokenWidths(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	three, two := fixed(4, "aaaabbbbcccc"), fixed(1, "12")
	for _, broken := range []keymill.Batch{fixed(4, "aaaabbbbcc"), fixed(-4, "aaaabbbbcccc"), fixed(8, "aaaabbbbcccc")} {
		_, err := s.BatchSet(ctx, &broken, &two, kv.SetOptions{})
		require.ErrorIs(t, err, keymill.ErrInvalid)
		_, err = s.BatchSet(ctx, &two, &broken, kv.SetOptions{})
		require.ErrorIs(t, err, keymill.ErrInvalid)
		_, err = s.BatchDelete(ctx, &broken)
		require.ErrorIs(t, err, keymill.ErrInvalid)
		require.ErrorIs(t, s.BatchGet(ctx, &broken, &keymill.Batch{}), keymill.ErrInvalid)
	}
	_, err := s.BatchSet(ctx, &three, &two, kv.SetOptions{})
	require.ErrorIs(t, err, keymill.ErrInvalid)
	require.Zero(t, s.Len())
}

// numbered returns ragged strings that differ.
func numbered(prefix string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s%d%s", prefix, i, "++++++"[:i%7])
	}
	return list
}

// sliced: the first offset of a slice of a batch is not 0, and those of keys and
// values differ.
func sliced(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	allKeys, allValues := numbered("key", 300), numbered("the value ", 300)
	keys, values := keymill.NewBatch(allKeys...), keymill.NewBatch(allValues...)
	k, v := keys.Slice(7, 207), values.Slice(31, 231)
	k, v = k.Slice(10, 110), v.Slice(10, 110)
	result, err := s.BatchSet(ctx, &k, &v, kv.SetOptions{})
	require.NoError(t, err)
	require.Equal(t, kv.SetResult{Added: 100}, result)
	want := map[string]string{}
	for i := range 100 {
		want[allKeys[17+i]] = allValues[41+i]
	}
	require.Equal(t, want, contents(t, s, ""))

	var dst keymill.Batch
	k = keys.Slice(10, 30)
	require.NoError(t, s.BatchGet(ctx, &k, &dst))
	require.Equal(t, slices.Concat(slices.Repeat([]string{missing}, 7), allValues[41:54]), valuesOf(&dst))

	// The result of one call, sliced, is what the next one sets.
	k, v = keys.Slice(200, 205), dst.Slice(12, 17)
	_, err = s.BatchSet(ctx, &k, &v, kv.SetOptions{})
	require.NoError(t, err)
	require.Equal(t, allValues[46:51], batchGet(t, s, allKeys[200:205]...))

	k = keys.Slice(110, 202)
	n, err := s.BatchDelete(ctx, &k)
	require.NoError(t, err)
	require.Equal(t, 9, n, "7 of the first rows, 2 of the others")
	require.Equal(t, 96, s.Len())
	require.Equal(t, []string{allValues[133], missing, missing, allValues[48]},
		batchGet(t, s, allKeys[109], allKeys[110], allKeys[201], allKeys[202]))

	none := keys.Slice(50, 50)
	result, err = s.BatchSet(ctx, &none, &none, kv.SetOptions{})
	require.NoError(t, err)
	require.Zero(t, result)
	require.NoError(t, s.BatchGet(ctx, &none, &dst))
	require.Zero(t, dst.Len())
}

// nulled returns the batch with nulls in place of those rows.
func nulled(b keymill.Batch, rows ...int) keymill.Batch {
	b.Valid = make([]uint64, b.Len()/64+1)
	for i := range b.Valid {
		b.Valid[i] = ^uint64(0)
	}
	for _, row := range rows {
		b.Valid[row/64] &^= 1 << (row % 64)
	}
	return b
}

// farNulls: a null may be in any word of Valid, and row 0 at any bit.
func farNulls(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	allKeys, allValues := numbered("key", 200), numbered("value", 200)
	batchSet(t, s, allKeys, allValues)
	before := contents(t, s, "")

	rows := []int{5, 63, 64, 65, 127, 128, 199}
	keys := nulled(keymill.NewBatch(allKeys...), rows...)
	want := slices.Clone(allValues)
	for _, row := range rows {
		want[row] = missing
	}
	var dst keymill.Batch
	for _, from := range []int{0, 1, 6, 64, 70, 130} {
		part := keys.Slice(from, 200)
		require.NoError(t, s.BatchGet(ctx, &part, &dst))
		require.Equal(t, want[from:], valuesOf(&dst), "from row %d", from)
	}

	for _, row := range []int{63, 64, 130, 199} {
		one := nulled(keymill.NewBatch(allKeys...), row)
		others := keymill.NewBatch(slices.Repeat([]string{"other"}, 200)...)
		for _, from := range []int{0, 3} {
			k, o := one.Slice(from, 200), others.Slice(from, 200)
			var refused *kv.RowError
			_, err := s.BatchSet(ctx, &k, &o, kv.SetOptions{})
			require.ErrorAs(t, err, &refused)
			require.Equal(t, row-from, refused.Row)
			_, err = s.BatchSet(ctx, &o, &k, kv.SetOptions{})
			require.ErrorAs(t, err, &refused)
			require.Equal(t, row-from, refused.Row)
			_, err = s.BatchDelete(ctx, &k)
			require.ErrorAs(t, err, &refused)
			require.Equal(t, row-from, refused.Row)
		}
	}
	require.True(t, maps.Equal(before, contents(t, s, "")), "nothing changed")

	// The nulls outside of a slice are not its own.
	keys = nulled(keymill.NewBatch(allKeys...), 5, 150)
	k, v := keys.Slice(6, 150), keymill.NewBatch(slices.Repeat([]string{"new"}, 144)...)
	result, err := s.BatchSet(ctx, &k, &v, kv.SetOptions{})
	require.NoError(t, err)
	require.Equal(t, kv.SetResult{Replaced: 144}, result)
	n, err := s.BatchDelete(ctx, &k)
	require.NoError(t, err)
	require.Equal(t, 144, n)
}

// reusedResult: nothing of what a result, or a store's own memory, held before
// comes back where a key is missing or null.
func reusedResult(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	names, stored := numbered("key", 200), numbered("value", 200)
	batchSet(t, s, names, stored)
	all, strangers := keymill.NewBatch(names...), keymill.NewBatch(numbered("stranger", 200)...)
	nulls, some := all, nulled(all, 1, 3, 100, 199)
	nulls.Valid = make([]uint64, 4)
	few := nulls.Slice(0, 3)
	nothing := slices.Repeat([]string{missing}, 200)
	most := slices.Clone(stored)
	for _, row := range []int{1, 3, 100, 199} {
		most[row] = missing
	}
	var dst keymill.Batch
	for range 8 { // what is pooled does not come back every time
		for _, c := range []struct {
			keys *keymill.Batch
			want []string
		}{{&nulls, nothing}, {&strangers, nothing}, {&some, most}, {&few, nothing[:3]}, {&strangers, nothing}} {
			require.NoError(t, s.BatchGet(ctx, &all, &dst))
			require.Equal(t, stored, valuesOf(&dst))
			require.NoError(t, s.BatchGet(ctx, c.keys, &dst))
			require.NoError(t, dst.Validate())
			require.Equal(t, c.want, valuesOf(&dst))
		}
	}
	require.Equal(t, 200, batchDelete(t, s, names...))
	require.NoError(t, s.BatchGet(ctx, &all, &dst))
	require.Equal(t, nothing, valuesOf(&dst), "all were deleted")
}
