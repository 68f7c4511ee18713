package main

import (
	"math/bits"

	"github.com/keymill/keymill"
)

// moves is km_moves: what moves if one scheme takes the place of another. Arrays
// that are nil are not wanted.
type moves struct {
	keys, moved, stayed, unplaced uint64
	leaving, arriving             []uint64 // a number each partition
	matrix                        []uint64 // of `from`, then of `to`
}

// planKeys is how many keys are placed under both schemes before they are
// counted: enough for every worker, and their partitions stay in the cache.
const planKeys = 1 << 16

// planBlock is the memory for planKeys.
type planBlock struct{ from, to keymill.Placement }

// cells returns how many elements the matrix has.
func cells(from, to uint32) (uint64, error) {
	hi, lo := bits.Mul64(uint64(from), uint64(to))
	if hi > 0 || lo > 1<<48 {
		return 0, invalid("a matrix of %d and %d partitions is more than there is memory", from, to)
	}
	return lo, nil
}

// plan places the keys under both schemes and counts into m, whose arrays have
// the lengths for them.
func (e *engine) plan(b *keymill.Batch, from, to keymill.Params, m *moves) error {
	if err := b.Validate(); err != nil { // so that an error has the number of the key
		return err
	}
	clear(m.leaving)
	clear(m.arriving)
	clear(m.matrix)
	m.keys, m.moved, m.stayed, m.unplaced = uint64(b.Len()), 0, 0, 0
	block := e.scratch.Get().(*planBlock)
	defer e.scratch.Put(block)
	for lo, n := 0, b.Len(); lo < n; lo += planKeys {
		part := b.Slice(lo, min(lo+planKeys, n))
		block.from.Resize(keymill.OutParts, part.Len(), 0)
		block.to.Resize(keymill.OutParts, part.Len(), 0)
		if err := e.dispatcher.Place(&block.from, &part, from); err != nil {
			return err
		}
		if err := e.dispatcher.Place(&block.to, &part, to); err != nil {
			return err
		}
		m.add(block.from.Parts, block.to.Parts, uint64(to.Scheme.Parts))
	}
	return nil
}

func (m *moves) add(from, to []uint32, toParts uint64) {
	for i, f := range from {
		t := to[i]
		if f == keymill.NoPartition || t == keymill.NoPartition {
			m.unplaced++
			continue
		}
		if m.matrix != nil {
			m.matrix[uint64(f)*toParts+uint64(t)]++
		}
		if f == t {
			m.stayed++
			continue
		}
		m.moved++
		if m.leaving != nil {
			m.leaving[f]++
		}
		if m.arriving != nil {
			m.arriving[t]++
		}
	}
}
