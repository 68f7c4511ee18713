package peers

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/keymill/keymill"
)

const (
	keysPerBatch = 1 << 20
	// Batches taken in turn, so that no run finds its keys in the cache: each is
	// used again only after all others, 128 MiB of keys of 16 bytes.
	batches = 8
)

// sideBySide runs ours and peer in turn over the batches, and reports medians.
func sideBySide(b *testing.B, ours, peer func(batch int)) {
	var oursNanos, peerNanos, ratios, same []float64
	round := 0
	for b.Loop() {
		first := timed(ours, 3*round%batches)
		theirs := timed(peer, (3*round+1)%batches)
		again := timed(ours, (3*round+2)%batches)
		round++
		oursNanos = append(oursNanos, first, again)
		peerNanos = append(peerNanos, theirs)
		ratios = append(ratios, 2*theirs/(first+again))
		same = append(same, first/again)
	}
	b.ReportMetric(0, "ns/op") // a round is no unit of anything
	b.ReportMetric(median(oursNanos), "ns/key")
	b.ReportMetric(median(peerNanos), "peer-ns/key")
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(median(same), "A/A")
}

func timed(f func(batch int), batch int) float64 {
	start := time.Now()
	f(batch)
	return float64(time.Since(start).Nanoseconds()) / keysPerBatch
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}

// random returns batches of random bytes of one width.
func random(width int) []keymill.Batch {
	rng := rand.New(rand.NewPCG(1, uint64(width)))
	all := make([]keymill.Batch, batches)
	for i := range all {
		data := make([]byte, keysPerBatch*width+8)
		for j := 0; j+8 <= len(data); j += 8 {
			binary.LittleEndian.PutUint64(data[j:], rng.Uint64())
		}
		all[i] = keymill.Batch{Data: data[:keysPerBatch*width], Width: width}
	}
	return all
}

// mixed returns batches of keys of 1 to 32 random bytes.
func mixed() []keymill.Batch {
	rng := rand.New(rand.NewPCG(1, 0))
	all := make([]keymill.Batch, batches)
	for i := range all {
		b := keymill.Batch{Offsets: make([]uint32, 1, keysPerBatch+1)}
		for range keysPerBatch {
			n := 1 + rng.IntN(32)
			for range n {
				b.Data = append(b.Data, byte(rng.Uint32()))
			}
			b.Offsets = append(b.Offsets, uint32(len(b.Data)))
		}
		all[i] = b
	}
	return all
}

// users returns batches of keys like user:12345678.
func users() []keymill.Batch {
	rng := rand.New(rand.NewPCG(1, 0))
	all := make([]keymill.Batch, batches)
	for i := range all {
		b := keymill.Batch{Offsets: make([]uint32, 1, keysPerBatch+1)}
		for range keysPerBatch {
			b.Data = fmt.Appendf(b.Data, "user:%d", rng.IntN(100_000_000))
			b.Offsets = append(b.Offsets, uint32(len(b.Data)))
		}
		all[i] = b
	}
	return all
}
