package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/backend/opencl"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/nearest"
	"github.com/keymill/keymill/place"
)

// device is what the table device measures: an [opencl.Device], or what a test has in its
// place.
type device interface {
	keymill.Backend
	keymill.Uploader
	keymill.Describer
	Info() opencl.DeviceInfo
	transfers(bytes int) (transfers, error)
}

// transfers are [opencl.Transfers].
type transfers interface {
	Up() error
	Down() error
	Within() error
	Close() error
}

type openCL struct{ *opencl.Device }

func (d openCL) transfers(bytes int) (transfers, error) {
	t, err := d.Transfers(bytes)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// openDevice opens the device that the config names, the first if it names none.
func (c Config) openDevice() (device, error) {
	if c.device != nil {
		return c.device, nil
	}
	wanted := c.Backend
	if wanted == "" || wanted == backend.Auto || wanted == "opencl" {
		wanted = "opencl:0"
	}
	var names []string
	for _, e := range backend.List() {
		switch {
		case e.Device && e.Err != nil && (e.Name == wanted || e.Name == "opencl"): // which stands for all
			return nil, fmt.Errorf("the table device takes an OpenCL device, and %s is %w: %w", wanted, keymill.ErrUnavailable, e.Err)
		case !e.Device:
			continue
		case e.Name == wanted:
			if d, ok := e.Backend.(*opencl.Device); ok {
				return openCL{d}, nil
			}
		}
		names = append(names, e.Name)
	}
	return nil, fmt.Errorf("the table device takes an OpenCL device: %w", nearest.Unknown("device", wanted, names))
}

// deviceParts is how many partitions the table device places among.
const deviceParts = 1000

// task is what a row of the table device computes.
type task struct {
	name   string
	params keymill.Params
	want   keymill.Output
}

var (
	byXXH64   = keymill.Params{Hash: hash.XXH64, Scheme: place.Fastrange(deviceParts)}
	hashTask  = task{"xxh3 hashed", keymill.Params{Hash: hash.XXH3}, keymill.OutHashes}
	placeTask = task{"xxh64 placed", byXXH64, keymill.OutParts}
	bothTask  = task{"xxh64 hashed and placed", byXXH64, keymill.OutHashes | keymill.OutParts}
	countTask = task{"xxh64 counted", byXXH64, keymill.OutCounts}
)

const (
	// deviceKeys is how many keys a batch of the table device has, unless the config says.
	deviceKeys = 1_000_000

	// largeTimes is how many times as many a batch has where the memory of a device is to
	// be the limit: of a GPU, a launch takes longer than to read a million keys.
	largeTimes = 32

	deviceWidth = 16 // bytes of a key
)

// deviceTable compares one OpenCL device with the host.
type deviceTable struct {
	*columns
	device   device
	hosts    []keymill.Backend // the best of the host, on one core and on all
	promises []promise
	copies   bool // its memory is its own: keys are copied to it
	uploaded map[*Workload][]keymill.Resident
	groups   []*group
	closers  []func() error
}

func (c Config) deviceTable(ctx context.Context, report *Report) (t table, err error) {
	if len(c.Worker) == 0 {
		return t, errors.New("the table device opens it in processes of their own, too: Config.Worker says how to start one")
	}
	d := &deviceTable{uploaded: map[*Workload][]keymill.Resident{}}
	if d.device, err = c.openDevice(); err != nil {
		return t, err
	}
	best, err := bestOfHost()
	if err != nil {
		return t, err
	}
	d.hosts = []keymill.Backend{best}
	if cores := runtime.GOMAXPROCS(0); cores > 1 {
		d.hosts = append(d.hosts, keymill.Parallel(best, cores))
	}
	c.Keys = cmp.Or(c.Keys, pick(c.Quick, 1<<16, deviceKeys))
	d.columns = c.columns(report)
	info := d.device.Info()
	d.copies = !info.Unified
	d.describe(info)
	d.promises = devicePromises(info)
	if c.Keys < deviceKeys {
		d.promises = slices.DeleteFunc(d.promises, func(p promise) bool { return p.work != roundTripRow && p.work != startUpRow })
		d.note(fmt.Sprintf("what is promised of batches of %d keys is not asked of fewer", deviceKeys))
	}
	err = d.rows(ctx)
	t = table{groups: d.groups, close: d.close}
	if err != nil {
		err = joined(err, d.close())
	}
	return t, err
}

// bestOfHost returns the fastest backend of the processor.
func bestOfHost() (keymill.Backend, error) {
	chosen, err := backend.Choose("simd", 1)
	if errors.Is(err, keymill.ErrUnavailable) {
		chosen, err = backend.Choose("cpu", 1)
	}
	if err != nil {
		return nil, err
	}
	return chosen[len(chosen)-1].Backend, nil // they come in that order
}

// describe adds to the report which device it is.
func (d *deviceTable) describe(i opencl.DeviceInfo) {
	text := fmt.Sprintf("%s is a %s: %s; driver %s, %s", d.device.Name(), i.Type, d.device.Describe(), i.Driver, i.Version)
	if i.PCI != "" {
		text += ", PCI " + i.PCI
	}
	d.note(text)
	if i.Type != opencl.GPU {
		d.note(fmt.Sprintf("what is promised of GPUs is not asked of %s", d.device.Name()))
	}
}

func (d *deviceTable) close() (err error) {
	for _, f := range d.closers {
		err = joined(err, f())
	}
	return joined(err, d.columns.close())
}

// rows makes the groups.
func (d *deviceTable) rows(ctx context.Context) error {
	for _, k := range []task{placeTask, hashTask} {
		if err := d.fromHost(k); err != nil {
			return err
		}
	}
	for _, k := range []task{bothTask, hashTask, countTask} {
		if err := d.resident(k, d.columns, ""); err != nil {
			return err
		}
	}
	if d.copies {
		large := d.Config
		large.Keys = min(largeTimes*d.Keys, maxKeys)
		if err := d.resident(countTask, large.columns(d.report), largeRow); err != nil {
			return err
		}
	}
	for _, n := range []int{1, 100, 1000, 10_000, 100_000, 1_000_000} {
		if n > d.Keys {
			break
		}
		if err := d.small(n); err != nil {
			return err
		}
	}
	d.startUp(ctx)
	return nil
}

// fromHost is a row whose keys lie in the host's memory, where the results go.
func (d *deviceTable) fromHost(k task) error {
	g := d.group(k.name + " from the host")
	w, err := d.workload(g, "fixed16")
	if w == nil {
		return err
	}
	work := d.work(k, w, w.Keys, 1)
	g.ours = []side{work.backend(d.device)}
	if g.peers, err = work.peers(true); err != nil {
		return err
	}
	if !d.copies {
		g.roofs = work.hostRoofs()
	} else {
		up, err := d.transfers(deviceWidth * w.Keys)
		if err != nil {
			return err
		}
		g.roofs = []side{moved(fmt.Sprintf("%d bytes a key from pinned memory to the device", deviceWidth), deviceWidth, up.Up)}
	}
	d.add(g, work)
	return nil
}

// resident is a row whose keys lie in the memory of the device. Only results travel.
func (d *deviceTable) resident(k task, c *columns, suffix string) error {
	g := d.group(k.name + " resident" + suffix)
	w, err := c.workload(g, "fixed16")
	if w == nil {
		return err
	}
	if err := d.upload(w); err != nil {
		return fmt.Errorf("%s: uploading %d keys: %w", g.name, w.Keys, err)
	}
	work := d.work(k, w, w.Keys, 1)
	g.ours = []side{work.side(d.device.Name(), func(dst *keymill.Placement, batch, _ int) error {
		return d.uploaded[w][batch].Place(dst, k.params)
	})}
	if g.peers, err = work.peers(suffix == ""); err != nil {
		return err
	}
	if bytes := work.outBytes(); bytes > 0 && d.copies {
		down, err := d.transfers(bytes * w.Keys)
		if err != nil {
			return err
		}
		g.roofs = []side{moved(fmt.Sprintf("%d bytes a key from the device to pinned memory", bytes), bytes, down.Down)}
	} else {
		bytes += deviceWidth
		within, err := d.transfers(bytes * w.Keys / 2) // each is read there, and written
		if err != nil {
			return err
		}
		g.roofs = []side{moved(fmt.Sprintf("%d bytes a key moved within the device's memory%s", bytes, suffix), bytes, within.Within)}
	}
	d.add(g, work)
	return nil
}

// upload brings all batches of a workload to the device, once.
func (d *deviceTable) upload(w *Workload) error {
	if d.uploaded[w] != nil {
		return nil
	}
	for i := range w.Batches {
		r, err := d.device.Upload(&w.Batches[i])
		if err != nil {
			return err
		}
		d.uploaded[w] = append(d.uploaded[w], r)
		d.closers = append(d.closers, r.Close)
	}
	return nil
}

// smallRun is how many keys a run has whose calls have few.
const smallRun = 10_000

// small is a row whose calls have few keys, down to one: where a device begins to pay.
func (d *deviceTable) small(n int) error {
	k, calls := placeTask, max(1, pick(d.Quick, smallRun/10, smallRun)/n)
	g := d.group(fmt.Sprintf("%s, %d keys a call", k.name, n))
	if n == 1 {
		g.name, calls = roundTripRow, pick(d.Quick, 16, 64)
	}
	w, err := d.workload(g, "fixed16")
	if w == nil {
		return err
	}
	work := d.work(k, w, n, min(calls, w.Keys/n))
	g.ours = []side{work.backend(d.device)}
	g.peers = []side{work.backend(d.hosts[0])}
	if n == 1 {
		g.peers = append(g.peers, limit(roundTripLimit, work.keys()))
	}
	d.add(g, work)
	return nil
}

// startUps is how many rounds start a process.
const startUps = 15

// startUp is a row whose runs each open the device in a process of its own, and hash a
// key with it. All but the first find the kernels in the cache, and that one does not
// count.
func (d *deviceTable) startUp(ctx context.Context) {
	g := d.group(startUpRow)
	if !strings.Contains(g.name, d.Only) {
		return
	}
	g.keys, g.batches, g.rounds = 1, 1, pick(d.Quick, minRounds, startUps)
	g.ours = []side{{name: d.device.Name(), run: func(int) (time.Duration, uint64, error) {
		return startedUp(ctx, d.Worker, d.device.Name())
	}}}
	g.peers = []side{limit(startUpLimit, 1)}
	d.groups = append(d.groups, g)
}

func (d *deviceTable) group(name string) *group { return &group{name: name, promises: d.promises} }

func (d *deviceTable) add(g *group, k *deviceWork) {
	g.keys, g.batches = k.keys(), len(k.w.Batches)
	d.groups = append(d.groups, g)
}

func (d *deviceTable) transfers(bytes int) (transfers, error) {
	t, err := d.device.transfers(bytes)
	if err == nil {
		d.closers = append(d.closers, t.Close)
	}
	return t, err
}
