package plan

import (
	"fmt"
	"math/bits"
	"slices"
)

// Sketch bounds from above what any one key of a stream has, and estimates how
// unequal keys are: a count-min sketch. It is linear, so nothing depends on the
// order of rows or on who added them. Any number of goroutines may add to it at a
// time.
//
// Source: Cormode and Muthukrishnan, "An improved data stream summary: the
// count-min sketch and its applications" (2005).
type Sketch struct {
	measure Measure
	shift   uint // 64 minus the logarithm of the width
	shards  *shards[*cells]
}

// sketchRows is how many counters a key has, each among others of its own.
const sketchRows = 4

// cells are the counters of all rows, one row after the other.
type cells struct {
	total uint64
	of    []uint64
}

const sketchMemory = 16 << 20

// sketchFactors are odd: each makes of a hash the place in one row.
var sketchFactors = [sketchRows]uint64{0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f, 0x165667b19e3779f9, 0xd6e8feb86659fd93}

// NewSketch returns a sketch of 4 rows of width counters, a power of two from 2^8 to 2^20,
// 8 bytes each, of the measure. No more than 1/width of the whole stream, and
// some, is added to a key by others.
func NewSketch(measure Measure, width int) (*Sketch, error) {
	if width < 1<<8 || width > 1<<20 || width&(width-1) != 0 {
		return nil, fmt.Errorf("a sketch of width %d: it takes a power of two from %d to %d", width, 1<<8, 1<<20)
	}
	return &Sketch{measure, uint(64 - bits.Len(uint(width-1))),
		newShards(8*sketchRows*width, sketchMemory, func() *cells {
			return &cells{of: make([]uint64, sketchRows*width)}
		})}, nil
}

// width is the number of counters of a row.
func (s *Sketch) width() int { return 1 << (64 - s.shift) }

// place returns the counter that a hash has in a row.
func (s *Sketch) place(row int, h uint64) uint64 {
	return uint64(row)<<(64-s.shift) | h*sketchFactors[row]>>s.shift
}

// Add adds rows, whose Hashes are there.
func (s *Sketch) Add(rows *Rows) error {
	if err := rows.checkHashes(); err != nil {
		return err
	}
	c := s.shards.take()
	defer s.shards.giveBack(c)
	if s.measure == ByKeys {
		c.total += uint64(len(rows.Hashes))
		for _, h := range rows.Hashes {
			for row := range sketchRows {
				c.of[s.place(row, h)]++
			}
		}
		return nil
	}
	for i, h := range rows.Hashes {
		n := s.measure.Of(rows.Load(i))
		c.total += n
		for row := range sketchRows {
			c.of[s.place(row, h)] += n
		}
	}
	return nil
}

// Merge adds what other has, which is as wide and of the same measure.
func (s *Sketch) Merge(other *Sketch) error {
	if s.shift != other.shift || s.measure != other.measure {
		return fmt.Errorf("a sketch of %s %d wide cannot take one of %s %d wide", s.measure, s.width(), other.measure, other.width())
	}
	sum := other.sum()
	c := s.shards.take()
	defer s.shards.giveBack(c)
	c.add(sum)
	return nil
}

func (c *cells) add(other *cells) {
	c.total += other.total
	for i, n := range other.of {
		c.of[i] += n
	}
}

// sum returns all shards in one.
func (s *Sketch) sum() *cells {
	c := &cells{of: make([]uint64, sketchRows*s.width())}
	s.shards.each(c.add)
	return c
}

// Bounds says what a sketch knows of the keys of its stream. It never changes.
type Bounds struct {
	// Total is what the whole stream has.
	Total uint64
	// Heaviest is such that no key has more.
	Heaviest uint64
	// Squares estimates the sum of the squares of what each distinct key has, with a
	// standard error of about 1 % for 2^14 counters in a row. Total²/Squares is how many keys of equal
	// load would spread as these do.
	Squares float64

	sketch Sketch
	cells  *cells
}

// Bounds returns what the sketch knows. Nobody may add meanwhile.
func (s *Sketch) Bounds() *Bounds {
	b := &Bounds{sketch: *s, cells: s.sum()}
	b.Total = b.cells.total
	w := s.width()
	b.Heaviest = b.Total
	for row := range sketchRows {
		counters := b.cells.of[row*w : (row+1)*w]
		b.Heaviest = min(b.Heaviest, slices.Max(counters))
		squares := 0.0
		for _, n := range counters {
			squares += float64(n) * float64(n)
		}
		// A counter's square has the squares of its keys, and of two of them in one
		// counter twice their product, which happens to one pair in w.
		total := float64(b.Total)
		b.Squares += (squares - total*total/float64(w)) / (1 - 1/float64(w)) / sketchRows
	}
	b.Squares = max(b.Squares, 0)
	return b
}

// Of returns what the key of that hash has at most.
func (b *Bounds) Of(h uint64) uint64 {
	least := b.Total
	for row := range sketchRows {
		least = min(least, b.cells.of[b.sketch.place(row, h)])
	}
	return least
}

// Threshold returns the least load from which a second pass can count every key
// exactly, with memory for so many keys at least: fewer than these have as much.
func (b *Bounds) Threshold(keys int) uint64 {
	w := b.sketch.width()
	least := b.Total
	for row := range sketchRows {
		counters := slices.Sorted(slices.Values(b.cells.of[row*w : (row+1)*w]))
		least = min(least, counters[max(w-keys, 0)])
	}
	return max(least, 1)
}
