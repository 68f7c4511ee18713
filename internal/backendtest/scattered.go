package backendtest

import (
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

// scattered: strings and slices give what the same keys give in a batch: short ones and
// long ones, more than are packed at a time, and some that are larger than a pack.
func scattered(b keymill.Backend) error {
	lengths := append(mixed(2500), upTo(200)...)
	for i := range 1000 {
		lengths = append(lengths, 16, 33+i%3)
	}
	lengths = append(lengths, 200_000, 0, 70_000, 1)
	batch := ragged(lengths...)
	for _, count := range []int{0, 1, 2, 23, 24, 25, 26, 1024, 1025, len(lengths)} {
		part := batch.Slice(0, count)
		keys := make([][]byte, count)
		for i := range keys {
			keys[i] = part.Key(i)
		}
		for _, s := range []place.Scheme{{}, place.Kafka(12), place.Jump(1000), place.Redis()} {
			p := keymill.Params{Scheme: s}
			if err := scatteredCall(b, &part, keys, p); err != nil {
				return describe(fmt.Errorf("%d scattered keys: %w", count, err), &part, p)
			}
		}
	}
	return scatteredAtGuard(b)
}

// scatteredAtGuard: one of the keys ends where memory ends, or begins where it begins.
func scatteredAtGuard(b keymill.Backend) error {
	guard, err := newArea(1 << 13)
	if err != nil {
		return err
	}
	defer guard.free()
	for _, n := range append(upTo(100), 127, 128, 129, 4096) {
		batch := ragged(append(mixed(40), n)...)
		keys := make([][]byte, batch.Len())
		for i := range keys {
			keys[i] = batch.Key(i)
		}
		for _, at := range []int{0, len(guard.bytes) - n} {
			last := guard.bytes[at : at+n]
			copy(last, batch.Key(batch.Len()-1))
			keys[len(keys)-1] = last
			if err := scatteredCall(b, &batch, keys, keymill.Params{Scheme: place.Kafka(12)}); err != nil {
				return fmt.Errorf("a scattered key of %d bytes at the edge of memory: %w", n, err)
			}
		}
	}
	return nil
}

func scatteredCall(b keymill.Backend, batch *keymill.Batch, keys [][]byte, p keymill.Params) error {
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = string(key)
	}
	want := keymill.OutHashes
	if p.Scheme != (place.Scheme{}) {
		want = everything
	}
	for _, want := range []keymill.Output{want, want &^ keymill.OutHashes, want &^ keymill.OutParts} {
		var got keymill.Placement
		got.Resize(want, batch.Len(), p.Scheme.Parts)
		for i := range got.Counts {
			got.Counts[i] = 0xA5A5 // what was there before
		}
		if err := keymill.PlaceStrings(b, &got, texts, p); err != nil {
			return err
		}
		if err := keymill.Verify(&got, batch, p); err != nil {
			return fmt.Errorf("strings: %w", err)
		}
		if err := keymill.PlaceSlices(b, &got, keys, p); err != nil {
			return err
		}
		if err := keymill.Verify(&got, batch, p); err != nil {
			return fmt.Errorf("slices: %w", err)
		}
	}
	return nil
}
