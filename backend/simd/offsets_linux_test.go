//go:build amd64 && !purego

package simd

import (
	"testing"

	"github.com/klauspost/cpuid/v2"
	"github.com/stretchr/testify/require"
)

// Offsets of every number up to four groups, wrong at every place, beside memory that
// may not be read.
func TestRising(t *testing.T) {
	if !cpuid.CPU.Supports(avx2.needs...) {
		return // TestRequired of package backend fails where it must be there
	}
	for n := 2; n <= 34; n++ {
		for _, atEnd := range []bool{false, true} {
			offsets := guarded[uint32](t, n, atEnd)
			for i := range offsets {
				offsets[i] = 1<<31 - 5 + uint32(i/2) // as signed numbers, they fall
			}
			require.True(t, risingKernelAVX2(offsets), n)
			for i := 1; i < n; i++ {
				was := offsets[i]
				offsets[i] = offsets[i-1] - 1
				require.False(t, risingKernelAVX2(offsets), "%d of %d", i, n)
				offsets[i] = was
			}
		}
	}
}
