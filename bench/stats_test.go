package bench

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The ranks are those of published tables of the sign test's interval (Conover,
// Practical Nonparametric Statistics, table A3; Hollander and Wolfe).
func TestTailOfTables(t *testing.T) {
	for n, want := range map[int]int{1: 0, 5: 0, 6: 1, 8: 1, 9: 2, 10: 2, 12: 3, 15: 4, 20: 6, 25: 8, 30: 10, 50: 18, 100: 40} {
		assert.Equal(t, want, tail(n, 0.5), "%d samples", n)
	}
	assert.InDelta(t, 49_000, tail(100_000, 0.5), 1000, "large numbers neither overflow nor vanish")
}

func TestRatioOf(t *testing.T) {
	r := ratioOf([]float64{9, 1, 8, 2, 7, 3, 6, 4, 5, 10})
	assert.Equal(t, Ratio{5.5, 2, 9}, r)
	assert.True(t, r.Holds(2) && r.Holds(9) && !r.Holds(1.99) && !r.Holds(9.01))

	few := ratioOf([]float64{2, 2, 2})
	assert.Equal(t, 2.0, few.Median)
	assert.True(t, few.Holds(1e9), "three samples tell nothing at 95 %%")
	assert.True(t, math.IsNaN(ratioOf(nil).Median))
}

// Of 72 samples the first interval of the 5 % quantile has a lower end: 0.95^72 is
// below 2.5 %, 0.95^71 is not. Its upper end is the value of the binomial table
// of scipy, 1 + binom.ppf(0.975, n, 0.05).
func TestQuantileOf(t *testing.T) {
	samples := make([]float64, 151)
	for i := range samples {
		samples[i] = float64(151 - i)
	}
	assert.Equal(t, Ratio{9, 3, 14}, quantileOf(samples, 0.05))
	assert.Equal(t, Ratio{5, 1, 9}, quantileOf(samples[151-72:], 0.05))
	assert.Equal(t, Ratio{5, 0, 9}, quantileOf(samples[151-71:], 0.05))
}

// The interval holds the true median in 95 of 100 runs, also of samples that are
// skewed and have outliers, as timings do.
func TestIntervalCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const runs = 4000
	for _, n := range []int{11, 30, 101} {
		held := 0
		for range runs {
			samples := make([]float64, n)
			for i := range samples {
				samples[i] = math.Exp(0.1 * rng.NormFloat64())
				if rng.IntN(2) == 0 { // stretches the upper half and leaves the median at 1
					samples[i] = max(samples[i], 1/samples[i])
					if samples[i] > 1 && rng.IntN(5) == 0 {
						samples[i] *= 3
					}
				} else {
					samples[i] = min(samples[i], 1/samples[i])
				}
			}
			if ratioOf(samples).Holds(1) {
				held++
			}
		}
		share := float64(held) / runs
		require.GreaterOrEqual(t, share, 0.94, "%d samples", n)
		require.LessOrEqual(t, share, 0.995, "%d samples: it is too wide to tell anything", n)
	}
}

func TestQuotient(t *testing.T) {
	exact := Ratio{2, 2, 2}
	assert.InDeltaMapValues(t, asMap(Ratio{2, 1.8, 2.2}), asMap(quotient(Ratio{4, 3.6, 4.4}, exact)), 1e-9)
	// Two intervals of 10 % make one of about 14 %.
	q := quotient(Ratio{1, 1 / 1.1, 1.1}, Ratio{1, 1 / 1.1, 1.1})
	assert.InDelta(t, 1.1443, q.High, 1e-3)
	assert.InDelta(t, 1/1.1443, q.Low, 1e-3)
}

func asMap(r Ratio) map[string]float64 {
	return map[string]float64{"median": r.Median, "low": r.Low, "high": r.High}
}

func TestSummary(t *testing.T) {
	mid, spread := summary([]float64{10, 11, 9, 10, 10, 10, 10, 10, 10, 10, 100})
	assert.Equal(t, 10.0, mid)
	assert.InDelta(t, 0.1, spread, 1e-9, "an outlier does not count")
}
