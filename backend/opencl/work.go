//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kernels"
	"github.com/keymill/keymill/place"
)

// work is a call, resolved: which kernel it takes, and what all chunks have in common.
type work struct {
	options kernels.Options
	args    kernels.Args
	width   int            // of the keys; 0: ragged
	want    keymill.Output // what the device writes; OutCounts if it counts
	count   bool           // the host counts the partitions that come back
	table   *place.Table   // what the reduction looks into, or nil
	copied  *deviceTable   // the device's copy of it, while there is one
	binsLen uint32         // how many words of local memory a group counts in; 0: in global memory
}

// maxDeviceCounts is the most partitions that a device counts: each chunk gives back a
// word for each of them.
const maxDeviceCounts = 1 << 20

// maxBins is how many bytes of local memory a group counts in: more would keep other
// groups from running beside it.
const maxBins = 24 << 10

// countsOnDevice says whether the device counts. Else the partitions come back, which
// are fewer bytes if there are more partitions than keys. Where the device is the
// processor they need not come far, and its threads would wait for each other to add.
func (d *Device) countsOnDevice(dst *keymill.Placement, keys int) bool {
	return d.counts && dst.Counts != nil && len(dst.Counts) <= min(keys, maxDeviceCounts)
}

// workOf resolves a call that has been checked, for keys of a width (0: ragged), some of
// which may be null. If counts are wanted the device counts, or the host.
func (d *Device) workOf(dst *keymill.Placement, width int, nulls bool, s place.Scheme, onDevice bool) work {
	w := work{args: kernels.ArgsOf(s), width: width}
	w.options = d.options(s.Hash, w.args.WidthFor(width), dst.Counts != nil && onDevice)
	if nulls {
		w.args.Flags |= kernels.FlagValid
	}
	if dst.Hashes != nil {
		w.want |= keymill.OutHashes
		w.args.Flags |= kernels.FlagHashes
	}
	w.count = dst.Counts != nil && !onDevice
	if dst.Parts != nil || w.count {
		w.want |= keymill.OutParts
		w.args.Flags |= kernels.FlagParts
	}
	if w.want&keymill.OutParts == 0 && !w.options.Count {
		w.args.Reduce = uint32(place.ReduceNone) // nobody asks for it
	} else {
		w.table = kernels.TableOf(s)
	}
	if w.options.Count {
		w.want |= keymill.OutCounts
		if 4*uint64(s.Parts) <= min(d.info.LocalMemory, maxBins) {
			w.binsLen = s.Parts
		}
	}
	return w
}

// outBytes returns how many bytes the results of n keys are.
func (w *work) outBytes(field keymill.Output, n int) int {
	switch {
	case w.want&field == 0:
		return 0
	case field == keymill.OutHashes:
		return 8 * n
	case field == keymill.OutParts:
		return 4 * n
	}
	return 4 * int(w.args.Partitions)
}
