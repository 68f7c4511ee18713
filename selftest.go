package keymill

import (
	"errors"
	"fmt"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// SelfTest runs known work on a backend and compares every result with the
// definitions in hash and place: each hash function, with and without a seed,
// and each reduction, on keys of variable and of fixed width, with nulls among
// them, and for each choice of outputs. A backend that has not passed it must
// not be trusted with a batch. It takes milliseconds. What the backend does not
// support is left out, but it must support something; a panic is a failure.
func SelfTest(b Backend) error {
	t := selfTest{backend: b, out: make([]uint64, 0, 20_000), parts: make([]uint32, 0, 800)}
	// 300 bytes reach every branch of every function but the long loops of
	// xxh3, which 1100 reach; 13 is as long as no lane.
	ragged := selfTestBatch(0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
		23, 24, 25, 31, 32, 33, 47, 48, 63, 64, 65, 100, 127, 128, 129, 200, 240, 241, 256, 300, 1100)
	batches := []Batch{ragged}
	for _, width := range []int{1, 4, 8, 13, 16, 24, 32, 40} {
		batches = append(batches, selfTestBatch(width, make([]int, 19)...))
	}
	// What becomes of a hash does not depend on the length of its key.
	short := selfTestBatch(0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 24, 33, 65, 100)
	// More keys than any backend takes at a time, in an order of lengths that repeats late.
	lengths := make([]int, 650)
	for i := range lengths {
		lengths[i] = i * i % 71
	}
	many := selfTestBatch(0, lengths...)
	for _, f := range hash.All() {
		for i := range batches {
			t.run(&batches[i], Params{Hash: f}, OutHashes)
			if seed := selfTestSeed(f); seed.IsSet() {
				t.run(&batches[i], Params{Hash: f, Seed: seed}, OutHashes)
			}
		}
		for i, scheme := range selfTestSchemes {
			if scheme.With(f, hash.Seed{}).Check() != nil {
				continue // what it adds needs a hash of 64 bits
			}
			t.run(&short, Params{Hash: f, Scheme: scheme}, OutParts)
			t.run(&batches[i%len(batches)], Params{Hash: f, Scheme: scheme}, OutHashes|OutParts|OutCounts)
		}
	}
	for i, f := range hash.All() {
		t.run(&many, Params{Hash: f, Scheme: selfTestSchemes[i%anyHash]}, OutHashes|OutParts)
	}
	for _, scheme := range selfTestSchemes {
		t.run(&ragged, Params{Scheme: scheme}, OutHashes|OutParts|OutCounts)
		t.run(&ragged, Params{Scheme: scheme}, OutCounts)
	}
	if t.err == nil && t.supported == 0 {
		t.err = errors.New("it supports nothing")
	}
	if t.err != nil {
		return fmt.Errorf("self-test of %s: %w", b.Name(), t.err)
	}
	return nil
}

// selfTest is a self-test in progress. After the first error it does nothing.
type selfTest struct {
	backend   Backend
	out       []uint64 // memory for hashes and counts, full of what was there before
	parts     []uint32
	supported int
	err       error
}

// run places a batch and compares it with the definition.
func (t *selfTest) run(b *Batch, p Params, want Output) {
	if t.err != nil {
		return
	}
	s, err := p.Resolve()
	if err != nil {
		t.err = err
		return
	}
	var got Placement
	garbage := t.out[:cap(t.out)]
	for i := range garbage[:b.Len()+int(s.Parts)] {
		garbage[i] = 0xA5A5A5A5A5A5A5A5
	}
	if want&OutHashes != 0 {
		got.Hashes = garbage[:b.Len()]
	}
	if want&OutCounts != 0 {
		got.Counts = garbage[b.Len():][:s.Parts]
	}
	if want&OutParts != 0 {
		got.Parts = t.parts[:b.Len()]
	}
	err = t.place(&got, b, p)
	switch {
	case errors.Is(err, ErrUnsupported):
		return
	case err == nil:
		t.supported++
		err = Verify(&got, b, p)
	}
	if err != nil {
		t.err = fmt.Errorf("%s with seed %q and scheme %q, keys of width %d: %w", s.Hash, s.Seed, s.Name, b.Width, err)
	}
}

func (t *selfTest) place(dst *Placement, b *Batch, p Params) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return t.backend.Place(dst, b, p)
}

// selfTestSchemes are anyHash schemes that go with any hash, and others.
var selfTestSchemes = []place.Scheme{
	place.Mod(1000), place.Mask(64), place.Fastrange(1000), place.Jump(1000), place.Redis(),
	place.Kafka(12), place.Librdkafka(7), place.LibrdkafkaRandom(7), place.Sarama(100), place.SaramaReference(3),
	place.Spark(7), place.Couchbase(1000), place.Scylla(14), place.VitessXXHash(3),
}

const anyHash = 12

// selfTestSeed returns a seed in which every bit matters; unset for a function
// that takes none.
func selfTestSeed(f hash.Func) hash.Seed {
	switch f.SeedKind() {
	case hash.SeedBits32:
		return hash.Seed64(0xFEDCBA98)
	case hash.SeedBits64:
		return hash.Seed64(0xFEDCBA9876543210)
	case hash.SeedKey128:
		return hash.SeedKey([16]byte{0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xFF})
	}
	return hash.Seed{}
}

// selfTestBatch returns keys of the given lengths, or of the width if it is
// not 0, painted so that no key is like another; every seventh is null.
func selfTestBatch(width int, lengths ...int) Batch {
	b := Batch{Width: width}
	for i, n := range lengths {
		if width > 0 {
			n = width
		}
		key := make([]byte, n)
		for j := range key {
			key[j] = byte((i*131 + j*7 + 3) % 251)
		}
		if n >= 10 && i%5 == 0 {
			copy(key[n/2:], "{t}") // something for the hash tag
		}
		err := b.Append(key)
		if i%7 == 6 {
			err = b.AppendNull()
		}
		if err != nil {
			panic(err) // the keys are ours
		}
	}
	return b
}
