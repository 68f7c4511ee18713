package plan

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// compute fills the ranges for so many partitions that they hardly depend on each other.
func (c *Chance) compute() {
	groups := c.groups()
	for i, level := range levels {
		*c.CV.at(i) = math.Sqrt(float64(c.of-1) * c.ratioQuantile(level) / c.keys)
		*c.MaxMean.at(i) = bisect(1, func(t float64) bool { return allBelow(groups, t) >= level })
		*c.P99Mean.at(i) = bisect(1, func(t float64) bool { return nearlyAllBelow(groups, t) >= level })
	}
	mean, deviation := gini(groups)
	deviation = math.Hypot(deviation, mean*c.off/2)
	c.Gini = Range{digits(max(mean-z*deviation, 0)), digits(mean), digits(min(mean+z*deviation, 1))}
	for _, r := range []*Range{&c.MaxMean, &c.P99Mean} {
		// What is above the mean goes by the root of the keys, whose number is an estimate.
		r.Low -= z * c.off / 2 * (r.Low - 1)
		r.High += z * c.off / 2 * (r.High - 1)
	}
	for _, r := range []*Range{&c.MaxMean, &c.P99Mean, &c.CV} {
		*r = Range{digits(r.Low), digits(r.Median), digits(r.High)}
	}
}

// ratioQuantile returns the quantile of chi² over its mean.
func (o *odds) ratioQuantile(level float64) float64 {
	if math.IsInf(o.chi, 1) {
		return 1
	}
	return bisect(1, func(x float64) bool { return upper(x, o.chi, o.degrees()) <= 1-level })
}

// allBelow returns how likely nothing has more than t times its mean.
func allBelow(groups []group, t float64) float64 {
	log := 0.0
	for _, g := range groups {
		log += g.count * math.Log1p(-above(t, g.mean))
	}
	return math.Exp(log)
}

// nearlyAllBelow returns how likely no more than 1 % of the shares have more than t times their mean.
func nearlyAllBelow(groups []group, t float64) float64 {
	mean, variance := 0.0, 0.0
	for _, g := range groups {
		p := above(t, g.mean)
		mean += g.count * g.share * p
		variance += g.count * g.share * g.share * p * (1 - p)
	}
	if mean < 1e-12 {
		return 1
	}
	if mean >= 1 || variance == 0 {
		return 0
	}
	// As of so many things of equal shares, which is what they are if all shares are.
	n := mean * (1 - mean) / variance
	k := 0.01*n + 1e-9
	if len(groups) == 1 {
		k = math.Floor(k)
	}
	return mathext.RegIncBeta(n-k, k+1, 1-mean)
}

// gini returns the mean and the standard deviation of the Gini coefficient, the integral of
// g·(1-g) over t, where g is what part of the shares has at most t times its mean.
//
// The deviation is that of the influence of each load on the integral, less what the
// total would explain, which is fixed.
func gini(groups []group) (mean, deviation float64) {
	top, finest := 0.0, 0.0
	for _, g := range groups {
		top = max(top, 1+(9*math.Sqrt(g.mean)+20)/g.mean)
		finest = max(finest, g.mean)
	}
	bottom := top
	for _, g := range groups {
		bottom = min(bottom, max(1-9/math.Sqrt(g.mean), 0))
	}
	// Points lie between the whole numbers of keys of the largest share, as long as those are few.
	steps := math.Ceil((top - bottom) * finest)
	apart := math.Ceil(steps/max(1<<16/float64(len(groups)), 1<<9)) / finest
	first := math.Floor(bottom/apart) * apart
	points := int(math.Ceil((top - first) / apart))

	below := make([]float64, points) // what part of the shares
	spread := 0.0                    // how much below varies, over all points
	parts := make([][]float64, len(groups))
	for i, g := range groups {
		parts[i] = make([]float64, points)
		for j := range parts[i] {
			p := poisson(first+(float64(j)+0.5)*apart, g.mean)
			parts[i][j] = p
			below[j] += g.count * g.share * p
			spread += g.count * g.share * g.share * p * (1 - p) * apart
		}
	}
	// influence: the integral of 1 - 2·below from t on.
	influence := make([]float64, points+1)
	for j := points - 1; j >= 0; j-- {
		influence[j] = influence[j+1] + (1-2*below[j])*apart
		mean += below[j] * (1 - below[j]) * apart
	}
	mean -= spread
	var own, both, total float64 // variances of the influence and of the load, and what they have in common
	for i, g := range groups {
		var x, y, xx, xy, yy, before float64
		for j := range points + 1 {
			p := 1.0
			if j < points {
				p = parts[i][j]
			}
			at, with := first+float64(j)*apart, p-before
			before = p
			x, y = x+with*influence[j], y+with*at
			xx, xy, yy = xx+with*influence[j]*influence[j], xy+with*influence[j]*at, yy+with*at*at
		}
		weight := g.count * g.share * g.share
		own, both, total = own+weight*(xx-x*x), both+weight*(xy-x*y), total+weight*(yy-y*y)
	}
	return mean, math.Sqrt(max(own-both*both/total, 0))
}
