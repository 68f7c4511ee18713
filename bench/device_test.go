package bench

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/opencl"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

// onDevice is the smallest run of the table on a device, whose start-up is a worker that
// says how long it took, and the peer that bench/peers has.
func onDevice(f *fakeDevice) Config {
	c := quick(Config{Table: "device", Worker: be("say", "ok", "120000000", "7")})
	c.Backend, c.device = "", f
	s, err := place.Lookup("fastrange", deviceParts)
	if err != nil {
		panic(err)
	}
	c.Peers.Place = []PlacePeer{
		{Name: fastrangeLoop, Scheme: "fastrange", Hash: hash.XXH64, Parts: deviceParts, Place: placed(s.With(hash.XXH64, hash.Seed{}))},
		{Name: "by another hash", Scheme: "fastrange", Parts: deviceParts, Place: placed(s)},
		{Name: "among others", Scheme: "fastrange", Hash: hash.XXH64, Parts: 12, Place: placed(s)},
	}
	return c
}

const manyRow = "xxh64 counted resident, many keys"

// deviceRows are the rows of the quick table.
var deviceRows = []string{
	"xxh64 placed from the host", "xxh3 hashed from the host",
	"xxh64 hashed and placed resident", "xxh3 hashed resident", "xxh64 counted resident", manyRow,
	"xxh64 placed, one key a call", "xxh64 placed, 100 keys a call", "xxh64 placed, 1000 keys a call", "xxh64 placed, 10000 keys a call",
	"start-up with kernels in the cache",
}

// Each kind of device has the rows and the roofs that are for it, and what is made for them
// is given back.
func TestDeviceTable(t *testing.T) {
	t.Parallel()
	best, err := bestOfHost()
	require.NoError(t, err)
	hosts := []string{best.Name()}
	if cores := runtime.GOMAXPROCS(0); cores > 1 {
		hosts = append(hosts, fmt.Sprintf("%s*%d", best.Name(), cores))
	}
	for _, f := range []*fakeDevice{
		newFakeDevice(opencl.CPU, true), newFakeDevice(opencl.GPU, true), newFakeDevice(opencl.GPU, false), newFakeDevice(opencl.Accelerator, false),
	} {
		report, err := Run(t.Context(), onDevice(f))
		require.NoError(t, err)
		require.Zero(t, f.open.Load(), "what was made is closed")
		sound(t, report)
		want := slices.Clone(deviceRows)
		if f.info.Unified {
			want = slices.DeleteFunc(want, func(name string) bool { return name == manyRow })
		}
		require.Equal(t, want, names(report))
		with := func(first ...string) []string { return append(first, hosts...) }
		require.Equal(t, with(definition, fastrangeLoop), peersOf(report, deviceRows[0]))
		for _, name := range deviceRows[1:5] {
			require.Equal(t, with(definition), peersOf(report, name), name)
		}
		if !f.info.Unified {
			require.Equal(t, hosts, peersOf(report, manyRow))
		}
		require.Equal(t, []string{best.Name(), "limit of 50 µs*"}, peersOf(report, roundTripRow))
		require.Equal(t, []string{best.Name()}, peersOf(report, deviceRows[7]))
		require.Equal(t, []string{"limit of 250 ms*"}, peersOf(report, startUpRow))
		for _, row := range report.Rows {
			require.Equal(t, "opencl:0", row.Ours)
			switch {
			case row.Name == startUpRow:
				require.Equal(t, []float64{120e6, 250e6}, []float64{row.OursNS, row.PeerNS})
				require.Equal(t, f.info.Type == opencl.CPU, row.Target != nil)
				require.Equal(t, row.Target != nil, row.Verdict == Met)
			case row.Peer == "limit of 50 µs":
				require.InDelta(t, 50e3, row.PeerNS, 1e-6)
			}
			require.Equal(t, !strings.Contains(row.Name, "a call") && row.Name != startUpRow, row.RoofShare != nil, row.Name)
		}
		roofs := map[string]float64{} // bytes by name
		for _, l := range report.Roof {
			roofs[l.Name] = l.Bytes
			require.Equal(t, "key", l.Unit)
		}
		const k = minKeys
		if f.info.Unified {
			require.Contains(t, roofs, "fixed16: 16 bytes read and 4 written a key")
			require.Contains(t, roofs, "fixed16: 16 bytes read and 8 written a key")
			require.Equal(t, 28.0, roofs["28 bytes a key moved within the device's memory"])
			require.Equal(t, 24.0, roofs["24 bytes a key moved within the device's memory"])
			require.Equal(t, 16.0, roofs["16 bytes a key moved within the device's memory"])
			require.Equal(t, map[string]int{"within": 14 * k}, f.bytes)
		} else {
			require.Equal(t, map[string]float64{
				"16 bytes a key from pinned memory to the device": 16, "12 bytes a key from the device to pinned memory": 12,
				"8 bytes a key from the device to pinned memory": 8, "16 bytes a key moved within the device's memory": 16,
				"16 bytes a key moved within the device's memory, many keys": 16,
			}, roofs)
			require.Equal(t, map[string]int{"up": 16 * k, "down": 12 * k, "within": 8 * k * largeTimes}, f.bytes)
		}
		require.Equal(t, fmt.Sprintf("opencl:0 is a %s: Fake 3000; driver 7.7, OpenCL 3.0, PCI 0000:65:00.0", f.info.Type), report.Notes[0])
		require.Equal(t, f.info.Type != opencl.GPU, slices.Contains(report.Notes, "what is promised of GPUs is not asked of opencl:0"))
		require.Contains(t, report.Notes, "what is promised of batches of 1000000 keys is not asked of fewer")
	}
}

// targetsOf returns the targets of the rows that a table has, by row and peer.
func targetsOf(t *testing.T, f *fakeDevice, keys int, only string) map[string]float64 {
	t.Helper()
	c := onDevice(f)
	c.Keys, c.Only = keys, only
	table, err := c.deviceTable(t.Context(), &Report{})
	require.NoError(t, err)
	targets := map[string]float64{}
	for _, g := range table.groups {
		for _, peer := range append(g.peers, side{name: roofPeer}) {
			if of := target(g.promises, g.ours[0].name, g.name, peer.name); of != nil {
				targets[g.name+" | "+peer.name] = *of
			}
		}
	}
	require.NoError(t, table.close())
	return targets
}

// A device is held to what is promised of its kind, and to that alone; to what is promised
// of large batches, only with such.
func TestDeviceTargets(t *testing.T) {
	t.Parallel()
	type targets = map[string]float64
	toHost := targets{"xxh64 placed from the host | " + fastrangeLoop: 1.5}
	toBus := targets{"xxh64 placed from the host | roof": 0.8}
	for _, c := range []struct {
		kind              opencl.DeviceType
		unified           bool
		few, placed, hash targets
	}{
		{opencl.CPU, true, targets{"start-up with kernels in the cache | limit of 250 ms": 1}, toHost, targets{}},
		{opencl.GPU, true, targets{"xxh64 placed, one key a call | limit of 50 µs": 1}, targets{}, targets{}},
		{opencl.GPU, false, targets{"xxh64 placed, one key a call | limit of 50 µs": 1}, toBus, targets{"xxh3 hashed from the host | roof": 0.8}},
		{opencl.Accelerator, false, targets{}, targets{}, targets{}},
		{opencl.OtherDevice, true, targets{}, targets{}, targets{}},
	} {
		f := newFakeDevice(c.kind, c.unified)
		require.Equal(t, c.few, targetsOf(t, f, minKeys, ""))
		require.Equal(t, c.placed, targetsOf(t, f, deviceKeys, "placed from"))
		require.Equal(t, c.hash, targetsOf(t, f, deviceKeys, "hashed from"))
		for _, p := range devicePromises(f.info) {
			require.Contains(t, deviceRows, p.work)
		}
	}
	require.Equal(t, 0.5, *target(devicePromises(opencl.DeviceInfo{Type: opencl.GPU}), "opencl:1", manyRow, roofPeer))
	require.Nil(t, target(devicePromises(opencl.DeviceInfo{Type: opencl.GPU, Unified: true}), "opencl:1", manyRow, roofPeer))
}

// What computes another result, or fails, ends the run; and what was made is given back.
func TestDeviceThatFails(t *testing.T) {
	t.Parallel()
	for says, f := range map[string]*fakeDevice{
		"xxh64 placed from the host: .*what differs": {wrong: func(dst *keymill.Placement) {
			if dst.Parts != nil {
				dst.Parts[len(dst.Parts)-1] ^= 1
			}
		}},
		"xxh3 hashed from the host: .*what differs": {wrong: func(dst *keymill.Placement) {
			if dst.Hashes != nil && dst.Parts == nil {
				dst.Hashes[0] ^= 1 << 63
			}
		}},
		"xxh64 hashed and placed resident: .*what differs": {wrong: func(dst *keymill.Placement) {
			if dst.Hashes != nil && dst.Parts != nil {
				dst.Hashes[0]++
			}
		}},
		"xxh64 counted resident: .*what differs": {wrong: func(dst *keymill.Placement) {
			if dst.Counts != nil {
				dst.Counts[7]++
			}
		}},
		"^xxh64 placed from the host: .*opencl:0.*what differs":                          {lazy: true},
		"^xxh64 hashed and placed resident: uploading 32768 keys: the device is broken$": {fail: "Upload"},
		"^the device is broken$": {fail: "transfers"},
		"the host: 16 bytes a key from pinned memory to the device: the device is broken$":         {fail: "up"},
		"resident: 12 bytes a key from the device to pinned memory: the device is broken$":         {fail: "down"},
		"counted resident: 16 bytes a key moved within the device's memory: the device is broken$": {fail: "within"},
	} {
		real := newFakeDevice(opencl.GPU, false)
		real.wrong, real.lazy, real.fail = f.wrong, f.lazy, f.fail
		report, err := Run(t.Context(), onDevice(real))
		require.Regexp(t, says, err)
		require.Nil(t, report)
		require.Zero(t, real.open.Load(), says)
	}
	c := onDevice(newFakeDevice(opencl.GPU, false))
	c.Worker = be("say", "error", "no", "driver")
	_, err := Run(t.Context(), c)
	require.ErrorContains(t, err, "start-up with kernels in the cache: opencl:0: worker "+be("say")[0])
	require.ErrorContains(t, err, ": no driver")
}

// What another side left in the memory of results is not one's own.
func TestDeviceSidesBeginAnew(t *testing.T) {
	c := onDevice(newFakeDevice(opencl.GPU, false))
	d := &deviceTable{columns: c.columns(&Report{})}
	for _, want := range []keymill.Output{keymill.OutHashes, keymill.OutParts, keymill.OutCounts} {
		work := d.work(task{want: want}, nil, 10, 3)
		digests := map[uint64]bool{}
		for _, left := range []uint64{0, 5} {
			d.hashes[29], d.parts[29] = left, uint32(left)
			if work.counts != nil {
				work.counts[7] = left
			}
			_, digest, err := work.side("lazy", func(*keymill.Placement, int, int) error { return nil }).run(0)
			require.NoError(t, err)
			digests[digest] = true
		}
		require.Len(t, digests, 1)
	}
}

// Of the rows those are measured that are asked for.
func TestDeviceOnly(t *testing.T) {
	t.Parallel()
	f := newFakeDevice(opencl.GPU, false)
	c := onDevice(f)
	c.Only, c.Worker = "one key", be("dead")
	report, err := Run(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, []string{roundTripRow}, names(report))
	require.Empty(t, report.Roof)
	c.Only = "no such row"
	_, err = Run(t.Context(), c)
	require.EqualError(t, err, `no row of table device has "no such row" in its name`)
}

// needOpenCL leaves a test out where there is no OpenCL device, unless REQUIRE_BACKENDS
// names opencl.
func needOpenCL(t *testing.T) []opencl.DeviceInfo {
	t.Helper()
	devices, err := opencl.Devices()
	if err != nil {
		backendtest.Missing(t, "opencl", err)
	}
	return devices
}

// A device of this machine is measured.
func TestDeviceOfThisMachine(t *testing.T) {
	info := needOpenCL(t)[0]
	report, err := Run(t.Context(), quick(Config{Table: "device", Backend: "opencl:0", Worker: be("worker")}))
	require.NoError(t, err)
	sound(t, report)
	want := slices.Clone(deviceRows)
	if info.Unified {
		want = slices.DeleteFunc(want, func(name string) bool { return name == manyRow })
	}
	require.Equal(t, want, names(report))
	require.Contains(t, report.Notes[0], info.Name)
	start := report.Rows[len(report.Rows)-1]
	require.Greater(t, start.OursNS, 1e5, "a process cannot open a device in no time")
}

// Where there is no such device the error says so, and why.
func TestNoDevice(t *testing.T) {
	c := quick(Config{Table: "device", Worker: be("worker")})
	c.Backend = "opencl:77"
	devices, listErr := opencl.Devices()
	_, err := Run(t.Context(), c)
	if listErr != nil {
		require.ErrorIs(t, err, keymill.ErrUnavailable)
		require.EqualError(t, err, "the table device takes an OpenCL device, and opencl:77 is not available here: "+listErr.Error())
		c.Backend = ""
		_, err = Run(t.Context(), c)
		require.EqualError(t, err, "the table device takes an OpenCL device, and opencl:0 is not available here: "+listErr.Error())
	} else {
		require.ErrorContains(t, err, `the table device takes an OpenCL device: unknown device "opencl:77"`)
		require.ErrorContains(t, err, fmt.Sprintf("opencl:%d", len(devices)-1))
	}
	c.Worker = nil
	_, err = Run(t.Context(), c)
	require.ErrorContains(t, err, "Config.Worker says how to start one")
	c.Workloads = []string{"user"}
	require.EqualError(t, c.Check(), "the table device has keys of 16 bytes, and no other workloads")
}

// A worker opens the device that it is told.
func TestDeviceRequest(t *testing.T) {
	ask, end := served(t, nil)
	for _, name := range []string{"simd", "opencl", "opencl:", "opencl:x", "3"} {
		require.Equal(t, fmt.Sprintf("error %q is no OpenCL device", name), ask("device", name))
	}
	if devices, err := opencl.Devices(); err != nil {
		require.Equal(t, "error "+err.Error(), ask("device", "opencl:0"))
	} else {
		want := hash.XXH3.Sum64([]byte("the first key"), hash.Seed{})
		require.Equal(t, digestOf([]uint64{want}), digest(t, ask("device", "opencl:0")))
		require.Contains(t, ask("device", fmt.Sprintf("opencl:%d", len(devices))), fmt.Sprintf("there is no device %d", len(devices)))
	}
	require.NoError(t, end())
}
