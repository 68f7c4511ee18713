package cpu

import (
	"math/bits"

	"github.com/keymill/keymill/place"
)

// lookUp writes the owner of each hash in a table.
func lookUp(dst []uint32, hashes []uint64, fold uint64, owners []uint32) {
	n := uint64(len(owners))
	if n&(n-1) == 0 {
		for i, h := range hashes[:len(dst)] {
			dst[i] = owners[h&fold&(n-1)]
		}
		return
	}
	inverse := reciprocal(n)
	for i, h := range hashes[:len(dst)] {
		dst[i] = owners[remainder(h&fold, n, inverse)]
	}
}

// ring writes the owner of each hash on a ring. All searches take the same steps, the
// largest power of two first, and each is an addition or none: there is nothing to guess,
// and the searches of neighbours overlap.
func ring(dst []uint32, hashes []uint64, fold uint64, t *place.Table) {
	points, owners := t.Points(), t.Owners()
	first := 1 << (bits.Len(uint(len(points))) - 1)
	for i, h := range hashes[:len(dst)] {
		h &= fold
		below := 0 // how many points are known to be below h
		for step := first; step > 0; step >>= 1 {
			if at := below + step; at <= len(points) {
				_, less := bits.Sub64(points[at-1], h, 0)
				below += step & -int(less)
			}
		}
		if below == len(points) {
			below = 0
		}
		dst[i] = owners[below]
	}
}
