package plan

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mathext"

	"github.com/keymill/keymill"
)

// fallen lets keys fall on partitions with these shares, each with the next of the loads,
// over and over, and returns what each has.
func fallen(rng *rand.Rand, of int, shares []uint64, keys int, loads []uint64) []uint64 {
	var where []int // as often as it has shares
	for i, share := range shares {
		where = append(where, slices.Repeat([]int{i}, int(share))...)
	}
	all := make([]uint64, of)
	for i := range keys {
		at := 0
		if shares == nil {
			at = rng.IntN(of)
		} else {
			at = where[rng.IntN(len(where))]
		}
		all[at] += loads[i%len(loads)]
	}
	return all
}

// counted is how often a figure fell below, in and above a range, and on either side of its median.
type counted struct{ below, above, atLeast, atMost, trials int }

func (c *counted) add(r Range, x float64) {
	c.trials++
	if x < r.Low*(1-rounded) {
		c.below++
	}
	if x > r.High*(1+rounded) {
		c.above++
	}
	if x >= r.Median*(1-rounded) {
		c.atLeast++
	}
	if x <= r.Median*(1+rounded) {
		c.atMost++
	}
}

// check holds the counts to 1 in 200 on each side, and half of them on each side of the median.
func (c *counted) check(t *testing.T, tolerance float64, what string) {
	n := float64(c.trials)
	limit := tolerance * (n/200 + 3.5*math.Sqrt(n/200))
	require.LessOrEqual(t, float64(c.below), limit, "%s: below the range, of %d", what, c.trials)
	require.LessOrEqual(t, float64(c.above), limit, "%s: above the range, of %d", what, c.trials)
	half := n/2 - tolerance*2*math.Sqrt(n)
	require.GreaterOrEqual(t, float64(c.atLeast), half, "%s: at least the median, of %d", what, c.trials)
	require.GreaterOrEqual(t, float64(c.atMost), half, "%s: at most the median, of %d", what, c.trials)
}

// Keys that really fall at random are in the ranges as often as those say.
func TestChanceIsAsKeysFall(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	unequal := func(n int) (shares []uint64) {
		for i := range n {
			shares = append(shares, uint64(1+i%3))
		}
		return shares
	}
	for _, c := range []struct {
		of     int
		shares []uint64
		keys   int
		trials int
	}{
		{2, nil, 10, 2000},
		{2, nil, 100_000, 200},
		{3, nil, 2000, 1000},
		{3, []uint64{1, 2, 5}, 3000, 1000},
		{12, nil, 50, 2000},
		{12, nil, 10_000, 500},
		{12, unequal(12), 700, 1000},
		{100, nil, 400, 1000},
		{256, nil, 20_000, 200},
		{257, nil, 20_000, 200},
		{257, unequal(257), 20_000, 200},
		{1000, nil, 20, 2000},
		{1000, unequal(1000), 300, 500},
		{1000, nil, 1000, 500},
		{1000, nil, 5000, 500},
		{1000, nil, 80_000, 150},
		{16384, nil, 50_000, 100},
	} {
		rng := rand.New(rand.NewPCG(uint64(c.of), uint64(c.keys)))
		chance, err := NewChance(c.of, c.shares, float64(c.keys), 0)
		require.NoError(t, err)
		var most, p99, cv, gini counted
		var p [3]int // how many below 0.01, 0.1, 0.5
		outside := 0
		for range c.trials {
			loads := fallen(rng, c.of, c.shares, c.keys, []uint64{1})
			s, err := NewSpread(loads, c.shares)
			require.NoError(t, err)
			most.add(chance.MaxMean, s.MaxMean)
			p99.add(chance.P99Mean, s.P99Mean)
			cv.add(chance.CV, s.CV)
			gini.add(chance.Gini, s.Gini)
			for i, level := range []float64{0.01, 0.1, 0.5} {
				if chance.P(s) <= level {
					p[i]++
				}
			}
			band := chance.Band(0)
			if !band.Holds(float64(loads[0]) / (float64(c.keys) * chance.share(0) / chance.total)) {
				outside++
			}
		}
		what := fmt.Sprintf("%d keys on %d, shares %v", c.keys, c.of, c.shares != nil)
		most.check(t, 1, what+": max/mean")
		p99.check(t, 1, what+": p99/mean")
		cv.check(t, 2, what+": CV")
		gini.check(t, 1, what+": Gini")
		n := float64(c.trials)
		for i, level := range []float64{0.01, 0.1, 0.5} {
			slack := 4*math.Sqrt(level*n) + 2
			if c.keys <= 10*c.of { // where few values of chi² are likely
				if level > 0.01 {
					continue
				}
				slack += n / 50
			}
			require.InDelta(t, level*n, float64(p[i]), slack, "%s: p below %v", what, level)
		}
		require.LessOrEqual(t, float64(outside), 0.015*n+3.5*math.Sqrt(0.015*n), what+": outside of the band")
	}
}

// Two ways to the same figures, where both go.
func TestSimulatedAndComputedAgree(t *testing.T) {
	for _, keys := range []float64{100, 2000, 100_000, 1e9} {
		for _, shares := range [][]uint64{nil, append(slices.Repeat([]uint64{1}, maxSimulated/2), slices.Repeat([]uint64{3}, maxSimulated/2)...)} {
			one, err := NewChance(maxSimulated, shares, keys, 0)
			require.NoError(t, err)
			other := *one
			other.compute()
			for _, r := range [][2]Range{{one.MaxMean, other.MaxMean}, {one.P99Mean, other.P99Mean}, {one.Gini, other.Gini}} {
				for i := range levels {
					apart := max(1.5/math.Sqrt(keys/maxSimulated), 0.0001) * []float64{0.25, 0.1, 0.25}[i]
					require.InDelta(t, *r[0].at(i), *r[1].at(i), apart+1.01*maxSimulated/keys, "%v keys, shares %v: %v", keys, shares != nil, r)
				}
			}
		}
	}
}

// The Gini of Poisson has a formula, of Bessel functions, and for many keys a limit.
func TestGiniOfPoisson(t *testing.T) {
	for _, mean := range []float64{0.1, 1, 7, 100, 1e4} {
		got, deviation := gini((&odds{of: 1e9, keys: 1e9 * mean}).groups())
		// E|X-Y|/(2·mean), summed up by its definition for few, else 1/√(π·mean).
		want := 1 / math.Sqrt(math.Pi*mean) * (1 - 1/(16*mean))
		if mean < 50 {
			want = 0
			for k := range 200 {
				f := poisson(float64(k)/mean, mean)
				want += f * (1 - f) / mean
			}
		}
		require.InEpsilon(t, want, got, 1e-3, "mean %v", mean)
		if mean >= 100 { // of normal variables: Nair (1936)
			require.InEpsilon(t, 0.8068/1.12838/math.Sqrt(1e9), deviation/got, 0.02, "mean %v", mean)
		}
	}
}

// Of rows of different keys, p is that of Pearson's test; where the keys are estimated,
// it is less sure.
func TestChiSquare(t *testing.T) {
	loads := []uint64{18, 25, 22, 35} // of 100: chi² = 1.96+0+0.36+4 = 6.32
	s, err := NewSpread(loads, nil)
	require.NoError(t, err)
	require.InDelta(t, 6.32, s.ChiSquare, 1e-12)
	c, err := NewChance(4, nil, 1e9, 0)
	require.NoError(t, err)
	c.keys = 100
	require.InDelta(t, 0.0970, c.P(s), 0.0001) // of tables: 0.097 for 6.32 on 3
	c.keys = 50
	require.InDelta(t, mathext.GammaIncRegComp(1.5, 3.16/2), c.P(s), 0.0001)
	c.keys, c.off = 100, 0.0055
	require.InDelta(t, 0.0970, c.P(s), 0.0002)
	even, err := NewSpread([]uint64{25, 25, 25, 25}, nil)
	require.NoError(t, err)
	require.InDelta(t, 1, c.P(even), 1e-9)
}

// Keys of unequal loads fall as unevenly as the sketch says that so many equal ones would.
func TestEffectiveKeys(t *testing.T) {
	const keys, of = 3000, 40
	loads := []uint64{1, 1, 2, 3, 10, 30}
	rows := &Rows{Keys: &keymill.Batch{Width: 1, Data: make([]byte, keys)}, Weights: make([]uint64, keys)}
	for i := range keys {
		rows.Hashes = append(rows.Hashes, rand.Uint64())
		rows.Weights[i] = loads[i%len(loads)]
	}
	sketch, err := NewSketch(ByWeight, SketchWidth)
	require.NoError(t, err)
	require.NoError(t, sketch.Add(rows))
	effective, off := sketch.Bounds().Effective()
	sum, squares := 47.0, 1015.0
	require.InEpsilon(t, keys/6*sum*sum/squares, effective, 5*off)
	chance, err := NewChance(of, nil, effective, off)
	require.NoError(t, err)
	var most, cv, gini counted
	rng := rand.New(rand.NewPCG(8, 9))
	for range 2000 {
		s, err := NewSpread(fallen(rng, of, nil, keys, loads), nil)
		require.NoError(t, err)
		most.add(chance.MaxMean, s.MaxMean)
		cv.add(chance.CV, s.CV)
		gini.add(chance.Gini, s.Gini)
	}
	most.check(t, 3, "max/mean")
	cv.check(t, 3, "CV")
	gini.check(t, 3, "Gini")
}

func TestChanceOfLittle(t *testing.T) {
	for _, c := range []struct {
		of   int
		keys float64
		want string
	}{
		{5, 0, "{0 0 0} {0 0 0} {0 0 0}"},
		{1, 1000, "{1 1 1} {1 1 1} {0 0 0}"},
		{4, 1, "{4 4 4} {4 4 4} {1.73205 1.73205 1.73205}"},
		{1000, 1, "{1000 1000 1000} {0 0 0} {31.607 31.607 31.607}"},
	} {
		chance, err := NewChance(c.of, nil, c.keys, 0)
		require.NoError(t, err)
		require.Equal(t, c.want, fmt.Sprint(chance.MaxMean, chance.P99Mean, chance.CV))
		s, err := NewSpread(append(make([]uint64, c.of-1), 7), nil)
		require.NoError(t, err)
		require.False(t, math.IsNaN(chance.P(s)))
		require.False(t, math.IsNaN(chance.Band(0).High))
	}
	for _, c := range []struct {
		of     int
		shares []uint64
		keys   float64
	}{{0, nil, 5}, {2, []uint64{1}, 5}, {2, []uint64{1, 0}, 5}, {2, nil, -1}, {2, nil, math.NaN()}, {2, nil, math.Inf(1)}} {
		_, err := NewChance(c.of, c.shares, c.keys, 0)
		require.Error(t, err)
	}
}

// Of two nodes, what one has the other has not: a binomial distribution.
func TestBandOfTwo(t *testing.T) {
	chance, err := NewChance(2, []uint64{1, 3}, 1e6, 0)
	require.NoError(t, err)
	for i, part := range []float64{0.25, 0.75} {
		deviation := math.Sqrt(1e6*part*(1-part)) / (1e6 * part)
		band := chance.Band(i)
		require.InDelta(t, 1-z*deviation, band.Low, deviation/50)
		require.InDelta(t, 1, band.Median, deviation/50)
		require.InDelta(t, 1+z*deviation, band.High, deviation/50)
	}
}

// However many there are, it takes little time, and the figures are numbers.
func TestChanceOfMany(t *testing.T) {
	shares := make([]uint64, 100_000)
	for i := range shares {
		shares[i] = uint64(i) + 1
	}
	for _, c := range []struct {
		of     int
		shares []uint64
		keys   float64
	}{{1 << 24, nil, 1e6}, {1 << 24, nil, 1e13}, {1000, nil, 1e18}, {len(shares), shares, 1e7}} {
		chance, err := NewChance(c.of, c.shares, c.keys, 0.006)
		require.NoError(t, err)
		for _, r := range []Range{chance.MaxMean, chance.P99Mean, chance.CV, chance.Gini} {
			require.LessOrEqual(t, r.Low, r.Median)
			require.LessOrEqual(t, r.Median, r.High)
			require.False(t, math.IsInf(r.High, 1))
		}
	}
}
