package plan

import (
	"math/rand/v2"
	"testing"

	"github.com/keymill/keymill"
)

func benchRows(b *testing.B, n int) (*Rows, []uint32) {
	rng := rand.New(rand.NewPCG(1, 1))
	keys := keymill.Batch{Width: 16, Data: make([]byte, 16*n)}
	for i := range keys.Data {
		keys.Data[i] = byte(rng.Uint32())
	}
	rows := &Rows{Keys: &keys, Hashes: make([]uint64, n)}
	parts := make([]uint32, n)
	for i := range parts {
		rows.Hashes[i] = rng.Uint64()
		parts[i] = rng.Uint32N(12)
	}
	return rows, parts
}

func BenchmarkTally(b *testing.B) {
	rows, parts := benchRows(b, 1<<14)
	t := NewTally(12, false)
	for b.Loop() {
		_ = t.Add(rows, parts)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(1<<14), "ns/key")
}

func BenchmarkSketch(b *testing.B) {
	rows, _ := benchRows(b, 1<<14)
	t, _ := NewSketch(ByKeys, 1<<14)
	for b.Loop() {
		_ = t.Add(rows)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(1<<14), "ns/key")
}

func BenchmarkSample(b *testing.B) {
	rows, _ := benchRows(b, 1<<14)
	t := NewSample(1<<12, false)
	for b.Loop() {
		_ = t.Add(rows)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(1<<14), "ns/key")
}
