package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/plan"
)

// Over many clusters of few and unequal partitions, where no rule is the best everywhere, the plans are as
// even, and move as little, as those of the day this was written. A change that makes one of these
// smaller is welcome to write it here.
func TestRebalanceIsAsGoodAsItWas(t *testing.T) {
	rng := rand.New(rand.NewPCG(77, 8))
	var moved, bound uint64
	above, below := 0.0, 0.0
	var names []string
	for i := range 10 {
		names = append(names, fmt.Sprint(i))
	}
	for range 3000 {
		n := 2 + rng.IntN(4)
		m, first := n+rng.IntN(3), rng.IntN(2)
		from, to := cluster(slices.Repeat([]uint32{1}, n), names[:n]...), cluster(slices.Repeat([]uint32{1}, m), names[first:first+m]...)
		loads := make([]uint64, 3+rng.IntN(20))
		owners := make([]uint32, len(loads))
		for p := range loads {
			loads[p], owners[p] = 1+rng.Uint64N(1<<(1+rng.IntN(6))), rng.Uint32N(uint32(n))
		}
		got, err := plan.Rebalance(loads, owners, from, to)
		require.NoError(t, err)
		b := balanceOf(loads, owners, got.Owners, from, to)
		a, _ := b.above.Float64()
		l, _ := b.below.Float64()
		moved, bound, above, below = moved+b.moved, bound+got.Bound, above+a, below+l
	}
	t.Logf("moved %d, where no plan as even moves less than %d; above the shares %.0f, below %.0f", moved, bound, above, below)
	require.LessOrEqual(t, moved, uint64(165879))
	require.LessOrEqual(t, above, 36584.9)
	require.LessOrEqual(t, below, 20423.2)
	require.Greater(t, float64(bound), 0.9*float64(moved))
}
