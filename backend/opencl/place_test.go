//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/backendtest"
)

// TestConformance runs the suite on the first device, for each way that keys come to it.
func TestConformance(t *testing.T) {
	for name, memory := range map[string]Memory{"shared": MemoryShared, "copied": MemoryCopy} {
		t.Run(name, func(t *testing.T) {
			d, err := Open(0, Options{Memory: memory, ChunkBytes: 16 << 10})
			require.NoError(t, err)
			backendtest.Run(t, d)
			require.NoError(t, d.Close())
			require.Zero(t, d.lib.live.Load(), "objects that were not released")
		})
	}
}
