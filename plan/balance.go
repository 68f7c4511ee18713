package plan

import (
	"fmt"
	"sync"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/place"
)

// Placing is a placement that a plan looks at.
type Placing struct {
	Scheme place.Scheme
	Owners *nodes.Nodes // who has the partitions; nil if nobody was named
	// Members says that partition i is node i of Owners, which the scheme itself knows.
	Members bool
}

// shares returns what each partition should have beside the others; nil if that is the same.
func (p *Placing) shares() []uint64 {
	if !p.Members || p.Owners == nil {
		return nil
	}
	return nodeShares(p.Owners.List())
}

// nodeShares returns the weights of nodes; nil if they are equal.
func nodeShares(list []nodes.Node) []uint64 {
	shares := make([]uint64, len(list))
	equal := true
	for i, n := range list {
		shares[i] = uint64(max(n.Weight, 1))
		equal = equal && shares[i] == shares[0]
	}
	if equal {
		return nil
	}
	return shares
}

// Balance sums up how evenly one or several placements spread the rows of a stream. Any
// number of goroutines may add to it at a time.
//
// Of each placement it has a [Tally], which is exact; of the keys that any of them
// places, for all placements together, a [Sketch] a measure; of all keys a [Sample].
type Balance struct {
	by       Measure
	weighted bool
	placings []Placing
	tallies  []*Tally
	measures []Measure
	sketches []*Sketch // of each measure
	sample   *Sample

	// missing has of a placement the keys in sketches that it does not place; nil if it places all.
	mu      sync.Mutex
	missing [][]*Sketch
}

// balanceSample is how many distinct keys are counted exactly; of more their number is known
// to 2.6 %.
const balanceSample = 1 << 14

// NewBalance returns a balance by that measure of rows with weights or without.
func NewBalance(by Measure, weighted bool, placings ...Placing) (*Balance, error) {
	if by == ByWeight && !weighted {
		return nil, fmt.Errorf("a balance by weight of rows that have none")
	}
	b := &Balance{by: by, weighted: weighted, placings: placings, measures: []Measure{ByKeys, ByBytes},
		sample: NewSample(balanceSample, false), missing: make([][]*Sketch, len(placings))}
	if weighted {
		b.measures = append(b.measures, ByWeight)
	}
	b.sketches = b.newSketches()
	for _, p := range placings {
		if err := p.Scheme.Check(); err != nil {
			return nil, err
		}
		if p.Scheme.Parts == 0 {
			return nil, fmt.Errorf("a scheme that places nothing")
		}
		if p.Owners != nil && p.Owners.Partitions() != p.Scheme.Parts {
			return nil, fmt.Errorf("scheme %s has %d partitions, and its nodes have %d", p.Scheme.Name, p.Scheme.Parts, p.Owners.Partitions())
		}
		b.tallies = append(b.tallies, NewTally(p.Scheme.Parts, weighted))
	}
	return b, nil
}

// newSketches returns an empty sketch of each measure. By that which is balanced the heaviest key
// matters, too; by the others only how many keys there are in effect, for which one row does.
func (b *Balance) newSketches() (all []*Sketch) {
	for _, m := range b.measures {
		rows := 1
		if m == b.by {
			rows = sketchRows
		}
		all = append(all, newSketch(m, SketchWidth, rows))
	}
	return all
}

// Add adds rows, whose Hashes are there, and the partition of each under each placement. If it
// fails the balance is of no more use.
func (b *Balance) Add(rows *Rows, parts ...[]uint32) error {
	if len(parts) != len(b.tallies) {
		return fmt.Errorf("partitions of %d placements, for a balance of %d", len(parts), len(b.tallies))
	}
	unplaced := false
	for i, t := range b.tallies {
		some, err := t.addRows(rows, parts[i])
		if err != nil {
			return err
		}
		unplaced = unplaced || some
	}
	if err := b.sample.Add(rows); err != nil {
		return err
	}
	if !unplaced {
		return addTo(b.sketches, rows, nil)
	}
	return b.addPlaced(rows, parts)
}

func addTo(sketches []*Sketch, rows *Rows, keep []bool) error {
	for _, s := range sketches {
		if err := s.add(rows, keep); err != nil {
			return err
		}
	}
	return nil
}

// addPlaced adds rows that not all placements place to the sketches.
func (b *Balance) addPlaced(rows *Rows, parts [][]uint32) error {
	anywhere := placedAnywhere(parts, rows.Keys.Len())
	if err := addTo(b.sketches, rows, anywhere); err != nil {
		return err
	}
	for i, of := range parts {
		missing, some := make([]bool, len(of)), false
		for j, p := range of {
			missing[j] = anywhere[j] && p == keymill.NoPartition
			some = some || missing[j]
		}
		if !some {
			continue
		}
		b.mu.Lock()
		if b.missing[i] == nil {
			b.missing[i] = b.newSketches()
		}
		sketches := b.missing[i]
		b.mu.Unlock()
		if err := addTo(sketches, rows, missing); err != nil {
			return err
		}
	}
	return nil
}

// placedAnywhere says of each of n rows whether any placement has a partition for it.
func placedAnywhere(parts [][]uint32, n int) []bool {
	anywhere := make([]bool, n)
	for _, of := range parts {
		for i, p := range of {
			anywhere[i] = anywhere[i] || p != keymill.NoPartition
		}
	}
	return anywhere
}

// bounds returns what is known of the keys that placement s places, by each measure.
func (b *Balance) bounds(s int) (all []*Bounds) {
	for i, sketch := range b.sketches {
		if b.missing[s] == nil {
			all = append(all, sketch.Bounds())
		} else {
			all = append(all, sketch.less(b.missing[s][i]))
		}
	}
	return all
}
