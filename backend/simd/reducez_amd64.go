//go:build !purego

package simd

import "github.com/keymill/keymill/place"

var reduceAVX512 = family{
	reduce: map[place.Reduce]reduceKernel{
		place.ReduceJump:       jump512Kernel,
		place.ReduceRing:       ring512Kernel,
		place.ReduceRendezvous: rendezvousKernel(rendezvousAVX512),
	},
}

func jump512Kernel(dst []uint32, hashes []uint64, s *place.Scheme) bool {
	const least = 16
	n := len(dst)
	if n < least {
		return jumpKernel(dst, hashes, s)
	}
	fold, parts := foldOf(s), float64(s.Parts)
	first, again := jumpSteps(parts)
	for lo := 0; lo < n; lo += jumpBlock {
		lo = min(lo, n-least)
		jumpAVX512(&dst[lo], &hashes[lo], min(n-lo, jumpBlock), fold, parts, first, again)
	}
	return true
}

func ring512Kernel(dst []uint32, hashes []uint64, s *place.Scheme) bool {
	const least = 16
	if len(dst) < least {
		return false
	}
	points, owners := s.Table.Points(), s.Table.Owners()
	ringAVX512(&dst[0], &hashes[0], len(dst), foldOf(s), &points[0], &owners[0], len(points))
	return true
}
