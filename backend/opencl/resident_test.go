//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// residentBatches: of any length with nulls, a slice from the middle of one, of a width,
// with nothing but empty keys, and with no key.
func residentBatches(t *testing.T) map[string]keymill.Batch {
	var ragged keymill.Batch
	for i := range 5000 {
		err := ragged.Append(fmt.Appendf(nil, "key{%d}-%0*d", i%7, i%40, i))
		if i%11 == 3 {
			err = ragged.AppendNull()
		}
		require.NoError(t, err)
	}
	fixed := keymill.Batch{Width: 8, Data: make([]byte, 8*3000)}
	for i := range fixed.Data {
		fixed.Data[i] = byte(i * 7)
	}
	return map[string]keymill.Batch{
		"ragged": ragged, "slice": ragged.Slice(1001, 4003), "fixed": fixed,
		"empty keys": {Offsets: make([]uint32, 101)}, "none": {},
	}
}

// A batch that was uploaded is placed under one scheme after the other, by several
// goroutines, as it would have been from the host's memory, which may change meanwhile.
func TestResident(t *testing.T) {
	for name, memory := range map[string]Memory{"shared": MemoryShared, "copied": MemoryCopy} {
		d, err := openWith(opened(t), 0, Options{Memory: memory, ChunkBytes: 16 << 10, Slots: 2})
		require.NoError(t, err)
		d.counts = memory == MemoryCopy
		for kind, b := range residentBatches(t) {
			t.Run(name+"/"+kind, func(t *testing.T) {
				mine := keymill.Batch{Data: append([]byte(nil), b.Data...), Offsets: b.Offsets, Width: b.Width, Valid: b.Valid, ValidOffset: b.ValidOffset}
				r, err := d.Upload(&mine)
				require.NoError(t, err)
				clear(mine.Data)
				require.Equal(t, b.Len(), r.Len())
				var wg sync.WaitGroup
				for _, s := range []place.Scheme{place.Mod(10), place.Redis(), place.Jump(100), place.Kafka(12), place.Mod(1 << 20)} {
					wg.Add(1)
					go func() {
						defer wg.Done()
						p := keymill.Params{Scheme: s}
						var dst keymill.Placement
						dst.Resize(keymill.OutHashes|keymill.OutParts|keymill.OutCounts, b.Len(), s.Parts)
						err := r.Place(&dst, p)
						if err == nil {
							err = keymill.Verify(&dst, &b, p)
						}
						if err != nil {
							t.Errorf("%s: %v", s.Name, err)
						}
					}()
				}
				wg.Wait()
				wrong := keymill.Placement{Hashes: make([]uint64, b.Len()+1)}
				require.ErrorIs(t, r.Place(&wrong, keymill.Params{Hash: hash.XXH3}), keymill.ErrInvalid)
				require.NoError(t, r.Close())
				require.NoError(t, r.Close())
				right := keymill.Placement{Hashes: make([]uint64, b.Len())}
				require.ErrorIs(t, r.Place(&right, keymill.Params{Hash: hash.XXH3}), ErrClosed)
			})
		}
		b := residentBatches(t)["ragged"]
		b.Offsets = append([]uint32(nil), b.Offsets...)
		b.Offsets[7] = 1 << 31
		_, err = d.Upload(&b)
		require.ErrorIs(t, err, keymill.ErrInvalid)
		good := residentBatches(t)["fixed"]
		left, err := d.Upload(&good)
		require.NoError(t, err)
		require.NoError(t, d.Close(), "with a batch that nobody has closed")
		require.Zero(t, d.lib.live.Load())
		dst := keymill.Placement{Hashes: make([]uint64, good.Len())}
		require.ErrorIs(t, left.Place(&dst, keymill.Params{}), ErrClosed)
		require.ErrorIs(t, d.Place(&dst, &good, keymill.Params{}), ErrClosed)
		_, err = d.Upload(&good)
		require.ErrorIs(t, err, ErrClosed)
		require.NoError(t, left.Close())
		require.NoError(t, d.Close())
	}
}

// A key that a device has not the memory for is another backend's, and no fault of this
// one; what else comes in the batch is too.
func TestHugeKey(t *testing.T) {
	d, err := openWith(opened(t), 0, Options{Memory: MemoryCopy})
	require.NoError(t, err)
	defer func() { require.NoError(t, d.Close()) }()
	d.info.MaxAlloc = 256 << 10
	d.chunk.Store(64 << 10)
	var b keymill.Batch
	for _, n := range []int{10, 100 << 10, 20} {
		require.NoError(t, b.Append(make([]byte, n)))
	}
	dst := keymill.Placement{Hashes: make([]uint64, 3)}
	require.NoError(t, d.Place(&dst, &b, keymill.Params{}))
	require.NoError(t, keymill.Verify(&dst, &b, keymill.Params{}))

	require.NoError(t, b.Append(make([]byte, 300<<10)))
	dst.Hashes = make([]uint64, 4)
	err = d.Place(&dst, &b, keymill.Params{})
	require.ErrorIs(t, err, keymill.ErrUnsupported)
	require.ErrorContains(t, err, "key 3 has 307200 bytes")
	var e *Error
	require.True(t, errors.As(err, &e))
	require.Equal(t, d.info.Name, e.Device)
}
