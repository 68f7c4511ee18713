package keymill_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// wrong returns a backend that computes as cpu does, and then goes wrong.
func wrong(change func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params)) keymill.Backend {
	return fake{"wrong", func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		err := cpu.New().Place(dst, b, p)
		if err == nil {
			change(dst, b, p)
		}
		return err
	}}
}

func TestSelfTest(t *testing.T) {
	require.NoError(t, keymill.SelfTest(cpu.New()))
	for says, b := range map[string]keymill.Backend{
		`self-test of wrong: crc32c with seed "" and scheme "", keys of width 0: placement: Hashes has for key 3, of 3 bytes, `: wrong(func(dst *keymill.Placement, _ *keymill.Batch, p keymill.Params) {
			if p.Hash == hash.CRC32C && len(dst.Hashes) > 3 {
				dst.Hashes[3]++
			}
		}),
		`keys of width 24: placement: Hashes`: wrong(func(dst *keymill.Placement, b *keymill.Batch, _ keymill.Params) {
			if b.Width == 24 && dst.Hashes != nil {
				dst.Hashes[b.Len()-1]++
			}
		}),
		`placement: Parts`: wrong(func(dst *keymill.Placement, _ *keymill.Batch, _ keymill.Params) {
			if dst.Parts != nil {
				dst.Parts[0]++
			}
		}),
		// Where only the partitions are asked for, and a fused path computes them.
		`scheme "redis"`: wrong(func(dst *keymill.Placement, _ *keymill.Batch, p keymill.Params) {
			if dst.Hashes == nil && dst.Parts != nil && p.Scheme.Name == "redis" {
				dst.Parts[0]++
			}
		}),
		`placement: Counts`: wrong(func(dst *keymill.Placement, _ *keymill.Batch, _ keymill.Params) {
			if len(dst.Counts) > 0 {
				dst.Counts[len(dst.Counts)-1]++
			}
		}),
		"it supports nothing": fake{"wrong", func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return keymill.ErrUnsupported }},
		"device lost":         fake{"wrong", func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return errors.New("device lost") }},
		"panic: driver bug":   fake{"wrong", func(*keymill.Placement, *keymill.Batch, keymill.Params) error { panic("driver bug") }},
		`Counts has `: fake{"wrong", func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
			before := slices.Clone(dst.Counts) // not cleared: what was there is counted on
			err := cpu.New().Place(dst, b, p)
			if err == nil {
				for i := range before {
					dst.Counts[i] += before[i]
				}
			}
			return err
		}},
		`with seed "0xfedcba98" and scheme ""`: fake{"wrong", func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
			if p.Hash == hash.Murmur3x32 {
				p.Seed = hash.Seed{} // ignored
			}
			return cpu.New().Place(dst, b, p)
		}},
	} {
		require.ErrorContains(t, keymill.SelfTest(b), says)
	}
}

// A backend that runs some hashes and no scheme is a backend.
func TestSelfTestOfABackendForHashesOnly(t *testing.T) {
	require.NoError(t, keymill.SelfTest(fake{"hashes", func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if p.Hash != hash.XXH3 || p.Scheme.Reduce != place.ReduceNone {
			return keymill.ErrUnsupported
		}
		return cpu.New().Place(dst, b, p)
	}}))
}
