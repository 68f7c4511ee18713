package plan

import (
	"math"
	"slices"
	"sort"
)

// Noise returns how much of what [Bounds.Of] says of a key is that of other keys: no more than
// this, but with the probability of chance. So of n keys, each has Of less Noise(c/n) at least,
// with a confidence of 1 - c for all of them together. A chance of 0 is never taken.
//
// Where a key's counters lie has nothing to do with what others have left there. So the chance that
// others have left more than x in its counter of a row is the share of the row's counters that have more
// than x, and it has four. What the key itself has can only raise that share.
//
// Source: Ting, "Count-min: optimal estimation and tight error bounds using empirical error
// distributions" (2018).
func (b *Bounds) Noise(chance float64) uint64 {
	w := b.width()
	rows := make([]cells, b.rows)
	most := uint64(math.MaxUint64)
	for row := range rows {
		rows[row] = slices.Sorted(slices.Values(b.row(row)))
		most = min(most, rows[row][w-1])
	}
	beyond := func(x uint64) float64 {
		chances := 1.0
		for _, row := range rows {
			more := w - sort.Search(w, func(i int) bool { return row[i] > x })
			chances *= float64(more) / float64(w)
		}
		return chances
	}
	low, high := uint64(0), most // beyond(most) is 0
	for low < high {
		if middle := low + (high-low)/2; beyond(middle) <= chance {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// Measure returns what is bounded.
func (b *Bounds) Measure() Measure { return b.measure }
