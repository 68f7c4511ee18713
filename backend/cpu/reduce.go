package cpu

import (
	"math/bits"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// reduce writes the partition of each key of the block.
func (w *work) reduce(dst []uint32, hashes []uint64, b *keymill.Batch) {
	s := &w.scheme
	if w.refolds {
		hashes = w.refold(hashes)
	}
	if k := w.kernels.Reduce[s.Reduce]; k == nil || !k(dst, hashes, w.reduction) {
		reduceHashes(dst, hashes, w.reduction)
	}
	if s.Route != 0 {
		divide(dst, s.Route/s.Parts)
	}
	if s.EmptyUnplaced && b.Width == 0 {
		for i := range dst {
			if b.Offsets[i] == b.Offsets[i+1] {
				dst[i] = place.NoPartition
			}
		}
	}
	if len(b.Valid) > 0 {
		for i := range dst {
			if b.IsNull(i) {
				dst[i] = w.nullPart
			}
		}
	}
}

// findReduction finds the scheme that the hashes are reduced by: with all of them as
// they are, or with their low 31 bits, to Parts numbers. If it refolds, that takes a
// loop before; what Route asks for takes one after.
func (w *work) findReduction() {
	s := &w.scheme
	w.refolds = s.Fold > place.FoldLow31 || s.Add != 0 || s.Drop != 0
	if !w.refolds && s.Route == 0 {
		w.reduction = s // most have nothing to copy
		return
	}
	w.reduced, w.reduction = *s, &w.reduced
	if s.Route != 0 {
		w.reduced.Parts, w.reduced.Route = s.Route, 0
	}
	if w.refolds {
		// What is left is a number of 64 bits, of which fastrange takes the high ones.
		w.reduced.Hash, w.reduced.Fold, w.reduced.Add, w.reduced.Drop = hash.XXH64, place.FoldNone, 0, 0
	}
}

// refold returns the folded hashes, in the work's own memory.
func (w *work) refold(hashes []uint64) []uint64 {
	s, dst := &w.scheme, w.folded[:len(hashes)]
	add := s.Add
	shift := 0
	if s.Reduce == place.ReduceFastrange {
		shift = 64 - s.Bits() + int(s.Drop)
	}
	switch s.Fold {
	case place.FoldSwap:
		for i, h := range hashes {
			dst[i] = (bits.ReverseBytes64(h) + add) << (shift & 63)
		}
	case place.FoldNoMin:
		for i, h := range hashes {
			if h == 1<<31 {
				h = 0
			}
			dst[i] = (h + add) << (shift & 63)
		}
	case place.FoldHigh15:
		for i, h := range hashes {
			dst[i] = (h >> 16 & (1<<15 - 1)) << (shift & 63)
		}
	default:
		kept := ^uint64(0)
		switch s.Fold {
		case place.FoldLow31:
			kept = 1<<31 - 1
		case place.FoldLow32:
			kept = 1<<32 - 1
		}
		for i, h := range hashes {
			dst[i] = (h&kept + add) << (shift & 63)
		}
	}
	return dst
}

// reduceHashes writes the partition of each hash.
func reduceHashes(dst []uint32, hashes []uint64, s *place.Scheme) {
	fold := ^uint64(0)
	if s.Fold == place.FoldLow31 {
		fold = 1<<31 - 1
	}
	n := uint64(s.Parts)
	switch s.Reduce {
	case place.ReduceMod:
		mod(dst, hashes, fold, n)
	case place.ReduceAbsMod:
		absMod(dst, hashes, fold, n)
	case place.ReduceMask:
		mask(dst, hashes, fold&(n-1))
	case place.ReduceFastrange:
		fastrange(dst, hashes, n, 64-s.Bits())
	case place.ReduceJump:
		jump(dst, hashes, fold, n)
	case place.ReducePmod:
		pmod(dst, hashes, fold, n)
	case place.ReduceTable:
		lookUp(dst, hashes, fold, s.Table.Owners())
	case place.ReduceRing:
		ring(dst, hashes, fold, s.Table)
	case place.ReduceRendezvous:
		for i, h := range hashes[:len(dst)] {
			dst[i] = s.Table.Best(h & fold)
		}
	case place.ReduceStableMod:
		stableMod(dst, hashes, fold, n)
	}
}

// reciprocal is 2^64 / n, rounded down; n is 2 or more.
func reciprocal(n uint64) uint64 {
	q, _ := bits.Div64(1, 0, n)
	return q
}

// remainder returns h % n, where inverse is the reciprocal of n: the quotient
// that it gives is right or one too small.
func remainder(h, n, inverse uint64) uint32 {
	q, _ := bits.Mul64(h, inverse)
	r := h - q*n
	if r >= n {
		r -= n
	}
	return uint32(r)
}

func mod(dst []uint32, hashes []uint64, fold, n uint64) {
	if n&(n-1) == 0 {
		mask(dst, hashes, fold&(n-1))
		return
	}
	inverse := reciprocal(n)
	for i, h := range hashes[:len(dst)] {
		dst[i] = remainder(h&fold, n, inverse)
	}
}

// absMod uses that |v % n| is |v| % n.
func absMod(dst []uint32, hashes []uint64, fold, n uint64) {
	if n == 1 {
		clear(dst)
		return
	}
	inverse := reciprocal(n)
	for i, h := range hashes[:len(dst)] {
		v := int64(int32(h & fold))
		dst[i] = remainder(uint64(max(v, -v)), n, inverse)
	}
}

// pmod uses that v mod n is the remainder of v + 2^31, whatever the sign of v, less that
// of 2^31.
func pmod(dst []uint32, hashes []uint64, fold, n uint64) {
	if n&(n-1) == 0 {
		mask(dst, hashes, fold&(n-1))
		return
	}
	inverse := reciprocal(n)
	less := n - 1<<31%n
	for i, h := range hashes[:len(dst)] {
		v := uint64(uint32(h&fold)^1<<31) + less
		dst[i] = remainder(v, n, inverse)
	}
}

// divide replaces each number by its quotient.
func divide(dst []uint32, by uint32) {
	if by&(by-1) == 0 {
		shift := bits.TrailingZeros32(by)
		for i := range dst {
			dst[i] >>= shift & 31
		}
		return
	}
	inverse := uint64(1<<63/uint64(by)) + 1 // exact for numbers below 2^31
	for i, v := range dst {
		hi, _ := bits.Mul64(uint64(v)<<1, inverse)
		dst[i] = uint32(hi)
	}
}

func mask(dst []uint32, hashes []uint64, low uint64) {
	for i, h := range hashes[:len(dst)] {
		dst[i] = uint32(h & low)
	}
}

// stableMod writes it so that the compiler makes it without a branch.
func stableMod(dst []uint32, hashes []uint64, fold, n uint64) {
	low := fold & (1<<bits.Len64(n-1) - 1)
	for i, h := range hashes[:len(dst)] {
		h &= low
		half := h & (low >> 1)
		if h >= n {
			h = half
		}
		dst[i] = uint32(h)
	}
}

// fastrange shifts the hash up to 64 bits; bits above its width fall out, so
// that no fold is needed.
func fastrange(dst []uint32, hashes []uint64, n uint64, shift int) {
	for i, h := range hashes[:len(dst)] {
		hi, _ := bits.Mul64(h<<(shift&63), n)
		dst[i] = uint32(hi)
	}
}

func jump(dst []uint32, hashes []uint64, fold, n uint64) {
	for i, key := range hashes[:len(dst)] {
		key &= fold
		var b, next int64
		for next < int64(n) {
			b = next
			key = key*2862933555777941757 + 1
			// Numbers below 2^31 convert faster as signed ones.
			next = int64(float64(b+1) * (float64(1<<31) / float64(int64(key>>33)+1)))
		}
		dst[i] = uint32(b)
	}
}

// count adds the partitions of a block to counts, if there are counts; a key
// with no partition counts nowhere.
func count(counts []uint64, parts []uint32) {
	if len(counts) == 0 {
		return
	}
	for _, part := range parts {
		if uint64(part) < uint64(len(counts)) {
			counts[part]++
		}
	}
}
