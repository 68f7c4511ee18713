//go:build !purego

package simd

import (
	"sync"

	"github.com/keymill/keymill/backend/cpu"
)

// sorted is a block of keys in the order of their lengths.
type sorted struct {
	order      [blockKeys]uint16
	start, end [blockKeys]uint32
	hashes     [blockKeys]uint64

	classes [blockKeys]uint32
	counts  [128]uint16 // of keys of a class; then where the next of it goes
}

// sorteds are kept from call to call, because to clear one takes long.
var sorteds = sync.Pool{New: func() any { return new(sorted) }}

// hashSorted hashes a group of keys or more, those of like lengths together. The
// bytes of a sorted block are read in no order that the processor would foresee:
// while it does one, it prefetches the next.
func (l *lanes32) hashSorted(dst []uint64, data []byte, keys cpu.Spans, seed uint64) {
	s, n := sorteds.Get().(*sorted), len(dst)
	s.sort(keys)
	next := &data[min(int(keys.End[n-1]), len(data)-1)]
	l.hashInOrder(s.hashes[:n], data, cpu.Spans{Start: s.start[:n], End: s.end[:n]}, seed, next)
	for i, h := range s.hashes[:n] {
		dst[s.order[i]] = h
	}
	sorteds.Put(s)
}

// sort sorts eight keys or more by the classes of their lengths.
func (s *sorted) sort(keys cpu.Spans) {
	n := len(keys.Start)
	lengthClasses(&s.classes[0], &keys.Start[0], &keys.End[0], n/8)
	if last := n - 8; n%8 != 0 {
		lengthClasses(&s.classes[last], &keys.Start[last], &keys.End[last], 1)
	}
	clear(s.counts[:])
	for _, class := range s.classes[:n] {
		s.counts[class&127]++
	}
	sum := uint16(0)
	for i, count := range s.counts {
		s.counts[i] = sum
		sum += count
	}
	ends := keys.End[:n]
	for i, start := range keys.Start {
		next := &s.counts[s.classes[i&(blockKeys-1)]&127]
		at := *next & (blockKeys - 1)
		*next++
		s.order[at], s.start[at], s.end[at] = uint16(i), start, ends[i]
	}
}
