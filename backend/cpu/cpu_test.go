package cpu

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/internal/backendtest"
)

func TestConformance(t *testing.T) { backendtest.Run(t, New()) }

func FuzzConformance(f *testing.F) { backendtest.Fuzz(f, New()) }

// The spans of a block are uint32, whatever the width.
func TestBlockLen(t *testing.T) {
	require.Equal(t, BlockKeys, blockLen(0))
	for _, width := range []uint64{1, 16, 8<<20 - 1, 8 << 20, 8<<20 + 1, 1 << 30, keymill.MaxData} {
		if width > math.MaxInt {
			continue // a key that a 32-bit machine cannot hold
		}
		n := blockLen(int(width))
		require.Positive(t, n, width)
		require.LessOrEqual(t, n, BlockKeys, width)
		require.LessOrEqual(t, uint64(n)*width, uint64(keymill.MaxData), width)
	}
}
