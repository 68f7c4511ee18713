package place_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

func TestTables(t *testing.T) {
	table, err := place.NewTable([]uint32{2, 0, 1, 0, 2}, 3)
	require.NoError(t, err)
	s := place.Scheme{Reduce: place.ReduceTable, Parts: 3, Table: table}
	require.NoError(t, s.Check())
	for h, want := range map[uint64]uint32{0: 2, 1: 0, 2: 1, 3: 0, 4: 2, 5: 2, 1<<64 - 1: 2} { // 2^64-1 = 0 mod 5
		require.Equal(t, want, s.Partition(h), h)
	}

	ring, err := place.NewRing([]uint64{10, 20, 1 << 40}, []uint32{1, 0, 2}, 3)
	require.NoError(t, err)
	s = place.Scheme{Reduce: place.ReduceRing, Parts: 3, Table: ring}
	require.NoError(t, s.Check())
	for h, want := range map[uint64]uint32{0: 1, 10: 1, 11: 0, 20: 0, 21: 2, 1 << 40: 2, 1<<40 + 1: 1, 1<<64 - 1: 1} {
		require.Equal(t, want, s.Partition(h), h)
	}
}

func TestTablesThatAreNone(t *testing.T) {
	fails := func(_ *place.Table, err error) error { return err }
	require.ErrorContains(t, fails(place.NewTable(nil, 3)), "0 entries")
	require.ErrorContains(t, fails(place.NewTable([]uint32{0, 3}, 3)), "entry 1 belongs to member 3")
	require.ErrorContains(t, fails(place.NewRing([]uint64{1, 2}, []uint32{0}, 1)), "2 points with 1 owners")
	require.ErrorContains(t, fails(place.NewRing([]uint64{1, 1}, []uint32{0, 0}, 1)), "ascend")
	require.ErrorContains(t, fails(place.NewRing(nil, nil, 1)), "0 entries")
	require.ErrorContains(t, fails(place.NewRing([]uint64{7}, []uint32{1}, 1)), "entry 0 belongs to member 1")
	require.ErrorContains(t, fails(place.NewRendezvous(nil, nil)), "0 members")
	require.ErrorContains(t, fails(place.NewRendezvous([]uint64{1, 2}, []uint32{1})), "2 members and 1 weights")
	require.ErrorContains(t, fails(place.NewRendezvous([]uint64{1, 2}, []uint32{1, 0})), "member 1 has weight 0")

	ring, err := place.NewRing([]uint64{10}, []uint32{0}, 2)
	require.NoError(t, err)
	for want, s := range map[string]place.Scheme{
		"needs a Table":          {Reduce: place.ReduceRing, Parts: 2},
		"for ring, not table":    {Reduce: place.ReduceTable, Parts: 2, Table: ring},
		"its Table has 2":        {Reduce: place.ReduceRing, Parts: 3, Table: ring},
		"FoldSwap needs":         {Hash: hash.CRC32, Fold: place.FoldSwap, Reduce: place.ReduceMod, Parts: 3},
		"Add needs all 64":       {Hash: hash.XXH3, Fold: place.FoldLow32, Add: 1, Reduce: place.ReduceMod, Parts: 3},
		"only fastrange":         {Drop: 1, Reduce: place.ReduceMod, Parts: 3},
		"fewer than the 31":      {Fold: place.FoldLow31, Drop: 31, Reduce: place.ReduceFastrange, Parts: 3},
		"Route 7 is no multiple": {Route: 7, Reduce: place.ReducePmod, Parts: 3},
		"not fastrange":          {Route: 6, Reduce: place.ReduceFastrange, Parts: 3},
		"none of its constants":  {Keys: 99, Reduce: place.ReduceMod, Parts: 3},
	} {
		require.ErrorContains(t, s.Check(), want)
	}
}

// What Route adds is a division, whatever the reduction.
func TestRoute(t *testing.T) {
	for _, r := range []place.Reduce{place.ReduceMod, place.ReduceAbsMod, place.ReducePmod} {
		wide := place.Scheme{Hash: hash.CRC32, Reduce: r, Parts: 36}
		routed := place.Scheme{Hash: hash.CRC32, Reduce: r, Parts: 12, Route: 36}
		require.NoError(t, routed.Check())
		for h := uint64(0); h < 1<<32; h += 0x1234567 {
			require.Equal(t, wide.Partition(h)/3, routed.Partition(h), "%s %#x", r, h)
		}
	}
}

// Of weights that are all the same the first method and the second agree.
func TestRendezvousByWeight(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	members := make([]uint64, 9)
	weights := make([]uint32, len(members))
	total := 0.0
	for i := range members {
		members[i], weights[i] = rng.Uint64(), uint32(1+i*i)
		total += float64(weights[i])
	}
	table, err := place.NewRendezvous(members, weights)
	require.NoError(t, err)
	const keys = 200_000
	counts := make([]float64, len(members))
	for range keys {
		h := rng.Uint64()
		got := table.Best(h)
		counts[got]++
		// The winner by ordinary floating point, unless it is too close to say.
		costs := make([]float64, len(members))
		for i, m := range members {
			costs[i] = -math.Log2((float64(place.Score(h, m))+1)/(1<<64)) / float64(weights[i])
		}
		require.LessOrEqual(t, costs[got], slices.Min(costs)*(1+1e-9)+1e-14)
	}
	for i, n := range counts {
		want := keys * float64(weights[i]) / total
		require.InDelta(t, want, n, 6*math.Sqrt(want), "member %d", i)
	}

	same, err := place.NewRendezvous(members, slices.Repeat([]uint32{7}, len(members)))
	require.NoError(t, err)
	plain, err := place.NewRendezvous(members, nil)
	require.NoError(t, err)
	require.Nil(t, same.Weights())
	for range 1000 {
		h := rng.Uint64()
		require.Equal(t, plain.Best(h), same.Best(h))
	}
}

// Of members that a key is as near to, the first has it.
func TestRendezvousOfEquals(t *testing.T) {
	for _, weights := range [][]uint32{nil, {1, 7, 7, 7}} {
		table, err := place.NewRendezvous([]uint64{9, 5, 5, 5}, weights)
		require.NoError(t, err)
		first := 0
		for h := range uint64(1000) {
			require.LessOrEqual(t, table.Best(h), uint32(1))
			first += int(table.Best(h))
		}
		require.Positive(t, first)
	}
}

// Surprise is the logarithm, to within 2^-54, and never rises.
func TestSurprise(t *testing.T) {
	require.Zero(t, place.Surprise(math.MaxUint64))
	require.Equal(t, uint64(64)<<place.SurpriseBits, place.Surprise(0))
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range 20_000 {
		score := rng.Uint64() >> rng.IntN(64)
		if i%3 == 0 {
			score = math.MaxUint64 - score
		}
		got := new(big.Float).SetPrec(200).SetUint64(place.Surprise(score))
		got.SetMantExp(got, -place.SurpriseBits)
		require.InDelta(t, 0, difference(got, score), 0x1p-54, "score %#x", score)
		if score > 0 {
			require.GreaterOrEqual(t, place.Surprise(score-1), place.Surprise(score), "score %#x", score)
		}
	}
}

// difference returns got less -log2((score+1)/2^64), by logarithms of float64 of what is
// left after a division by the float64 nearest to it.
func difference(got *big.Float, score uint64) float64 {
	x := new(big.Float).SetPrec(200).SetUint64(score)
	x.Add(x, big.NewFloat(1))
	near, _ := x.Float64()
	ratio := new(big.Float).SetPrec(200).Quo(x, big.NewFloat(near))
	ratio.Sub(ratio, big.NewFloat(1))
	rest, _ := ratio.Float64()
	fraction, exponent := math.Frexp(near)
	want := new(big.Float).SetPrec(200).SetInt64(int64(64 - exponent))
	want.Sub(want, log2(fraction))
	want.Sub(want, big.NewFloat(math.Log1p(rest)/math.Ln2))
	off, _ := new(big.Float).Sub(got, want).Float64()
	return off
}

// log2 is that of a float64 from 1/2 to 1, to 100 bits, by squaring.
func log2(x float64) *big.Float {
	y := new(big.Float).SetPrec(400).SetFloat64(2 * x)
	sum := new(big.Float).SetPrec(200).SetInt64(-1)
	two, bit := big.NewFloat(2), 1.0
	for range 100 {
		y.Mul(y, y)
		bit /= 2
		if y.Cmp(two) >= 0 {
			sum.Add(sum, big.NewFloat(bit))
			y.Quo(y, two)
		}
	}
	return sum
}
