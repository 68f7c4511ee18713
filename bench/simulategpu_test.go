package bench

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata/timings-gpu.json anew")

// The file of the modelled GPU is what the model gives, but for the last digit, in which
// processors differ.
func TestModelledGPUFile(t *testing.T) {
	t.Parallel()
	want := ModelledGPU()
	if *update {
		var out bytes.Buffer
		require.NoError(t, want.WriteJSON(&out))
		require.NoError(t, os.WriteFile("testdata/timings-gpu.json", out.Bytes(), 0o644))
		return
	}
	got, err := ReadTimings(bytes.NewReader(gpuTimings))
	require.NoError(t, err)
	for i, w := range want.Backends[0].Works {
		for j, list := range [][]Timing{w.Fit, w.Replay} {
			is := [][]Timing{got.Backends[0].Works[i].Fit, got.Backends[0].Works[i].Replay}[j]
			require.Equal(t, keysOfAll(list), keysOfAll(is))
			for k := range list {
				require.InEpsilonSlice(t, list[k].NS, is[k].NS, 2e-4, "the file is stale: go test ./bench -run TestModelledGPUFile -update")
				list[k].NS, is[k].NS = nil, nil
			}
		}
	}
	require.Equal(t, want, got, "all else")
}

// The model has what a line through sizes cannot express, each of it.
func TestModelledGPU(t *testing.T) {
	t.Parallel()
	g := modelledGPU
	granule := float64(g.granule)
	require.InEpsilon(t, g.nanos(100, 100), g.nanos(granule, granule/2), 0.01, "a step: but for the kernel, all of it costs the same")
	step := g.nanos(granule+1, 100) - g.nanos(granule, 100)
	require.InEpsilon(t, granule/(g.bus*g.staging), step, 1e-3, "the next step")

	chunk, turn := float64(g.chunk), float64(g.chunk*g.slots)
	require.Less(t, g.nanos(2*chunk, 2*chunk), 1.7*g.nanos(chunk, chunk), "two chunks overlap")
	require.Greater(t, g.nanos(turn+1, 0)-g.nanos(turn, 0), g.enqueue, "a chunk more is another turn of the slots")

	most := float64(g.cache)
	require.Greater(t, g.nanos(most/2, most/2+1), 1.1*g.nanos(most/2, most/2), "the knee at the L2")

	samples := g.disturbed(1000, newRand(1, 1), 10_000)
	require.True(t, slices.IsSorted(samples))
	require.InEpsilon(t, 1000, samples[5000], 0.02)
	require.Less(t, samples[9000], 1200.0)
	require.Greater(t, samples[9900], 1500.0, "a heavy tail")
	require.LessOrEqual(t, samples[9999], 30_000.0)

	// It reaches what the notes call its limit, and no more.
	const keys = 10_000_000
	rate := keys / g.nanos(16*keys, 8*keys)
	require.Less(t, rate, 3.4, "keys a nanosecond")
	require.Greater(t, rate, 1.5)
}

// The model has all that the recorded processor has, and says in words what it is.
func TestModelledGPUIsLabelled(t *testing.T) {
	t.Parallel()
	g := ModelledGPU()
	require.NoError(t, g.check())
	require.True(t, g.Modelled)
	require.Contains(t, g.Source, "modelled, not measured")
	require.Len(t, g.Backends, 1)
	host, err := ReadTimings(bytes.NewReader(hostTimings))
	require.NoError(t, err)
	require.False(t, host.Modelled)
	require.NotContains(t, host.Source, "modelled")
	for i, w := range g.Backends[0].Works {
		recorded := host.Backends[0].Works[i]
		require.Equal(t, recorded.Op, w.Op)
		require.InEpsilon(t, recorded.KeyBytes, w.KeyBytes, 0.01, "the mean lengths of the families")
		require.NotNil(t, w.BuiltIn)
	}
	require.True(t, host.beside(g).Modelled)
	for _, data := range [][]byte{hostTimings, gpuTimings, ingestJSON} {
		require.Less(t, len(data), 300_000)
	}
}
