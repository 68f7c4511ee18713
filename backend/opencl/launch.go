//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"cmp"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

// kernelArgs is how many arguments the kernel has: see kernels/hash.cl.
const kernelArgs = 28

// run enqueues the kernel on inputs and results that are there.
func (s *slot) run(k kernel, w *work, in *inputs, results [3]mem) error {
	group, items := w.options.Group, s.d.items(w, in.n)
	a := &w.args
	points, members := in.data, in.data // not read, unless there is a table that has them
	if t := w.copied; t != nil {
		points, members = cmp.Or(t.points, points), cmp.Or(t.members, members)
	}
	s.args = [kernelArgs]kernelArg{
		memArg(in.data), memArg(in.offsets), memArg(in.valid),
		memArg(results[0]), memArg(results[1]), memArg(results[2]),
		memArg(points), memArg(members),
		localArg(4 * max(1, int(w.binsLen))),
		uintArg(uint32(in.n)), uintArg(in.base), uintArg(uint32(w.width)),
		uintArg(in.validFirst), uintArg(a.Flags),
		uintArg(a.Reduce), uintArg(a.Partitions), uintArg(w.binsLen),
		uintArg(a.Size), uintArg(a.Each), uintArg(a.Shift), uintArg(a.FoldShift), uintArg(a.NullPart),
		ulongArg(a.Fold), ulongArg(a.Add), ulongArg(a.Magic), ulongArg(a.SeedLo), ulongArg(a.SeedHi), ulongArg(a.NullHash),
	}
	if err := s.d.lib.setArgs(k, s.args[:]); err != nil {
		return err
	}
	return s.d.lib.enqueueKernel(s.queue, k, (items+group-1)/group*group, group, nil, s.event())
}

// items returns how many work items n keys take.
func (d *Device) items(w *work, n int) int {
	const (
		perUnit = 32 // work groups for each compute unit: while one waits, others work
		run     = 64 // keys, at least, of an item that takes a run of them
	)
	groups := d.info.ComputeUnits * perUnit
	if w.options.Count { // each hands in its counts at the end
		groups = min(groups, 1+n/max(1, int(w.args.Partitions)))
	}
	switch {
	case w.options.Runs:
		return min((n+run-1)/run, groups*w.options.Group)
	case w.options.Count:
		return min(n, groups*w.options.Group)
	}
	return n
}

// takeParts puts partitions where they belong, and counts them if the device has not.
func (d *Device) takeParts(w *work, dst *keymill.Placement, parts []uint32, lo, hi int) {
	if dst.Parts != nil {
		copy(dst.Parts[lo:hi], parts)
	}
	if !w.count {
		return
	}
	d.counting.Lock()
	defer d.counting.Unlock()
	for _, part := range parts {
		if part != place.NoPartition {
			dst.Counts[part]++
		}
	}
}

// addCounts adds what the device has counted of a chunk.
func (d *Device) addCounts(dst *keymill.Placement, counts []uint32) {
	d.counting.Lock()
	defer d.counting.Unlock()
	for i, n := range counts {
		dst.Counts[i] += uint64(n)
	}
}
