//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/kernels"
)

// Device is a backend: one OpenCL device, opened. It is safe for concurrent use; any
// number of goroutines share its slots.
type Device struct {
	lib     *library
	info    DeviceInfo
	id      deviceID
	context context
	name    string
	shared  bool // the device reads and writes memory of the host
	inPlace bool // ... even that of the caller, wherever it begins
	counts  bool // it counts the keys of partitions
	cache   cache

	programs programs
	slots    chan *slot // those that nobody has
	all      []*slot
	chunk    atomic.Int64 // bytes of keys that a chunk has
	counting sync.Mutex   // held by who adds to the counts of a call

	lines sync.Pool // of *pipeline

	residents residents
	tables    tables

	open sync.RWMutex // held for reading by what uses the device
	gone error        // why it can be used no more: it is closed
	lost atomic.Pointer[Error]
}

// ErrClosed is what a device that was closed answers.
var ErrClosed = errors.New("the OpenCL device is closed")

// Open opens the device that has that place in the list of [Devices], and takes a
// tenth of a second. Kernels are compiled, or taken from the cache, when they are first
// needed, and each must pass a test then. The caller closes it.
func Open(index int, o Options) (*Device, error) {
	lib, err := load()
	if err != nil {
		return nil, err
	}
	return openWith(lib, index, o)
}

func openWith(lib *library, index int, o Options) (*Device, error) {
	found, err := lib.devices()
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= len(found) {
		return nil, &Error{Kind: Unavailable, Err: fmt.Errorf("there is no device %d, but %d of them, from 0 on", index, len(found))}
	}
	f := found[index]
	d := &Device{lib: lib, info: f.info, id: f.device, name: fmt.Sprintf("opencl:%d", index)}
	if why := f.info.unusable(); why != "" {
		return nil, d.blame(&Error{Kind: Unavailable, Err: errors.New(why)})
	}
	d.shared = o.Memory == MemoryShared || o.Memory == MemoryAuto && f.info.Unified
	d.inPlace = d.shared && f.info.Type == CPU
	d.counts = f.info.Type != CPU
	d.chunk.Store(int64(min(uint64(o.chunkBytes()), d.info.MaxAlloc/4)))
	d.cache = cache{o.CacheDir}
	if o.CacheDir == "" {
		d.cache = defaultCache()
	}
	if d.context, err = lib.createContext(f.platform, f.device); err != nil {
		return nil, d.blame(err)
	}
	d.slots = make(chan *slot, o.slots())
	d.lines.New = func() any { return newPipeline(d) }
	for range o.slots() {
		s, err := newSlot(d)
		if err != nil {
			return nil, errors.Join(d.blame(err), d.Close())
		}
		d.all = append(d.all, s)
		d.slots <- s
	}
	return d, nil
}

// unusable says why our kernels cannot run on a device; "" if they can.
func (i *DeviceInfo) unusable() string {
	switch {
	case !i.LittleEndian:
		return "its numbers are big-endian, which the kernels are not written for"
	case !i.Compiler:
		return "its driver is installed without its compiler"
	case !i.Available:
		return "its driver says that it is not available now"
	}
	return ""
}

// options returns what a program for some work is built for on this device.
func (d *Device) options(f hash.Func, width int, count bool) kernels.Options {
	o := kernels.Options{Hash: f, Width: width, Count: count, FP64: d.info.FP64, Load: kernels.LoadWords, Group: 256}
	if d.info.Type == CPU {
		o.Load, o.Group = kernels.LoadPacked, 128
		if width > 0 { // ragged keys gain nothing: what they take differs from key to key
			o.Runs, o.Group = true, 1
		}
	}
	o.Group = max(1, min(o.Group, d.info.MaxGroup))
	return o
}

// Name returns "opencl:0", with the place of the device in the list.
func (d *Device) Name() string { return d.name }

// Describe names the device, its driver and how keys come to it.
func (d *Device) Describe() string {
	how := "keys are copied to it"
	if d.shared {
		how = "it shares the host's memory"
	}
	return fmt.Sprintf("%s, %s, %d compute units; %s", d.info.Name, d.info.Platform, d.info.ComputeUnits, how)
}

// Info returns what is known of the device.
func (d *Device) Info() DeviceInfo { return d.info }

// Close waits for the calls that are under way and gives back what the device has. What
// was uploaded to it and not closed is of no use any more. A second Close does nothing.
func (d *Device) Close() error {
	d.open.Lock()
	defer d.open.Unlock()
	if d.gone != nil {
		return nil
	}
	d.gone = ErrClosed
	errs := []error{d.residents.close()}
	for _, s := range d.all {
		errs = append(errs, s.close())
	}
	errs = append(errs, d.tables.close(d.lib), d.programs.close(d.lib), d.lib.releaseContext(d.context))
	return errors.Join(errs...)
}

// use says whether the device can be used, and keeps it open until done. On an error
// done is not to be called.
func (d *Device) use() error {
	d.open.RLock()
	err := d.gone
	if lost := d.lost.Load(); err == nil && lost != nil {
		err = lost
	}
	if err != nil {
		d.open.RUnlock()
	}
	return err
}

func (d *Device) done() { d.open.RUnlock() }

// blame puts the name of the device into an error, and remembers one that says that the
// device is lost: nothing more is asked of it then.
func (d *Device) blame(err error) error {
	if err == nil { // before e, for which there must be memory
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		onDevice(e, d.info.Name)
		if e.Kind == DeviceLost {
			d.lost.CompareAndSwap(nil, e)
		}
	}
	return err
}
