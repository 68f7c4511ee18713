package cpu

import (
	"bytes"
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

// mixed says whether the lengths of the keys change so often that branches on
// them cannot be guessed.
func (s spans) mixed() bool {
	changes, last := 0, uint32(0)
	for i, start := range s.start {
		n := s.end[i] - start
		if n != last {
			changes++
		}
		last = n
	}
	return changes > len(s.start)/2
}

// inOrder holds 0, 1, 2 ...: the order of a block that needs no sorting.
var inOrder = func() (order [blockKeys]uint16) {
	for i := range order {
		order[i] = uint16(i)
	}
	return order
}()

// byLength returns the order in which the keys are to be hashed by a function
// that branches on their lengths: sorted by length if they are mixed and short,
// else as they are. It lies in memory, or is inOrder: read it only.
func (s spans) byLength(data []byte, memory *[blockKeys]uint16) []uint16 {
	if !s.mixed() {
		return inOrder[:len(s.start)]
	}
	order := memory[:len(s.start)]
	touch(data, s)
	const longest = 64 // keys of that length and more are one class
	var starts [longest + 2]uint16
	for i, start := range s.start {
		starts[min(s.end[i]-start, longest)+1]++
	}
	for i := range longest {
		starts[i+1] += starts[i]
	}
	for i, start := range s.start {
		at := &starts[min(s.end[i]-start, longest)]
		order[*at] = uint16(i)
		*at++
	}
	return order
}

// touch reads a byte of each cache line of the block. What follows goes through
// the keys out of order, which the processor's prefetcher would not follow. (It
// is not inlined, or the compiler would see that nobody wants the sum.)
//
//go:noinline
func touch(data []byte, s spans) (sum byte) {
	const cached = 64 << 10 // a block of long keys would push its own lines out
	data = data[s.start[0]:s.end[len(s.end)-1]]
	for i := 0; i < min(len(data), cached); i += 64 {
		sum ^= data[i]
	}
	return sum
}

// hashTags narrows each key to its hash tag; the new spans are written to
// memory, which may be that of s.
func (s spans) hashTags(data []byte, memory *spanBlock) spans {
	n := len(s.start)
	if n == 0 || bytes.IndexByte(data[s.start[0]:s.end[n-1]], '{') < 0 {
		return s
	}
	tags := spans{memory.start[:n], memory.end[:n]}
	for i := range tags.start {
		start, end := s.start[i], s.end[i]
		key := data[start:end]
		if tag := place.HashTag(key); len(tag) < len(key) {
			// Both end at the end of data's capacity: the difference is how
			// far into the key the tag begins.
			start += uint32(cap(key) - cap(tag))
			end = start + uint32(len(tag))
		}
		tags.start[i], tags.end[i] = start, end
	}
	return tags
}

// words reads the keys of 8 bytes as numbers.
func words(dst []uint64, data []byte) {
	for i := range dst {
		dst[i] = le64(data[8*i:])
	}
}

func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
