package plan_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/plan"
)

// cluster is nodes by name, as Rebalance takes them.
func cluster(weights []uint32, names ...string) plan.Places {
	return plan.Places{N: uint32(len(names)), Names: names, Weights: weights}
}

// balance is what an assignment leaves: how far the nodes are from their shares, and
// what has moved.
type balance struct {
	above, below *big.Rat
	moved        uint64
	even         bool // every node has its share, rounded down or up
}

func balanceOf(loads []uint64, before, after []uint32, from, to plan.Places) balance {
	b := balance{above: new(big.Rat), below: new(big.Rat), even: true}
	has := make([]uint64, to.N)
	total, weights := uint64(0), uint64(0)
	for _, w := range to.Weights {
		weights += uint64(w)
	}
	for p, node := range after {
		has[node] += loads[p]
		total += loads[p]
		if from.Names[before[p]] != to.Names[node] {
			b.moved += loads[p]
		}
	}
	one := big.NewRat(1, 1)
	for i, w := range to.Weights {
		share := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(int64(total)), big.NewInt(int64(w))), big.NewInt(int64(weights)))
		off := new(big.Rat).Sub(new(big.Rat).SetInt64(int64(has[i])), share)
		if off.Cmp(b.above) > 0 {
			b.above = off
		}
		if lack := new(big.Rat).Neg(off); lack.Cmp(b.below) > 0 {
			b.below = lack
		}
		b.even = b.even && new(big.Rat).Abs(off).Cmp(one) < 0
	}
	return b
}

// A small cluster's plan beside every assignment that there is: the bound is below the
// best of those that are as even, and what moves is not.
func TestRebalanceBesideAllAssignments(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	rng := rand.New(rand.NewPCG(7, 8))
	best, exact := 0, 0
	const rounds = 400
	for round := range rounds {
		names := []string{"a", "b", "c", "d"}
		from, to := cluster([]uint32{1, 1, 1}, names[:3]...), cluster(nil, names[rng.IntN(2):]...)
		for range to.N {
			to.Weights = append(to.Weights, 1+rng.Uint32N(1+rng.Uint32N(3)))
		}
		loads, before := make([]uint64, 1+rng.IntN(6)), []uint32{}
		for p := range loads {
			loads[p] = 1
			if round%2 > 0 {
				loads[p] = rng.Uint64N(1 << rng.IntN(12))
			}
			before = append(before, rng.Uint32N(3))
		}
		got, err := plan.Rebalance(loads, before, from, to)
		require.NoError(t, err)
		if slices.Max(loads) == 0 {
			loads = slices.Repeat([]uint64{1}, len(loads)) // numbers of partitions
		}
		ours := balanceOf(loads, before, got.Owners, from, to)
		require.Equal(t, ours.moved, got.Moved)

		least, leastEven := uint64(math.MaxUint64), uint64(math.MaxUint64)
		after := make([]uint32, len(loads))
		for more := true; more; more = next(after, to.N) {
			b := balanceOf(loads, before, after, from, to)
			if b.above.Cmp(ours.above) <= 0 && b.below.Cmp(ours.below) <= 0 {
				least = min(least, b.moved)
			}
			if b.even {
				leastEven = min(leastEven, b.moved)
			}
		}
		about := fmt.Sprintf("%v of %v on %v %v: %v", loads, before, to.Names, to.Weights, got)
		require.LessOrEqual(t, got.Bound, least, about)
		if round%2 == 0 { // numbers of partitions
			require.True(t, ours.even, about)
			require.Equal(t, leastEven, ours.moved, about)
			continue
		}
		if ours.moved == least {
			best++
		}
		if got.Bound == least {
			exact++
		}
	}
	require.Greater(t, best, rounds/2*8/10, "mostly nothing is better")
	require.Greater(t, exact, rounds/2*6/10, "and the bound says so")
}

// next counts up in so many digits.
func next(digits []uint32, base uint32) bool {
	for i := range digits {
		if digits[i]++; digits[i] < base {
			return true
		}
		digits[i] = 0
	}
	return false
}

// What is promised of clusters of any size: no node has more above its share than the largest
// partition, nor lacks much more, and the same comes out the second time.
func TestRebalanceIsEven(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		var names []string
		for i := range 60 {
			names = append(names, fmt.Sprint("n", i))
		}
		before := 1 + rng.IntN(20)
		from := cluster(slices.Repeat([]uint32{1}, before), names[:before]...)
		first := rng.IntN(before + 1)
		to := cluster(nil, names[first:max(first+1, rng.IntN(60))]...)
		for range to.N {
			to.Weights = append(to.Weights, 1+rng.Uint32N(1<<rng.IntN(5)))
		}
		loads := make([]uint64, 1+rng.IntN(2000))
		owners := make([]uint32, len(loads))
		scale := rng.IntN(40)
		for p := range loads {
			loads[p] = rng.Uint64N(1<<rng.IntN(scale+1) + 1)
			owners[p] = rng.Uint32N(from.N)
		}
		got, err := plan.Rebalance(loads, owners, from, to)
		require.NoError(t, err)
		b := balanceOf(loads, owners, got.Owners, from, to)
		largest := new(big.Rat).SetInt64(int64(slices.Max(loads)))
		one := big.NewRat(1, 1) // of rounding
		require.LessOrEqual(t, b.above.Cmp(new(big.Rat).Add(largest, one)), 0, "above %v of %v", b.above, largest)
		total := int64(0)
		for _, load := range loads {
			total += int64(load)
		}
		lack := new(big.Rat).Mul(largest, big.NewRat(4, 3))
		lack.Add(lack, big.NewRat(total, 128)).Add(lack, one)
		require.LessOrEqual(t, b.below.Cmp(lack), 0, "below %v of %v", b.below, largest)
		require.LessOrEqual(t, got.Bound, got.Moved)
		again, err := plan.Rebalance(loads, owners, from, to)
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
}

// ranges lays partitions over nodes one after the other.
func ranges(of ...int) (owners []uint32) {
	for node, n := range of {
		owners = append(owners, slices.Repeat([]uint32{uint32(node)}, n)...)
	}
	return owners
}

// From three masters to four: the first slots of each, as redis-cli takes them.
func TestRebalanceSlots(t *testing.T) {
	owners := ranges(5461, 5462, 5461)
	from, to := cluster([]uint32{1, 1, 1}, "a", "b", "c"), cluster([]uint32{1, 1, 1, 1}, "a", "b", "c", "d")
	for _, load := range []uint64{0, 1, 1000} {
		got, err := plan.Rebalance(slices.Repeat([]uint64{load}, 16384), owners, from, to)
		require.NoError(t, err)
		for slot, owner := range got.Owners {
			moves := slot < 1365 || slot >= 5461 && slot < 5461+1366 || slot >= 10923 && slot < 10923+1365
			require.Equal(t, moves, owner == 3, slot)
			require.True(t, moves || owner == owners[slot], slot)
		}
		require.Equal(t, got.Bound, got.Moved)
	}

	// Slots that have nothing go along between others, so that the others stay the first.
	loads := make([]uint64, 16384)
	for slot := range loads {
		loads[slot] = 10 * uint64(min(slot%3, 1))
	}
	got, err := plan.Rebalance(loads, owners, from, to)
	require.NoError(t, err)
	for _, r := range []struct{ first, last, end int }{{0, 1363, 5460}, {5461, 6826, 10922}, {10923, 12286, 16383}} {
		for slot := r.first; slot <= r.end; slot++ {
			require.Equal(t, slot <= r.last, got.Owners[slot] == 3, slot)
		}
	}

	// Back again: all of the fourth, in one range for each.
	back, err := plan.Rebalance(slices.Repeat([]uint64{1}, 16384), ranges(4096, 4096, 4096, 4096), to, from)
	require.NoError(t, err)
	require.Equal(t, ranges(4096, 4096, 4096, 1366, 1365, 1365)[:12288], back.Owners[:12288])
	require.Equal(t, ranges(1366, 1365, 1365), back.Owners[12288:])
	require.Equal(t, uint64(4096), back.Moved)
	require.Equal(t, uint64(4096), back.Bound)
}

// By what partitions have: one that is heavier than all that a node has above its share stays.
func TestRebalanceLoads(t *testing.T) {
	from, to := cluster([]uint32{1, 1}, "1", "2"), cluster([]uint32{1, 1, 1}, "1", "2", "3")
	got, err := plan.Rebalance([]uint64{50, 30, 10, 10, 60, 20}, ranges(4, 2), from, to) // each shall have 60
	require.NoError(t, err)
	require.Equal(t, []uint32{0, 2, 2, 0, 1, 2}, got.Owners)
	require.Equal(t, uint64(60), got.Moved)
	require.Equal(t, uint64(60), got.Bound)

	// Where every partition is larger than what is too much, the new node gets some nevertheless.
	got, err = plan.Rebalance(slices.Repeat([]uint64{10}, 9), ranges(3, 3, 3), cluster([]uint32{1, 1, 1}, "a", "b", "c"),
		cluster([]uint32{1, 1, 1, 1}, "a", "b", "c", "d"))
	require.NoError(t, err)
	require.Equal(t, []uint32{3, 0, 0, 1, 1, 1, 3, 2, 2}, got.Owners)
	require.Equal(t, []uint64{20, 20}, []uint64{got.Moved, got.Bound})

	// What one partition keeps from the others, they lack alike: 10 of 42 each, not 21 of one.
	loads := append([]uint64{105}, slices.Repeat([]uint64{1}, 63)...)
	got, err = plan.Rebalance(loads, ranges(64), cluster([]uint32{1}, "a"), cluster([]uint32{1, 1, 1, 1}, "a", "b", "c", "d"))
	require.NoError(t, err)
	require.Equal(t, ranges(1, 21, 21, 21), got.Owners)
	require.Equal(t, []uint64{63, 63}, []uint64{got.Moved, got.Bound})

	// Partitions that have nothing stay; of a node that is gone they go to all.
	got, err = plan.Rebalance([]uint64{0, 0, 0, 0, 9}, ranges(4, 1), cluster([]uint32{1, 1}, "a", "b"), cluster([]uint32{1, 1}, "b", "c"))
	require.NoError(t, err)
	require.Equal(t, []uint32{0, 0, 1, 1, 0}, got.Owners)
	require.Zero(t, got.Moved)
}

func TestRebalanceRefuses(t *testing.T) {
	one := cluster([]uint32{1}, "a")
	for says, c := range map[string]struct {
		loads  []uint64
		owners []uint32
		from   plan.Places
	}{
		"0 owners of 0 partitions":      {nil, nil, one},
		"2 owners of 1 partitions":      {[]uint64{1}, []uint32{0, 0}, one},
		"belongs to node 1, of 1":       {[]uint64{1}, []uint32{1}, one},
		"2^63 or more":                  {[]uint64{1 << 63}, []uint32{0}, one},
		"2^63 or more: give them":       {[]uint64{1 << 63, 1 << 63}, []uint32{0, 0}, one},
		"partitions before and nodes a": {[]uint64{1}, []uint32{0}, plan.Partitions(1)},
	} {
		_, err := plan.Rebalance(c.loads, c.owners, c.from, one)
		require.ErrorContains(t, err, says)
	}
	heavy, err := plan.Rebalance([]uint64{1<<62 - 1, 1 << 62}, []uint32{0, 0}, one, cluster([]uint32{math.MaxUint32, math.MaxUint32}, "a", "b"))
	require.NoError(t, err)
	require.Equal(t, []uint32{1, 0}, heavy.Owners)
}
