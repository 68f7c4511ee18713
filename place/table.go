package place

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
)

// Table is what a scheme knows of its members, whom a partition's number names:
// a look-up table (Maglev), the points of a ring (ketama, token ranges) or the
// members' own hashes (rendezvous). It is made once and never changes; schemes
// share it by its address, and are equal only if they have the same one.
type Table struct {
	reduce  Reduce
	members uint32
	points  []uint64
	owners  []uint32
	weights []uint32
}

// maxPoints is how long a table can be, so that its index fits in 32 bits.
const maxPoints = 1<<31 - 1

// NewTable returns the table of [ReduceTable]: entry i belongs to member
// owners[i], below members. It keeps the slice.
func NewTable(owners []uint32, members uint32) (*Table, error) {
	t := &Table{reduce: ReduceTable, members: members, owners: owners}
	return t, t.checkOwners()
}

// NewRing returns the table of [ReduceRing]: point i, of points that ascend
// strictly, belongs to member owners[i], below members. It keeps the slices.
func NewRing(points []uint64, owners []uint32, members uint32) (*Table, error) {
	if len(points) != len(owners) {
		return nil, fmt.Errorf("a ring of %d points with %d owners: each point has one", len(points), len(owners))
	}
	for i := range points[:max(len(points), 1)-1] {
		if points[i] >= points[i+1] {
			return nil, fmt.Errorf("a ring whose point %d is %#x and the next %#x: points ascend, and none is there twice",
				i, points[i], points[i+1])
		}
	}
	t := &Table{reduce: ReduceRing, members: members, points: points, owners: owners}
	return t, t.checkOwners()
}

// NewRendezvous returns the table of [ReduceRendezvous]: hashes[i] is the hash
// of member i, weights[i] how many times as many keys it shall have as a member
// of weight 1; nil gives all the same. It keeps the slices.
func NewRendezvous(hashes []uint64, weights []uint32) (*Table, error) {
	t := &Table{reduce: ReduceRendezvous, members: uint32(min(len(hashes), maxPoints)), points: hashes}
	switch {
	case len(hashes) == 0 || len(hashes) > maxPoints:
		return nil, fmt.Errorf("a table of %d members: it takes 1 to %d", len(hashes), maxPoints)
	case weights != nil && len(weights) != len(hashes):
		return nil, fmt.Errorf("%d members and %d weights: each member has one", len(hashes), len(weights))
	case slices.Contains(weights, 0):
		return nil, fmt.Errorf("member %d has weight 0: leave it out", slices.Index(weights, 0))
	}
	if weights != nil && slices.Max(weights) != slices.Min(weights) {
		t.weights = weights
	}
	return t, nil
}

func (t *Table) checkOwners() error {
	if len(t.owners) == 0 || len(t.owners) > maxPoints {
		return fmt.Errorf("a table of %d entries: it takes 1 to %d", len(t.owners), maxPoints)
	}
	if i := slices.IndexFunc(t.owners, func(m uint32) bool { return m >= t.members }); i >= 0 {
		return fmt.Errorf("entry %d belongs to member %d, of %d members: they count from 0", i, t.owners[i], t.members)
	}
	return nil
}

// check says whether the table is one for the scheme.
func (t *Table) check(s Scheme) error {
	switch {
	case t == nil:
		return fmt.Errorf("scheme %s: %s needs a Table of its members", s.label(), s.Reduce)
	case t.reduce != s.Reduce:
		return fmt.Errorf("scheme %s: its Table is for %s, not %s", s.label(), t.reduce, s.Reduce)
	case t.members != s.Parts:
		return fmt.Errorf("scheme %s: %d partitions, but its Table has %d members", s.label(), s.Parts, t.members)
	}
	return nil
}

// Members returns how many members the table has: the scheme's Parts.
func (t *Table) Members() uint32 { return t.members }

// Points returns the points of a ring, ascending, or the hashes of the members
// of a rendezvous; nil of a look-up table. They are the table's: read them only.
func (t *Table) Points() []uint64 { return t.points }

// Owners returns the members that the entries or points belong to; nil of a
// rendezvous. They are the table's: read them only.
func (t *Table) Owners() []uint32 { return t.owners }

// Weights returns the weights of the members of a rendezvous, or nil if all are
// the same. They are the table's: read them only.
func (t *Table) Weights() []uint32 { return t.weights }

// owner returns the owner of a hash on a ring.
func (t *Table) owner(h uint64) uint32 {
	i := sort.Search(len(t.points), func(i int) bool { return t.points[i] >= h })
	if i == len(t.points) {
		i = 0
	}
	return t.owners[i]
}

// sortedPoints returns the ring whose member i ends at last(i), in the order of
// the points.
func sortedPoints(n uint32, last func(i uint32) uint64) (points []uint64, owners []uint32) {
	owners = make([]uint32, n)
	for i := range owners {
		owners[i] = uint32(i)
	}
	slices.SortFunc(owners, func(a, b uint32) int { return cmp.Compare(last(a), last(b)) })
	points = make([]uint64, n)
	for i, owner := range owners {
		points[i] = last(owner)
	}
	return points, owners
}
