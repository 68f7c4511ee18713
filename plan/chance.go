package plan

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mathext"
)

// Chance is what chance alone makes of a spread: so many keys of equal load, each on a
// partition or node at random, with odds by the shares. No hash function does better
// but by luck.
//
// For up to 256 partitions, or 300 keys, it is simulated, 4,000 times with a fixed seed; for more
// it is computed, with partitions that do not depend on each other. Figures have six digits.
type Chance struct {
	Keys float64 `json:"effective_keys"` // see [Bounds.Effective]

	MaxMean Range `json:"max_over_mean"`
	P99Mean Range `json:"p99_over_mean"`
	CV      Range `json:"cv"`
	Gini    Range `json:"gini"`

	odds
}

// Range is between which figures chance falls in 99 of 100 cases.
type Range struct {
	Low    float64 `json:"low"`
	Median float64 `json:"median"`
	High   float64 `json:"high"`
}

// Holds says whether x is in the range.
func (r Range) Holds(x float64) bool { return r.Low*(1-rounded) <= x && x <= r.High*(1+rounded) }

// rounded is more than what six digits leave out.
const rounded = 1e-5

// The quantiles of a range.
var levels = [3]float64{0.005, 0.5, 0.995}

// z is the quantile of the normal distribution at the last level.
const z = 2.5758293035489004

// odds is how keys fall.
type odds struct {
	of     int     // partitions or nodes
	keys   float64 // of equal load
	off    float64 // the relative standard error of keys
	shares []uint64
	total  float64 // the sum of the shares
	chi    float64 // how many degrees of freedom chi² has, by its variance
}

// NewChance returns what chance makes of so many keys of equal load, a number that may have a
// fraction and a relative standard error of off, on so many partitions or nodes with these shares;
// nil stands for equal ones. It fails where [NewSpread] does.
func NewChance(of int, shares []uint64, keys, off float64) (*Chance, error) {
	if _, err := spreadOf(of, func(int) uint64 { return 0 }, shares); err != nil {
		return nil, err
	}
	if !(keys >= 0) || !(off >= 0) || math.IsInf(keys, 1) {
		return nil, fmt.Errorf("%v keys with a standard error of %v: both are numbers from 0 on", keys, off)
	}
	c := &Chance{Keys: digits(keys), odds: odds{of: of, keys: keys, off: off, shares: shares, total: float64(of)}}
	if shares != nil {
		c.total = 0
		for _, share := range shares {
			c.total += float64(share)
		}
	}
	if keys < 1 { // there are none
		return c, nil
	}
	if of == 1 {
		one := Range{1, 1, 1}
		c.MaxMean, c.P99Mean = one, one
		return c, nil
	}
	// The variance of chi² for few keys is that of Haldane, "The exact value of the moments of the
	// distribution of χ²" (1937).
	mean, inverse := float64(of-1), 0.0
	for i := range of {
		inverse += c.total / c.share(i)
	}
	n := float64(of)
	variance := 2*mean + (inverse-n*n-2*n+2)/keys
	c.chi = math.Inf(1)
	if variance > 1e-9*mean {
		c.chi = 2 * mean * mean / variance
	}
	if of <= maxSimulated || keys <= fallingKeys {
		c.simulate()
	} else {
		c.compute()
	}
	return c, nil
}

// at returns Low, Median or High.
func (r *Range) at(i int) *float64 { return [...]*float64{&r.Low, &r.Median, &r.High}[i] }

func (o *odds) share(i int) float64 {
	if o.shares == nil {
		return 1
	}
	return float64(o.shares[i])
}

// P returns how likely chance alone is to spread the keys as unevenly as s or more, by
// chi-square: of rows of different keys it is the p of Pearson's test on Of-1 degrees of freedom.
func (c *Chance) P(s Spread) float64 {
	if c.of == 1 || c.keys < 1 || s.Total == 0 {
		return 1
	}
	// What chi² would be of the equal keys that these rows count as, over its mean.
	ratio := s.CV * s.CV * c.keys / float64(c.of-1)
	if math.IsInf(c.chi, 1) {
		if ratio > 1+1e-9 {
			return 0
		}
		return 1
	}
	return digits(upper(ratio, c.chi, c.degrees()))
}

// degrees is how many degrees of freedom the estimate of keys has: a sketch is a spread
// over its counters.
func (o *odds) degrees() float64 { return 2 / (o.off * o.off) }

// upper returns how likely the ratio of two variances is to be as large or larger: one of
// so many degrees of freedom, the other of others, which may be +Inf.
func upper(ratio, degrees, others float64) float64 {
	if math.IsInf(others, 1) {
		return mathext.GammaIncRegComp(degrees/2, ratio*degrees/2)
	}
	return mathext.RegIncBeta(others/2, degrees/2, others/(others+degrees*ratio))
}

// bisect returns the least x from 0 on for which done is true, as it is for all that are larger; start is a guess.
func bisect(start float64, done func(x float64) bool) float64 {
	low, high := 0.0, start
	if done(low) {
		return low
	}
	for !done(high) {
		low, high = high, 2*high
	}
	for range 64 {
		middle := low + (high-low)/2
		if done(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// Band returns between which figures the load of partition or node i over its share falls by
// chance. Of many, 1 in 100 is outside.
func (c *Chance) Band(i int) Range {
	part := c.share(i) / c.total
	mean := c.keys * part
	var band Range
	if c.keys < 1 {
		return band
	}
	for j, level := range levels {
		x := bisect(1, func(t float64) bool { return poisson(t, mean) >= level })
		if x > 0 { // What is elsewhere is lacking here: the variance is less than that of Poisson.
			x = digits(min(1+(x-1)*math.Sqrt(1-part), 1/part))
		}
		*band.at(j) = x
	}
	return band
}

// poisson returns how likely a Poisson variable of that mean is to be at most t times the mean.
func poisson(t, mean float64) float64 { return mathext.GammaIncRegComp(next(t, mean), mean) }

// above returns how likely it is to be more than that.
func above(t, mean float64) float64 { return mathext.GammaIncReg(next(t, mean), mean) }

// next returns the least whole number above t times the mean, of which rounding shall not lose one.
func next(t, mean float64) float64 { return math.Floor(t*mean*(1+1e-12)) + 1 }

// digits returns x with six digits, so that it is the same on machines that round
// in other places.
func digits(x float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	if err != nil {
		panic(err) // it was just formatted
	}
	return short
}

// group is partitions or nodes of one share.
type group struct {
	count float64
	share float64 // of all: so that the sum of count·share is 1
	mean  float64 // keys of each
}

// maxGroups is from how many different shares on those that are close count as one.
const maxGroups = 512

// groups returns what is there, by their shares.
func (o *odds) groups() []group {
	if o.shares == nil {
		n := float64(o.of)
		return []group{{n, 1 / n, o.keys / n}}
	}
	sorted := slices.Clone(o.shares)
	slices.Sort(sorted)
	different := 1
	for i := range sorted[1:] {
		if sorted[i] != sorted[i+1] {
			different++
		}
	}
	var all []group
	for len(sorted) > 0 {
		n := 1
		if different > maxGroups {
			n = min((o.of+maxGroups-1)/maxGroups, len(sorted))
		} else {
			for n < len(sorted) && sorted[n] == sorted[0] {
				n++
			}
		}
		sum := 0.0
		for _, share := range sorted[:n] {
			sum += float64(share)
		}
		share := sum / float64(n) / o.total
		all = append(all, group{float64(n), share, o.keys * share})
		sorted = sorted[n:]
	}
	return all
}
