package place

import (
	"fmt"

	"github.com/keymill/keymill/hash"
)

// Warning says why a scheme that can be computed spreads keys badly, or "". It
// speaks only of pairs of hash and reduction that were measured to be bad on
// ordinary keys (the package's tests measure them again); presets of real
// systems, whatever their quality, must stay what those systems compute.
func (s Scheme) Warning() string {
	s = s.With(hash.Default, hash.Seed{})
	n := uint64(s.Parts)
	// What depends on the low bits of the hash more than on the high ones.
	lowBits := s.Fold == FoldLow31 || s.Reduce == ReduceAbsMod || s.Reduce == ReduceMask ||
		s.Reduce == ReduceMod && n%2 == 0
	switch {
	case s.Reduce == ReduceNone || n == 1:
		return ""
	case n > 1<<min(s.Hash.Bits(), 63):
		return fmt.Sprintf("%s has only %d values: at least %d of %d partitions stay empty",
			s.Hash, uint64(1)<<s.Hash.Bits(), n-1<<s.Hash.Bits(), n)
	case s.Hash == hash.FX64 && lowBits:
		return "fx64 does not mix its low bits: keys that end in a big-endian counter meet in few partitions; use fastrange or another hash"
	case s.Hash == hash.FNV1a64 && s.Reduce == ReduceFastrange:
		return "fnv1a-64 does not mix its high bits on short keys: most partitions stay empty; use mod or another hash"
	}
	return ""
}
