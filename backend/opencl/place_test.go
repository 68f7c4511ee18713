//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

// TestConformance runs the suite on the first device, for each way that keys come to it.
func TestConformance(t *testing.T) {
	for name, memory := range map[string]Memory{"shared": MemoryShared, "copied": MemoryCopy} {
		t.Run(name, func(t *testing.T) {
			if memory == MemoryCopy {
				t.Setenv("KEYMILL_LONG", "") // once is enough for what the kernels compute
			}
			d, err := openWith(opened(t), 0, Options{Memory: memory, ChunkBytes: 16 << 10})
			require.NoError(t, err)
			backendtest.Run(t, d)
			require.NoError(t, d.Close())
			require.Zero(t, d.lib.live.Load(), "objects that were not released")
		})
	}
}

// TestDeviceCounts has the device count, as a GPU does: in local memory where the counts
// fit, else in global memory.
func TestDeviceCounts(t *testing.T) {
	for _, memory := range []Memory{MemoryShared, MemoryCopy} {
		d, err := openWith(opened(t), 0, Options{Memory: memory, ChunkBytes: 16 << 10})
		require.NoError(t, err)
		d.counts = true
		for name, b := range residentBatches(t) {
			for _, s := range []place.Scheme{place.Kafka(12), place.LibrdkafkaRandom(1000), place.Redis(), place.Mod(1 << 20)} {
				for _, want := range []keymill.Output{keymill.OutCounts, keymill.OutCounts | keymill.OutParts | keymill.OutHashes} {
					p := keymill.Params{Scheme: s}
					var dst keymill.Placement
					dst.Resize(want, b.Len(), s.Parts)
					require.NoError(t, d.Place(&dst, &b, p), "%s, %s", name, s.Name)
					require.NoError(t, keymill.Verify(&dst, &b, p), "%s, %s", name, s.Name)
				}
			}
		}
		counting := 0
		for o := range d.programs.some {
			if o.Count {
				counting++
			}
		}
		require.Positive(t, counting)
		require.NoError(t, d.Close())
	}
}
