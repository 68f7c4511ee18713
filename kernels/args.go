package kernels

import (
	"math"
	"slices"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// The flags of a launch.
const (
	FlagHashes        = 1 << iota // hashes are written
	FlagParts                     // partitions are written
	FlagValid                     // there is a bitmap of the keys that are present
	FlagWord8                     // a span of 8 bytes is its own hash, see place.Scheme.Word8
	FlagTags                      // what is hashed is the key's hash tag; only with Options.Width 0
	FlagEmptyUnplaced             // the partition of the empty key is place.NoPartition
	FlagSwap                      // place.FoldSwap
	FlagNoMin                     // place.FoldNoMin
	FlagWeighted                  // the members of a rendezvous have weights
)

// Args are the arguments of the kernel that follow from the scheme, named as in hash.cl.
type Args struct {
	Flags      uint32 // those of Word8, Tags, EmptyUnplaced, Swap, NoMin and Weighted
	Reduce     uint32 // the number of the place.Reduce
	Partitions uint32
	Size       uint32 // what mod, absmod and pmod divide by; of a table its entries, points or members
	Each       uint32 // of so many remainders, one behind the other, each partition consists
	Shift      uint32 // fastrange: puts the bits of the hash at the top of 64
	FoldShift  uint32 // so many places further down the bits in Fold are reduced
	NullPart   uint32 // the partition of a null key
	Fold       uint64 // the bits of the hash that are reduced
	Add        uint64 // what is added to them
	Magic      uint64 // floor((2^64-1) / Size)
	SeedLo     uint64
	SeedHi     uint64
	NullHash   uint64 // the hash of a null key
}

// ArgsOf returns the arguments for a scheme that passes [place.Scheme.Check].
func ArgsOf(s place.Scheme) Args {
	s = s.With(hash.Default, hash.Seed{})
	seed := s.Hash.ResolveSeed(s.Seed)
	a := Args{
		Reduce: uint32(s.Reduce), Partitions: s.Parts, Size: s.Parts, Each: 1, Shift: uint32(64 - s.Bits() + int(s.Drop)),
		Fold: math.MaxUint64, Add: s.Add, SeedLo: seed.Lo, SeedHi: seed.Hi,
	}
	switch s.Fold {
	case place.FoldLow31:
		a.Fold = 1<<31 - 1
	case place.FoldLow32:
		a.Fold = 1<<32 - 1
	case place.FoldHigh15:
		a.Fold, a.FoldShift = (1<<15-1)<<16, 16
	case place.FoldSwap:
		a.Flags |= FlagSwap
	case place.FoldNoMin:
		a.Flags |= FlagNoMin
	}
	if s.Route != 0 {
		a.Size, a.Each = s.Route, s.Route/s.Parts
	}
	if t := TableOf(s); t != nil {
		a.Size = uint32(max(len(t.Owners()), len(t.Points())))
		if t.Weights() != nil {
			a.Flags |= FlagWeighted
		}
	}
	if a.Size > 0 {
		a.Magic = math.MaxUint64 / uint64(a.Size)
	}
	if s.Word8 {
		a.Flags |= FlagWord8
	}
	if s.Span == place.SpanHashTag {
		a.Flags |= FlagTags
	}
	if s.EmptyUnplaced {
		a.Flags |= FlagEmptyUnplaced
	}
	a.NullHash, a.NullPart = s.PlaceNull()
	return a
}

// WidthFor returns the Options.Width for keys of that width (0: ragged) under the scheme: the width
// itself if it has a program of its own that does what the scheme asks for, else 0.
func (a Args) WidthFor(width int) int {
	if a.Flags&FlagTags != 0 {
		return 0
	}
	return WidthFor(width)
}

// TableOf returns the table that the scheme's reduction looks into; nil if it looks into none.
func TableOf(s place.Scheme) *place.Table {
	if !s.Reduce.LooksUp() {
		return nil
	}
	return s.Table
}

// Buffers returns what the kernel's buffers `points` and `members` hold of a table; nil is a buffer that is
// not read. They may be the table's own: read them only.
func Buffers(t *place.Table) (points []uint64, members []uint32) {
	if t.Weights() == nil {
		return t.Points(), t.Owners()
	}
	logarithms := place.SurpriseTable()
	return slices.Concat(t.Points(), logarithms[:]), t.Weights()
}
