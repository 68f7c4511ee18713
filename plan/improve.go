package plan

import (
	"cmp"
	"slices"

	"github.com/keymill/keymill"
)

// improve moves partitions from nodes that are left with more than their share, since what they
// have above it is less than a partition, to those that have less: where that
// leaves at most half of the gap between the two.
func (r *rebalancing) improve() {
	apart := false
	for i, share := range r.share {
		need := r.need.at(i)
		apart = apart || uint64(max(need, -need)) > fine(share)
	}
	if !apart {
		return
	}
	of := r.byNode()
	for moved := true; moved; {
		moved = false
		for _, node := range r.overfull() {
			for r.handOver(node, of) {
				moved = true
			}
		}
	}
}

// byNode returns the partitions of each node that have anything, in ascending order of that.
func (r *rebalancing) byNode() [][]uint32 {
	of := make([][]uint32, r.to.N)
	for p, node := range r.owners {
		if r.loads[p] > 0 && node != keymill.NoPartition {
			of[node] = append(of[node], uint32(p))
		}
	}
	for _, all := range of {
		slices.SortFunc(all, r.compare)
	}
	return of
}

// compare orders partitions by what they have, and by their numbers.
func (r *rebalancing) compare(a, b uint32) int {
	return cmp.Or(cmp.Compare(r.loads[a], r.loads[b]), cmp.Compare(a, b))
}

// overfull returns the nodes that have more than their share, the fullest first.
func (r *rebalancing) overfull() (all []uint32) {
	for i := range r.to.N {
		if r.need.at(int(i)) < 0 {
			all = append(all, i)
		}
	}
	slices.SortStableFunc(all, func(a, b uint32) int { return cmp.Compare(r.need.at(int(a)), r.need.at(int(b))) })
	return all
}

// handOver moves one partition of the node to the one that needs most, if that is good.
func (r *rebalancing) handOver(node uint32, of [][]uint32) bool {
	to := uint32(r.need.largest())
	above, below := -r.need.at(int(node)), r.need.at(int(to))
	if above <= 0 || below <= 0 {
		return false
	}
	gap := uint64(above) + uint64(below)
	if gap <= fine(r.share[node])+fine(r.share[to]) {
		return false
	}
	// The largest that fits both, else the smallest of all.
	mine, fits := of[node], uint64(min(above, below))
	i, _ := slices.BinarySearchFunc(mine, fits+1, func(p uint32, load uint64) int { return cmp.Compare(r.loads[p], load) })
	if i > 0 {
		i, _ = slices.BinarySearchFunc(mine, r.loads[mine[i-1]], func(p uint32, load uint64) int { return cmp.Compare(r.loads[p], load) })
	}
	p := mine[i]
	if r.loads[p] > gap/4*3+gap%4*3/4 { // three quarters: so the two come nearer, and no partition goes to and fro
		return false
	}
	r.give(p, to)
	of[node] = slices.Delete(mine, i, i+1)
	at, _ := slices.BinarySearchFunc(of[to], p, r.compare)
	of[to] = slices.Insert(of[to], at, p)
	return true
}
