package plan

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"slices"
)

// Spread says how unevenly loads lie on partitions or nodes. Each has a share: what
// it would have of the total if all were even. Something of twice the share counts
// as two that have half of its load each, in every figure.
//
// Figures are exact to the last bit of a float64. Of no load at all they are 0.
type Spread struct {
	Of    int    `json:"of"` // how many partitions or nodes
	Total uint64 `json:"total"`
	Min   uint64 `json:"min"`
	Max   uint64 `json:"max"`
	Empty int    `json:"empty"` // how many have nothing

	// Fullest is the number of that which has the most for its share, the first if there are several.
	Fullest int `json:"fullest"`

	Mean      float64 `json:"mean"`
	MaxMean   float64 `json:"max_over_mean"` // the load of the fullest over its share of the total
	P99Mean   float64 `json:"p99_over_mean"` // 99 % of the shares have no more than this: the nearest rank
	CV        float64 `json:"cv"`            // the coefficient of variation: the standard deviation over the mean
	Gini      float64 `json:"gini"`          // 0: all even; near 1: one has all
	ChiSquare float64 `json:"chi_square"`    // the sum of (load - share)² / share over all, on Of-1 degrees of freedom
}

// NewSpread returns the spread of loads with these shares, such as the weights of
// nodes; nil stands for equal ones. A share is 1 or more. It fails if a sum of either is 2^64 or more.
func NewSpread(loads, shares []uint64) (Spread, error) {
	return spreadOf(len(loads), func(i int) uint64 { return loads[i] }, shares)
}

// spreadOf is NewSpread of n loads.
func spreadOf(n int, load func(i int) uint64, shares []uint64) (Spread, error) {
	if n == 0 {
		return Spread{}, fmt.Errorf("no loads: a spread is of one or more")
	}
	sum := spreading{shares: uint64(n), squares: map[uint64]*wide{}}
	if shares != nil {
		if len(shares) != n {
			return Spread{}, fmt.Errorf("%d shares for %d loads: each has one", len(shares), n)
		}
		sum.shares = 0
		for i, share := range shares {
			carry := uint64(0)
			if sum.shares, carry = bits.Add64(sum.shares, share, 0); carry > 0 {
				return Spread{}, fmt.Errorf("the sum of the shares is 2^64 or more")
			}
			if share == 0 {
				return Spread{}, fmt.Errorf("share %d is 0: it is 1 or more", i)
			}
		}
	}
	s := Spread{Of: n, Min: math.MaxUint64}
	fullestShare := uint64(1)
	for i := range n {
		x, share, carry := load(i), uint64(1), uint64(0)
		if shares != nil {
			share = shares[i]
		}
		if i == 0 || compareRatios(x, share, load(s.Fullest), fullestShare) > 0 {
			s.Fullest, fullestShare = i, share
		}
		if x == 0 {
			s.Empty++
		}
		s.Min, s.Max = min(s.Min, x), max(s.Max, x)
		if s.Total, carry = bits.Add64(s.Total, x, 0); carry > 0 {
			return Spread{}, fmt.Errorf("the sum of the loads is 2^64 or more")
		}
	}
	if s.Total == 0 {
		return s, nil
	}
	if shares == nil {
		ascending(n, load, s.Max, func(x, count uint64) { sum.add(x, 1, count) })
	} else {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return compareRatios(load(a), shares[a], load(b), shares[b]) })
		for _, i := range order {
			sum.add(load(i), shares[i], 1)
		}
	}
	sum.finish(&s, load(s.Fullest), fullestShare)
	return s, nil
}

// compareRatios compares a/shareA with b/shareB.
func compareRatios(a, shareA, b, shareB uint64) int {
	hiA, loA := bits.Mul64(a, shareB)
	hiB, loB := bits.Mul64(b, shareA)
	switch {
	case hiA != hiB && hiA > hiB, hiA == hiB && loA > loB:
		return 1
	case hiA == hiB && loA == loB:
		return 0
	}
	return -1
}

// Loads of so many partitions are not copied to be sorted, since that would take more
// memory than they do: nearly all of them are small numbers, which are counted.
const (
	manyLoads = 1 << 16
	smallLoad = 1 << 20
)

// ascending calls f with each different load, in ascending order, and how many have it.
func ascending(n int, load func(i int) uint64, largest uint64, f func(x, count uint64)) {
	var counts []uint32 // partitions are numbered in 32 bits
	if n >= manyLoads {
		counts = make([]uint32, min(largest+1, smallLoad))
	}
	var rest []uint64
	for i := range n {
		if x := load(i); x < uint64(len(counts)) {
			counts[x]++
		} else {
			rest = append(rest, x)
		}
	}
	for x, count := range counts {
		if count > 0 {
			f(uint64(x), uint64(count))
		}
	}
	slices.Sort(rest)
	for len(rest) > 0 {
		count := slices.IndexFunc(rest, func(x uint64) bool { return x != rest[0] })
		if count < 0 {
			count = len(rest)
		}
		f(rest[0], uint64(count))
		rest = rest[count:]
	}
}

// spreading sums up loads that come in the order of their ratios to their shares, in integers.
type spreading struct {
	shares  uint64           // of all
	squares map[uint64]*wide // of all that have this share, the sum of the squares of the loads

	// Of those so far: the area below the Lorenz curve, times twice the sums of the shares and the loads.
	area               wide
	before, beforeLoad uint64 // their shares, their loads
	p99, p99Share      uint64 // the load at 99 % of the shares, and its share
}

// add adds count loads of x with that share each.
func (s *spreading) add(x, share, count uint64) {
	of := s.squares[share]
	if of == nil {
		of = new(wide)
		s.squares[share] = of
	}
	of.addProduct(x*count, x)
	s.area.addProduct(share*count, s.beforeLoad)
	s.area.addProduct(share*count, s.beforeLoad)
	s.area.addProduct(share*count, x*count)
	s.beforeLoad += x * count
	s.before += share * count
	if s.p99Share == 0 {
		hi, lo := bits.Mul64(s.before, 100)
		wantHi, wantLo := bits.Mul64(s.shares, 99)
		if hi > wantHi || hi == wantHi && lo >= wantLo {
			s.p99, s.p99Share = x, share
		}
	}
}

// finish makes the figures of the sums.
func (s *spreading) finish(to *Spread, fullest, fullestShare uint64) {
	total, shares := bigInt(to.Total), bigInt(s.shares)
	overMean := func(x, share uint64) float64 {
		return quotient(product(bigInt(x), shares), product(bigInt(share), total))
	}
	to.Mean = quotient(total, bigInt(uint64(to.Of)))
	to.MaxMean = overMean(fullest, fullestShare)
	to.P99Mean = overMean(s.p99, s.p99Share)

	whole := product(shares, total)
	to.Gini = quotient(new(big.Int).Sub(whole, s.area.int()), whole)

	// With q the sum of the squares, each over its share: chi² = shares·q/total - total. The quotients
	// are cut off after 128 bits behind the point.
	const point = 128
	q := new(big.Int)
	for share, squares := range s.squares {
		of := squares.int()
		q.Add(q, of.Div(of.Lsh(of, point), bigInt(share)))
	}
	excess := q.Mul(q, shares)
	excess.Sub(excess, new(big.Int).Lsh(product(total, total), point))
	if excess.Sign() < 0 {
		excess.SetInt64(0)
	}
	scaled := new(big.Int).Lsh(total, point)
	to.ChiSquare = quotient(excess, scaled)
	to.CV = math.Sqrt(quotient(excess, scaled.Mul(scaled, total)))
}

func bigInt(x uint64) *big.Int { return new(big.Int).SetUint64(x) }

func product(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }

// quotient returns the float64 that is nearest to a/b.
func quotient(a, b *big.Int) float64 {
	f, _ := new(big.Rat).SetFrac(a, b).Float64()
	return f
}

// wide is an integer of 192 bits, the lowest first: room for 2^64 products.
type wide [3]uint64

func (w *wide) addProduct(a, b uint64) {
	hi, lo := bits.Mul64(a, b)
	carry := uint64(0)
	w[0], carry = bits.Add64(w[0], lo, 0)
	w[1], carry = bits.Add64(w[1], hi, carry)
	w[2] += carry
}

func (w *wide) int() *big.Int {
	i := bigInt(w[2])
	i.Lsh(i, 64).Or(i, bigInt(w[1]))
	return i.Lsh(i, 64).Or(i, bigInt(w[0]))
}
