package plan

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// defined computes a spread by the textbook, in fractions.
func defined(loads, shares []uint64) (s Spread) {
	n := len(loads)
	if shares == nil {
		shares = slices.Repeat([]uint64{1}, n)
	}
	s = Spread{Of: n, Min: slices.Min(loads), Max: slices.Max(loads)}
	sumShares := uint64(0)
	for i, x := range loads {
		s.Total += x
		sumShares += shares[i]
		if x == 0 {
			s.Empty++
		}
	}
	rat := func(a, b uint64) *big.Rat { return new(big.Rat).SetFrac(bigInt(a), bigInt(b)) }
	float := func(r *big.Rat) float64 { f, _ := r.Float64(); return f }
	s.Mean = float(rat(s.Total, uint64(n)))
	if s.Total == 0 {
		return s
	}
	type ratio struct{ r, share *big.Rat } // to the mean, of all shares
	ratios := make([]ratio, n)
	chi, gini := new(big.Rat), new(big.Rat)
	for i, x := range loads {
		share := rat(shares[i], sumShares)
		expected := new(big.Rat).Mul(share, rat(s.Total, 1))
		ratios[i] = ratio{new(big.Rat).Quo(rat(x, 1), expected), share}
		off := new(big.Rat).Sub(rat(x, 1), expected)
		chi.Add(chi, off.Quo(off.Mul(off, off), expected))
	}
	for i, a := range ratios {
		if a.r.Cmp(ratios[s.Fullest].r) > 0 {
			s.Fullest = i
		}
		for _, b := range ratios {
			d := new(big.Rat).Sub(a.r, b.r)
			gini.Add(gini, d.Mul(d.Abs(d), new(big.Rat).Mul(a.share, b.share)))
		}
	}
	s.MaxMean = float(ratios[s.Fullest].r)
	s.ChiSquare = float(chi)
	s.Gini = float(gini.Quo(gini, rat(2, 1)))
	s.CV = math.Sqrt(float(chi.Quo(chi, rat(s.Total, 1))))
	slices.SortFunc(ratios, func(a, b ratio) int { return a.r.Cmp(b.r) })
	below := new(big.Rat)
	for _, a := range ratios {
		if below.Add(below, a.share); below.Cmp(rat(99, 100)) >= 0 {
			s.P99Mean = float(a.r)
			return s
		}
	}
	panic("the shares are 1 together")
}

func TestSpreadIsAsDefined(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		n := 1 + rng.IntN(1+rng.IntN(110))
		loads, shares := make([]uint64, n), make([]uint64, n)
		for i := range n {
			loads[i] = rng.Uint64N(1<<rng.IntN(30)) + rng.Uint64()>>(8+rng.IntN(56))
			shares[i] = 1 + rng.Uint64N(1<<rng.IntN(33))
		}
		for _, shares := range [][]uint64{nil, shares, slices.Repeat([]uint64{7}, n)} {
			got, err := NewSpread(loads, shares)
			require.NoError(t, err)
			require.Equal(t, defined(loads, shares), got, "%v of %v", loads, shares)
		}
	}
}

func TestSpreadOfFew(t *testing.T) {
	for _, c := range []struct {
		loads, shares []uint64
		want          Spread
	}{
		{[]uint64{5}, nil, Spread{Of: 1, Total: 5, Min: 5, Max: 5, Mean: 5, MaxMean: 1, P99Mean: 1}},
		{[]uint64{0, 0}, nil, Spread{Of: 2, Empty: 2}},
		{[]uint64{0, 4, 0, 0}, nil, Spread{Of: 4, Total: 4, Max: 4, Empty: 3, Fullest: 1, Mean: 1, MaxMean: 4, P99Mean: 4, CV: math.Sqrt(3), Gini: 0.75, ChiSquare: 12}},
		{[]uint64{2, 4, 6}, []uint64{1, 2, 3}, Spread{Of: 3, Total: 12, Min: 2, Max: 6, Mean: 4, MaxMean: 1, P99Mean: 1}},
		{[]uint64{6, 2}, []uint64{1, 3}, Spread{Of: 2, Total: 8, Min: 2, Max: 6, Mean: 4, MaxMean: 3, P99Mean: 3, CV: math.Sqrt(4. / 3), Gini: 0.5, ChiSquare: 32. / 3}},
		{[]uint64{math.MaxUint64}, []uint64{math.MaxUint64}, Spread{Of: 1, Total: math.MaxUint64, Min: math.MaxUint64, Max: math.MaxUint64, Mean: math.MaxUint64, MaxMean: 1, P99Mean: 1}},
	} {
		got, err := NewSpread(c.loads, c.shares)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%v of %v", c.loads, c.shares)
	}
	hundred := slices.Repeat([]uint64{1}, 100)
	hundred[7] = 50
	s, err := NewSpread(hundred, nil)
	require.NoError(t, err)
	require.Equal(t, 1/s.Mean, s.P99Mean, "99 of 100 have 1")
}

// Something of share 3 counts as three of share 1 that have a third each.
func TestSharesAreLikeSeveral(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		var loads, shares, each []uint64
		for range 1 + rng.IntN(20) {
			share := 1 + rng.Uint64N(9)
			x := rng.Uint64N(1000)
			loads, shares = append(loads, x*share), append(shares, share)
			each = append(each, slices.Repeat([]uint64{x}, int(share))...)
		}
		by, err := NewSpread(loads, shares)
		require.NoError(t, err)
		of, err := NewSpread(each, nil)
		require.NoError(t, err)
		require.Equal(t, of.Total, by.Total)
		require.Equal(t, fmt.Sprint(of.MaxMean, of.P99Mean, of.CV, of.Gini, of.ChiSquare), fmt.Sprint(by.MaxMean, by.P99Mean, by.CV, by.Gini, by.ChiSquare))
	}
}

// Many loads are counted, not sorted.
func TestSpreadOfMany(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	loads := make([]uint64, manyLoads+123)
	for i := range loads {
		loads[i] = rng.Uint64() >> (20 + rng.IntN(44)) // some beyond smallLoad
	}
	loads[3], loads[4] = smallLoad, smallLoad-1
	many, err := NewSpread(loads, nil)
	require.NoError(t, err)
	require.Greater(t, many.Max, uint64(smallLoad))
	shared, err := NewSpread(loads, slices.Repeat([]uint64{5}, len(loads))) // sorts
	require.NoError(t, err)
	require.Equal(t, shared, many)
}

func TestSpreadFails(t *testing.T) {
	for _, c := range []struct {
		loads, shares []uint64
		message       string
	}{
		{nil, nil, "no loads"},
		{[]uint64{1, 2}, []uint64{1}, "1 shares for 2 loads"},
		{[]uint64{1, 2}, []uint64{1, 0}, "share 1 is 0"},
		{[]uint64{1, 2}, []uint64{1, math.MaxUint64}, "the sum of the shares is 2^64 or more"},
		{[]uint64{1, math.MaxUint64}, nil, "the sum of the loads is 2^64 or more"},
	} {
		_, err := NewSpread(c.loads, c.shares)
		require.ErrorContains(t, err, c.message)
	}
}
