package opencl

import (
	"sort"

	"github.com/keymill/keymill"
)

// chunkKeys is the most keys of a chunk: with fewer bytes a key than 8, the results
// would be larger than the keys.
func chunkKeys(bytes int) int { return max(1, bytes/8) }

// chunkEnd returns where the chunk ends that begins with key lo: it has at most so many
// bytes, or one key.
func chunkEnd(b *keymill.Batch, lo, bytes int) int {
	n := b.Len()
	most := min(n-lo, chunkKeys(bytes))
	if b.Width > 0 {
		return lo + max(1, min(most, bytes/b.Width))
	}
	first := uint64(b.Offsets[lo])
	fit := sort.Search(most, func(i int) bool { return uint64(b.Offsets[lo+i+1])-first > uint64(bytes) })
	return lo + max(1, fit)
}

// bytesOf returns where in Data the keys lo to hi-1 lie.
func bytesOf(b *keymill.Batch, lo, hi int) (from, to int) {
	if b.Width > 0 {
		return lo * b.Width, hi * b.Width
	}
	return int(b.Offsets[lo]), int(b.Offsets[hi])
}

// validOf returns the words of Valid that say which of the keys lo to hi-1 are there, and
// the bit of key lo in the first.
func validOf(b *keymill.Batch, lo, hi int) (words []uint64, first uint32) {
	bit := b.ValidOffset + lo
	return b.Valid[bit/64 : (b.ValidOffset+hi+63)/64], uint32(bit % 64)
}
