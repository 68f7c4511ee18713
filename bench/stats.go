package bench

import (
	"math"
	"slices"
)

// Ratio is how many times as fast one side is as another: the median over the
// rounds of a run, with a 95 % confidence interval.
type Ratio struct {
	Median, Low, High float64
}

// Holds says whether the interval holds x.
func (r Ratio) Holds(x float64) bool { return r.Low <= x && x <= r.High }

// width is the half width of the interval as a part of the median.
func (r Ratio) width() float64 { return (r.High - r.Low) / 2 / r.Median }

// ratioOf returns the median of the samples and its 95 % interval. Below six
// samples no interval reaches 95 %, and it is the whole line.
func ratioOf(samples []float64) Ratio { return quantileOf(samples, 0.5) }

// quantileOf returns the quantile of the samples, below which that part of them
// lies, and its 95 % interval, which is exact for samples of any distribution:
// the true quantile is above the k-th smallest unless fewer than k samples are
// below it, whose probability is that of fewer than k heads of biased coins.
func quantileOf(samples []float64, part float64) Ratio {
	sorted := slices.Sorted(slices.Values(samples))
	n := len(sorted)
	if n == 0 {
		return Ratio{math.NaN(), 0, math.Inf(1)}
	}
	r := Ratio{quantile(sorted, part), 0, math.Inf(1)}
	if part == 0.5 {
		r.Median = median(sorted)
	}
	if k := tail(n, part); k > 0 {
		r.Low = sorted[k-1]
	}
	if k := tail(n, 1-part); k > 0 {
		r.High = sorted[n-k]
	}
	return r
}

// tail returns the largest k such that n coins, each a head with probability p,
// show fewer than k heads with a probability of at most 2.5 %.
func tail(n int, p float64) int {
	// In logarithms: for large n a single outcome is below what a float64 holds.
	logN, _ := math.Lgamma(float64(n + 1))
	sum := 0.0
	for k := range n + 1 {
		heads, _ := math.Lgamma(float64(k + 1))
		tails, _ := math.Lgamma(float64(n - k + 1))
		sum += math.Exp(logN - heads - tails + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
		if sum > 0.025 {
			return k
		}
	}
	return 0
}

// median returns the middle of sorted samples, the mean of the middle two if
// their number is even.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// quantile returns the sample below which that part of the samples lies.
func quantile(sorted []float64, part float64) float64 {
	return sorted[int(part*float64(len(sorted)-1)+0.5)]
}

// summary returns the median of the samples, and their spread: the distance of
// the tenth from the ninetieth percentile, as a part of the median.
func summary(samples []float64) (mid, spread float64) {
	sorted := slices.Sorted(slices.Values(samples))
	if len(sorted) == 0 {
		return math.NaN(), math.NaN()
	}
	mid = median(sorted)
	return mid, (quantile(sorted, 0.9) - quantile(sorted, 0.1)) / mid
}

// quotient returns a divided by b, and an interval for it from those of a and
// b, which know nothing of each other: the half widths of the logarithms add up as the
// sides of a right angle do.
func quotient(a, b Ratio) Ratio {
	mid := a.Median / b.Median
	down := math.Hypot(math.Log(a.Median/a.Low), math.Log(b.High/b.Median))
	up := math.Hypot(math.Log(a.High/a.Median), math.Log(b.Median/b.Low))
	return Ratio{mid, mid * math.Exp(-down), mid * math.Exp(up)}
}
