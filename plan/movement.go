package plan

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"github.com/keymill/keymill"
)

// Movement is what moves between places, as [Moves] has summed it up.
type Movement struct {
	By       Measure `json:"by"`       // the measure of Least
	Total    Load    `json:"total"`    // rows that have a place before and after
	Unplaced Load    `json:"unplaced"` // rows that lack one of the two: they are in no other figure
	Moved    Load    `json:"moved"`

	// Least is how much has to move, by the measure, so that each place after has its
	// share of the total by its weight: what places have above that, rounded up.
	// Rows that can be placed one by one reach it, and whole partitions might not.
	Least uint64 `json:"least"`

	// The place that gives most and the one that gets most: by weight, if that is
	// the measure, else by bytes. They are nil if nothing moves.
	PeakOut *PlaceLoad `json:"peak_out"`
	PeakIn  *PlaceLoad `json:"peak_in"`

	// How unevenly the places before, and those after, have the measure.
	SpreadBefore Spread `json:"spread_before"`
	SpreadAfter  Spread `json:"spread_after"`

	// Places are those before, in their order, and then those that are new. If they are
	// more than [MaxListed], these are the ones that give or get most.
	Places        []PlaceMovement `json:"places"`
	PlacesLeftOut uint32          `json:"places_left_out,omitempty"`

	// Pairs are the places between which something moves, by their order before and after; nil if
	// PairsUnknown: they are more than [MaxPairs].
	Pairs        []PairMovement `json:"pairs"`
	PairsUnknown bool           `json:"pairs_unknown,omitempty"`
}

// MaxListed is how many places a report lists at most.
const MaxListed = 1 << 16

// PlaceLoad is what a place gives or gets.
type PlaceLoad struct {
	Place Place `json:"place"`
	Load
}

// PlaceMovement is what a place has before and after, and what leaves and enters it.
type PlaceMovement struct {
	Place  Place `json:"place"`
	Before Load  `json:"before"`
	After  Load  `json:"after"`
	Out    Load  `json:"out"`
	In     Load  `json:"in"`
}

// PairMovement is what goes from one place to another.
type PairMovement struct {
	From Place `json:"from"`
	To   Place `json:"to"`
	Load
}

// moveSums are what the places have.
type moveSums struct {
	before, stay *Loads // of the places before
	after        *Loads // of the places after
	unplaced     Load
}

// sums returns them in the memory in which they were counted, where that has them all.
func (m *Moves) sums() (s moveSums) {
	if m.dense == nil {
		s.before, s.unplaced = m.before.Sum()
		s.after, _ = m.after.Sum()
		s.stay, _ = m.stay.Sum()
		return s
	}
	before, stay, after := NewTally(m.from.N, m.weighted), NewTally(m.from.N, m.weighted), NewTally(m.to.N, m.weighted)
	cells, unplaced := m.dense.Sum()
	for cell := range cells.Len() {
		from, to, load := uint32(cell)/m.to.N, uint32(cell)%m.to.N, cells.At(cell)
		before.addLoad(from, load)
		after.addLoad(to, load)
		if m.same[from] == to {
			stay.addLoad(from, load)
		}
	}
	s.before, _ = before.Sum()
	s.stay, _ = stay.Sum()
	s.after, _ = after.Sum()
	s.unplaced = unplaced
	return s
}

// Movement returns what has moved. Nobody may add meanwhile.
func (m *Moves) Movement(by Measure) (*Movement, error) {
	sums := m.sums()
	r := &Movement{By: by, Unplaced: sums.unplaced}
	var err, errAfter error
	r.SpreadBefore, err = m.from.spread(sums.before, by)
	r.SpreadAfter, errAfter = m.to.spread(sums.after, by)
	if err = errors.Join(err, errAfter); err != nil {
		return nil, err
	}
	r.Pairs, r.PairsUnknown = m.pairs()
	peakBy := ByBytes
	if by == ByWeight {
		peakBy = ByWeight
	}
	moved := make([]uint64, 0, max(sums.before.Len(), sums.after.Len())) // of each place, in the order of the report
	m.eachPlace(&sums, func(p *PlaceMovement) {
		r.Total = r.Total.Plus(p.Before)
		r.Moved = r.Moved.Plus(p.Out)
		r.PeakOut = peak(r.PeakOut, p.Place, p.Out, peakBy)
		r.PeakIn = peak(r.PeakIn, p.Place, p.In, peakBy)
		moved = append(moved, max(by.Of(p.Out), by.Of(p.In)))
	})
	r.Least = leastMoved(sums.before, by, &m.to, m.same)
	list := largest(moved, MaxListed)
	r.Places = make([]PlaceMovement, 0, len(list))
	r.PlacesLeftOut = uint32(len(moved) - len(list))
	i := uint32(0)
	m.eachPlace(&sums, func(p *PlaceMovement) {
		if len(list) > 0 && list[0] == i {
			r.Places = append(r.Places, *p)
			list = list[1:]
		}
		i++
	})
	return r, nil
}

// spread returns how unevenly the places have the measure, for their weights.
func (p *Places) spread(loads *Loads, by Measure) (Spread, error) {
	var shares []uint64
	for i := range p.Weights {
		shares = append(shares, p.weight(uint32(i)))
	}
	return spreadOf(loads.Len(), func(i int) uint64 { return by.Of(loads.At(i)) }, shares)
}

// eachPlace calls f with all places before, and with those that are new after them.
func (m *Moves) eachPlace(s *moveSums, f func(*PlaceMovement)) {
	known := make([]bool, m.to.N)
	for i := range s.before.Len() {
		before, stay := s.before.At(i), s.stay.At(i)
		p := PlaceMovement{Place: m.from.place(uint32(i)), Before: before, Out: before.less(stay)}
		if to := m.same[i]; to != keymill.NoPartition {
			known[to] = true
			p.After = s.after.At(int(to))
			p.In = p.After.less(stay)
		}
		f(&p)
	}
	for i := range s.after.Len() {
		if !known[i] {
			after := s.after.At(i)
			f(&PlaceMovement{Place: m.to.place(uint32(i)), After: after, In: after})
		}
	}
}

// less returns what is left of the load without part of it.
func (l Load) less(part Load) Load {
	return Load{l.Keys - part.Keys, l.Bytes - part.Bytes, l.Weight - part.Weight}
}

// peak returns the place that has more: the earlier one of equal ones.
func peak(most *PlaceLoad, place Place, load Load, by Measure) *PlaceLoad {
	if load.Keys == 0 || most != nil && by.Of(load) <= by.Of(most.Load) {
		return most
	}
	return &PlaceLoad{place, load}
}

// largest returns the numbers of the largest amounts, so many at most, in ascending
// order: of equal ones the first.
func largest(amounts []uint64, most int) []uint32 {
	order := make([]uint32, len(amounts))
	for i := range order {
		order[i] = uint32(i)
	}
	if len(order) > most {
		slices.SortFunc(order, func(a, b uint32) int { return cmp.Or(cmp.Compare(amounts[b], amounts[a]), cmp.Compare(a, b)) })
		order = order[:most]
		slices.Sort(order)
	}
	return order
}

// pairs returns the pairs between which something moves, in their order.
func (m *Moves) pairs() (all []PairMovement, unknown bool) {
	all = []PairMovement{}
	add := func(from, to uint32, load Load) {
		if load.Keys > 0 && m.same[from] != to {
			all = append(all, PairMovement{m.from.place(from), m.to.place(to), load})
		}
	}
	if m.dense != nil {
		cells, _ := m.dense.Sum()
		for cell := range cells.Len() {
			add(uint32(cell)/m.to.N, uint32(cell)%m.to.N, cells.At(cell))
		}
		return all, false
	}
	m.sparse.mu.Lock()
	defer m.sparse.mu.Unlock()
	if m.sparse.loads == nil {
		return nil, true
	}
	for _, pair := range slices.Sorted(maps.Keys(m.sparse.loads)) {
		add(uint32(pair>>32), uint32(pair), m.sparse.loads[pair])
	}
	return all, false
}

// leastMoved returns how much has to move from what places have before so that each
// of to has its share: the sum of what they have above that, rounded up.
func leastMoved(before *Loads, by Measure, to *Places, same []uint32) uint64 {
	total, weights := uint64(0), to.weights()
	for i := range before.Len() {
		total += by.Of(before.At(i))
	}
	above := uint128{}
	for i := range before.Len() {
		share := uint128{}
		if j := same[i]; j != keymill.NoPartition {
			share = times(total, to.weight(j))
		}
		above = above.plus(times(by.Of(before.At(i)), weights).minus(share))
	}
	return above.overUp(weights)
}
