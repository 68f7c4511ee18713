//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"unsafe"
)

// maxPiece is the most bytes of a copy that are moved by one command.
const maxPiece = 256 << 20

// Transfers moves bytes to a device, from it and within it, and computes nothing: no
// work on the device can be faster on as many bytes. Who calls takes the time, so that it
// can be compared with that of work; bytes over seconds are bytes a second. One goroutine
// uses it at a time.
type Transfers struct {
	slot  *slot // for its queue
	bytes int
	piece int

	pinned   buffer // of Up and Down
	from, to mem    // of Within
}

// Transfers returns transfers of so many bytes, at least 1. The memory is taken by the
// first call that needs it: no time of that call says anything. The caller closes it.
func (d *Device) Transfers(bytes int) (*Transfers, error) {
	if bytes < 1 {
		return nil, &Error{Kind: Misuse, Device: d.info.Name, Err: errors.New("there are no bytes to transfer")}
	}
	if err := d.use(); err != nil {
		return nil, err
	}
	defer d.done()
	s, err := newSlot(d)
	if err != nil {
		return nil, d.blame(err)
	}
	return &Transfers{slot: s, bytes: bytes, piece: int(min(uint64(bytes), d.info.MaxAlloc/4, maxPiece))}, nil
}

// Up moves the bytes once to the device, from memory of the host that the driver has
// pinned.
func (t *Transfers) Up() error {
	return t.each(t.pin, func(n int, done *event) error {
		return t.slot.d.lib.enqueueWrite(t.slot.queue, t.pinned.mem, false, 0, n, unsafe.Pointer(&t.pinned.host[0]), nil, done)
	})
}

// Down moves the bytes once from the device, to memory of the host that the driver has
// pinned.
func (t *Transfers) Down() error {
	return t.each(t.pin, func(n int, done *event) error {
		return t.slot.d.lib.enqueueRead(t.slot.queue, t.pinned.mem, false, 0, n, unsafe.Pointer(&t.pinned.host[0]), nil, done)
	})
}

// Within copies the bytes once from one place in the memory of the device to another:
// that reads as many bytes, and writes as many, so memory moves twice the bytes.
func (t *Transfers) Within() error {
	return t.each(t.double, func(n int, done *event) error {
		return t.slot.d.lib.enqueueCopy(t.slot.queue, t.from, t.to, n, nil, done)
	})
}

// each moves all pieces, one after the other, and waits for the last.
func (t *Transfers) each(prepare func() error, move func(n int, done *event) error) error {
	if t.slot == nil {
		return ErrClosed
	}
	d := t.slot.d
	if err := d.use(); err != nil {
		return err
	}
	defer d.done()
	err := prepare()
	for left := t.bytes; left > 0 && err == nil; left -= t.piece {
		var done *event
		if left <= t.piece {
			done = t.slot.event()
		}
		err = move(min(left, t.piece), done)
	}
	return d.blame(t.slot.settle(err))
}

func (t *Transfers) pin() error {
	if t.pinned.mem != nil {
		return nil
	}
	err := t.slot.pin(&t.pinned, t.piece)
	for i := 0; i < len(t.pinned.host); i += 4096 {
		t.pinned.host[i] = 1 // pages that nobody has written may be one and the same
	}
	return err
}

func (t *Transfers) double() (err error) {
	size := (t.piece + 3) / 4 * 4
	for _, m := range []*mem{&t.from, &t.to} {
		if *m == nil && err == nil {
			*m, err = t.slot.d.lib.createBuffer(t.slot.d.context, memReadWrite, size, nil)
			if err == nil { // likewise
				err = t.slot.d.lib.enqueueFill(t.slot.queue, *m, 1, 0, size, nil, nil)
			}
		}
	}
	return err
}

// Close gives the memory back. A second Close does nothing.
func (t *Transfers) Close() error {
	s := t.slot
	if s == nil {
		return nil
	}
	t.slot = nil
	if s.stuck { // what was enqueued may still use the memory
		return nil
	}
	lib := s.d.lib
	return errors.Join(s.free(&t.pinned), lib.releaseBuffer(t.from), lib.releaseBuffer(t.to), s.close())
}
