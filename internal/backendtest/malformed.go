package backendtest

import (
	"errors"
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// malformed: input that cannot be computed gives an error that says so, and
// neither a panic nor a read outside of memory.
func malformed(b keymill.Backend) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	good := ragged(5, 5, 5)
	batches := map[string]keymill.Batch{
		"offsets backwards":         {Data: good.Data, Offsets: []uint32{0, 10, 5, 15}},
		"first offset outside":      {Data: good.Data, Offsets: []uint32{99, 99}},
		"last offset outside":       {Data: good.Data, Offsets: []uint32{0, 5, 16}},
		"huge offset in the middle": {Data: good.Data, Offsets: []uint32{0, 1 << 31, 15}},
		"no data":                   {Offsets: []uint32{0, 1}},
		"negative width":            {Data: good.Data, Width: -1, Offsets: good.Offsets},
		"part of a key":             {Data: good.Data, Width: 4},
		"short bitmap":              {Data: make([]byte, 65*4), Width: 4, Valid: []uint64{1}},
		"bitmap offset":             {Data: good.Data, Offsets: good.Offsets, Valid: []uint64{7}, ValidOffset: 62},
		"negative bitmap offset":    {Data: good.Data, Offsets: good.Offsets, Valid: []uint64{7}, ValidOffset: -1},
		"huge bitmap offset":        {Data: good.Data, Offsets: good.Offsets, Valid: []uint64{7}, ValidOffset: int(^uint(0) >> 1)},
	}
	for name, batch := range batches {
		dst := keymill.Placement{Hashes: make([]uint64, batch.Len())}
		err := b.Place(&dst, &batch, keymill.Params{Hash: hash.XXH3})
		var batchErr *keymill.BatchError
		if !errors.As(err, &batchErr) || !errors.Is(err, keymill.ErrInvalid) {
			return fmt.Errorf("%s: got %v, want a *BatchError", name, err)
		}
	}
	if err := wrongOffsets(b); err != nil {
		return err
	}
	params := map[string]keymill.Params{
		"no such hash":     {Hash: 250},
		"seed too large":   {Hash: hash.Murmur2, Seed: hash.Seed64(1 << 40)},
		"seed of no use":   {Hash: hash.CRC32, Seed: hash.Seed64(1)},
		"0 partitions":     {Scheme: place.Kafka(0)},
		"mask of 12":       {Scheme: place.Mask(12)},
		"no such span":     {Scheme: place.Scheme{Span: 9, Reduce: place.ReduceMod, Parts: 3}},
		"no such fold":     {Scheme: place.Scheme{Fold: 9, Reduce: place.ReduceMod, Parts: 3}},
		"no such reduce":   {Scheme: place.Scheme{Reduce: 99, Parts: 3}},
		"no such null":     {Scheme: place.Scheme{Null: 9, Reduce: place.ReduceMod, Parts: 3}},
		"too many parts":   {Scheme: place.Mod(place.MaxParts + 1)},
		"parts, no scheme": {},
	}
	for name, p := range params {
		dst := keymill.Placement{Parts: make([]uint32, 3)}
		if err := b.Place(&dst, &good, p); !errors.Is(err, keymill.ErrInvalid) {
			return fmt.Errorf("%s: got %v, want an ErrInvalid", name, err)
		}
	}
	for name, dst := range map[string]keymill.Placement{
		"fewer hashes": {Hashes: make([]uint64, 2)},
		"more hashes":  {Hashes: make([]uint64, 4)},
		"fewer parts":  {Parts: make([]uint32, 2)},
		"more parts":   {Parts: make([]uint32, 4)},
		"fewer counts": {Counts: make([]uint64, 11)},
		"more counts":  {Counts: make([]uint64, 13)},
	} {
		err := b.Place(&dst, &good, keymill.Params{Scheme: place.Kafka(12)})
		var placementErr *keymill.PlacementError
		if !errors.As(err, &placementErr) {
			return fmt.Errorf("%s of the wrong length: got %v, want a *PlacementError", name, err)
		}
	}
	return nil
}

// wrongOffsets: an offset that is wrong, at every place around those where loops begin
// and end, is found, and the key is named that [keymill.Batch.Validate] names.
func wrongOffsets(b keymill.Backend) error {
	good := ragged(constant(1300, 3)...)
	for at := 1; at <= good.Len(); at++ {
		if at > 40 && at%512 > 20 && at%512 < 490 && at%61 != 0 && !long() {
			continue
		}
		for _, wrong := range []uint32{good.Offsets[at-1] - 1, good.Offsets[at] + 4, uint32(len(good.Data)) + 1, 1 << 31, 1<<32 - 1} {
			batch := good
			batch.Offsets = append([]uint32(nil), good.Offsets...)
			batch.Offsets[at] = wrong
			want := batch.Validate()
			dst := keymill.Placement{Hashes: make([]uint64, batch.Len())}
			err := b.Place(&dst, &batch, keymill.Params{Hash: hash.Murmur2})
			if want == nil || err == nil || err.Error() != want.Error() || !errors.Is(err, keymill.ErrInvalid) {
				return fmt.Errorf("offset %d is %d: got %v, want %v", at, wrong, err, want)
			}
		}
	}
	return nil
}
