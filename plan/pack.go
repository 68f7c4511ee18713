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
	room := r.room(released)
	grain := uint64(math.MaxUint64)
	for i, share := range r.share {
		if room.at(i) > 0 {
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
			sand = append(append(sand, empty...), p) // what has nothing goes with the next
			empty = nil
		}
	}
	slices.SortStableFunc(rocks, func(a, b uint32) int { return cmp.Compare(r.loads[b], r.loads[a]) })
	for i, node := range r.dealt(rocks, sand, room) {
		if i < len(rocks) {
			r.give(rocks[i], node)
		} else {
			r.give(sand[i-len(rocks)], node)
		}
	}
	for i, p := range empty { // is dealt out evenly
		r.give(p, uint32(uint64(i)*uint64(r.to.N)/uint64(len(empty))))
	}
}

// room returns how much each node takes of what was released: what it needs, but if
// others keep more than their share, since that is partitions too large to be taken
// from them, there is less than is needed, and all shall lack as much of it.
func (r *rebalancing) room(released []uint32) *tournament {
	room := r.need.clone()
	pool, needed := uint64(0), uint64(0)
	for _, p := range released {
		pool += r.loads[p]
	}
	var takers []uint32
	for i := range r.to.N {
		if need := r.need.at(int(i)); need > 0 {
			needed += uint64(need)
			takers = append(takers, i)
		}
	}
	if pool >= needed {
		return room
	}
	weights := uint64(0)
	for _, i := range takers {
		pool += r.has[i]
		weights += r.to.weight(i)
	}
	for all := 0; all != len(takers); {
		all = len(takers)
		poolLeft, weightsLeft := pool, weights
		takers = slices.DeleteFunc(takers, func(i uint32) bool {
			if !times(pool, r.to.weight(i)).less(times(r.has[i], weights)) {
				return false
			}
			room.set(int(i), 0) // it has more than is left for each
			poolLeft, weightsLeft = poolLeft-r.has[i], weightsLeft-r.to.weight(i)
			return true
		})
		pool, weights = poolLeft, weightsLeft
	}
	for _, i := range takers {
		room.set(int(i), int64(times(pool, r.to.weight(i)).overUp(weights)-r.has[i]))
	}
	return room
}

// dealt returns the nodes of the rocks and then those of the sand. A rock goes to the first
// node that has room for it, which fills nodes best, or to the one that has most: whichever of the two
// leaves the fullest node less full, or else the emptiest one less empty.
func (r *rebalancing) dealt(rocks, sand []uint32, room *tournament) []uint32 {
	first, above, left := r.trial(rocks, sand, room.clone(), (*tournament).first)
	most, mostAbove, mostLeft := r.trial(rocks, sand, room.clone(), func(t *tournament, _ int64) int { return t.largest() })
	if mostAbove < above || mostAbove == above && mostLeft < left {
		return most
	}
	return first
}

// trial returns the nodes that choose finds for the rocks, and those for the sand, by how much any
// gets more than it has room for, and how much room is left at most. choose may find none, -1, for a load.
func (r *rebalancing) trial(rocks, sand []uint32, room *tournament, choose func(t *tournament, load int64) int) (owners []uint32, above, left int64) {
	give := func(node int, load int64) {
		if node < 0 {
			node = room.largest()
		}
		room.set(node, room.at(node)-load)
		above = max(above, -room.at(node))
		owners = append(owners, uint32(node))
	}
	for _, p := range rocks {
		load := int64(r.loads[p])
		give(choose(room, load), load)
	}
	node, empty := -1, 0
	for _, p := range sand {
		load := int64(r.loads[p])
		if load == 0 {
			empty++
			continue
		}
		if node < 0 || room.at(node) < load {
			if node = room.first(load); node < 0 {
				node = room.largest()
			}
		}
		for ; empty > 0; empty-- {
			give(node, 0)
		}
		give(node, load)
	}
	return owners, above, room.at(room.largest())
}
