package backendtest

import (
	"fmt"
	"runtime/debug"
	"unsafe"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// guardPages: keys and offsets that end where memory ends, or begin where it
// begins, in memory that may not be written, with outputs that end where memory
// ends. A load or store one byte outside is a fault.
func guardPages(b keymill.Backend) error {
	const room = 1 << 17
	areas := make([]*area, 5) // data, offsets, hashes, partitions, counts
	for i := range areas {
		a, err := newArea(room)
		if err != nil {
			return err
		}
		defer a.free()
		areas[i] = a
	}
	batches := []keymill.Batch{ragged(mixed(33)...), ragged(40, 0, 0), ragged(7), ragged(0)}
	for n := range 70 {
		batches = append(batches, ragged(n), ragged(n, 3, n), ragged(equal(17, n)...))
	}
	for _, n := range append(upTo(35), 36, 47, 48, 63, 64, 65, 100, 128, 129, 240, 241, 300, 4096) {
		// Enough keys for vectors, among which the one at the end of memory is.
		batches = append(batches, ragged(append(mixed(24), n)...), ragged(append([]int{n}, mixed(24)...)...), ragged(append(equal(33, 5), n)...))
	}
	for _, width := range []int{1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 24, 31, 32, 33, 40, 48, 64, 65} {
		for _, n := range []int{1, 2, 3, 7, 8, 9, 17, 35} {
			batches = append(batches, fixed(n, width))
		}
	}
	for i, f := range hash.All() {
		for j := range batches {
			// 64 partitions suit every scheme but redis, which has its own.
			s := place.Mask(64)
			if (i+j)%3 == 0 {
				s = place.Redis()
			}
			for _, atEnd := range []bool{true, false} {
				p := keymill.Params{Hash: f, Scheme: s}
				if err := guardedCall(b, areas, &batches[j], p, atEnd); err != nil {
					return describe(fmt.Errorf("at the end of memory %v: %w", atEnd, err), &batches[j], p)
				}
			}
		}
	}
	return nil
}

func guardedCall(b keymill.Backend, areas []*area, batch *keymill.Batch, p keymill.Params, atEnd bool) (err error) {
	s, err := p.Resolve()
	if err != nil {
		return err
	}
	guarded := keymill.Batch{Width: batch.Width}
	data := batch.Data
	if batch.Width == 0 {
		offsets := carve[uint32](areas[1], len(batch.Offsets), atEnd)
		copy(offsets, batch.Offsets)
		guarded.Offsets = offsets
	}
	guarded.Data = carve[byte](areas[0], len(data), atEnd)
	copy(guarded.Data, data)
	got := keymill.Placement{
		Hashes: carve[uint64](areas[2], batch.Len(), atEnd),
		Parts:  carve[uint32](areas[3], batch.Len(), atEnd),
	}
	if s.Parts <= 64 {
		got.Counts = carve[uint64](areas[4], int(s.Parts), atEnd)
	}
	for _, a := range areas[:2] {
		if err := a.readOnly(true); err != nil {
			return err
		}
		defer func() { _ = a.readOnly(false) }()
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("touched memory that is not its own: %v", r)
		}
	}()
	if err := b.Place(&got, &guarded, p); err != nil {
		return err
	}
	return keymill.Verify(&got, &guarded, p)
}

// carve returns the first or the last n values of an area.
func carve[T byte | uint32 | uint64](a *area, n int, atEnd bool) []T {
	if n == 0 {
		return make([]T, 0)
	}
	size := n * int(unsafe.Sizeof(T(0)))
	at := 0
	if atEnd {
		at = len(a.bytes) - size
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&a.bytes[at])), n)
}

// alignments: keys that start at every place of a cache line.
func alignments(b keymill.Backend) error {
	for shift := range 64 {
		for i, batch := range []keymill.Batch{ragged(mixed(40)...), fixed(19, 8), fixed(19, 16), fixed(19, 24), fixed(19, 32), fixed(9, 5)} {
			memory := make([]byte, 64+shift+len(batch.Data))
			start := int(-uintptr(unsafe.Pointer(&memory[0]))%64) + shift // from a cache line's first byte
			moved := memory[start : start+len(batch.Data)]
			copy(moved, batch.Data)
			batch.Data = moved
			if batch.Width == 0 { // the offsets, too, 4 bytes on each time
				offsets := append(make([]uint32, shift%16), batch.Offsets...)
				batch.Offsets = offsets[shift%16:]
			}
			for j, f := range hash.All() {
				if !long() && (i+j+shift)%4 != 0 {
					continue
				}
				if err := compare(b, &batch, keymill.Params{Hash: f, Scheme: place.Mod(77)}, everything); err != nil {
					return fmt.Errorf("%d bytes into a cache line: %w", shift, err)
				}
			}
		}
	}
	return nil
}
