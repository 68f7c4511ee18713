package keymill

import "fmt"

// Verify compares a placement with the definitions in packages hash and place,
// key by key, and says where it differs first, with a [*PlacementError]. Only
// the fields that are not nil are compared. It is as slow as the definitions
// are: it serves to judge backends.
func Verify(p *Placement, b *Batch, params Params) error {
	s, err := Check(p, b, params)
	if err != nil {
		return err
	}
	nullHash, nullPart := s.PlaceNull()
	counts := make([]uint64, len(p.Counts))
	for i := range b.Len() {
		h, part := nullHash, nullPart
		if !b.IsNull(i) {
			h, part = s.Place(b.Key(i))
		}
		if p.Hashes != nil && p.Hashes[i] != h {
			return differs("Hashes", b, i, "%#x, not %#x", p.Hashes[i], h)
		}
		if p.Parts != nil && p.Parts[i] != part {
			return differs("Parts", b, i, "%d, not %d", p.Parts[i], part)
		}
		if uint64(part) < uint64(len(counts)) {
			counts[part]++
		}
	}
	for part, n := range counts {
		if p.Counts[part] != n {
			return &PlacementError{"Counts", fmt.Sprintf("has %d keys for partition %d, not %d", p.Counts[part], part, n)}
		}
	}
	return nil
}

func differs(field string, b *Batch, i int, format string, got, want any) error {
	kind := fmt.Sprintf("of %d bytes", len(b.Key(i)))
	if b.IsNull(i) {
		kind = "which is null"
	}
	return &PlacementError{field, fmt.Sprintf("has for key %d, %s, "+format, i, kind, got, want)}
}
