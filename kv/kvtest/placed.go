package kvtest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/kv"
)

// groupUnder places the keys as the store asks for.
func groupUnder(s kv.PlacedSetter, keys *keymill.Batch, groups *keymill.Groups) error {
	p := s.Params()
	var placed keymill.Placement
	placed.Resize(keymill.OutParts, keys.Len(), 0)
	if err := cpu.New().Place(&placed, keys, p); err != nil {
		return err
	}
	return placed.Group(groups, p.Scheme.Parts)
}

// placed: batches that the caller placed, applied by several goroutines.
func placed(t testing.TB, newStore func() kv.Store) {
	s, ok := open(t, newStore).(kv.PlacedSetter)
	if !ok {
		return // an ability that this store does not have
	}
	shards := s.Params().Scheme.Parts
	require.Equal(t, s.Params(), s.Params())
	want := map[string]string{}
	var keys, values keymill.Batch
	const rows = 6000
	for i := range rows { // so many keys that every shard has some, and then some of them again
		key, value := fmt.Sprint("key ", i%4000), fmt.Sprint("value ", i)
		want[key] = value
		require.NoError(t, keys.Append([]byte(key)))
		require.NoError(t, values.Append([]byte(value)))
	}
	var groups keymill.Groups
	require.NoError(t, groupUnder(s, &keys, &groups))
	const workers = 3
	results := make([]kv.SetResult, workers)
	together(t, workers, func(w int) (err error) {
		from, to := shards*uint32(w)/workers, shards*uint32(w+1)/workers
		results[w], err = s.SetPlaced(ctx, &keys, &values, &groups, from, to, kv.SetOptions{})
		return err
	})
	added, applied := 0, 0
	for _, r := range results {
		added, applied = added+r.Added, applied+r.Rows()
	}
	require.Equal(t, len(want), added)
	require.Equal(t, rows, applied)
	require.Equal(t, want, contents(t, s, ""))
	for key, value := range want {
		has(t, s, key, value)
	}

	// What has not the form of a placement is refused whole.
	before := contents(t, s, "")
	broken := func(change func(g *keymill.Groups)) *keymill.Groups {
		g := keymill.Groups{Order: append([]uint32(nil), groups.Order...), Starts: append([]uint32(nil), groups.Starts...)}
		change(&g)
		return &g
	}
	other := keymill.NewBatch("a")
	for _, c := range []struct {
		keys     *keymill.Batch
		groups   *keymill.Groups
		from, to uint32
	}{
		{&other, &groups, 0, shards},
		{&keys, &groups, 1, 0},
		{&keys, &groups, 0, shards + 1},
		{&keys, &keymill.Groups{}, 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Order[5] = rows }), 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Starts[1] = rows + 1 }), 0, shards},
		{&keys, broken(func(g *keymill.Groups) {
			g.Starts[shards/2], g.Starts[shards/2+1] = g.Starts[shards/2+1]+1, g.Starts[shards/2]
		}), 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Starts[0] = 1 }), 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Starts[shards]-- }), 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Order = g.Order[:rows-1] }), 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Order = append(g.Order, 0) }), 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Starts = g.Starts[1:] }), 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Starts = append(g.Starts, rows) }), 0, shards},
	} {
		vals := values
		if c.keys == &other {
			vals = other
		}
		_, err := s.SetPlaced(ctx, c.keys, &vals, c.groups, c.from, c.to, kv.SetOptions{})
		require.ErrorIs(t, err, keymill.ErrInvalid)
	}
	require.Equal(t, before, contents(t, s, ""))
}

// setPlaced places the rows as the store asks for, and sets all of them.
func setPlaced(t testing.TB, s kv.PlacedSetter, keys, values *keymill.Batch) (kv.SetResult, *keymill.Groups) {
	t.Helper()
	var groups keymill.Groups
	require.NoError(t, groupUnder(s, keys, &groups))
	result, err := s.SetPlaced(ctx, keys, values, &groups, 0, s.Params().Scheme.Parts, kv.SetOptions{})
	require.NoError(t, err)
	return result, &groups
}

// placedCopies: a pipeline reads the next rows into the same memory.
func placedCopies(t testing.TB, newStore func() kv.Store) {
	s, ok := open(t, newStore).(kv.PlacedSetter)
	if !ok {
		return // an ability that this store does not have
	}
	names, stored := numbered("key ", 100), numbered("value ", 100)
	keys, values := keymill.NewBatch(names...), keymill.NewBatch(stored...)
	result, groups := setPlaced(t, s, &keys, &values)
	require.Equal(t, kv.SetResult{Added: 100}, result)
	for i := range keys.Data {
		keys.Data[i] = 'K'
	}
	for i := range values.Data {
		values.Data[i] = 'V'
	}
	clear(keys.Offsets)
	clear(values.Offsets)
	clear(groups.Order)
	clear(groups.Starts)
	for i, name := range names {
		has(t, s, name, stored[i])
	}
	seen := contents(t, s, "")
	require.Len(t, seen, 100)
	for i, name := range names {
		require.Equal(t, stored[i], seen[name])
	}
	require.Equal(t, 100, s.Len())
}

// placedLayouts: what SetPlaced takes may be part of a batch, or of one width.
func placedLayouts(t testing.TB, newStore func() kv.Store) {
	s, ok := open(t, newStore).(kv.PlacedSetter)
	if !ok {
		return // an ability that this store does not have
	}
	names, stored := numbered("key ", 200), numbered("value ", 200)
	keys, values := keymill.NewBatch(names...), keymill.NewBatch(stored...)
	k, v := keys.Slice(30, 90), values.Slice(101, 161)
	result, _ := setPlaced(t, s, &k, &v)
	require.Equal(t, kv.SetResult{Added: 60}, result)
	require.Equal(t, 60, s.Len())
	require.Equal(t, stored[101:161], batchGet(t, s, names[30:90]...))

	wideKeys, wideValues := fixed(4, "aaaa", "bbbb", "cccc", "bbbb"), fixed(2, "v1", "v2", "v3", "v4")
	result, _ = setPlaced(t, s, &wideKeys, &wideValues)
	require.Equal(t, kv.SetResult{Added: 3, Replaced: 1}, result)
	require.Equal(t, []string{"v1", "v4", "v3"}, batchGet(t, s, "aaaa", "bbbb", "cccc"))
	require.Equal(t, 63, s.Len())
}

// placedRefused: what BatchSet refuses SetPlaced refuses too, whole.
func placedRefused(t testing.TB, newStore func() kv.Store) {
	s, ok := open(t, newStore).(kv.PlacedSetter)
	if !ok {
		return // an ability that this store does not have
	}
	shards := s.Params().Scheme.Parts
	keys, values := keymill.NewBatch(numbered("key ", 100)...), keymill.NewBatch(numbered("value ", 100)...)
	var groups keymill.Groups // those of keys without a null, of the form that they should have
	require.NoError(t, groupUnder(s, &keys, &groups))
	for _, row := range []int{0, 70, 99} {
		nullKey, nullValue := nulled(keys, row), nulled(values, row)
		for _, rows := range [][2]*keymill.Batch{{&nullKey, &values}, {&keys, &nullValue}} {
			var refused *kv.RowError
			result, err := s.SetPlaced(ctx, rows[0], rows[1], &groups, 0, shards, kv.SetOptions{})
			require.ErrorAs(t, err, &refused)
			require.Equal(t, row, refused.Row)
			require.Zero(t, result)
		}
		var unplaced keymill.Groups // those of keys with a null
		require.NoError(t, groupUnder(s, &nullKey, &unplaced))
		_, err := s.SetPlaced(ctx, &nullKey, &values, &unplaced, 0, shards, kv.SetOptions{})
		require.ErrorIs(t, err, keymill.ErrInvalid)
	}
	fewer, none := values.Slice(0, 99), keymill.Batch{}
	more := keymill.NewBatch(numbered("value ", 101)...)
	backwards := keymill.NewBatch(numbered("value ", 100)...)
	backwards.Offsets[50], backwards.Offsets[51] = backwards.Offsets[51], backwards.Offsets[50]
	outside := keymill.NewBatch(numbered("value ", 100)...)
	outside.Offsets[100]++
	for _, rows := range [][2]*keymill.Batch{
		{&keys, &fewer}, {&keys, &none}, {&keys, &more},
		{&backwards, &values}, {&keys, &backwards}, {&outside, &values}, {&keys, &outside},
	} {
		result, err := s.SetPlaced(ctx, rows[0], rows[1], &groups, 0, shards, kv.SetOptions{})
		require.ErrorIs(t, err, keymill.ErrInvalid)
		require.Zero(t, result)
	}
	require.Empty(t, contents(t, s, ""), "nothing was set")
	require.Zero(t, s.Len())

	// No shard at all is nothing to be done.
	result, err := s.SetPlaced(ctx, &keys, &values, &groups, shards, shards, kv.SetOptions{})
	require.NoError(t, err)
	require.Zero(t, result)
}
