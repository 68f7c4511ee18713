package cpu

import (
	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// Kernels are loops that take the place of this package's own, where a
// processor has something faster. Each says whether it has done the work, all of
// it: what it leaves, and what there is no kernel for, is done in plain Go.
//
// A kernel reads its arguments and writes dst, no byte beside them, keeps none,
// and allocates nothing. What it is given is consistent: it has been checked.
type Kernels struct {
	Name        string // of the backend: "simd/avx2"
	Description string // on one line

	// Fixed writes the hash of each key: key i is the width bytes of data from
	// i*width on, and len(data) is len(dst)*width.
	Fixed [hash.NumFuncs]func(dst []uint64, data []byte, width int, seed hash.Words) bool

	// Ragged writes the hash of each key of a block of at most [BlockKeys].
	Ragged [hash.NumFuncs]func(dst []uint64, data []byte, keys Spans, seed hash.Words) bool

	// Rising says whether no offset is below the one before it. There are at least two.
	Rising func(offsets []uint32) bool

	// HashTags writes the part of each key that [place.HashTag] returns. dst may be keys.
	HashTags func(dst Spans, data []byte, keys Spans) bool

	// PackStrings and PackSlices are those of [keymill.Packer].
	PackStrings func(dst []byte, ends []uint32, keys []string) (n int)
	PackSlices  func(dst []byte, ends []uint32, keys [][]byte) (n int)

	// Reduce writes the partition of each hash. Of the scheme it heeds Hash, for its bits,
	// Fold, which is FoldNone or FoldLow31, Parts and Table: Add, Drop and Route are 0.
	Reduce [place.NumReduces]func(dst []uint32, hashes []uint64, s *place.Scheme) bool
}

// With returns a backend that runs these kernels, and plain Go where there is
// none: it runs every hash and every scheme too.
func With(k Kernels) keymill.Backend {
	if k.PackStrings != nil && k.PackSlices != nil {
		return packer{backend{&k}}
	}
	return backend{&k}
}

// packer is a backend that has kernels to pack keys.
type packer struct{ backend }

func (p packer) PackStrings(dst []byte, ends []uint32, keys []string) int {
	return p.kernels.PackStrings(dst, ends, keys)
}

func (p packer) PackSlices(dst []byte, ends []uint32, keys [][]byte) int {
	return p.kernels.PackSlices(dst, ends, keys)
}
