package kernels

import (
	"math"

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
)

// Args are the arguments of the kernel that follow from the scheme, named as in hash.cl.
type Args struct {
	Flags      uint32 // those of Word8, Tags and EmptyUnplaced
	Reduce     uint32 // the number of the place.Reduce
	Partitions uint32
	Shift      uint32 // fastrange: puts the bits of the hash at the top of 64
	NullPart   uint32 // the partition of a null key
	Fold       uint64 // the bits of the hash that are reduced
	Magic      uint64 // mod and absmod: floor((2^64-1) / Partitions)
	SeedLo     uint64
	SeedHi     uint64
	NullHash   uint64 // the hash of a null key
}

// ArgsOf returns the arguments for a scheme that passes [place.Scheme.Check].
func ArgsOf(s place.Scheme) Args {
	s = s.With(hash.Default, hash.Seed{})
	seed := s.Hash.ResolveSeed(s.Seed)
	a := Args{
		Reduce: uint32(s.Reduce), Partitions: s.Parts, Shift: uint32(64 - s.Bits()),
		Fold: math.MaxUint64, SeedLo: seed.Lo, SeedHi: seed.Hi,
	}
	if s.Fold == place.FoldLow31 {
		a.Fold = 1<<31 - 1
	}
	if s.Parts > 0 {
		a.Magic = math.MaxUint64 / uint64(s.Parts)
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
