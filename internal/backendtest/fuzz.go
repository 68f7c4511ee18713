package backendtest

import (
	"testing"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
)

// Fuzz lets the fuzzer look for a batch on which the backend differs from the
// definition.
func Fuzz(f *testing.F, b keymill.Backend) {
	f.Add([]byte("user:1001{tag}order:7"), []byte{9, 5, 7}, uint64(0), uint16(0), uint32(12))
	f.Add(painted(300), []byte{0, 16, 241}, uint64(1)<<63, uint16(0x1234), uint32(1000))
	f.Fuzz(func(t *testing.T, data, lengths []byte, seed uint64, choice uint16, parts uint32) {
		batch, p := fuzzedCall(data, lengths, seed, choice, parts)
		if p.Scheme.Check() != nil {
			return
		}
		if err := compare(b, &batch, p, outputsOf(p.Scheme)); err != nil {
			t.Error(err)
		}
	})
}

// fuzzedCall makes a valid batch of whatever the fuzzer gives.
func fuzzedCall(data, lengths []byte, seed uint64, choice uint16, parts uint32) (keymill.Batch, keymill.Params) {
	all, presets := hash.All(), schemes()
	p := keymill.Params{Hash: all[int(choice)%len(all)], Scheme: presets[int(choice/16)%len(presets)]}
	if parts != 0 && p.Scheme.Name != "redis" && p.Scheme.Check() == nil {
		p.Scheme.Parts = parts
	}
	switch p.Hash.SeedKind() {
	case hash.SeedBits32:
		p.Seed = hash.Seed64(uint64(uint32(seed)))
	case hash.SeedBits64:
		p.Seed = hash.Seed64(seed)
	}
	batch := keymill.Batch{Data: data}
	if len(lengths) > 0 && lengths[0]%4 == 0 {
		batch.Width = int(lengths[0])/4 + 1
		batch.Data = data[:len(data)/batch.Width*batch.Width]
	} else {
		batch.Offsets = []uint32{0}
		for _, n := range lengths {
			last := batch.Offsets[len(batch.Offsets)-1]
			batch.Offsets = append(batch.Offsets, min(last+uint32(n), uint32(len(data))))
		}
	}
	if choice>>15 != 0 {
		batch.ValidOffset = int(choice>>8) % 64
		for bits := batch.ValidOffset + batch.Len(); bits > 0; bits -= 64 {
			batch.Valid = append(batch.Valid, seed|uint64(choice))
		}
	}
	return batch, p
}
