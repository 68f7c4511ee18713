package place

import (
	"fmt"

	"github.com/keymill/keymill/hash"
)

// Weakness says which ordinary keys the scheme spreads worse than chance would,
// and how much worse, or "" if none of those that were tried: `user:42` and the
// like, counters, addresses, UUIDs and paths. It knows the scheme's pair of hash
// and reduction, and whether the number of partitions is odd, even or a power of
// two; its figures are those of the measurement that shows the pair worst, of up
// to 30,011 keys, which the package's tests repeat. It is as true of a preset of
// a real system as of any other scheme.
func (s Scheme) Weakness() string {
	s = s.With(hash.Default, hash.Seed{})
	if n := uint64(s.Parts); s.Reduce != ReduceNone && n > 1<<min(s.Hash.Bits(), 63) {
		return fmt.Sprintf("%s has only %d values: at least %d of %d partitions stay empty",
			s.Hash, uint64(1)<<s.Hash.Bits(), n-1<<s.Hash.Bits(), n)
	}
	w := s.weakness()
	if w == nil {
		return ""
	}
	return fmt.Sprintf("%s with %s spreads %s worse than chance: %s", w.subject(), s.label(), w.family, w.figure())
}

// Warning is what to tell a user who has chosen the scheme: its [Scheme.Weakness]
// and what to take in its place, or "". A scheme that is a preset unchanged has
// no warning, whatever its weakness: it must stay what its system computes.
func (s Scheme) Warning() string {
	s = s.With(hash.Default, hash.Seed{})
	weakness := s.Weakness()
	if weakness == "" || s.isPreset() {
		return ""
	}
	advice := "; use xxh3"
	for _, r := range []Reduce{ReduceMod, ReduceJump} {
		other := Scheme{Hash: s.Hash, Word8: s.Word8, Reduce: r, Parts: s.Parts}
		if other.Weakness() == "" {
			return weakness + advice + ", or " + r.String()
		}
	}
	return weakness + advice
}

// isPreset reports whether the scheme, its hash filled in, is the preset of its
// name.
func (s Scheme) isPreset() bool {
	preset, err := Lookup(s.Name, s.Parts)
	preset.Table = s.Table // another one, with the same ranges
	return err == nil && preset.With(hash.Default, hash.Seed{}) == s
}

// subject is what the line is about.
func (w *weakness) subject() string {
	if w.hash == hash.Default {
		return "an 8-byte key as its own hash"
	}
	return w.hash.String()
}

// figure says how bad it is: by the empty partitions where there are many, since
// anybody can picture those.
func (w *weakness) figure() string {
	if w.empty >= w.parts/10 {
		return fmt.Sprintf("of %d partitions %d stay empty", w.parts, w.empty)
	}
	return fmt.Sprintf("the sizes of %d partitions vary %v times as much", w.parts, w.spread)
}
