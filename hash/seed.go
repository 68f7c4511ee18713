package hash

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// SeedKind says what a function can be seeded with.
type SeedKind uint8

// The kinds of seed.
const (
	NoSeed     SeedKind = iota // the function has no seed
	SeedBits32                 // a number below 2^32
	SeedBits64                 // a number below 2^64
	SeedKey128                 // a key of 16 bytes
)

// Seed is the seed of a hash function, comparable. The zero value means "the
// default of the function (or of the placement scheme)", so an explicit 0,
// Seed64(0), is something else than no seed.
type Seed struct {
	kind   seedState
	lo, hi uint64
}

type seedState uint8

const (
	seedUnset seedState = iota
	seedNumber
	seedKey
)

// Seed64 returns the numeric seed v. A function with 32-bit seeds takes it if
// it is below 2^32.
func Seed64(v uint64) Seed { return Seed{kind: seedNumber, lo: v} }

// SeedKey returns the 16-byte key of a keyed function (SipHash), read as two
// little-endian words as its authors do.
func SeedKey(key [16]byte) Seed {
	return Seed{
		kind: seedKey,
		lo:   binary.LittleEndian.Uint64(key[:8]),
		hi:   binary.LittleEndian.Uint64(key[8:]),
	}
}

// IsSet reports whether the seed was given; the zero Seed was not.
func (s Seed) IsSet() bool { return s.kind != seedUnset }

// String returns the seed in the form that [ParseSeed] reads, "" if unset.
func (s Seed) String() string {
	switch s.kind {
	case seedNumber:
		return fmt.Sprintf("%#x", s.lo)
	case seedKey:
		var key [16]byte
		binary.LittleEndian.PutUint64(key[:8], s.lo)
		binary.LittleEndian.PutUint64(key[8:], s.hi)
		return hex.EncodeToString(key[:])
	}
	return ""
}

// ParseSeed reads a seed from text: a number in decimal or with 0x, or exactly
// 32 hex digits for the 16-byte key of a keyed function. The empty string is
// the unset seed.
func ParseSeed(text string) (Seed, error) {
	if text == "" {
		return Seed{}, nil
	}
	if len(text) == 32 {
		var key [16]byte
		if _, err := hex.Decode(key[:], []byte(text)); err == nil {
			return SeedKey(key), nil
		}
	}
	digits, base := text, 10
	if rest, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok {
		digits, base = rest, 16
	}
	v, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return Seed{}, fmt.Errorf("seed %q is neither a number below 2^64 (decimal or 0x...) nor a key of 32 hex digits", text)
	}
	return Seed64(v), nil
}

// Words is a seed made concrete for one function: what the arithmetic takes.
type Words struct {
	Lo uint64 // the number, or bytes 0..7 of the key, little-endian
	Hi uint64 // bytes 8..15 of the key; 0 for a number
}

// SeedKind returns what the function can be seeded with.
func (f Func) SeedKind() SeedKind {
	if f >= numFuncs {
		return NoSeed
	}
	return families[f].seeds
}

// ResolveSeed returns the words of a seed that [Func.CheckSeed] accepts, with
// the function's own default in place of an unset one. The default key of the
// keyed functions is 16 zero bytes: good for placement, no protection against
// crafted keys.
func (f Func) ResolveSeed(s Seed) Words {
	if !s.IsSet() {
		return Words{Lo: families[f].preset}
	}
	return Words{Lo: s.lo, Hi: s.hi}
}

// CheckSeed says whether the function can run under the seed, and if not, why:
// f is not a function of this package, it takes no seed, only 32 bits of it,
// or a key instead of a number. The error is a [*SeedError].
func (f Func) CheckSeed(s Seed) error {
	if !f.Valid() {
		return &SeedError{f, s, "is not a hash function: pick one from hash.All"}
	}
	if !s.IsSet() {
		return nil
	}
	switch families[f].seeds {
	case NoSeed:
		return &SeedError{f, s, "takes no seed: leave it out"}
	case SeedKey128:
		if s.kind != seedKey {
			return &SeedError{f, s, "takes a 16-byte key: give 32 hex digits"}
		}
	default:
		if s.kind == seedKey {
			return &SeedError{f, s, "takes a number, not a 16-byte key"}
		}
		if families[f].seeds == SeedBits32 && s.lo > math.MaxUint32 {
			return &SeedError{f, s, "takes a seed below 2^32"}
		}
	}
	return nil
}

// SeedError says why a function cannot run under a seed.
type SeedError struct {
	Func   Func
	Seed   Seed
	Reason string
}

// Error leaves the bytes of a key out: they may be a secret.
func (e *SeedError) Error() string {
	if e.Seed.kind == seedNumber {
		return fmt.Sprintf("hash %s with seed %s: %[1]s %[3]s", e.Func, e.Seed, e.Reason)
	}
	return fmt.Sprintf("hash %s %s", e.Func, e.Reason)
}
