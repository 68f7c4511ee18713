package plan

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/keymill/keymill"
)

// Rebalanced says which node gets which partition when a cluster's nodes change, and
// its partitions stay what they are.
type Rebalanced struct {
	Owners []uint32 // of each partition, the number of its node after

	// Moved is the load of the partitions that change their node. No plan moves less than
	// Bound that leaves every node as near to its share as this one does: none further
	// above than the one that is furthest above here, none further below.
	Moved, Bound uint64
}

// Rebalance gives partitions to nodes so that each node has its share of the load by
// its weight, as near as whole partitions come to it, and moves little: what a node has
// above its share, and all of a node that is gone. Of partitions that do as well it takes those
// of the lowest numbers, as `redis-cli --cluster reshard` does. loads is what each partition has, fewer than 2^63
// together; where every partition has 1, or none has anything, nodes get numbers of
// partitions, and no plan moves less. owners is which of from has it.
//
// It is deterministic, and takes 32 bytes a partition and 100 a node.
func Rebalance(loads []uint64, owners []uint32, from, to Places) (*Rebalanced, error) {
	same, err := from.same(&to)
	if err != nil {
		return nil, err
	}
	r := &rebalancing{loads: loads, to: &to, owners: make([]uint32, len(loads)),
		has: make([]uint64, to.N), need: newTournament(int(to.N))}
	if err := r.start(owners, &from, same); err != nil {
		return nil, err
	}
	before := slices.Clone(r.has)
	gone := r.total
	for _, n := range before {
		gone -= n
	}
	for i, share := range shares(r.total, &to, r.has) {
		r.share = append(r.share, share)
		r.need.set(i, int64(share)-int64(r.has[i]))
	}
	r.assign(r.release())
	r.improve()
	result := &Rebalanced{Owners: r.owners, Bound: r.bound(before, gone)}
	for p, owner := range owners {
		if same[owner] != r.owners[p] {
			result.Moved += r.loads[p]
		}
	}
	return result, nil
}

// Report returns the report of what loads were planned by, under that name.
func (r *Rebalanced) Report(by string, loads []uint64, to Places) (*RebalanceReport, error) {
	has := make([]uint64, to.N)
	for p, owner := range r.Owners {
		has[owner] += loads[p]
	}
	var shares []uint64
	for i := range to.N {
		shares = append(shares, to.weight(i))
	}
	spread, err := NewSpread(has, shares)
	return &RebalanceReport{By: by, Total: spread.Total, Moved: r.Moved, Bound: r.Bound, Spread: spread}, err
}

// rebalancing is what is known of nodes and partitions on the way.
type rebalancing struct {
	loads  []uint64 // of each partition
	owners []uint32 // the node after of each partition; NoPartition while it has none
	to     *Places
	total  uint64
	has    []uint64    // of each node, what it has
	share  []uint64    // what it shall have
	need   *tournament // how much more that is; negative if it has too much
}

// start takes the loads as they lie, but for nodes that are gone.
func (r *rebalancing) start(owners []uint32, from *Places, same []uint32) error {
	if len(owners) != len(r.loads) || len(owners) == 0 {
		return fmt.Errorf("%d owners of %d partitions: each has one, and there are some", len(owners), len(r.loads))
	}
	carries := uint64(0)
	for _, load := range r.loads {
		carry := uint64(0)
		r.total, carry = bits.Add64(r.total, load, 0)
		carries |= carry
	}
	if carries > 0 || r.total > math.MaxInt64 {
		return fmt.Errorf("the loads of all partitions are 2^63 or more: give them in a larger unit")
	}
	if r.total == 0 {
		r.total, r.loads = uint64(len(r.loads)), slices.Repeat([]uint64{1}, len(r.loads))
	}
	for p, owner := range owners {
		if owner >= from.N {
			return fmt.Errorf("partition %d belongs to node %d, of %d", p, owner, from.N)
		}
		r.owners[p] = same[owner]
		if same[owner] != keymill.NoPartition {
			r.has[same[owner]] += r.loads[p]
		}
	}
	return nil
}

// shares returns what each place shall have of the total, in whole numbers that add up
// to it: its part by weight rounded down, or up for those that come nearest. If what they have says
// that it saves a move, others are rounded up before them.
func shares(total uint64, to *Places, has []uint64) []uint64 {
	weights := to.weights()
	all, rests := make([]uint64, to.N), make([]uint64, to.N)
	left := total
	var up []uint32 // those that may be rounded up
	for i := range to.N {
		all[i], rests[i] = times(total, to.weight(i)).over(weights)
		left -= all[i]
		if rests[i] > 0 {
			up = append(up, i)
		}
	}
	saves := func(i uint32) int {
		if has[i] > all[i] {
			return 0
		}
		return 1
	}
	slices.SortFunc(up, func(a, b uint32) int {
		return cmp.Or(saves(a)-saves(b), cmp.Compare(rests[b], rests[a]), cmp.Compare(a, b))
	})
	for _, i := range up[:left] { // the rests add up to left times the weights, and each is less than those
		all[i]++
	}
	return all
}

// fine is what counts as nothing beside a share: a partition in 256.
func fine(share uint64) uint64 { return share >> 8 }

// release takes partitions from the nodes that have too much, and returns them and those
// whose nodes are gone, in ascending order. No node is left with less than its share. The
// large ones come first, the largest before others, if some node needs as much; then
// the others in their order, until one does not fit.
func (r *rebalancing) release() (released []uint32) {
	var rocks []uint32
	most := r.need.at(r.need.largest())
	for p, load := range r.loads {
		switch node := r.owners[p]; {
		case node == keymill.NoPartition:
			released = append(released, uint32(p))
		case r.need.at(int(node)) < 0 && load > fine(r.share[node]) && load <= uint64(most):
			rocks = append(rocks, uint32(p))
		}
	}
	slices.SortStableFunc(rocks, func(a, b uint32) int { return cmp.Compare(r.loads[b], r.loads[a]) })
	for _, p := range rocks {
		if r.fits(p) {
			r.give(p, keymill.NoPartition)
			released = append(released, p)
		}
	}
	released = append(released, r.releaseSand()...)
	slices.Sort(released)
	return released
}

// fits says whether a node has as much above its share as its partition has.
func (r *rebalancing) fits(p uint32) bool {
	return int64(r.loads[p]) <= -r.need.at(int(r.owners[p]))
}

// releaseSand releases what is small. Partitions between those that have nothing go with them, since it
// costs nothing and leaves fewer ranges.
func (r *rebalancing) releaseSand() (released []uint32) {
	full, empty := make([]bool, r.to.N), make([][]uint32, r.to.N)
	for p, load := range r.loads {
		node := r.owners[p]
		if node == keymill.NoPartition || r.need.at(int(node)) >= 0 || load > fine(r.share[node]) || full[node] {
			continue
		}
		if load == 0 {
			empty[node] = append(empty[node], uint32(p))
			continue
		}
		if full[node] = !r.fits(uint32(p)); full[node] {
			continue
		}
		for _, p := range append(empty[node], uint32(p)) {
			r.give(p, keymill.NoPartition)
			released = append(released, p)
		}
		empty[node] = nil
	}
	return released
}

// give changes the owner of a partition; there may be none before or after.
func (r *rebalancing) give(p, node uint32) {
	if old := r.owners[p]; old != keymill.NoPartition {
		r.has[old] -= r.loads[p]
		r.need.set(int(old), r.need.at(int(old))+int64(r.loads[p]))
	}
	r.owners[p] = node
	if node != keymill.NoPartition {
		r.has[node] += r.loads[p]
		r.need.set(int(node), r.need.at(int(node))-int64(r.loads[p]))
	}
}

// bound returns what has to move at least: see [Rebalanced.Bound]. gone is what nodes
// have that are there no more.
func (r *rebalancing) bound(before []uint64, gone uint64) uint64 {
	weights := r.to.weights()
	var above, below uint128 // times the sum of the weights, like all here
	for i, has := range r.has {
		has, share := times(has, weights), times(r.total, r.to.weight(uint32(i)))
		if extra := has.minus(share); above.less(extra) {
			above = extra
		}
		if lack := share.minus(has); below.less(lack) {
			below = lack
		}
	}
	out, in := gone, uint64(0)
	for i, has := range before {
		share := times(r.total, r.to.weight(uint32(i)))
		if most, _ := share.plus(above).over(weights); has > most {
			out += has - most
		}
		if least := share.minus(below).overUp(weights); least > has {
			in += least - has
		}
	}
	return max(out, in)
}
