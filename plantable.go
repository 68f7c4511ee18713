package keymill

import (
	"math"
	"math/bits"
	"slices"
)

// planTable has the costs of one op of all candidates in the shape in which they are compared
// fastest: between two sizes at which any candidate's line changes, one line of each, side by side. A
// batch has just filled the cache with its keys, so what counts is how few cache lines are read.
type planTable struct {
	from       []int     // footprints at which lines change, rising, 0 first
	lines      []line    // of each candidate, for each of from; fixed is +Inf where a profile says nothing
	start      [65]uint8 // where in from to begin to look, by the number of bits of the footprint
	candidates int
}

// newPlanTable makes the table of the op.
func newPlanTable(profiles []Profile, op Op) *planTable {
	t := &planTable{from: []int{0}, candidates: len(profiles)}
	for _, p := range profiles {
		for _, piece := range p[op].Beyond {
			t.from = append(t.from, max(piece.From, 0))
		}
	}
	slices.Sort(t.from)
	t.from = slices.Compact(t.from)
	for _, from := range t.from {
		for _, p := range profiles {
			c, known := p[op]
			l := line{c.Fixed, c.PerKey, c.PerByte}
			if piece := c.pieceAt(from); piece != nil {
				l = line{piece.Fixed, piece.PerKey, piece.PerByte}
			}
			if !known {
				l = line{fixed: math.Inf(1)}
			}
			t.lines = append(t.lines, l)
		}
	}
	for b := range t.start {
		least := 0 // of the footprints of so many bits
		if b > 0 {
			least = 1 << min(b-1, 62)
		}
		for int(t.start[b])+1 < len(t.from) && t.from[t.start[b]+1] <= least && t.start[b] < math.MaxUint8 {
			t.start[b]++
		}
	}
	return t
}

// at returns the lines of all candidates for a batch.
func (t *planTable) at(keys, bytes int) []line {
	size := Footprint(keys, bytes)
	i := int(t.start[bits.Len(uint(size))])
	for i+1 < len(t.from) && size >= t.from[i+1] {
		i++
	}
	return t.lines[i*t.candidates:][:t.candidates]
}

// nanos returns what a candidate takes.
func (t *planTable) nanos(i, keys, bytes int) float64 {
	return t.at(keys, bytes)[i].at(float64(keys), float64(bytes))
}

// cheapest returns the smallest of the costs: what nearly every batch waits for.
func (t *planTable) cheapest(keys, bytes int) (index int, nanos float64) {
	ofKeys, ofBytes := float64(keys), float64(bytes)
	lines := t.at(keys, bytes)
	nanos = math.Inf(1)
	for i := range lines {
		if n := lines[i].at(ofKeys, ofBytes); n < nanos {
			index, nanos = i, n
		}
	}
	return index, nanos
}

// table returns the table of an op.
func (d *Dispatcher) table(at int) *planTable {
	if t := d.tables[at].Load(); t != nil {
		return t
	}
	t := newPlanTable(d.profiles, opOfIndex(at))
	d.tables[at].Store(t) // if another goroutine was faster, its table is the same
	return t
}
