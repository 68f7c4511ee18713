package plan

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/place"
)

// BenchmarkBalance is what a balance takes of packed keys of 16 bytes in memory, on one core: to
// hash them, to place them by kafka, and each part of adding them up.
func BenchmarkBalance(b *testing.B) {
	const keys, batch = 1 << 22, 1 << 12
	rng := rand.New(rand.NewPCG(1, 1))
	data := make([]byte, 16*keys)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	scheme := place.Kafka(12)
	balance, err := NewBalance(ByKeys, false, Placing{Scheme: scheme})
	require.NoError(b, err)
	sketch, err := NewSketch(ByKeys, SketchWidth)
	require.NoError(b, err)
	tally, sample, stamp := NewTally(scheme.Parts, false), NewSample(balanceSample, false), new(Stamp)
	var engine keymill.Backend = cpu.New()
	for _, e := range backend.List() {
		if e.Err == nil && (e.Name == "simd/avx2" || e.Name == "simd/avx512") {
			engine = e.Backend
		}
	}
	var hashed, placed keymill.Placement
	hashed.Resize(keymill.OutHashes, batch, 0)
	placed.Resize(keymill.OutParts, batch, 0)
	of := keymill.Batch{Width: 16, Data: data[:16*batch]}
	require.NoError(b, engine.Place(&hashed, &of, Identity()))
	require.NoError(b, engine.Place(&placed, &of, keymill.Params{Scheme: scheme}))
	for _, c := range []struct {
		name string
		work func(rows *Rows) error
	}{
		{"whole", func(rows *Rows) error {
			if err := engine.Place(&hashed, rows.Keys, Identity()); err != nil {
				return err
			}
			if err := engine.Place(&placed, rows.Keys, keymill.Params{Scheme: scheme}); err != nil {
				return err
			}
			return balance.Add(rows, placed.Parts)
		}},
		{"hash", func(rows *Rows) error { return engine.Place(&hashed, rows.Keys, Identity()) }},
		{"place", func(rows *Rows) error { return engine.Place(&placed, rows.Keys, keymill.Params{Scheme: scheme}) }},
		{"balance", func(rows *Rows) error { return balance.Add(rows, placed.Parts) }},
		{"tally", func(rows *Rows) error { return tally.Add(rows, placed.Parts) }},
		{"sketch", func(rows *Rows) error { return sketch.Add(rows) }},
		{"sample", func(rows *Rows) error { return sample.Add(rows) }},
		{"stamp", func(rows *Rows) error { return stamp.Add(rows) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			at := 0
			for b.Loop() {
				rows := Rows{Keys: &keymill.Batch{Width: 16, Data: data[at : at+16*batch]}, Hashes: hashed.Hashes}
				if err := c.work(&rows); err != nil {
					b.Fatal(err)
				}
				at = (at + 16*batch) % len(data)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/key")
		})
	}
}
