package backendtest

import (
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

const everything = keymill.OutHashes | keymill.OutParts | keymill.OutCounts

// compare places the batch on the backend and says where the result differs
// from the definition. The outputs that are asked for start as garbage, so that
// what is not written is seen, and lie between canaries, at another place of a
// cache line for each number of keys.
func compare(backend keymill.Backend, b *keymill.Batch, p keymill.Params, want keymill.Output) error {
	s, err := p.Resolve()
	if err != nil {
		return describe(err, b, p)
	}
	if s.Reduce == place.ReduceNone {
		want &= keymill.OutHashes
	}
	n := b.Len()
	hashes := newCanary[uint64](want&keymill.OutHashes != 0, n, n)
	parts := newCanary[uint32](want&keymill.OutParts != 0, n, n)
	counts := newCanary[uint64](want&keymill.OutCounts != 0, int(s.Parts), n)
	got := keymill.Placement{Hashes: hashes.inner, Parts: parts.inner, Counts: counts.inner}
	if err := backend.Place(&got, b, p); err != nil {
		return describe(err, b, p)
	}
	for _, canary := range []interface{ sings() error }{hashes, parts, counts} {
		if err := canary.sings(); err != nil {
			return describe(err, b, p)
		}
	}
	return describe(keymill.Verify(&got, b, p), b, p)
}

// canary is a slice with known values before and behind it.
type canary[T uint32 | uint64] struct {
	outer, inner []T
	margin       int
}

func newCanary[T uint32 | uint64](want bool, n, shift int) canary[T] {
	if !want {
		return canary[T]{}
	}
	c := canary[T]{margin: 64 + shift%16}
	c.outer = make([]T, n+2*c.margin)
	for i := range c.outer {
		c.outer[i] = canaryValue[T](i)
	}
	c.inner = c.outer[c.margin : c.margin+n : c.margin+n]
	return c
}

func canaryValue[T uint32 | uint64](i int) T { return T(uint32(0xA5A5A5A5)) ^ T(i) }

func (c canary[T]) sings() error {
	for i, v := range c.outer {
		if (i < c.margin || i >= c.margin+len(c.inner)) && v != canaryValue[T](i) {
			return fmt.Errorf("wrote outside the output, at place %d of %d", i-c.margin, len(c.inner))
		}
	}
	return nil
}
