//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"runtime"
	"sync"
	"unsafe"

	"github.com/keymill/keymill"
)

// fewInPlace is how many bytes of keys a batch has at least that is not copied: to make
// buffers for a call takes longer than to copy less.
const fewInPlace = 128 << 10

// takesInPlace says whether the keys of a batch are taken from where they lie.
func (d *Device) takesInPlace(b *keymill.Batch) bool {
	return d.inPlace && (b.Size() >= fewInPlace || b.Len() >= fewInPlace/8)
}

// loan is memory of the caller's that the device uses for the time of a call.
type loan struct {
	pins runtime.Pinner // Go's memory may not move meanwhile
	mems [5]mem
	n    int
}

// lostLoans are those of slots that are stuck, for ever: the memory may still be written,
// also when its device is closed and forgotten.
var lostLoans sync.Map

// inPlace computes keys lo to hi-1 from where they lie to where the results belong.
func (s *slot) inPlace(p *specialised, w *work, dst *keymill.Placement, b *keymill.Batch, lo, hi int) error {
	k, err := s.kernel(p)
	if err != nil {
		return err
	}
	if err := s.writable(&s.data, 0); err != nil { // stands for what is not there
		return err
	}
	if err := s.devicesTurn(&s.data, pad); err != nil {
		return s.settle(err)
	}
	l := new(loan)
	err = s.onLoan(l, k, w, dst, b, lo, hi)
	if s.stuck {
		lostLoans.Store(l, true)
		return err
	}
	for _, m := range l.mems[:l.n] {
		err = errors.Join(err, s.d.lib.releaseBuffer(m))
	}
	l.pins.Unpin()
	if err == nil { // at last: what failed is done again, and must not be counted twice
		s.takeOwn(w, dst, lo, hi)
	}
	return err
}

// own says which results come to the slot's memory: they have no place with the caller.
func (w *work) own(dst *keymill.Placement) [3]bool {
	return [3]bool{false, w.want&keymill.OutParts != 0 && dst.Parts == nil, w.want&keymill.OutCounts != 0}
}

// takeOwn takes the results that came to the slot's memory, and counts.
func (s *slot) takeOwn(w *work, dst *keymill.Placement, lo, hi int) {
	own := w.own(dst)
	switch {
	case own[1]:
		s.d.takeParts(w, dst, view[uint32](&s.parts, hi-lo), lo, hi)
	case w.count:
		s.d.takeParts(w, dst, dst.Parts[lo:hi], lo, hi)
	}
	if own[2] {
		s.d.addCounts(dst, view[uint32](&s.counts, int(w.args.Partitions)))
	}
}

// onLoan runs the kernel on the caller's memory.
func (s *slot) onLoan(l *loan, k kernel, w *work, dst *keymill.Placement, b *keymill.Batch, lo, hi int) error {
	from, to := bytesOf(b, lo, hi)
	in := inputs{n: hi - lo}
	var errs [5]error
	in.data, errs[0] = lend(s, l, b.Data[from:to], memReadOnly)
	in.offsets, in.valid = s.data.mem, s.data.mem
	if b.Width == 0 {
		in.base = uint32(from)
		in.offsets, errs[1] = lend(s, l, b.Offsets[lo:hi+1], memReadOnly)
	}
	if len(b.Valid) > 0 {
		var valid []uint64
		valid, in.validFirst = validOf(b, lo, hi)
		in.valid, errs[2] = lend(s, l, valid, memReadOnly)
	}
	results := [3]mem{s.data.mem, s.data.mem, s.data.mem}
	outs := s.outs(w, in.n)
	if outs[0].bytes > 0 {
		results[0], errs[3] = lend(s, l, dst.Hashes[lo:hi], memWriteOnly)
	}
	if outs[1].bytes > 0 && dst.Parts != nil {
		results[1], errs[4] = lend(s, l, dst.Parts[lo:hi], memWriteOnly)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	own := w.own(dst)
	err := s.readyOwn(own, outs, &results)
	if err == nil {
		err = s.run(k, w, &in, results)
	}
	var mapped [3]unsafe.Pointer
	for i, o := range outs {
		switch {
		case err != nil || o.bytes == 0:
		case own[i]:
			err = s.hostsTurn(o.buffer, o.bytes)
		default:
			mapped[i], err = s.d.lib.enqueueMap(s.queue, results[i], false, mapRead, 0, o.bytes, nil, s.event())
		}
	}
	err = s.settle(err)
	for i, m := range mapped {
		if m != nil && !s.stuck {
			err = errors.Join(err, s.d.lib.enqueueUnmap(s.queue, results[i], m, nil, s.event()))
		}
	}
	return errors.Join(err, s.settle(nil))
}

// lend makes a buffer of the caller's memory.
func lend[T any](s *slot, l *loan, memory []T, flags memFlags) (mem, error) {
	if len(memory) == 0 {
		return s.data.mem, nil
	}
	at := unsafe.Pointer(&memory[0])
	l.pins.Pin(&memory[0])
	size := len(memory) * int(unsafe.Sizeof(memory[0]))
	if uint64(size) > s.d.info.MaxAlloc {
		return nil, errTooLarge
	}
	m, err := s.d.lib.createBuffer(s.d.context, flags|memUseHostPtr, size, at)
	if err == nil {
		l.mems[l.n] = m
		l.n++
	}
	if flags == memReadOnly {
		watchReads(memory)
	} else {
		watchWrites(memory)
	}
	return m, err
}

var errTooLarge = &Error{Kind: Capacity, Err: errors.New("more than the device takes in one piece")}
