package backendtest

import (
	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
)

// Partial is a backend that does not run every hash function, with the definition
// in place of those: so the suite judges it by those that it runs. That it refuses
// the others, and no more, is for its own tests to show.
type Partial struct {
	keymill.Backend
	Runs func(hash.Func) bool
}

// Place has the backend compute what it runs.
func (p Partial) Place(dst *keymill.Placement, b *keymill.Batch, params keymill.Params) error {
	s, err := params.Resolve()
	if err != nil || p.Runs(s.Hash) {
		return p.Backend.Place(dst, b, params)
	}
	if _, err := keymill.Check(dst, b, params); err != nil {
		return err
	}
	clear(dst.Counts)
	for i := range b.Len() {
		var h uint64
		var part uint32
		if b.IsNull(i) {
			h, part = s.PlaceNull()
		} else {
			h, part = s.Place(b.Key(i))
		}
		if dst.Hashes != nil {
			dst.Hashes[i] = h
		}
		if dst.Parts != nil {
			dst.Parts[i] = part
		}
		if dst.Counts != nil && int64(part) < int64(len(dst.Counts)) {
			dst.Counts[part]++
		}
	}
	return nil
}
