package plan

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// heaviest returns the keys that a condition takes, the heaviest first.
func heaviest(all []testRow, by Measure, wanted func(HeavyKey) bool) []HeavyKey {
	keys := []HeavyKey{}
	for key, load := range loadsOf(all) {
		k := HeavyKey{[]byte(key), rowsOf([]testRow{{key: key}}).Hashes[0], load}
		if wanted(k) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b HeavyKey) int {
		return cmp.Or(cmp.Compare(by.Of(b.Load), by.Of(a.Load)), bytes.Compare(a.Key, b.Key))
	})
	return keys
}

func TestHeavyFromCountsAll(t *testing.T) {
	random := newRandom(5)
	all := skewed(random, 20_000, 3000)
	for _, by := range []Measure{ByKeys, ByBytes, ByWeight} {
		bounds, _ := sketchOf(t, all, by, 1<<10, 8)
		for _, threshold := range []uint64{0, 1, 5, 300, 1e6, 1e12} {
			want := heaviest(all, by, func(k HeavyKey) bool { return by.Of(k.Load) >= max(threshold, 1) })
			for _, workers := range []int{1, 7} {
				heavy := bounds.HeavyFrom(threshold)
				inPieces(t, random, shuffled(random, all), workers, heavy.Add)
				require.Equal(t, want, heavy.Keys())
				require.Equal(t, max(threshold, 1), heavy.Threshold())
			}
		}
	}
}

// Of more keys than there is room for, those stay whose bounds are the highest: the same
// ones in whatever order they come.
func TestHeavyRaisesItsThreshold(t *testing.T) {
	random := newRandom(6)
	var all []testRow
	for i := range countedKeys + 5000 {
		for range 1 + i%3 {
			all = append(all, testRow{key: fmt.Sprint(i)})
		}
	}
	long := []testRow{}
	for i := range 20 {
		for range 1 + i%4 {
			long = append(long, testRow{key: fmt.Sprint(i) + strings.Repeat("x", countedBytes/12)})
		}
	}
	for name, rows := range map[string][]testRow{"many": all, "long": long} {
		bounds, _ := sketchOf(t, rows, ByKeys, 1<<16, 8)
		// The definition: the least threshold that leaves few enough keys.
		keys := heaviest(rows, ByKeys, func(HeavyKey) bool { return true })
		threshold, most := uint64(0), 0
		for fits := false; !fits; {
			threshold++
			number, size := 0, 0
			for _, key := range keys {
				if bounds.Of(key.Hash) >= threshold {
					number++
					size += len(key.Key)
				}
			}
			fits = number <= countedKeys && size <= countedBytes
			most = max(most, number)
		}
		require.Greater(t, threshold, uint64(1), "%s: %d keys", name, most)
		want := heaviest(rows, ByKeys, func(k HeavyKey) bool { return k.Load.Keys >= threshold })
		require.NotEmpty(t, want)
		for _, workers := range []int{1, 4} {
			heavy := bounds.HeavyFrom(1)
			inPieces(t, random, shuffled(random, rows), workers, heavy.Add)
			require.Equal(t, threshold, heavy.Threshold(), name)
			require.Equal(t, want, heavy.Keys(), name)
		}
	}
}

func TestCensus(t *testing.T) {
	random := newRandom(7)
	all := skewed(random, 20_000, 3000)
	for _, by := range []Measure{ByKeys, ByBytes, ByWeight} {
		census := NewCensus()
		inPieces(t, random, all, 5, census.Add)
		keys, few := census.Keys(by)
		require.True(t, few)
		require.Equal(t, heaviest(all, by, func(HeavyKey) bool { return true }), keys)
		one, two := NewCensus(), NewCensus()
		addAtOnce(t, all[:7000], one.Add)
		addAtOnce(t, all[7000:], two.Add)
		require.NoError(t, one.Merge(two))
		merged, few := one.Keys(by)
		require.True(t, few)
		require.Equal(t, keys, merged)
	}
	keys, few := NewCensus().Keys(ByKeys)
	require.True(t, few)
	require.Empty(t, keys)
}

// A census ends with one key too many, or one byte.
func TestCensusOfTooMany(t *testing.T) {
	var many, long []testRow
	for i := range countedKeys {
		many = append(many, testRow{key: fmt.Sprint(i)})
	}
	for i := range 4 {
		long = append(long, testRow{key: fmt.Sprint(i) + strings.Repeat("x", countedBytes/4-1)})
	}
	random := newRandom(8)
	for _, rows := range [][]testRow{many, long} {
		for _, c := range []struct {
			more testRow
			few  bool
		}{{rows[3], true}, {testRow{key: "y"}, false}} {
			census := NewCensus()
			inPieces(t, random, shuffled(random, append(rows[:len(rows):len(rows)], c.more)), 3, census.Add)
			keys, few := census.Keys(ByKeys)
			require.Equal(t, c.few, few)
			require.Equal(t, c.few, len(keys) > 0)
			merged := NewCensus()
			require.NoError(t, merged.Merge(census))
			addAtOnce(t, []testRow{c.more}, merged.Add)
			_, few = merged.Keys(ByKeys)
			require.Equal(t, c.few, few)
		}
	}
}

func TestStamp(t *testing.T) {
	random := newRandom(9)
	all := skewed(random, 1000, 50)
	stamp := func(rows []testRow) *Stamp {
		s := new(Stamp)
		inPieces(t, random, rows, 3, s.Add)
		return s
	}
	sum := Load{}
	for _, row := range all {
		sum = sum.Plus(row.load())
	}
	before := stamp(all)
	require.Equal(t, sum, before.Load())
	require.True(t, before.Equal(stamp(shuffled(random, all))))
	merged := stamp(all[:300])
	require.False(t, before.Equal(merged))
	require.NoError(t, merged.Merge(stamp(all[300:])))
	require.True(t, before.Equal(merged))
	changed := func(change func(rows []testRow)) *Stamp {
		rows := append([]testRow(nil), all...)
		change(rows)
		return stamp(rows)
	}
	require.False(t, before.Equal(stamp(all[1:])))
	require.False(t, before.Equal(changed(func(rows []testRow) { rows[5].key = "other" })))
	require.False(t, before.Equal(changed(func(rows []testRow) { rows[5].weight++ })))
	require.False(t, before.Equal(changed(func(rows []testRow) { rows[5].weight++; rows[6].weight-- })), "the sums are the same")
	require.True(t, new(Stamp).Equal(new(Stamp)))
}
