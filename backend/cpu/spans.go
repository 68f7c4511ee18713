package cpu

import (
	"encoding/binary"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

// spans says where the keys of a block, or the parts of them that are hashed,
// lie in its data: key i is data[start[i]:end[i]]. Of packed keys start and end
// are the same offsets, one place apart. (The data is not a field: it flows into
// functions that the compiler cannot see through, and would take the block
// arrays behind start and end to the heap with it.)
type spans struct{ start, end []uint32 }

// at returns key i.
func (s *spans) at(data []byte, i int) []byte { return data[s.start[i]:s.end[i]] }

// spanBlock is memory for the spans of a block.
type spanBlock struct{ start, end [blockKeys]uint32 }

// spansOf returns the spans of whole keys; those of fixed-width keys are
// written to memory.
func spansOf(b *keymill.Batch, memory *spanBlock) spans {
	n := b.Len()
	if b.Width == 0 {
		return spans{b.Offsets[:n], b.Offsets[1:]}
	}
	s := spans{memory.start[:n], memory.end[:n]}
	at := uint32(0)
	for i := range s.start {
		s.start[i] = at
		at += uint32(b.Width)
		s.end[i] = at
	}
	return s
}

// hashTags narrows each key to its hash tag; the new spans are written to
// memory, which may be that of s.
func (s spans) hashTags(data []byte, memory *spanBlock) spans {
	tags := spans{memory.start[:len(s.start)], memory.end[:len(s.start)]}
	for i := range tags.start {
		start, end := s.start[i], s.end[i]
		if key := data[start:end]; hasBrace(key) {
			if tag := place.HashTag(key); len(tag) < len(key) {
				// Both end at the end of data's capacity: the difference is
				// how far into the key the tag begins.
				start += uint32(cap(key) - cap(tag))
				end = start + uint32(len(tag))
			}
		}
		tags.start[i], tags.end[i] = start, end
	}
	return tags
}

// hasBrace says whether a key may have a '{', eight bytes at a time. Most keys
// have none, and are short: a call to bytes.IndexByte costs more than this.
func hasBrace(key []byte) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	found := uint64(0)
	n := len(key)
	if n < 8 {
		for _, c := range key {
			if c == '{' {
				return true
			}
		}
		return false
	}
	for i := 0; i+8 < n; i += 8 {
		x := le64(key[i:]) ^ '{'*ones
		found |= (x - ones) &^ x
	}
	x := le64(key[n-8:]) ^ '{'*ones
	found |= (x - ones) &^ x
	return found&highs != 0
}

// words reads the keys of 8 bytes as numbers.
func words(dst []uint64, data []byte) {
	for i := range dst {
		dst[i] = le64(data[8*i:])
	}
}

func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
