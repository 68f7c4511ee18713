package cpu

import (
	"math/bits"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

// reduce writes the partition of each key of the block.
func (w *work) reduce(dst []uint32, hashes []uint64, b *keymill.Batch) {
	s := &w.scheme
	if k := w.kernels.Reduce[s.Reduce]; k == nil || !k(dst, hashes, s) {
		w.reduceHashes(dst, hashes)
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

// reduceHashes writes the partition of each hash.
func (w *work) reduceHashes(dst []uint32, hashes []uint64) {
	s := &w.scheme
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

func mask(dst []uint32, hashes []uint64, low uint64) {
	for i, h := range hashes[:len(dst)] {
		dst[i] = uint32(h & low)
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
