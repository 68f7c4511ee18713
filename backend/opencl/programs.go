//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"sync"

	"github.com/keymill/keymill/kernels"
)

// programs are the specialisations of the kernel that a device has needed so far: at
// most one for each hash, width class and way to count.
type programs struct {
	mu   sync.Mutex
	some map[kernels.Options]*specialised
}

// specialised is a program for one kind of work. What went wrong stays so: a driver that
// refused the source once will again.
type specialised struct {
	mu      sync.Mutex
	ready   bool
	program program
	err     error
}

// program returns the kernel's program for such work: built, and tested. Goroutines that
// want the same one wait for the first.
func (d *Device) program(o kernels.Options) (*specialised, error) {
	d.programs.mu.Lock()
	if d.programs.some == nil {
		d.programs.some = map[kernels.Options]*specialised{}
	}
	p := d.programs.some[o]
	if p == nil {
		p = &specialised{}
		d.programs.some[o] = p
	}
	d.programs.mu.Unlock()

	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ready || p.err != nil {
		return p, p.err
	}
	p.program, p.err = d.build(o)
	if p.err == nil {
		if p.err = d.test(p, o); p.err != nil {
			p.err = errors.Join(p.err, d.lib.releaseProgram(p.program))
			p.program = nil
		}
	}
	p.ready = p.err == nil
	if err := p.err; isKind(err, Capacity) || isKind(err, DeviceLost) {
		p.err = nil // that says nothing about the program
		return p, err
	}
	return p, p.err
}

func isKind(err error, k Kind) bool {
	if err == nil { // before e, for which there must be memory
		return false
	}
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}

// build takes the program from the cache, or compiles it and keeps it there.
func (d *Device) build(o kernels.Options) (program, error) {
	key := cacheKey(d.info, kernels.Source(), o.String())
	if binary, ok := d.cache.get(key); ok {
		if p, err := d.lib.programWithBinary(d.context, d.id, binary); err == nil {
			if d.lib.build(p, d.id, o.String()) == nil {
				return p, nil
			}
			if err := d.lib.releaseProgram(p); err != nil {
				return nil, err
			}
		}
	}
	p, err := d.lib.programWithSource(d.context, kernels.Source())
	if err != nil {
		return nil, err
	}
	if err := d.lib.build(p, d.id, o.String()); err != nil {
		return nil, errors.Join(err, d.lib.releaseProgram(p))
	}
	if binary, err := d.lib.programBinary(p); err == nil {
		_ = d.cache.put(key, binary) // without it the next process compiles again
	}
	return p, nil
}

func (p *programs) close(l *library) error {
	var errs []error
	for _, s := range p.some {
		errs = append(errs, l.releaseProgram(s.program))
	}
	return errors.Join(errs...)
}
