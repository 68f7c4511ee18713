package place

import (
	"fmt"

	"github.com/keymill/keymill/hash"
)

// Check says whether the scheme can be computed: its fields are in range, the
// seed fits the hash, and the reduction can make Parts partitions.
func (s Scheme) Check() error {
	s = s.With(hash.Default, hash.Seed{})
	if err := s.Hash.CheckSeed(s.Seed); err != nil {
		return err
	}
	switch {
	case s.Keys >= numEncodings || s.Span >= numSpans || s.Fold >= numFolds || s.Reduce >= numReduces || s.Null >= numNulls:
		return fmt.Errorf("scheme %s: Keys %d, Span %d, Fold %d, Reduce %d or Null %d is none of its constants",
			s.label(), s.Keys, s.Span, s.Fold, s.Reduce, s.Null)
	case s.Word8 && s.Hash.Bits() < 64:
		return fmt.Errorf("scheme %s: Word8 needs a hash of 64 bits, as wide as the words, not %s", s.label(), s.Hash)
	case s.Fold == FoldSwap && s.Hash.Bits() < 64:
		return fmt.Errorf("scheme %s: FoldSwap needs a hash of 64 bits, not %s", s.label(), s.Hash)
	case s.Add != 0 && s.Bits() < 64:
		return fmt.Errorf("scheme %s: Add needs all 64 bits of a hash, and %s with its fold has %d", s.label(), s.Hash, s.Bits())
	case s.Reduce == ReduceNone:
		return nil
	case s.Parts == 0:
		return fmt.Errorf("scheme %s: 0 partitions: it takes at least 1", s.label())
	case s.Parts > MaxParts:
		return fmt.Errorf("scheme %s: %d partitions: it takes at most %d", s.label(), s.Parts, uint32(MaxParts))
	case s.Reduce == ReduceMask && s.Parts&(s.Parts-1) != 0:
		return fmt.Errorf("scheme %s: %d partitions: mask takes a power of two (mod takes any number)", s.label(), s.Parts)
	case s.Drop != 0 && (s.Reduce != ReduceFastrange || int(s.Drop) >= s.Bits()):
		return fmt.Errorf("scheme %s: Drop %d: only fastrange drops bits, and fewer than the %d that it has", s.label(), s.Drop, s.Bits())
	case s.Route != 0:
		return s.checkRoute()
	case s.Reduce.LooksUp():
		return s.Table.check(s)
	}
	return nil
}

func (s Scheme) checkRoute() error {
	switch s.Reduce {
	case ReduceMod, ReduceAbsMod, ReducePmod:
		if s.Route <= MaxParts && s.Route%s.Parts == 0 {
			return nil
		}
		return fmt.Errorf("scheme %s: Route %d is no multiple of %d partitions, up to %d", s.label(), s.Route, s.Parts, uint32(MaxParts))
	}
	return fmt.Errorf("scheme %s: Route is for mod, absmod and pmod, not %s", s.label(), s.Reduce)
}
