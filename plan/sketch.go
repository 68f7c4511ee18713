package plan

import (
	"errors"
	"fmt"
	"math/bits"
)

// Sketch bounds from above what any one key of a stream has, and estimates how
// unequal keys are: a count-min sketch. It is linear, so nothing depends on the
// order of rows or on who added them. Any number of goroutines may add to it at a
// time.
//
// Source: Cormode and Muthukrishnan, "An improved data stream summary: the
// count-min sketch and its applications" (2005).
type Sketch struct {
	sketchShape
	total  total
	shards *shards[*cells]
}

type sketchShape struct {
	measure Measure
	bits    uint // the logarithm of the width
	rows    int
}

// sketchRows is how many counters a key has, each among others of its own.
const sketchRows = 4

// cells are the counters of all rows, one row after the other.
type cells []uint64

const sketchMemory = 16 << 20

// SketchWidth is the width of a sketch that the second-level cache of a processor
// holds, so that a row takes 3 ns.
const SketchWidth = 1 << 14

// NewSketch returns a sketch of 4 rows of width counters, a power of two from 2^8 to 2^20,
// 8 bytes each, of the measure. No more than 1/width of the whole stream, and
// some, is added to a key by others.
func NewSketch(measure Measure, width int) (*Sketch, error) {
	if width < 1<<8 || width > 1<<20 || width&(width-1) != 0 {
		return nil, fmt.Errorf("a sketch of width %d: it takes a power of two from %d to %d", width, 1<<8, 1<<20)
	}
	return newSketch(measure, width, sketchRows), nil
}

// newSketch returns a sketch of 1 or 4 rows.
func newSketch(measure Measure, width, rows int) *Sketch {
	return &Sketch{sketchShape: sketchShape{measure, uint(bits.Len(uint(width - 1))), rows},
		shards: newShards(8*rows*width, sketchMemory, func() *cells {
			c := make(cells, rows*width)
			return &c
		})}
}

// width is the number of counters of a row.
func (s *sketchShape) width() int { return 1 << s.bits }

// place returns the counter that a hash has in a row: 10 to 20 bits of the hash for each
// of two rows, and of the hash multiplied by an odd number for two more.
func (s *sketchShape) place(row int, h uint64) uint64 {
	mask := uint64(1)<<s.bits - 1
	var at uint64
	switch row {
	case 0:
		at = h & mask
	case 1:
		at = h >> (64 - s.bits)
	case 2:
		at = h * sketchFactor >> (64 - s.bits)
	default:
		at = h * sketchFactor >> (64 - 2*s.bits) & mask
	}
	return uint64(row)<<s.bits | at
}

// sketchFactor is that of Fibonacci hashing: 2^64 over the golden ratio.
const sketchFactor = 0x9e3779b97f4a7c15

// Add adds rows, whose Hashes are there. If it fails it has added none.
func (s *Sketch) Add(rows *Rows) error { return s.add(rows, nil) }

// add is Add of the rows that keep names; nil names all.
func (s *Sketch) add(rows *Rows, keep []bool) error {
	if err := errors.Join(rows.checkHashes(), rows.check()); err != nil {
		return err
	}
	all, err := rows.total()
	if err != nil {
		return err
	}
	for i, kept := range keep {
		if !kept {
			all = all.minus(rows.Load(i))
		}
	}
	if err := s.total.add(all); err != nil {
		return err
	}
	c := s.shards.take()
	defer s.shards.giveBack(c)
	var memory [block]uint64
	for lo := 0; lo < len(rows.Hashes); lo += block {
		hashes := rows.Hashes[lo:min(lo+block, len(rows.Hashes))]
		amounts := memory[:len(hashes)]
		rows.amounts(s.measure, lo, amounts)
		if keep != nil {
			for i, kept := range keep[lo : lo+len(hashes)] {
				if !kept {
					amounts[i] = 0
				}
			}
		}
		if s.rows == 1 {
			c.addToOne(hashes, amounts)
		} else {
			c.addToAll(hashes, amounts, s.bits)
		}
	}
	return nil
}

// addToAll adds what keys of these hashes have to their counters in 4 rows: see [Sketch.place].
func (c *cells) addToAll(hashes, amounts []uint64, bits uint) {
	w := 1 << bits
	first, second, third, fourth := (*c)[:w], (*c)[w:2*w], (*c)[2*w:3*w], (*c)[3*w:4*w]
	amounts = amounts[:len(hashes)]
	mask := uint64(w - 1)
	top, below := (64-bits)&63, (64-2*bits)&63 // the compiler need not see to shifts of 64 and more
	for i, h := range hashes {
		n := amounts[i]
		g := h * sketchFactor
		first[h&mask] += n
		second[h>>top] += n
		third[g>>top] += n
		fourth[g>>below&mask] += n
	}
}

// addToOne is addToAll for 1 row.
func (c *cells) addToOne(hashes, amounts []uint64) {
	amounts = amounts[:len(hashes)]
	mask := uint64(len(*c) - 1)
	for i, h := range hashes {
		(*c)[h&mask] += amounts[i]
	}
}

// Merge adds what other has, which is as wide and of the same measure, and to which nobody
// may add meanwhile.
func (s *Sketch) Merge(other *Sketch) error {
	if s.sketchShape != other.sketchShape {
		return fmt.Errorf("a sketch of %s %d wide cannot take one of %s %d wide", s.measure, s.width(), other.measure, other.width())
	}
	if err := s.total.add(other.total.load()); err != nil {
		return err
	}
	sum := other.sum()
	c := s.shards.take()
	defer s.shards.giveBack(c)
	c.add(&sum)
	return nil
}

func (c *cells) add(other *cells) {
	for i, n := range *other {
		(*c)[i] += n
	}
}

// sum returns all shards in one.
func (s *Sketch) sum() cells {
	c := make(cells, s.rows*s.width())
	s.shards.each(c.add)
	return c
}
