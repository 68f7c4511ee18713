package bench

import (
	"errors"
	"sync/atomic"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/backend/opencl"
)

// fakeDevice is cpu in the place of a device of any kind.
type fakeDevice struct {
	keymill.Backend
	info  opencl.DeviceInfo
	wrong func(dst *keymill.Placement) // what it does to results
	lazy  bool                         // it computes nothing
	fail  string                       // the call that fails
	open  atomic.Int64                 // what was made and not closed
	bytes map[string]int               // of transfers, by direction
}

func newFakeDevice(t opencl.DeviceType, unified bool) *fakeDevice {
	return &fakeDevice{Backend: cpu.New(), info: opencl.DeviceInfo{Type: t, Unified: unified, Driver: "7.7", Version: "OpenCL 3.0", PCI: "0000:65:00.0"}, bytes: map[string]int{}}
}

var errBroken = errors.New("the device is broken")

func (f *fakeDevice) Name() string            { return "opencl:0" }
func (f *fakeDevice) Describe() string        { return "Fake 3000" }
func (f *fakeDevice) Info() opencl.DeviceInfo { return f.info }

func (f *fakeDevice) Place(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
	if f.lazy {
		return nil
	}
	err := f.Backend.Place(dst, b, p)
	if f.wrong != nil {
		f.wrong(dst)
	}
	return err
}

func (f *fakeDevice) Upload(b *keymill.Batch) (keymill.Resident, error) {
	if f.fail == "Upload" && f.open.Load() > 1 {
		return nil, errBroken
	}
	f.open.Add(1)
	return &fakeResident{f, b, false}, nil
}

func (f *fakeDevice) transfers(bytes int) (transfers, error) {
	if f.fail == "transfers" {
		return nil, errBroken
	}
	f.open.Add(1)
	return &fakeTransfers{f, bytes, false}, nil
}

type fakeResident struct {
	f      *fakeDevice
	b      *keymill.Batch
	closed bool
}

func (r *fakeResident) Len() int { return r.b.Len() }

func (r *fakeResident) Place(dst *keymill.Placement, p keymill.Params) error {
	if r.closed {
		return errBroken
	}
	return r.f.Place(dst, r.b, p)
}

func (r *fakeResident) Close() error {
	r.f.open.Add(-1)
	r.closed = true
	return nil
}

type fakeTransfers struct {
	f      *fakeDevice
	bytes  int
	closed bool
}

func (x *fakeTransfers) move(where string) error {
	if x.closed || x.f.fail == where {
		return errBroken
	}
	x.f.bytes[where] = max(x.bytes, x.f.bytes[where])
	return nil
}

func (x *fakeTransfers) Up() error     { return x.move("up") }
func (x *fakeTransfers) Down() error   { return x.move("down") }
func (x *fakeTransfers) Within() error { return x.move("within") }

func (x *fakeTransfers) Close() error {
	x.f.open.Add(-1)
	x.closed = true
	return nil
}
