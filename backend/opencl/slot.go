//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"unsafe"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kernels"
)

// slot computes one chunk at a time: it has a queue, kernels and memory of its own, so
// that slots do not wait for each other, and the driver overlaps the copies of one with
// the work of another. One goroutine has it at a time.
type slot struct {
	d       *Device
	queue   queue
	kernels map[*specialised]kernel // an OpenCL kernel keeps its arguments, so it cannot be shared

	data, offsets, valid  buffer
	hashes, parts, counts buffer

	args   [kernelArgs]kernelArg
	events *[12]event // of what is enqueued; apart, for cgo may not see our pointers beside them
	used   int
	stuck  bool // what was enqueued may still run, and use the memory: it is not to be freed
}

func newSlot(d *Device) (*slot, error) {
	q, err := d.lib.createQueue(d.context, d.id)
	if err != nil {
		return nil, err
	}
	return &slot{d: d, queue: q, kernels: map[*specialised]kernel{}, events: new([12]event)}, nil
}

func (s *slot) close() error {
	var errs []error
	for p := range s.kernels {
		errs = append(errs, s.forget(p))
	}
	errs = append(errs, s.freeAll(), s.d.lib.releaseQueue(s.queue))
	return errors.Join(errs...)
}

func (s *slot) freeAll() error {
	if s.stuck {
		return nil
	}
	var errs []error
	for _, b := range []*buffer{&s.data, &s.offsets, &s.valid, &s.hashes, &s.parts, &s.counts} {
		errs = append(errs, s.free(b))
	}
	return errors.Join(errs...)
}

// kernel returns this slot's kernel of a program.
func (s *slot) kernel(p *specialised) (kernel, error) {
	if k := s.kernels[p]; k != nil {
		return k, nil
	}
	k, err := s.d.lib.createKernel(p.program, kernels.Name)
	if err == nil {
		s.kernels[p] = k
	}
	return k, err
}

func (s *slot) forget(p *specialised) error {
	k := s.kernels[p]
	delete(s.kernels, p)
	return s.d.lib.releaseKernel(k)
}

// event returns where the event of the next command goes.
func (s *slot) event() *event {
	s.used++
	return &s.events[s.used-1]
}

// settle waits for what was enqueued. err is what went wrong before: then it waits for
// what there is, so that the memory is nobody's when it returns.
func (s *slot) settle(err error) error {
	lib := s.d.lib
	if err == nil {
		if err = lib.flush(s.queue); err == nil {
			err = lib.wait(s.events[:s.used]...)
		}
	}
	if err != nil && lib.finish(s.queue) != nil && lib.finish(s.queue) != nil {
		s.stuck = true
		s.d.lost.CompareAndSwap(nil, &Error{Kind: DeviceLost, Device: s.d.info.Name, Err: errors.New("it does not say when its work is done")})
	}
	for i, e := range s.events[:s.used] {
		if e != nil { // nil: the command was not enqueued
			err = errors.Join(err, lib.releaseEvent(e))
		}
		s.events[i] = nil
	}
	s.used = 0
	return err
}

// chunk computes the keys lo to hi-1 of a batch.
func (s *slot) chunk(p *specialised, w *work, dst *keymill.Placement, b *keymill.Batch, lo, hi int) error {
	k, err := s.kernel(p)
	if err != nil {
		return err
	}
	from, to := bytesOf(b, lo, hi)
	in := inputs{n: hi - lo}
	if err := s.upload(&in, b, lo, hi, from, to); err != nil {
		return s.settle(err)
	}
	return s.finishChunk(k, w, &in, dst, lo, hi)
}

// inputs is what a chunk's kernel reads.
type inputs struct {
	data, offsets, valid mem
	n                    int
	base                 uint32 // the offset that the first byte of data has
	validFirst           uint32 // the bit of the first key in valid
}

// upload brings a chunk to the device.
func (s *slot) upload(in *inputs, b *keymill.Batch, lo, hi, from, to int) error {
	if err := s.writable(&s.data, to-from); err != nil {
		return err
	}
	copy(s.data.host, b.Data[from:to])
	if err := s.devicesTurn(&s.data, to-from+pad); err != nil {
		return err
	}
	in.data, in.offsets, in.valid = s.data.mem, s.data.mem, s.data.mem
	if b.Width == 0 {
		err := copyUp(s, &s.offsets, b.Offsets[lo:hi+1])
		if err != nil {
			return err
		}
		in.offsets, in.base = s.offsets.mem, uint32(from)
	}
	if len(b.Valid) > 0 {
		valid, first := validOf(b, lo, hi)
		if err := copyUp(s, &s.valid, valid); err != nil {
			return err
		}
		in.valid, in.validFirst = s.valid.mem, first
	}
	return nil
}

func copyUp[T any](s *slot, b *buffer, from []T) error {
	var zero T
	size := len(from) * int(unsafe.Sizeof(zero))
	if err := s.writable(b, size); err != nil {
		return err
	}
	copy(b.host, unsafe.Slice((*byte)(unsafe.Pointer(&from[0])), size))
	return s.devicesTurn(b, size)
}

// finishChunk runs the kernel on inputs that are on their way, and takes the results.
func (s *slot) finishChunk(k kernel, w *work, in *inputs, dst *keymill.Placement, lo, hi int) error {
	err := s.launch(k, w, in)
	for _, out := range s.outs(w, in.n) {
		if err == nil && out.bytes > 0 {
			err = s.hostsTurn(out.buffer, out.bytes)
		}
	}
	if err = s.settle(err); err != nil {
		return err
	}
	if w.want&keymill.OutHashes != 0 {
		copyDown(dst.Hashes[lo:hi], &s.hashes)
	}
	if w.want&keymill.OutParts != 0 {
		s.d.takeParts(w, dst, view[uint32](&s.parts, in.n), lo, hi)
	}
	if w.want&keymill.OutCounts != 0 {
		s.d.addCounts(dst, view[uint32](&s.counts, int(w.args.Partitions)))
	}
	return nil
}

// out is a buffer that the kernel writes, and how much of it; 0 if it is not wanted.
type out struct {
	buffer *buffer
	bytes  int
}

func (s *slot) outs(w *work, n int) [3]out {
	return [3]out{
		{&s.hashes, w.outBytes(keymill.OutHashes, n)},
		{&s.parts, w.outBytes(keymill.OutParts, n)},
		{&s.counts, w.outBytes(keymill.OutCounts, n)},
	}
}

// launch enqueues the kernel, with memory for its results.
func (s *slot) launch(k kernel, w *work, in *inputs) error {
	outs := s.outs(w, in.n)
	results := [3]mem{in.data, in.data, in.data} // what is not wanted is not written
	if err := s.readyOwn([3]bool{true, true, true}, outs, &results); err != nil {
		return err
	}
	return s.run(k, w, in, results)
}

// readyOwn makes the slot's memory ready for those of the wanted results that come there.
func (s *slot) readyOwn(own [3]bool, outs [3]out, results *[3]mem) error {
	for i, o := range outs {
		if !own[i] || o.bytes == 0 {
			continue
		}
		if err := s.grow(o.buffer, o.bytes); err != nil {
			return err
		}
		if err := s.devicesTurn(o.buffer, 0); err != nil {
			return err
		}
		results[i] = o.buffer.mem
	}
	if counts := outs[2]; own[2] && counts.bytes > 0 {
		return s.d.lib.enqueueFill(s.queue, counts.buffer.mem, 0, 0, counts.bytes, nil, s.event())
	}
	return nil
}

// view returns the results that a buffer holds.
func view[T any](b *buffer, n int) []T { return unsafe.Slice((*T)(unsafe.Pointer(&b.host[0])), n) }

func copyDown[T any](to []T, b *buffer) { copy(to, view[T](b, len(to))) }
