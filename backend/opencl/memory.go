//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"
)

// buffer is memory of the device that belongs to a slot, and what the host sees of it:
// where they share memory the same bytes, else memory that the driver has pinned, for
// copies at the full speed of the bus.
type buffer struct {
	mem    mem
	stage  mem    // of copies: the buffer that host is
	host   []byte // as long as mem
	mapped bool   // of shared memory: it is the host's turn
}

// pad is how many bytes lie behind the last key at least: kernels may read whole words.
const pad = 16

// grow makes a buffer hold so many bytes and the pad. What was in it is lost.
func (s *slot) grow(b *buffer, bytes int) error {
	if s.stuck {
		return s.d.lost.Load()
	}
	const step = 64 << 10
	need := (bytes + pad + step - 1) / step * step
	if need <= len(b.host) {
		return nil
	}
	need = max(need, min(2*len(b.host), need+need/2))
	if uint64(need) > s.d.info.MaxAlloc {
		return &Error{Kind: Capacity, Err: fmt.Errorf("%d bytes are more than the device takes in one piece", need)}
	}
	if err := s.free(b); err != nil {
		return err
	}
	if s.d.shared {
		return s.share(b, need)
	}
	return s.pin(b, need)
}

// share makes a buffer of memory that is the host's.
func (s *slot) share(b *buffer, bytes int) error {
	host, err := syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return &Error{Kind: Capacity, Err: fmt.Errorf("mmap of %d bytes: %w", bytes, err)}
	}
	mem, err := s.d.lib.createBuffer(s.d.context, memReadWrite|memUseHostPtr, bytes, unsafe.Pointer(&host[0]))
	if err != nil {
		return errors.Join(err, syscall.Munmap(host))
	}
	*b = buffer{mem: mem, host: host}
	return nil
}

// pin makes a buffer on the device, and one that the driver keeps in the host's memory.
func (s *slot) pin(b *buffer, bytes int) (err error) {
	lib := s.d.lib
	if b.mem, err = lib.createBuffer(s.d.context, memReadWrite, bytes, nil); err != nil {
		return err
	}
	if b.stage, err = lib.createBuffer(s.d.context, memReadWrite|memAllocHostPtr, bytes, nil); err != nil {
		return errors.Join(err, s.free(b))
	}
	mapped, err := lib.enqueueMap(s.queue, b.stage, true, mapRead|mapWrite, 0, bytes, nil, nil)
	if err != nil {
		return errors.Join(err, s.free(b))
	}
	b.host = unsafe.Slice((*byte)(mapped), bytes)
	return nil
}

// free gives the memory of a buffer back. Nothing uses it any more.
func (s *slot) free(b *buffer) error {
	lib, was := s.d.lib, *b
	*b = buffer{}
	var errs []error
	switch {
	case was.stage != nil && was.host != nil:
		errs = append(errs, lib.enqueueUnmap(s.queue, was.stage, unsafe.Pointer(&was.host[0]), nil, nil), lib.finish(s.queue))
	case was.mapped:
		errs = append(errs, lib.enqueueUnmap(s.queue, was.mem, unsafe.Pointer(&was.host[0]), nil, nil), lib.finish(s.queue))
	}
	errs = append(errs, lib.releaseBuffer(was.mem), lib.releaseBuffer(was.stage))
	if was.stage == nil && was.host != nil {
		errs = append(errs, syscall.Munmap(was.host))
	}
	return errors.Join(errs...)
}

// hostsTurn makes the host see what the device has written. It is enqueued: wait for it.
func (s *slot) hostsTurn(b *buffer, bytes int) error {
	if !s.d.shared {
		return s.d.lib.enqueueRead(s.queue, b.mem, false, 0, bytes, unsafe.Pointer(&b.host[0]), nil, s.event())
	}
	_, err := s.d.lib.enqueueMap(s.queue, b.mem, false, mapRead|mapWrite, 0, len(b.host), nil, s.event())
	b.mapped = err == nil
	return err
}

// devicesTurn makes the device see what the host has written.
func (s *slot) devicesTurn(b *buffer, bytes int) error {
	if !s.d.shared {
		return s.d.lib.enqueueWrite(s.queue, b.mem, false, 0, bytes, unsafe.Pointer(&b.host[0]), nil, s.event())
	}
	if !b.mapped {
		return nil
	}
	err := s.d.lib.enqueueUnmap(s.queue, b.mem, unsafe.Pointer(&b.host[0]), nil, s.event())
	b.mapped = err != nil
	return err
}

// writable makes the memory of a buffer the host's, so that it can write to it.
func (s *slot) writable(b *buffer, bytes int) error {
	if err := s.grow(b, bytes); err != nil || !s.d.shared || b.mapped {
		return err
	}
	_, err := s.d.lib.enqueueMap(s.queue, b.mem, true, mapInvalidate, 0, len(b.host), nil, nil)
	b.mapped = err == nil
	return err
}
