package opencl

import (
	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// Lacks says why a device cannot compute a reduction; "" if it can. It is all that a device may
// lack: every other reduction, every fold and every hash function has a kernel.
func (i DeviceInfo) Lacks(r place.Reduce) string {
	if r == place.ReduceJump && !i.FP64 {
		return "jump takes double-precision numbers, which the device has not"
	}
	return ""
}

// Profile returns what work on a device is taken to cost until somebody measures it. It
// is a guess, by what bounds a GPU behind a bus: a goroutine for each slot copies keys to pinned
// memory and results from it, together at some 20 GB/s, and a launch with its transfers takes
// 60 µs; the hashing itself costs nothing beside. For a device that is the processor
// there is none: it is never chosen before package simd.
func Profile(info DeviceInfo) keymill.Profile {
	if info.Type == CPU {
		return nil
	}
	const fixed, perKey, perByte = 60e3, 0.8, 0.05
	profile := keymill.Profile{}
	for _, f := range hash.All() {
		for class := keymill.Ragged; class <= keymill.WidthOther; class++ {
			for r := range place.Reduce(place.NumReduces) {
				if info.Lacks(r) != "" {
					continue
				}
				op := keymill.Op{Hash: f, Class: class, Reduce: r}
				profile[op] = keymill.Cost{Fixed: fixed, PerKey: perKey, PerByte: perByte}
			}
		}
	}
	return profile
}
