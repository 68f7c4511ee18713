package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// firings is the definition: every time at which any row fires before the end, in order.
func firings(all []testRow, by Measure, end float64) []Draw {
	var fired []Draw
	for _, row := range all {
		w, hash := float64(by.Of(row.load())), rowsOf([]testRow{row}).Hashes[0]
		random := mix(row.serial*golden + drawsSeed)
		at := 0.0
		for n := uint64(1); w > 0; n++ {
			at += -math.Log1p(-fraction(random)) / w
			if at > end {
				break
			}
			fired = append(fired, Draw{Hash: hash, Key: []byte(row.key), at: at})
			random = mix(random + n*golden)
		}
	}
	slices.SortFunc(fired, func(a, b Draw) int { return cmp.Compare(a.at, b.at) })
	return fired
}

// The draws are those that fire first, however the rows come.
func TestDrawsAreTheFirst(t *testing.T) {
	random := newRandom(1)
	for _, by := range []Measure{ByKeys, ByBytes, ByWeight} {
		for _, rows := range []int{1, 2, 30, 5000} {
			all := skewed(random, rows, 100)
			all[0].weight = 7 // that of a single row is not 0
			const k = 200
			total := uint64(0)
			for _, row := range all {
				total += by.Of(row.load())
			}
			want := firings(all, by, 2*k/float64(total))
			require.Greater(t, len(want), k)
			want = want[:k]
			for _, workers := range []int{1, 7} {
				draws := NewDraws(by, k, 100)
				inPieces(t, random, shuffled(random, all), workers, draws.Add)
				require.Equal(t, want, draws.Draws(), "%s, %d rows", by, rows)
			}
			one, two := NewDraws(by, k, 100), NewDraws(by, k, 100)
			addAtOnce(t, all[:rows/3], one.Add)
			addAtOnce(t, all[rows/3:], two.Add)
			require.NoError(t, one.Merge(two))
			require.Equal(t, want, one.Draws())
		}
	}
}

// A key is drawn as often as its share says: within 5 standard deviations.
func TestDrawsAreByShare(t *testing.T) {
	all := skewed(newRandom(2), 20_000, 500)
	sums := loadsOf(all)
	for _, by := range []Measure{ByKeys, ByBytes, ByWeight} {
		const k = 50_000
		draws := NewDraws(by, k, 100)
		addAtOnce(t, all, draws.Add)
		total, got := uint64(0), map[string]int{}
		for _, load := range sums {
			total += by.Of(load)
		}
		for _, draw := range draws.Draws() {
			got[string(draw.Key)]++
		}
		chi := 0.0
		for key, load := range sums {
			want := k * float64(by.Of(load)) / float64(total)
			chi += (float64(got[key]) - want) * (float64(got[key]) - want) / max(want, 1e-9)
		}
		degrees := float64(len(sums) - 1)
		require.InDelta(t, degrees, chi, 5*math.Sqrt(2*degrees), by)
	}
}

// Keys that are long leave room for fewer draws, always the same ones; what is kept
// of them is bounded.
func TestDrawsOfLongKeys(t *testing.T) {
	random := newRandom(3)
	var all []testRow
	for i := range 100 {
		all = append(all, testRow{key: fmt.Sprint(i) + strings.Repeat("x", 300_000), serial: uint64(i)})
	}
	fired := firings(all, ByKeys, 5)
	kept, keys := 0, map[uint64]bool{}
	for room := drawnBytes; ; kept++ {
		if hash := fired[kept].Hash; !keys[hash] {
			if room -= len(fired[kept].Key); room < 0 {
				break
			}
			keys[hash] = true
		}
	}
	require.Greater(t, kept, len(keys), "some are there twice")
	for range 3 {
		draws := NewDraws(ByKeys, 1000, 1<<20)
		inPieces(t, random, shuffled(random, all), 3, draws.Add)
		require.Equal(t, fired[:kept], draws.Draws())
	}

	cut := NewDraws(ByKeys, 100, 1000)
	addAtOnce(t, append(all[:1:1], testRow{key: "short", serial: 1000}), cut.Add)
	for _, draw := range cut.Draws() {
		require.Equal(t, len(draw.Key) == 1000, draw.Cut)
		require.True(t, draw.Cut || string(draw.Key) == "short")
	}
}

func TestDrawsThatAreNone(t *testing.T) {
	draws := NewDraws(ByWeight, 100, 100)
	require.Empty(t, draws.Draws())
	addAtOnce(t, []testRow{{key: "a"}, {key: "b", serial: 1}}, draws.Add)
	require.Empty(t, draws.Draws(), "what weighs nothing is not drawn")
	addAtOnce(t, []testRow{{key: "c", serial: 2, weight: 1}}, draws.Add)
	require.Len(t, draws.Draws(), 100)

	rows := rowsOf([]testRow{{key: "a"}})
	rows.Serials = nil
	require.ErrorContains(t, draws.Add(rows), "0 serials for 1 rows")
	rows.Hashes = nil
	require.ErrorContains(t, draws.Add(rows), "0 hashes for 1 rows")
	require.ErrorContains(t, draws.Merge(NewDraws(ByKeys, 100, 100)), "draws by weight cannot take draws by keys")
}
