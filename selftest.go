package keymill

import (
	"errors"
	"fmt"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// SelfTest runs known work on a backend and compares every result with the
// definitions in hash and place: each hash function and each reduction, on
// keys of variable and of fixed width, with nulls among them. A backend that
// has not passed it must not be trusted with a batch. It takes milliseconds.
// What the backend does not support is left out, but it must support something.
func SelfTest(b Backend) error {
	// 300 bytes reach every branch of every function but the long loops of
	// xxh3, which 1100 reach; 13 is as long as no lane.
	ragged := selfTestBatch(0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
		23, 24, 25, 31, 32, 33, 47, 48, 63, 64, 65, 100, 127, 128, 129, 200, 240, 241, 256, 300, 1100)
	batches := []Batch{ragged}
	for _, width := range []int{1, 4, 8, 13, 16, 24, 32, 40} {
		batches = append(batches, selfTestBatch(width, make([]int, 19)...))
	}
	supported := false
	for _, f := range hash.All() {
		for i, scheme := range selfTestSchemes {
			batch := &batches[i%len(batches)]
			if f == hash.CRC16 || f == scheme.Hash {
				batch = &ragged
			}
			err := selfTestCall(b, batch, Params{Hash: f, Scheme: scheme})
			if err != nil && !errors.Is(err, ErrUnsupported) {
				return fmt.Errorf("self-test of %s: %s with %s: %w", b.Name(), f, scheme.Name, err)
			}
			supported = supported || err == nil
		}
		for i := range batches {
			err := selfTestCall(b, &batches[i], Params{Hash: f})
			if err != nil && !errors.Is(err, ErrUnsupported) {
				return fmt.Errorf("self-test of %s: %s of width %d: %w", b.Name(), f, batches[i].Width, err)
			}
		}
	}
	if !supported {
		return fmt.Errorf("self-test of %s: it supports no hash with any scheme", b.Name())
	}
	return nil
}

var selfTestSchemes = []place.Scheme{
	place.Mod(1000), place.Mask(64), place.Fastrange(1000), place.Jump(1000), place.Redis(),
	place.Kafka(12), place.Librdkafka(7), place.LibrdkafkaRandom(7), place.Sarama(100), place.SaramaReference(3),
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

// selfTestCall places a batch and compares it with the definition.
func selfTestCall(backend Backend, b *Batch, p Params) error {
	s, err := p.Resolve()
	if err != nil {
		return err
	}
	want := OutHashes
	if s.Reduce != place.ReduceNone {
		want |= OutParts | OutCounts
	}
	var got Placement
	got.Resize(want, b.Len(), s.Parts)
	if err := backend.Place(&got, b, p); err != nil {
		return err
	}
	counts := make([]uint64, len(got.Counts))
	for i := range b.Len() {
		h, part := s.Place(b.Key(i))
		if b.IsNull(i) {
			h, part = s.PlaceNull()
		}
		switch {
		case got.Hashes[i] != h:
			return fmt.Errorf("key %d of %d bytes has hash %#x, not %#x", i, len(b.Key(i)), got.Hashes[i], h)
		case got.Parts != nil && got.Parts[i] != part:
			return fmt.Errorf("key %d of %d bytes has partition %d, not %d", i, len(b.Key(i)), got.Parts[i], part)
		}
		if part < s.Parts {
			counts[part]++
		}
	}
	for part, n := range counts {
		if got.Counts[part] != n {
			return fmt.Errorf("partition %d has %d keys, not %d", part, got.Counts[part], n)
		}
	}
	return nil
}
