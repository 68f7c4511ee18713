package backendtest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// BenchmarkProfile measures what the built-in profile of a backend says, on 16,384
// keys: each hash at two lengths of either kind, which give a line, and each reduction
// by itself.
func BenchmarkProfile(b *testing.B, backend keymill.Backend) {
	b.Helper()
	const n = 1 << 14
	rng := rand.New(rand.NewPCG(1, 1))
	run := func(name string, batch keymill.Batch, p keymill.Params, want keymill.Output) {
		b.Run(name, func(b *testing.B) {
			var dst keymill.Placement
			dst.Resize(want, n, p.Scheme.Parts)
			for b.Loop() {
				if err := backend.Place(&dst, &batch, p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/key")
		})
	}
	ragged := func(mean int) keymill.Batch {
		batch := keymill.Batch{Offsets: []uint32{0}}
		for range n {
			batch.Data = append(batch.Data, make([]byte, mean/2+rng.IntN(mean))...)
			batch.Offsets = append(batch.Offsets, uint32(len(batch.Data)))
		}
		return batch
	}
	for _, f := range hash.All() {
		for _, size := range []int{16, 64} {
			run(fmt.Sprintf("%s/fixed/%d", f, size), keymill.Batch{Data: make([]byte, n*size), Width: size},
				keymill.Params{Hash: f}, keymill.OutHashes)
			run(fmt.Sprintf("%s/ragged/%d", f, size), ragged(size), keymill.Params{Hash: f}, keymill.OutHashes)
		}
	}
	data := make([]byte, 8*n)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	for _, s := range []place.Scheme{place.Mod(1000), place.Sarama(1000), place.Mask(1024), place.Fastrange(1000), place.Jump(1000),
		place.Spark(1000), tableScheme(place.ReduceTable, 1000), tableScheme(place.ReduceRing, 1000), tableScheme(place.ReduceRendezvous, 1000)} {
		s.Hash, s.Word8 = hash.XXH64, true // 8-byte keys that are their own hash: next to nothing
		run("reduce/"+s.Reduce.String(), keymill.Batch{Data: data, Width: 8}, keymill.Params{Scheme: s}, keymill.OutParts)
	}
}
