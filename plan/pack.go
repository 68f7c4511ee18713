package plan

import (
	"cmp"
	"math"
	"slices"
)

// assign gives partitions that have no node to those that need them: first those
// that are large beside a share, the largest first, and then the others, in their order
// and one node after the other, so that each gets as few ranges of them as may be.
func (r *rebalancing) assign(released []uint32) {
	grain := uint64(math.MaxUint64)
	for i, share := range r.share {
		if r.need.at(i) > 0 {
			grain = min(grain, fine(share))
		}
	}
	var rocks, sand, empty []uint32
	for _, p := range released {
		switch load := r.loads[p]; {
		case load == 0:
			empty = append(empty, p)
		case load > grain:
			rocks = append(rocks, p)
		default:
			sand = append(sand, p)
		}
	}
	slices.SortStableFunc(rocks, func(a, b uint32) int { return cmp.Compare(r.loads[b], r.loads[a]) })
	r.assignRocks(rocks)
	node := -1
	for _, p := range sand {
		if node < 0 || r.need.at(node) < int64(r.loads[p]) {
			if node = r.need.first(int64(r.loads[p])); node < 0 {
				node = r.need.largest()
			}
		}
		r.give(p, uint32(node))
	}
	for i, p := range empty { // what has nothing is dealt out evenly
		r.give(p, uint32(uint64(i)*uint64(r.to.N)/uint64(len(empty))))
	}
}

// assignRocks gives each partition to the first node that has room for it, which
// fills nodes best, or to the one that needs most, whichever of these two leaves less
// above the share of any node.
func (r *rebalancing) assignRocks(rocks []uint32) {
	fit, fitAbove := r.trial(rocks, (*tournament).first)
	most, mostAbove := r.trial(rocks, func(t *tournament, _ int64) int { return t.largest() })
	if mostAbove < fitAbove {
		fit = most
	}
	for i, p := range rocks {
		r.give(p, fit[i])
	}
}

// trial returns the nodes that would get the partitions, and how much any node would
// have above its share. choose returns a node for a load, or -1 if no matter.
func (r *rebalancing) trial(rocks []uint32, choose func(t *tournament, load int64) int) (owners []uint32, above int64) {
	need := &tournament{r.need.leaves, slices.Clone(r.need.tree)}
	for _, p := range rocks {
		load := int64(r.loads[p])
		node := choose(need, load)
		if node < 0 {
			node = need.largest()
		}
		need.set(node, need.at(node)-load)
		above = max(above, -need.at(node))
		owners = append(owners, uint32(node))
	}
	return owners, above
}
