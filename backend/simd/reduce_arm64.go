//go:build !purego

package simd

import "github.com/keymill/keymill/place"

var reduceNEON = family{
	reduce: map[place.Reduce]reduceKernel{
		place.ReduceMask: maskKernel,
	},
}

func maskKernel(dst []uint32, hashes []uint64, s *place.Scheme) bool {
	low := s.Parts - 1
	if s.Fold == place.FoldLow31 {
		low &= 1<<31 - 1
	}
	n := len(dst)
	if n < lanesNEON {
		return false
	}
	maskNEON(&dst[0], &hashes[0], n/lanesNEON, low)
	if n%lanesNEON != 0 { // the last group overlaps the one before
		maskNEON(&dst[n-lanesNEON], &hashes[n-lanesNEON], 1, low)
	}
	return true
}
