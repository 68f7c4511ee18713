package plan

import (
	"math"
	"math/big"
	"slices"
)

// Bounds says what a sketch knows of the keys of its stream. It never changes.
type Bounds struct {
	// Total is what the whole stream has.
	Total uint64
	// Heaviest is such that no key has more.
	Heaviest uint64
	// Squares estimates the sum of the squares of what each distinct key has: see
	// [Bounds.Effective].
	Squares float64

	sketchShape
	cells cells
}

// Bounds returns what the sketch knows. Nobody may add meanwhile.
func (s *Sketch) Bounds() *Bounds {
	return s.bounds(s.sum(), s.measure.Of(s.total.load()))
}

// less returns what the sketch would know without the rows of another, which are a part of its own.
func (s *Sketch) less(part *Sketch) *Bounds {
	sum := s.sum()
	for i, n := range part.sum() {
		sum[i] -= n
	}
	return s.bounds(sum, s.measure.Of(s.total.load().minus(part.total.load())))
}

func (s *Sketch) bounds(sum cells, total uint64) *Bounds {
	b := &Bounds{Total: total, sketchShape: s.sketchShape, cells: sum}
	b.Heaviest = b.Total
	var squares wide
	for row := range s.rows {
		counters := b.row(row)
		b.Heaviest = min(b.Heaviest, slices.Max(counters))
		for _, n := range counters {
			squares.addProduct(n, n)
		}
	}
	// A counter's square has the squares of its keys, and of two of them in one
	// counter twice their product, which happens to one pair in w:
	// squares of the keys = (squares of the counters - total²/w) · w/(w-1), in the mean of the rows.
	w, rows, all := bigInt(uint64(s.width())), bigInt(uint64(s.rows)), bigInt(total)
	above := product(w, squares.int())
	above.Sub(above, product(rows, product(all, all)))
	b.Squares = quotient(above, product(rows, new(big.Int).Sub(w, bigInt(1))))
	// Loads are whole numbers, and none is above the heaviest.
	b.Squares = min(max(b.Squares, float64(b.Total)), float64(b.Heaviest)*float64(b.Total))
	return b
}

// row returns the counters of a row.
func (b *Bounds) row(i int) cells { return b.cells[i<<b.bits : (i+1)<<b.bits] }

// Effective returns how many keys of equal load would be spread by chance as unevenly as
// those of the stream: Total²/Squares; of keys that are equal, how many are distinct. off is the
// relative standard error of that: 0.6 % for a sketch of 4 rows of 2^14.
func (b *Bounds) Effective() (keys, off float64) {
	if b.Total == 0 {
		return 0, 0
	}
	total := float64(b.Total)
	return total / (b.Squares / total), math.Sqrt(2 / float64(len(b.cells)))
}

// Of returns what the key of that hash has at most.
func (b *Bounds) Of(h uint64) uint64 {
	least := b.Total
	for row := range b.rows {
		least = min(least, b.cells[b.place(row, h)])
	}
	return least
}

// Threshold returns a load from which a second pass can count every key exactly, with
// memory for about so many keys: hardly more have it, unless those are equal.
func (b *Bounds) Threshold(keys int) uint64 {
	threshold := b.Total
	for row := range b.rows {
		counters := slices.Sorted(slices.Values(b.row(row)))
		threshold = min(threshold, counters[min(max(len(counters)-keys, 0), len(counters)-1)])
	}
	return max(threshold, 1)
}
