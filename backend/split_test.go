package backend_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

// A batch that the processor and an OpenCL device share has the hashes, partitions and
// counts of the processor alone.
func TestSplitWithOpenCL(t *testing.T) {
	devices, err := backend.Choose("opencl:0", 1)
	if err != nil {
		backendtest.Missing(t, "opencl", err)
	}
	host := backend.Available()[0]
	even := keymill.Profile{}
	for op := range host.Profile {
		even[op] = keymill.Cost{Fixed: 1e6, PerKey: 1e3} // whatever the batch, each takes half
	}
	d, err := keymill.NewDispatcher(keymill.Config{Split: true, Candidates: []keymill.Candidate{
		{Backend: host.Backend, Profile: even}, {Backend: devices[0].Backend, Profile: even, Device: true},
	}})
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(5, 6))
	for _, f := range hash.All() {
		batch := keymill.Batch{Offsets: []uint32{0}}
		for range 20_000 {
			for range rng.IntN(40) {
				batch.Data = append(batch.Data, byte(rng.Uint32()))
			}
			batch.Offsets = append(batch.Offsets, uint32(len(batch.Data)))
		}
		p := keymill.Params{Hash: f, Scheme: place.Fastrange(1000)}
		var shared, alone keymill.Placement
		for _, dst := range []*keymill.Placement{&shared, &alone} {
			dst.Resize(keymill.OutHashes|keymill.OutParts|keymill.OutCounts, batch.Len(), 1000)
		}
		require.NoError(t, d.Place(&shared, &batch, p))
		require.NoError(t, host.Backend.Place(&alone, &batch, p))
		require.Equal(t, alone, shared, f.String())
	}
	stats := d.Stats()
	require.Equal(t, uint64(hash.NumFuncs-1), stats.Splits)
	for _, b := range stats.Backends {
		require.Greater(t, b.Keys, uint64(9_000*(hash.NumFuncs-1)), "%s had its share", b.Name)
		require.Zero(t, b.Failures)
	}
}
