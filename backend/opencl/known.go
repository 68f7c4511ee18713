//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/kernels"
)

// SelfTest builds and tests the program for keymill's default hash: it says whether the
// device can be worked with. (Each other program is tested when it is needed first.)
func (d *Device) SelfTest() error {
	if err := d.use(); err != nil {
		return err
	}
	defer d.done()
	_, err := d.program(d.options(hash.XXH3, 0, false))
	return d.blame(err)
}

// test has a program pass that part of [keymill.SelfTest] that is for it: a device whose
// compiler or memory makes mistakes must not be trusted. There are hundreds of programs, of
// which a process needs a few: so each is tested by itself, when it is needed first.
func (d *Device) test(p *specialised, o kernels.Options) error {
	s := <-d.slots
	defer func() { d.slots <- s }()
	one := onlyProgram{d: d, slot: s, program: p, options: o}
	err := keymill.SelfTest(&one)
	if one.failed != nil { // not a wrong result, but none
		err = one.failed
	} else if err != nil {
		err = &Error{Kind: SelfTest, Err: err}
	}
	if err != nil {
		_ = s.forget(p) // it goes with the program
	}
	return err
}

// onlyProgram is a backend that runs what one program does.
type onlyProgram struct {
	d       *Device
	slot    *slot
	program *specialised
	options kernels.Options
	failed  error
}

func (o *onlyProgram) Name() string { return o.d.name }

func (o *onlyProgram) Place(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
	s, err := keymill.Check(dst, b, p)
	if err != nil {
		return err
	}
	w := o.d.workOf(dst, b.Width, len(b.Valid) > 0, s, true)
	if w.options != o.options || o.d.info.Lacks(s.Reduce) != "" {
		return keymill.ErrUnsupported
	}
	clear(dst.Counts)
	if err := o.d.takeTable(o.slot, &w); err != nil {
		if !isKind(err, Unsupported) { // a table that is too large says nothing about the program
			o.failed = err
		}
		return err
	}
	defer o.d.leaveTable(&w)
	o.failed = o.slot.chunk(o.program, &w, dst, b, 0, b.Len())
	return o.failed
}
