package backendtest

import (
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

const everything = keymill.OutHashes | keymill.OutParts | keymill.OutCounts

// compare places the batch on the backend and says where the result differs
// from the definition. The outputs that are asked for start as garbage, so that
// what is not written is seen, and lie between canaries.
func compare(backend keymill.Backend, b *keymill.Batch, p keymill.Params, want keymill.Output) error {
	s, err := p.Resolve()
	if err != nil {
		return describe(err, b, p)
	}
	if s.Reduce == place.ReduceNone {
		want &= keymill.OutHashes
	}
	n := b.Len()
	hashes := newCanary[uint64](want&keymill.OutHashes != 0, n)
	parts := newCanary[uint32](want&keymill.OutParts != 0, n)
	counts := newCanary[uint64](want&keymill.OutCounts != 0, int(s.Parts))
	got := keymill.Placement{Hashes: hashes.inner, Parts: parts.inner, Counts: counts.inner}
	if err := backend.Place(&got, b, p); err != nil {
		return describe(err, b, p)
	}
	for _, canary := range []interface{ sings() error }{hashes, parts, counts} {
		if err := canary.sings(); err != nil {
			return describe(err, b, p)
		}
	}
	return describe(differs(&got, b, &s), b, p)
}

// differs compares a placement with the definition.
func differs(got *keymill.Placement, b *keymill.Batch, s *place.Scheme) error {
	counts := make([]uint64, len(got.Counts))
	for i := range b.Len() {
		h, part := s.PlaceNull()
		if !b.IsNull(i) {
			h, part = s.Place(b.Key(i))
		}
		if got.Hashes != nil && got.Hashes[i] != h {
			return fmt.Errorf("key %d (%d bytes, null %v): hash %#x, want %#x", i, len(b.Key(i)), b.IsNull(i), got.Hashes[i], h)
		}
		if got.Parts != nil && got.Parts[i] != part {
			return fmt.Errorf("key %d (%d bytes, null %v): partition %d, want %d", i, len(b.Key(i)), b.IsNull(i), got.Parts[i], part)
		}
		if int(part) < len(counts) {
			counts[part]++
		}
	}
	for part, want := range counts {
		if got.Counts[part] != want {
			return fmt.Errorf("partition %d: %d keys, want %d", part, got.Counts[part], want)
		}
	}
	return nil
}

// canary is a slice with known values before and behind it.
type canary[T uint32 | uint64] struct{ outer, inner []T }

const canaryMargin = 64

func newCanary[T uint32 | uint64](want bool, n int) canary[T] {
	if !want {
		return canary[T]{}
	}
	c := canary[T]{outer: make([]T, n+2*canaryMargin)}
	for i := range c.outer {
		c.outer[i] = canaryValue[T](i)
	}
	c.inner = c.outer[canaryMargin : canaryMargin+n : canaryMargin+n]
	return c
}

func canaryValue[T uint32 | uint64](i int) T { return T(uint32(0xA5A5A5A5)) ^ T(i) }

func (c canary[T]) sings() error {
	for i, v := range c.outer {
		if (i < canaryMargin || i >= canaryMargin+len(c.inner)) && v != canaryValue[T](i) {
			return fmt.Errorf("wrote outside the output, at place %d of %d", i-canaryMargin, len(c.inner))
		}
	}
	return nil
}
