package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/keymill/keymill"
)

// Moves sums up what goes from each place to each other when rows that lie in some
// places come to lie in others. It is exact. Any number of goroutines may add
// to it at a time, and in whatever order they do, the sums are the same.
type Moves struct {
	from, to Places
	same     []uint32 // of each place before the same one after, or NoPartition
	weighted bool
	total    total

	// Few pairs are all counted in an array: pair (i, j) is partition i*to.N+j.
	dense *Tally

	// Of many pairs those that there are are in a map, and what each place has and
	// keeps is counted by itself, for there may be too many pairs to hold.
	before, after, stay *Tally
	sparse              *pairs

	scratch sync.Pool // of *moveParts
}

// MaxPairs is how many pairs of places [Moves] tells apart at most, unless there are no
// more than 2^16 all told: they take about 20 MB. If rows move between more
// pairs, it knows only what leaves and enters each place.
const MaxPairs = 1 << 18

// densePairs is up to how many pairs are counted in an array, 16 bytes each.
const densePairs = 1 << 16

// moveParts says where each row of a call is counted.
type moveParts struct {
	before, after, stay, dense []uint32
	pairs                      map[uint64]Load // of the rows that move
}

// NewMoves returns sums of what moves between these places: of the same name
// before and after if they are nodes, of the same number if they are partitions, a place
// is the same place. It takes 16 bytes a place before, two times that if the pairs are more than
// 2^16, and 16 a place after; half as much again if rows are weighted.
func NewMoves(from, to Places, weighted bool) (*Moves, error) {
	same, err := from.same(&to)
	if err != nil {
		return nil, err
	}
	m := &Moves{from: from, to: to, same: same, weighted: weighted}
	m.scratch.New = func() any { return &moveParts{pairs: map[uint64]Load{}} }
	if cells := uint64(from.N) * uint64(to.N); cells <= densePairs {
		m.dense = NewTally(uint32(cells), weighted)
		return m, nil
	}
	m.before, m.after, m.stay = NewTally(from.N, weighted), NewTally(to.N, weighted), NewTally(from.N, weighted)
	m.sparse = &pairs{loads: map[uint64]Load{}}
	return m, nil
}

// Add adds rows, which lie in the places from, and come to lie in the places to. Rows
// that one of the two has no place for, [keymill.NoPartition], are only summed up. If it
// fails it has added none.
func (m *Moves) Add(rows *Rows, from, to []uint32) error {
	n := rows.Keys.Len()
	if len(from) != n || len(to) != n {
		return fmt.Errorf("%d places before and %d after for %d rows: each row has one", len(from), len(to), n)
	}
	if rows.Weights != nil && !m.weighted {
		return fmt.Errorf("rows with weights, for sums that were made without")
	}
	if err := rows.check(); err != nil {
		return err
	}
	for i := range from {
		if err := m.check(from[i], to[i]); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
	}
	all, err := rows.total()
	if err != nil {
		return err
	}
	if err := m.total.add(all); err != nil {
		return err
	}
	p := m.scratch.Get().(*moveParts)
	defer m.scratch.Put(p)
	if m.dense != nil {
		p.dense = resized(p.dense, n)
		for i := range from {
			p.dense[i] = keymill.NoPartition
			if from[i] != keymill.NoPartition && to[i] != keymill.NoPartition {
				p.dense[i] = from[i]*m.to.N + to[i]
			}
		}
		return m.dense.Add(rows, p.dense)
	}
	return m.addSparse(p, rows, from, to)
}

// Moved says whether these two are different places.
func (m *Moves) Moved(from, to uint32) bool { return m.same[from] != to }

func (m *Moves) check(from, to uint32) error {
	if from >= m.from.N && from != keymill.NoPartition {
		return fmt.Errorf("place %d before, of %d", from, m.from.N)
	}
	if to >= m.to.N && to != keymill.NoPartition {
		return fmt.Errorf("place %d after, of %d", to, m.to.N)
	}
	return nil
}

func (m *Moves) addSparse(p *moveParts, rows *Rows, from, to []uint32) error {
	p.before, p.after, p.stay = resized(p.before, len(from)), resized(p.after, len(from)), resized(p.stay, len(from))
	count := !m.sparse.tooMany.Load()
	for i := range from {
		p.before[i], p.after[i], p.stay[i] = keymill.NoPartition, keymill.NoPartition, keymill.NoPartition
		if from[i] == keymill.NoPartition || to[i] == keymill.NoPartition {
			continue
		}
		p.before[i], p.after[i] = from[i], to[i]
		if m.same[from[i]] == to[i] {
			p.stay[i] = from[i]
		} else if count {
			pair := pairOf(from[i], to[i])
			p.pairs[pair] = p.pairs[pair].Plus(rows.Load(i))
			if len(p.pairs) == mergedPairs {
				m.sparse.take(p.pairs)
			}
		}
	}
	m.sparse.take(p.pairs)
	for _, t := range []struct {
		tally *Tally
		parts []uint32
	}{{m.before, p.before}, {m.after, p.after}, {m.stay, p.stay}} {
		if err := t.tally.Add(rows, t.parts); err != nil {
			return err
		}
	}
	return nil
}

// AddLoad adds all that a partition has, which goes from one place to another: what
// [Moves.Add] would make of its rows.
func (m *Moves) AddLoad(from, to uint32, load Load) error {
	if err := m.check(from, to); err != nil {
		return err
	}
	if load.Weight > 0 && !m.weighted {
		return fmt.Errorf("a load with a weight, for sums that were made without")
	}
	if err := m.total.add(load); err != nil {
		return err
	}
	none := from == keymill.NoPartition || to == keymill.NoPartition
	if m.dense != nil {
		cell := uint32(keymill.NoPartition)
		if !none {
			cell = from*m.to.N + to
		}
		m.dense.addLoad(cell, load)
		return nil
	}
	stay := uint32(keymill.NoPartition)
	if none {
		from, to = keymill.NoPartition, keymill.NoPartition
	} else if m.same[from] == to {
		stay = from
	} else if load != (Load{}) {
		m.sparse.add(pairOf(from, to), load)
	}
	m.before.addLoad(from, load)
	m.after.addLoad(to, load)
	m.stay.addLoad(stay, load)
	return nil
}

// addLoad adds what rows of one partition have; the sums are known to have room for it.
func (t *Tally) addLoad(part uint32, load Load) {
	s := t.shards.take()
	defer t.shards.giveBack(s)
	if part == keymill.NoPartition {
		s.unplaced = s.unplaced.Plus(load)
		return
	}
	s.of[part].keys += load.Keys
	s.of[part].bytes += load.Bytes
	if s.weights != nil {
		s.weights[part] += load.Weight
	}
}

// Merge adds what other has, which is of the same places.
func (m *Moves) Merge(other *Moves) error {
	if !m.from.equal(&other.from) || !m.to.equal(&other.to) || m.weighted != other.weighted {
		return fmt.Errorf("sums of what moves from %d to %d places cannot take those from %d to %d, nor of other names, nor weights what has none",
			m.from.N, m.to.N, other.from.N, other.to.N)
	}
	if err := m.total.add(other.total.load()); err != nil {
		return err
	}
	if m.dense != nil {
		return m.dense.Merge(other.dense)
	}
	if other.sparse.tooMany.Load() {
		m.sparse.drop()
	}
	m.sparse.take(maps.Clone(other.sparse.loads))
	return errors.Join(m.before.Merge(other.before), m.after.Merge(other.after), m.stay.Merge(other.stay))
}

func (p *Places) equal(other *Places) bool {
	return p.N == other.N && slices.Equal(p.Names, other.Names) && slices.Equal(p.Weights, other.Weights)
}

// resized returns n numbers, in the memory of old if that will do.
func resized(old []uint32, n int) []uint32 {
	if cap(old) < n {
		return make([]uint32, n)
	}
	return old[:n]
}
