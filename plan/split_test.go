package plan

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// leastFullest returns what the fullest of so many runs has at least, by trying all ways to
// cut, the last run first.
func leastFullest(loads []uint64, runs int) uint64 {
	best := make([][]uint64, runs+1) // best[r][i]: of the first i loads in r runs
	for r := range best {
		best[r] = slices.Repeat([]uint64{math.MaxUint64}, len(loads)+1)
	}
	best[0][0] = 0
	for r := 1; r <= runs; r++ {
		for end := range len(loads) + 1 {
			sum := uint64(0)
			for begin := end; begin >= 0; begin-- {
				if begin < end {
					sum += loads[begin]
				}
				best[r][end] = min(best[r][end], max(best[r-1][begin], sum))
			}
		}
	}
	return best[runs][len(loads)]
}

func TestCutIsBest(t *testing.T) {
	for i := range 2000 {
		random := newRandom(uint64(i))
		loads := make([]uint64, 1+random.IntN(40))
		for j := range loads {
			loads[j] = 1 + random.Uint64N(20)
			if random.IntN(8) == 0 {
				loads[j] *= 30
			}
		}
		runs := 1 + random.IntN(len(loads))
		begins, most := cut(loads, runs)
		require.Equal(t, leastFullest(loads, runs), most, "%v in %d", loads, runs)
		require.Len(t, begins, runs-1)
		from, fullest := 0, uint64(0)
		for _, to := range append(begins, len(loads)) {
			require.Less(t, from, to, "no run is empty: %v", begins)
			sum := uint64(0)
			for _, load := range loads[from:to] {
				sum += load
			}
			fullest, from = max(fullest, sum), to
		}
		require.Equal(t, most, fullest)
	}
	begins, most := cut(slices.Repeat([]uint64{1}, 1000), 10)
	require.Equal(t, []int{100, 200, 300, 400, 500, 600, 700, 800, 900}, begins)
	require.Equal(t, uint64(100), most)
	begins, _ = cut(slices.Repeat([]uint64{1}, 101), 3)
	require.Equal(t, []int{33, 67}, begins, "the rest is not left to the last")
}

// splitOf splits as a program does, in two passes.
func splitOf(t *testing.T, all []testRow, by Measure, k, ranges int) (*Split, *Intervals) {
	t.Helper()
	draws := NewDraws(by, k, 1<<10)
	addAtOnce(t, all, draws.Add)
	n, err := NewIntervals(Splitters(draws.Draws()), true)
	require.NoError(t, err)
	addAtOnce(t, all, n.Add)
	s, err := BestSplit(n, by, ranges)
	require.NoError(t, err)
	return s, n
}

// requireRanges counts each row by the starts of the ranges.
func requireRanges(t *testing.T, s *Split, all []testRow) {
	t.Helper()
	want, total := make([]Load, len(s.Ranges)), Load{}
	for _, row := range all {
		at := 0
		for at+1 < len(s.Ranges) && string(s.Ranges[at+1].Start) <= row.key {
			at++
		}
		want[at] = want[at].Plus(row.load())
		total = total.Plus(row.load())
	}
	require.Equal(t, total, s.Total)
	for i, r := range s.Ranges {
		require.Equal(t, want[i], *r.Load, "range %d from %q", i, r.Start)
		require.Equal(t, Exactly(s.By.Of(want[i])), r.Has)
	}
}

// Each range has what a count of all rows says, the fullest is the best of all cuts of the
// intervals, and no boundaries at all are better than AtBest.
func TestBestSplit(t *testing.T) {
	for i := range 60 {
		random := newRandom(uint64(i))
		var all []testRow
		for j, key := range ragged(random, 1+random.IntN(500), 1+random.IntN(6), []string{"ab", "abcdefgh", "\x00\xff"}[i%3]) {
			all = append(all, testRow{key: key, value: "1", weight: random.Uint64N(5), serial: uint64(j)})
		}
		by, ranges := []Measure{ByKeys, ByBytes, ByWeight}[i/3%3], 1+random.IntN(9)
		s, n := splitOf(t, all, by, []int{8, 30, 5000}[i%3], ranges)
		requireRanges(t, s, all)
		require.Empty(t, s.Ranges[0].Start)
		require.LessOrEqual(t, len(s.Ranges), ranges)

		var loads []uint64
		for j := range n.Loads().Len() {
			loads = append(loads, by.Of(n.Loads().At(j)))
		}
		require.Equal(t, leastFullest(loads, ranges), s.Spread.Max)

		sums := loadsOf(all)
		keys := []string{}
		for key := range sums {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		loads = nil
		for _, key := range keys {
			loads = append(loads, by.Of(sums[key]))
		}
		best := leastFullest(loads, ranges)
		require.LessOrEqual(t, s.AtBest, best)
		require.GreaterOrEqual(t, s.Spread.Max, best)
		if i%3 == 2 { // all keys were drawn
			require.Equal(t, best, s.Spread.Max)
		}
	}
}

// With many keys the ranges are even, to one part in the number of draws or so.
func TestBestSplitIsEven(t *testing.T) {
	all := make([]testRow, 50_000)
	random := newRandom(1)
	for i := range all {
		all[i] = testRow{key: fmt.Sprintf("user:%08d", random.IntN(1e8)), serial: uint64(i)}
	}
	s, _ := splitOf(t, all, ByKeys, 4096, 8)
	require.Len(t, s.Ranges, 8)
	requireRanges(t, s, all)
	require.Less(t, s.Spread.MaxMean, 1.004)
	require.GreaterOrEqual(t, s.AtBest, uint64(len(all)/8))
	for _, r := range s.Ranges[1:] {
		require.Less(t, len(r.Start), len("user:12345678"), "%q could be shorter", r.Start)
	}
}

// A key that has more than a range should have stands alone, from itself up to the next.
func TestSplitIsolatesAHeavyKey(t *testing.T) {
	var all []testRow
	for i := range 3000 {
		all = append(all, testRow{key: fmt.Sprintf("k%04d", i), serial: uint64(len(all))})
		if i == 1500 {
			for range 2000 {
				all = append(all, testRow{key: "k1500", serial: uint64(len(all))})
			}
		}
	}
	s, _ := splitOf(t, all, ByKeys, 3000, 4)
	requireRanges(t, s, all)
	require.Equal(t, uint64(2001), s.Spread.Max)
	require.Equal(t, uint64(2001), s.AtBest)
}

// What one pass says is true, of 40 streams.
func TestSplitOnceHolds(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	for i := range 40 {
		random := newRandom(uint64(i))
		all := skewed(random, 1+random.IntN(20_000), 1+random.IntN(5000))
		all[0].weight = 3
		by, ranges := []Measure{ByKeys, ByBytes, ByWeight}[i%3], 1+random.IntN(6)
		draws := NewDraws(by, []int{1 << 12, 5000}[i%2], 1<<10)
		addAtOnce(t, all, draws.Add)
		total := Load{}
		for _, row := range all {
			total = total.Plus(row.load())
		}
		s, err := SplitOnce(draws.Draws(), total, by, ranges)
		require.NoError(t, err)
		require.False(t, s.Exact)
		for j, r := range s.Ranges {
			has := uint64(0)
			for _, row := range all {
				if row.key >= string(r.Start) && (j+1 == len(s.Ranges) || row.key < string(s.Ranges[j+1].Start)) {
					has += by.Of(row.load())
				}
			}
			require.LessOrEqual(t, r.Has.Low, has)
			require.GreaterOrEqual(t, r.Has.High, has)
			require.Less(t, float64(r.Has.High-r.Has.Low), 0.16*float64(by.Of(total))+2, "which says little")
		}
	}
}

func TestSplitOfNothing(t *testing.T) {
	s, _ := splitOf(t, nil, ByWeight, 100, 5)
	require.Len(t, s.Ranges, 1)
	require.Zero(t, s.AtBest)
	once, err := SplitOnce(nil, Load{}, ByKeys, 5)
	require.NoError(t, err)
	require.Len(t, once.Ranges, 1)
	all := []testRow{{key: "a"}, {key: "b", serial: 1}} // which weigh nothing
	s, _ = splitOf(t, all, ByWeight, 100, 2)
	requireRanges(t, s, all)
	require.Len(t, s.Ranges, 1)
}
