package backendtest

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
)

// Fuzz lets the fuzzer look for a call on which a backend differs from the
// definition, or does not see that the input is malformed.
func Fuzz(f *testing.F, backends ...keymill.Backend) {
	f.Add([]byte("user:1001{tag}order:7"), []byte{9, 5, 7}, uint64(0), uint32(0xE000), uint32(12))
	f.Add(painted(300), []byte{0, 16, 241}, uint64(1)<<63, uint32(0xE464), uint32(1000))
	f.Add(painted(64), []byte{16, 250, 3}, uint64(9), uint32(0x1E0041), uint32(7))
	f.Fuzz(func(t *testing.T, data, lengths []byte, seed uint64, choice, parts uint32) {
		batch, p, want := fuzzedCall(data, lengths, seed, choice, parts)
		if p.Scheme.Check() != nil {
			return
		}
		for _, b := range backends {
			if batch.Validate() != nil {
				dst := keymill.Placement{Hashes: make([]uint64, batch.Len())}
				if err := b.Place(&dst, &batch, p); !errors.Is(err, keymill.ErrInvalid) {
					t.Errorf("%s: malformed batch: %v, want an ErrInvalid", b.Name(), err)
				}
			} else if err := compare(b, &batch, p, want&outputsOf(p.Scheme)); err != nil {
				t.Errorf("%s: %v", b.Name(), err)
			}
		}
	})
}

// fuzzedCall makes a call of whatever the fuzzer gives. The bits of choice say
// which: 5 for the hash, 6 for the scheme, 3 for the outputs, 1 for nulls, 6 for
// where they start, 1 for offsets that may go wrong.
func fuzzedCall(data, lengths []byte, seed uint64, choice, parts uint32) (keymill.Batch, keymill.Params, keymill.Output) {
	take := func(n int) int {
		bits := int(choice & (1<<n - 1))
		choice >>= n
		return bits
	}
	all, presets := hash.All(), schemes()
	p := paramsOf(all[take(5)%len(all)], presets[take(6)%len(presets)])
	want := keymill.Output(take(3))
	switch seed % 3 {
	case 0:
		p.Hash = hash.Default // and so what only a scheme's own hash has, such as Word8
	case 1:
		p.Seed = fuzzedSeed(p.Hash, seed)
	}
	if parts != 0 && p.Scheme.Name != "redis" && p.Scheme.Table == nil {
		p.Scheme.Parts, p.Scheme.Route = parts, 0
	}
	withNulls, validOffset, wrong := take(1) == 1, take(6), take(1) == 1
	batch := keymill.Batch{Data: data}
	if len(lengths) > 0 && lengths[0]%4 == 0 {
		batch.Width = int(lengths[0])/4 + 1
		if !wrong {
			batch.Data = data[:len(data)/batch.Width*batch.Width]
		}
	} else {
		batch.Offsets = []uint32{0}
		for _, n := range lengths {
			next := batch.Offsets[len(batch.Offsets)-1] + uint32(n)
			if wrong && n > 250 {
				next -= 2 * uint32(n)
			} else if !wrong {
				next = min(next, uint32(len(data)))
			}
			batch.Offsets = append(batch.Offsets, next)
		}
	}
	if withNulls {
		batch.ValidOffset = validOffset
		for bits := validOffset + batch.Len(); bits > 0; bits -= 64 {
			batch.Valid = append(batch.Valid, seed)
		}
	}
	return batch, p, want
}

func fuzzedSeed(f hash.Func, seed uint64) hash.Seed {
	switch f.SeedKind() {
	case hash.SeedBits32:
		return hash.Seed64(uint64(uint32(seed)))
	case hash.SeedBits64:
		return hash.Seed64(seed)
	case hash.SeedKey128:
		var key [16]byte
		binary.LittleEndian.PutUint64(key[:], seed)
		binary.BigEndian.PutUint64(key[8:], seed)
		return hash.SeedKey(key)
	}
	return hash.Seed{}
}
