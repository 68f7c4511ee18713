package keymill

import (
	"errors"
	"fmt"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// NoPartition is the partition of a key that the scheme cannot place.
const NoPartition = place.NoPartition

// Params says what to compute of each key. It is comparable; the zero Params
// asks for the hash xxh3 with seed 0 and no partition.
type Params struct {
	Hash   hash.Func    // hash.Default: the scheme's own, else hash.XXH3
	Seed   hash.Seed    // unset: that of the scheme or the function
	Scheme place.Scheme // the zero Scheme places nothing
}

// Resolve returns the scheme that p amounts to, with its hash function and
// seed filled in, or a [*ParamsError] if it cannot be computed.
func (p Params) Resolve() (place.Scheme, error) {
	s := p.Scheme.With(p.Hash, p.Seed)
	if err := s.Check(); err != nil {
		return s, &ParamsError{err}
	}
	return s, nil
}

// Placement is what a backend computes of a batch. The caller owns it, reuses
// it, and chooses: a nil field is not computed, a field that is not nil is
// overwritten whole. [Placement.Resize] gives the fields their lengths.
type Placement struct {
	// Hashes holds the hash of each key, a number below 2^Bits of the function;
	// of a 128-bit function its first word; 0 for a null key, unless the scheme
	// takes it as the empty key.
	Hashes []uint64

	// Parts holds the partition of each key, NoPartition if it has none.
	Parts []uint32

	// Counts holds the number of keys of each partition: as long as the scheme
	// has partitions.
	Counts []uint64
}

// Output names fields of a [Placement]; join them with |.
type Output uint8

// The fields of a Placement.
const (
	OutHashes Output = 1 << iota
	OutParts
	OutCounts
)

// Resize makes p ready for a batch: the fields that want names get the lengths
// for that many keys and partitions, in the memory that they have if it is
// enough; the others become nil.
func (p *Placement) Resize(want Output, keys int, parts uint32) {
	p.Hashes = resize(p.Hashes, want&OutHashes != 0, keys)
	p.Parts = resize(p.Parts, want&OutParts != 0, keys)
	p.Counts = resize(p.Counts, want&OutCounts != 0, int(parts))
}

func resize[T any](s []T, want bool, n int) []T {
	switch {
	case !want:
		return nil
	case s == nil || cap(s) < n:
		return make([]T, n)
	}
	return s[:n]
}

// Check is what every backend does first: it says whether dst, b and p make a
// call that can be computed, and returns the scheme that it amounts to. The
// error matches ErrInvalid.
func Check(dst *Placement, b *Batch, p Params) (place.Scheme, error) {
	s, err := CheckShape(dst, b, p)
	if err == nil {
		err = b.validateOffsets()
	}
	return s, err
}

// CheckShape is the part of [Check] that takes no time per key: all but whether the
// offsets rise and stay inside Data. It is for a backend that looks at those of some
// keys when it comes to them, while they are in the cache; where they are wrong it
// returns what [Batch.Validate] says.
func CheckShape(dst *Placement, b *Batch, p Params) (place.Scheme, error) {
	s, err := p.resolveFor(dst)
	if err == nil {
		err = b.validateShape()
	}
	if err == nil {
		err = dst.checkLengths(b.Len(), s)
	}
	return s, err
}

// CheckResident is [Check] for a batch of so many keys that was checked when it was
// uploaded: see [Resident].
func CheckResident(dst *Placement, keys int, p Params) (place.Scheme, error) {
	s, err := p.resolveFor(dst)
	if err == nil {
		err = dst.checkLengths(keys, s)
	}
	return s, err
}

// resolveFor is Resolve, for the fields that are wanted.
func (p Params) resolveFor(dst *Placement) (place.Scheme, error) {
	s, err := p.Resolve()
	if err == nil && s.Keys.Framed() {
		err = &ParamsError{fmt.Errorf("scheme %s hashes keys in the form %q, not their bytes: encode them first, by package columns", s.Name, s.Keys)}
	}
	if err == nil && s.Reduce == place.ReduceNone && (dst.Parts != nil || dst.Counts != nil) {
		err = &ParamsError{errNoScheme}
	}
	return s, err
}

// checkLengths says whether the fields are as long as n keys need them.
func (p *Placement) checkLengths(n int, s place.Scheme) error {
	switch {
	case p.Hashes != nil && len(p.Hashes) != n:
		return wrongLength("Hashes", len(p.Hashes), uint64(n))
	case p.Parts != nil && len(p.Parts) != n:
		return wrongLength("Parts", len(p.Parts), uint64(n))
	case p.Counts != nil && uint64(len(p.Counts)) != uint64(s.Parts):
		return wrongLength("Counts", len(p.Counts), uint64(s.Parts))
	}
	return nil
}

func wrongLength(field string, got int, want uint64) error {
	return &PlacementError{field, fmt.Sprintf("has length %d, the call needs %d: see Placement.Resize", got, want)}
}

var errNoScheme = errors.New("parts and counts need a placement scheme, and Params.Scheme is not set")

// Groups is a batch in the order of its partitions. The caller owns and reuses
// it.
type Groups struct {
	// Order holds the numbers of the keys: first those of partition 0, then
	// those of partition 1, and so on, and last the keys with no partition;
	// within each, in the order of the batch.
	Order []uint32

	// Starts has one entry more than there are partitions: those of partition p
	// are Order[Starts[p]:Starts[p+1]], and Order from the last entry on are
	// the keys with no partition.
	Starts []uint32
}

// Of returns the keys of one partition; they alias g.Order.
func (g *Groups) Of(part uint32) []uint32 { return g.Order[g.Starts[part]:g.Starts[part+1]] }

// Unplaced returns the keys with no partition; they alias g.Order.
func (g *Groups) Unplaced() []uint32 {
	if len(g.Starts) == 0 { // the zero Groups
		return nil
	}
	return g.Order[g.Starts[len(g.Starts)-1]:]
}

// Group sorts the keys by p.Parts into g: a stable counting sort, in time
// linear in keys and partitions. It fails with a [*PlacementError] at the first
// key whose partition is neither below parts nor NoPartition.
func (p *Placement) Group(g *Groups, parts uint32) error {
	g.Order = resize(g.Order, true, len(p.Parts))
	g.Starts = resize(g.Starts, true, int(parts)+1)
	clear(g.Starts)
	// Count partition p at place p+1, so that the sum before it is its start.
	for i, part := range p.Parts {
		if part < parts {
			g.Starts[part+1]++
		} else if part != NoPartition {
			return &PlacementError{"Parts", fmt.Sprintf("has partition %d for key %d, beyond the %d that there are", part, i, parts)}
		}
	}
	sum := uint32(0)
	for i, n := range g.Starts {
		sum += n
		g.Starts[i] = sum
	}
	// Starts[p] moves on as keys are put there, until it is the start of p+1.
	last := sum
	for i, part := range p.Parts {
		if part < parts {
			g.Order[g.Starts[part]] = uint32(i)
			g.Starts[part]++
		} else {
			g.Order[last] = uint32(i)
			last++
		}
	}
	copy(g.Starts[1:], g.Starts)
	g.Starts[0] = 0
	return nil
}
