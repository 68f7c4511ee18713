package plan

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// sketchOf returns what a sketch of the rows knows, and the draws.
func sketchOf(t *testing.T, all []testRow, by Measure, width, k int) (*Bounds, []Draw) {
	t.Helper()
	sketch, err := NewSketch(by, width)
	require.NoError(t, err)
	draws := NewDraws(by, k, 1000)
	addAtOnce(t, all, sketch.Add)
	addAtOnce(t, all, draws.Add)
	return sketch.Bounds(), draws.Draws()
}

// Of so many keys, what others add is above the noise as often as the chance says at
// most, and not much less often: the bound is no empty one.
func TestNoiseIsAboveItsChance(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	const keys = 40_000
	all := skewed(newRandom(4), 100_000, 2000)
	for i := range keys { // each once: their noise is that of any key
		all = append(all, testRow{key: fmt.Sprintf("rare-%d", i), weight: 1})
	}
	sums := loadsOf(all)
	for _, by := range []Measure{ByKeys, ByBytes, ByWeight} {
		bounds, _ := sketchOf(t, all, by, 1<<12, 8)
		for _, chance := range []float64{0.3, 0.1, 0.01, 0.001} {
			noise, above := bounds.Noise(chance), 0
			for key, load := range sums {
				most := bounds.Of(rowsOf([]testRow{{key: key}}).Hashes[0])
				require.GreaterOrEqual(t, most, by.Of(load))
				if most-by.Of(load) > noise {
					above++
				}
			}
			n := float64(len(sums))
			share, off := float64(above)/n, 5*math.Sqrt(chance/n)
			require.Less(t, share, chance+off, "%s, chance %v", by, chance)
			require.Greater(t, share, chance/8-off, "%s, chance %v", by, chance)
		}
		most := bounds.Noise(0)
		for key, load := range sums {
			require.LessOrEqual(t, bounds.Of(rowsOf([]testRow{{key: key}}).Hashes[0])-by.Of(load), most)
		}
	}
}

// What is said of a stream that was read once holds, of 50 streams.
func TestNamedHolds(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	for i := range 50 {
		random := newRandom(uint64(100 + i))
		all := skewed(random, 1+random.IntN(30_000), 1+random.IntN(10_000))
		all[0].weight = 5
		sums := loadsOf(all)
		by := []Measure{ByKeys, ByBytes, ByWeight}[i%3]
		bounds, draws := sketchOf(t, all, by, 1<<10, 2000)
		const top = 7
		named, others := bounds.Named(draws, uint64(len(all)), top)
		require.NotEmpty(t, named)
		require.LessOrEqual(t, len(named), top)
		for j, key := range named {
			has := by.Of(sums[string(key.Key)])
			require.LessOrEqual(t, key.Has.Low, has)
			require.GreaterOrEqual(t, key.Has.High, has)
			if key.Has.Low > 1 {
				require.Equal(t, bounds.Noise(uncertain/2/float64(len(all))), key.Has.High-key.Has.Low)
			}
			require.True(t, j == 0 || key.Has.High <= named[j-1].Has.High, "the heaviest first")
			delete(sums, string(key.Key))
		}
		most := uint64(0)
		for _, load := range sums {
			most = max(most, by.Of(load))
		}
		require.LessOrEqual(t, most, others)
		require.Less(t, others, bounds.Total/2+2, "which says little")
	}
}

// A load that is surely drawn is missing with the chance that is allowed, by the formula
// of independent draws, and one less is not.
func TestUndrawn(t *testing.T) {
	for _, total := range []uint64{1, 2, 10, 1000, 1e6, 1e12, math.MaxUint64} {
		for _, draws := range []int{1, 8, 1000, 1 << 16} {
			missing := func(load uint64) float64 {
				share := float64(load) / float64(total)
				return math.Pow(1-share, float64(draws)) / share
			}
			n := undrawn(total, draws)
			require.Less(t, n, total)
			require.LessOrEqual(t, missing(n+1), uncertain/2*1.001, "%d of %d", n, total)
			if n > 0 {
				require.Greater(t, missing(n), uncertain/2*0.999, "%d of %d", n, total)
			}
		}
	}
	require.Zero(t, undrawn(0, 8))
	require.Equal(t, uint64(9), undrawn(9, 0))
	require.InEpsilon(t, 1.0/4300, float64(undrawn(1e15, 1<<16))/1e15, 0.05)
}

func TestNamedOfNothing(t *testing.T) {
	bounds, draws := sketchOf(t, nil, ByKeys, 1<<10, 100)
	named, others := bounds.Named(draws, 0, 10)
	require.Empty(t, named)
	require.Zero(t, others)
}
