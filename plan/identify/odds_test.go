package identify

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tail of the binomial distribution, added up in fractions.
func exactTail(n, k int64, num, den int64) float64 {
	sum := new(big.Int)
	for i := k; i <= n; i++ {
		x := new(big.Int).Binomial(n, i)
		x.Mul(x, new(big.Int).Exp(big.NewInt(num), big.NewInt(i), nil))
		x.Mul(x, new(big.Int).Exp(big.NewInt(den-num), big.NewInt(n-i), nil))
		sum.Add(sum, x)
	}
	// Of numbers that no float holds: the logarithm of the first 60 bits, and the other bits.
	shift := max(sum.BitLen()-60, 0)
	first, _ := new(big.Float).SetInt(new(big.Int).Rsh(sum, uint(shift))).Float64()
	return math.Log(first) + float64(shift)*math.Ln2 - float64(n)*math.Log(float64(den))
}

func TestLogTail(t *testing.T) {
	for _, c := range [][4]int64{
		{200, 200, 1, 12}, {200, 197, 1, 12}, {200, 160, 1, 2}, {200, 20, 1, 12}, {200, 1, 1, 4096}, {5, 5, 1, 16384},
		{1, 1, 1, 2}, {3000, 500, 1, 7}, {40, 40, 2, 3}, {256, 129, 1, 2},
	} {
		want := exactTail(c[0], c[1], c[2], c[3])
		got := logTail(int(c[0]), int(c[1]), float64(c[2])/float64(c[3]))
		require.InDelta(t, want, got, 1e-9*math.Abs(want)+1e-9, "%v", c)
		// Chernoff's bound, which only says what is looked at more closely.
		s := surprise(int(c[0]), int(c[1]), float64(c[2])/float64(c[3]))
		require.LessOrEqual(t, s, -got+1e-9, "%v", c)
	}
	require.Zero(t, logTail(10, 0, 0.1))
	require.Zero(t, logTail(10, 10, 1))
	require.Zero(t, surprise(0, 0, 0.5))
	require.Zero(t, surprise(200, 16, 1.0/12), "less than chance")
}

func TestAgreementAndCollision(t *testing.T) {
	require.InDelta(t, 2.0/9, agreement([]uint32{1, 1, 2}, []uint32{3, 2, 2}), 1e-12)
	require.InDelta(t, 2.0/6, collision([]uint32{1, 1, 2}), 1e-12)
	require.Zero(t, agreement(nil, []uint32{1}))
	require.Zero(t, collision([]uint32{7}))
	require.Equal(t, 1.0, collision([]uint32{7, 7, 7}))
	require.Zero(t, collision([]uint32{1, 2, 3}))
}

// So many pairs are named, and one less is not.
func TestNeededPairs(t *testing.T) {
	for _, partitions := range []uint32{2, 12, 1000} {
		for _, candidates := range []uint64{1, 7_000, 8_000_000} {
			n := neededPairs(partitions, []uint32{1, 2}, candidates)
			chance := func(n int) float64 { return logTail(n, n, 1/float64(partitions)) + math.Log(float64(candidates)) }
			require.LessOrEqual(t, chance(n), math.Log(MaxChance)+1e-9)
			require.Greater(t, chance(n-1), math.Log(MaxChance))
		}
	}
	require.Zero(t, neededPairs(12, []uint32{3, 3, 3}, 100), "no number of them would do")
}

func TestIndependent(t *testing.T) {
	of := func(hashes ...uint64) (all []number) {
		for _, h := range hashes {
			all = append(all, number{hash: h})
		}
		return all
	}
	require.Equal(t, 4, independent(of(1, 2, 3, 4), []uint32{0, 1, 2, 0}, 12))
	require.Equal(t, 2, independent(of(1, 1, 9, 9), []uint32{3, 3, 5, 5}, 12), "of two hash tags")
	require.Equal(t, 3, independent(of(1, 2, 3, 4, 5, 6), []uint32{0, 0, 0, 1, 1, 1}, 2), "two runs: as many as 3 random ones have")
	require.Equal(t, 5, independent(of(1, 2, 3, 4, 5), []uint32{0, 1, 0, 1, 0}, 2), "no more than there are")
	require.Zero(t, independent(nil, nil, 12))
}
