//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

// Place computes the batch on the device, chunk by chunk, with as many slots as there are
// chunks and slots to be had.
func (d *Device) Place(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
	s, err := keymill.Check(dst, b, p)
	if err != nil {
		return err
	}
	clear(dst.Counts)
	if b.Len() == 0 || dst.Hashes == nil && dst.Parts == nil && dst.Counts == nil {
		return nil
	}
	if err := d.use(); err != nil {
		return err
	}
	defer d.done()
	w := d.workOf(dst, b.Width, len(b.Valid) > 0, s, d.countsOnDevice(dst, b.Len()))
	program, err := d.programFor(&w, s)
	if err == nil {
		err = d.place(program, &w, dst, b)
	}
	return d.blame(err)
}

// programFor returns the program for some work, if the device can do that at all.
func (d *Device) programFor(w *work, s place.Scheme) (*specialised, error) {
	if why := d.info.Lacks(s.Reduce); why != "" {
		return nil, &Error{Kind: Unsupported, Err: errors.New(why)}
	}
	return d.program(w.options)
}

// place computes a batch of at least one key.
func (d *Device) place(p *specialised, w *work, dst *keymill.Placement, b *keymill.Batch) error {
	s := <-d.slots
	defer func() { d.slots <- s }()
	if err := d.takeTable(s, w); err != nil {
		return err
	}
	defer d.leaveTable(w)
	if bytes := int(d.chunk.Load()); !d.takesInPlace(b) && chunkEnd(b, 0, bytes) < b.Len() {
		line := d.lines.Get().(*pipeline)
		defer d.lines.Put(line)
		return line.place(s, p, w, dst, b)
	}
	return d.piece(s, p, w, dst, b, 0, b.Len())
}

// smallest is how many bytes a chunk has that is not halved any more.
const smallest = 4 << 10

// piece computes keys lo to hi-1 on a slot. Where the device has not the memory, it does
// so in halves, and chunks are smaller from then on.
func (d *Device) piece(s *slot, p *specialised, w *work, dst *keymill.Placement, b *keymill.Batch, lo, hi int) error {
	var err error
	if part := b.Slice(lo, hi); d.takesInPlace(&part) {
		err = s.inPlace(p, w, dst, b, lo, hi)
	} else {
		err = s.chunk(p, w, dst, b, lo, hi)
	}
	if !isKind(err, Capacity) || s.stuck {
		return err
	}
	if freeErr := s.freeAll(); freeErr != nil {
		return errors.Join(err, freeErr)
	}
	from, to := bytesOf(b, lo, hi)
	if to-from <= smallest {
		return err
	}
	if hi-lo == 1 {
		return &Error{Kind: Unsupported, Device: d.info.Name, Err: fmt.Errorf("key %d has %d bytes, more than the device has memory for: %w", lo, to-from, err)}
	}
	if most := int64(max(smallest, (to-from)/2)); most < d.chunk.Load() {
		d.chunk.Store(most)
	}
	middle := lo + (hi-lo)/2
	if err := d.piece(s, p, w, dst, b, lo, middle); err != nil {
		return err
	}
	return d.piece(s, p, w, dst, b, middle, hi)
}
