package cpu

import (
	"bytes"
	"encoding/binary"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

// Spans says where the keys of a block, or the parts of them that are hashed,
// lie in its data: key i is data[Start[i]:End[i]]. Of packed keys Start and End
// are the same offsets, one place apart.
type Spans struct{ Start, End []uint32 }

// at returns key i.
func (s *Spans) at(data []byte, i int) []byte { return data[s.Start[i]:s.End[i]] }

// spanBlock is memory for the spans of a block.
type spanBlock struct{ start, end [BlockKeys]uint32 }

// spansOf returns the spans of whole keys; those of fixed-width keys are
// written to memory.
func spansOf(b *keymill.Batch, memory *spanBlock) Spans {
	n := b.Len()
	if b.Width == 0 {
		return Spans{b.Offsets[:n], b.Offsets[1 : n+1]}
	}
	s := Spans{memory.start[:n], memory.end[:n]}
	at := uint32(0)
	for i := range s.Start {
		s.Start[i] = at
		at += uint32(b.Width)
		s.End[i] = at
	}
	return s
}

// width returns the length of all keys, 0 if they differ or do not lie end to end.
func (s Spans) width() int {
	n := len(s.Start)
	if n == 0 {
		return 0
	}
	first, width := s.Start[0], s.End[0]-s.Start[0]
	if uint64(s.End[n-1])-uint64(first) != uint64(n)*uint64(width) {
		return 0 // as nearly always where they differ
	}
	for i, start := range s.Start {
		if start != first+uint32(i)*width || s.End[i] != start+width {
			return 0
		}
	}
	return int(width)
}

// mixed says whether the lengths of the keys change so often that branches on
// them cannot be guessed.
func (s Spans) mixed() bool {
	changes, last := 0, uint32(0)
	for i, start := range s.Start {
		n := s.End[i] - start
		if n != last {
			changes++
		}
		last = n
	}
	return changes > len(s.Start)/2
}

// inOrder holds 0, 1, 2 ...: the order of a block that needs no sorting.
var inOrder = func() (order [BlockKeys]uint16) {
	for i := range order {
		order[i] = uint16(i)
	}
	return order
}()

// byLength returns the order in which the keys are to be hashed by a function
// that branches on their lengths: sorted by length if they are mixed and short,
// else as they are. It lies in memory, or is inOrder: read it only.
func (s Spans) byLength(data []byte, memory *[BlockKeys]uint16) []uint16 {
	if !s.mixed() {
		return inOrder[:len(s.Start)]
	}
	order := memory[:len(s.Start)]
	s.Touch(data, touched)
	const longest = 64 // keys of that length and more are one class
	var starts [longest + 2]uint16
	for i, start := range s.Start {
		starts[min(s.End[i]-start, longest)+1]++
	}
	for i := range longest {
		starts[i+1] += starts[i]
	}
	for i, start := range s.Start {
		at := &starts[min(s.End[i]-start, longest)]
		order[*at] = uint16(i)
		*at++
	}
	return order
}

// touched is how much of a block is touched: a block of long keys would push its own
// lines out of the first-level cache.
const touched = 64 << 10

// Touch reads a byte of each cache line of the block, up to so many bytes of it. What
// follows goes through the keys out of order, which the processor's prefetcher would
// not follow. (It is not inlined, or the compiler would see that nobody wants the sum.)
//
//go:noinline
func (s Spans) Touch(data []byte, most int) (sum byte) {
	first, last := int(s.Start[0]), int(s.End[len(s.End)-1])
	for i := first; i < min(last, first+most); i += 64 {
		sum ^= data[i]
	}
	return sum
}

// hashTags narrows each key to its hash tag; the new spans are written to the
// work's memory, where the old ones may lie.
func (w *work) hashTags(s Spans, data []byte) Spans {
	n := len(s.Start)
	if n == 0 || bytes.IndexByte(data[s.Start[0]:s.End[n-1]], '{') < 0 {
		return s
	}
	tags := Spans{w.spans.start[:n], w.spans.end[:n]}
	if k := w.kernels.HashTags; k != nil && k(tags, data, s) {
		return tags
	}
	for i := range tags.Start {
		tags.Start[i], tags.End[i] = s.HashTag(data, i)
	}
	return tags
}

// HashTag returns where the part of key i lies that [place.HashTag] returns.
func (s Spans) HashTag(data []byte, i int) (start, end uint32) {
	start, end = s.Start[i], s.End[i]
	key := data[start:end]
	if tag := place.HashTag(key); len(tag) < len(key) {
		// Both end at the end of data's capacity: the difference is how far into
		// the key the tag begins.
		start += uint32(cap(key) - cap(tag))
		end = start + uint32(len(tag))
	}
	return start, end
}

// words reads the keys of 8 bytes as numbers.
func words(dst []uint64, data []byte) {
	for i := range dst {
		dst[i] = le64(data[8*i:])
	}
}

func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
