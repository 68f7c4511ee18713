//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"sync"

	"github.com/keymill/keymill"
)

// pipeline is a call whose batch has several chunks: slots take one after the other, each
// on a goroutine of its own. It is kept from call to call, so that a call allocates nothing.
type pipeline struct {
	d       *Device
	program *specialised
	work    work
	dst     *keymill.Placement
	batch   *keymill.Batch
	wg      sync.WaitGroup
	others  []otherSlot

	mu   sync.Mutex
	next int // the first key that nobody has taken
	err  error
}

// otherSlot is a slot beside the first, if it was free.
type otherSlot struct {
	slot *slot
	run  func() // made once, so that `go` allocates nothing
}

func newPipeline(d *Device) *pipeline {
	l := &pipeline{d: d, others: make([]otherSlot, cap(d.slots)-1)}
	for i := range l.others {
		h := &l.others[i]
		h.run = func() {
			defer l.wg.Done()
			l.chunks(h.slot)
			d.slots <- h.slot
		}
	}
	return l
}

// place computes a batch on the slot that the caller has and on those that are free.
func (l *pipeline) place(s *slot, p *specialised, w *work, dst *keymill.Placement, b *keymill.Batch) error {
	l.program, l.work, l.dst, l.batch, l.next, l.err = p, *w, dst, b, 0, nil
	for i := range l.others {
		select {
		case l.others[i].slot = <-l.d.slots:
			l.wg.Add(1)
			go l.others[i].run()
		default: // another call has it
		}
	}
	l.chunks(s)
	l.wg.Wait()
	err := l.err
	l.program, l.work, l.dst, l.batch, l.err = nil, work{}, nil, nil, nil
	return err
}

// chunks computes chunks until there are no more.
func (l *pipeline) chunks(s *slot) {
	for {
		lo, hi, ok := l.take()
		if !ok {
			return
		}
		if err := l.d.piece(s, l.program, &l.work, l.dst, l.batch, lo, hi); err != nil {
			l.mu.Lock()
			l.err = errors.Join(l.err, err)
			l.mu.Unlock()
		}
	}
}

func (l *pipeline) take() (lo, hi int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == l.batch.Len() || l.err != nil {
		return 0, 0, false
	}
	lo = l.next
	l.next = chunkEnd(l.batch, lo, int(l.d.chunk.Load()))
	return lo, l.next, true
}
