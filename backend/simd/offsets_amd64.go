//go:build !purego

package simd

import "slices"

var offsetsAVX2 = family{rising: risingKernelAVX2}

func risingKernelAVX2(offsets []uint32) bool {
	pairs := len(offsets) - 1
	if pairs < 8 {
		return slices.IsSorted(offsets)
	}
	return risingAVX2(&offsets[0], pairs) == 0
}
