//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"github.com/keymill/keymill"
)

// A segment is as much of an uploaded batch as one launch takes: enough that the launch
// costs little beside it, and no more, for its results have to fit a slot.
const (
	segmentBytes = 64 << 20
	segmentKeys  = segmentBytes / 16
)

// resident is a batch on the device.
type resident struct {
	d        *Device
	keys     int
	width    int
	nulls    bool
	segments []segment

	open sync.RWMutex // held for reading by Place
	gone bool
}

type segment struct {
	inputs
	lo, hi int
}

// residents are those of a device that have not been closed.
type residents struct {
	mu   sync.Mutex
	some map[*resident]bool
}

// Upload implements [keymill.Uploader]. The memory is the device's until the batch is
// closed, or the device is; if it has not enough, the error is of kind Capacity.
func (d *Device) Upload(b *keymill.Batch) (keymill.Resident, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	if err := d.use(); err != nil {
		return nil, err
	}
	defer d.done()
	r := &resident{d: d, keys: b.Len(), width: b.Width, nulls: len(b.Valid) > 0}
	s := <-d.slots
	defer func() { d.slots <- s }()
	most := int(min(segmentBytes, d.info.MaxAlloc/4))
	for lo := 0; lo < b.Len(); {
		hi := lo + min(segmentKeys, chunkEnd(b, lo, most)-lo)
		r.segments = append(r.segments, segment{lo: lo, hi: hi})
		if err := s.uploadSegment(&r.segments[len(r.segments)-1], b); err != nil {
			return nil, d.blame(errors.Join(err, r.release()))
		}
		lo = hi
	}
	d.residents.mu.Lock()
	defer d.residents.mu.Unlock()
	if d.residents.some == nil {
		d.residents.some = map[*resident]bool{}
	}
	d.residents.some[r] = true
	return r, nil
}

// uploadSegment copies keys to buffers of their own.
func (s *slot) uploadSegment(g *segment, b *keymill.Batch) (err error) {
	from, to := bytesOf(b, g.lo, g.hi)
	g.n = g.hi - g.lo
	if g.data, err = keep(s, b.Data[from:to]); err != nil {
		return err
	}
	if b.Width == 0 {
		g.base = uint32(from)
		if g.offsets, err = keep(s, b.Offsets[g.lo:g.hi+1]); err != nil {
			return err
		}
	}
	if len(b.Valid) > 0 {
		var valid []uint64
		valid, g.validFirst = validOf(b, g.lo, g.hi)
		g.valid, err = keep(s, valid)
	}
	return err
}

// keep returns a buffer with a copy of memory, which goes through the slot's in pieces.
func keep[T any](s *slot, memory []T) (mem, error) {
	var zero T
	size := len(memory) * int(unsafe.Sizeof(zero))
	if uint64(size)+pad > s.d.info.MaxAlloc {
		return nil, &Error{Kind: Capacity, Err: fmt.Errorf("%d bytes are more than the device takes in one piece", size)}
	}
	m, err := s.d.lib.createBuffer(s.d.context, memReadOnly, size+pad, nil)
	if err != nil {
		return nil, err
	}
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(memory))), size)
	for at := 0; at < size && err == nil; {
		n := min(size-at, int(s.d.chunk.Load()))
		if err = s.writable(&s.data, n); err == nil {
			copy(s.data.host, bytes[at:at+n])
			err = s.d.lib.enqueueWrite(s.queue, m, true, at, n, unsafe.Pointer(&s.data.host[0]), nil, nil)
		}
		at += n
	}
	if err != nil {
		return nil, errors.Join(s.settle(err), s.d.lib.releaseBuffer(m))
	}
	return m, nil
}

func (r *resident) Len() int { return r.keys }

func (r *resident) Place(dst *keymill.Placement, p keymill.Params) error {
	s, err := keymill.CheckResident(dst, r.keys, p)
	if err != nil {
		return err
	}
	clear(dst.Counts)
	d := r.d
	if err := d.use(); err != nil {
		return err
	}
	defer d.done()
	r.open.RLock()
	defer r.open.RUnlock()
	if r.gone {
		return ErrClosed
	}
	if r.keys == 0 || dst.Hashes == nil && dst.Parts == nil && dst.Counts == nil {
		return nil
	}
	w := d.workOf(dst, r.width, r.nulls, s, d.countsOnDevice(dst, r.keys))
	program, err := d.programFor(&w, s)
	if err != nil {
		return d.blame(err)
	}
	s0 := <-d.slots
	err = d.takeTable(s0, &w)
	d.slots <- s0
	if err != nil {
		return d.blame(err)
	}
	defer d.leaveTable(&w)
	errs := make([]error, len(r.segments))
	var wg sync.WaitGroup
	for i := range r.segments {
		s := <-d.slots // so there are never more goroutines than slots
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[i] = s.segment(program, &w, dst, &r.segments[i])
			d.slots <- s
		}()
	}
	wg.Wait()
	return d.blame(errors.Join(errs...))
}

// segment computes the keys of a segment.
func (s *slot) segment(p *specialised, w *work, dst *keymill.Placement, g *segment) error {
	k, err := s.kernel(p)
	if err != nil {
		return err
	}
	in := g.inputs
	for _, m := range []*mem{&in.offsets, &in.valid} {
		if *m == nil {
			*m = in.data // it is not read
		}
	}
	return s.finishChunk(k, w, &in, dst, g.lo, g.hi)
}

// Close implements [keymill.Resident].
func (r *resident) Close() error {
	r.d.residents.mu.Lock()
	delete(r.d.residents.some, r)
	r.d.residents.mu.Unlock()
	return r.close()
}

func (r *resident) close() error {
	r.open.Lock()
	defer r.open.Unlock()
	if r.gone {
		return nil
	}
	r.gone = true
	return r.release()
}

func (r *resident) release() error {
	var errs []error
	for _, g := range r.segments {
		for _, m := range []mem{g.data, g.offsets, g.valid} {
			errs = append(errs, r.d.lib.releaseBuffer(m))
		}
	}
	r.segments = nil
	return errors.Join(errs...)
}

func (r *residents) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for one := range r.some {
		errs = append(errs, one.close())
	}
	r.some = nil
	return errors.Join(errs...)
}
