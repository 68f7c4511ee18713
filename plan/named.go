package plan

import (
	"bytes"
	"cmp"
	"math"
	"slices"
)

// uncertain is how often what is said of a stream that was read once may be wrong:
// spans of keys, and that no other key has more, each half of it.
const uncertain = 0.001

// NamedExactly returns the heaviest keys, top of them at most, of those that a [Census] or a
// [Heavy] has counted: all that have the threshold. No other key has more than others.
func NamedExactly(keys []HeavyKey, by Measure, threshold uint64, top int) (named []HotPlaced, others uint64) {
	others = max(threshold, 1) - 1
	if len(keys) > top {
		others = by.Of(keys[top].Load)
		keys = keys[:top]
	}
	for _, key := range keys {
		load := key.Load
		named = append(named, HotPlaced{Key: key.Key, Has: Exactly(by.Of(load)), Load: &load})
	}
	return named, others
}

// Named returns the keys that are the heaviest by the draws of one pass over so many rows, top of
// them at most, each with bounds of what it has, and a bound of what any other has.
// All bounds together hold with a confidence of 99.9 %.
func (b *Bounds) Named(draws []Draw, rows uint64, top int) (named []HotPlaced, others uint64) {
	noise := b.Noise(uncertain / 2 / float64(max(rows, 1))) // there are no more keys than rows
	seen := make(map[uint64]bool, len(draws))
	for _, draw := range draws {
		if seen[draw.Hash] {
			continue
		}
		seen[draw.Hash] = true
		most := b.Of(draw.Hash)
		named = append(named, HotPlaced{Key: draw.Key, Cut: draw.Cut, Has: Span{max(most-min(most, noise), 1), most}})
	}
	slices.SortStableFunc(named, func(a, b HotPlaced) int {
		return cmp.Or(cmp.Compare(b.Has.High, a.Has.High), bytes.Compare(a.Key, b.Key))
	})
	others = min(b.Heaviest, undrawn(b.Total, len(draws)))
	if len(named) > top {
		others = max(others, named[top].Has.High)
		named = named[:top]
	}
	return named, others
}

// undrawn returns a load such that no key that has more is missing among the draws, with a
// confidence of 1 - uncertain/2. A key with a share s of the total is missing with a chance
// of (1-s)^draws, and no more than 1/s keys have as much.
func undrawn(total uint64, draws int) uint64 {
	if total == 0 || draws == 0 {
		return total
	}
	low, high := uint64(1), total
	for low < high {
		if middle := low + (high-low)/2; surelyDrawn(middle, total, draws) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low - 1
}

// surelyDrawn says whether all keys that have so much of the total were drawn, but with
// uncertain/2.
func surelyDrawn(load, total uint64, draws int) bool {
	share := float64(load) / float64(total)
	return float64(draws)*math.Log1p(-share)-math.Log(share) <= math.Log(uncertain/2)
}
