//go:build !purego

package simd

import (
	"sync"
	"unsafe"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

// sums64Widths are the loops of a function over keys of a fixed width.
type sums64Widths struct {
	f     hash.Func
	loops map[int]sums64Fixed // by width
	any   sums64Fixed         // of all others
}

// sums64Fixed hashes groups of so many keys.
type sums64Fixed struct {
	group       int
	run, stream func(dst *uint64, data *byte, width, groups int, lo, hi uint64)
}

// sums64Pad is how far beyond its keys the loop for any width may read.
const sums64Pad = 32

func (w sums64Widths) kernel(dst []uint64, data []byte, width int, seed hash.Words) bool {
	loop, ok := w.loops[width]
	n := len(dst) // keys that the loop may hash
	if !ok {
		loop, n = w.any, max(0, len(data)-sums64Pad)/width
	}
	if n < loop.group {
		return false
	}
	from, run := 0, loop.run
	if loop.stream != nil && 8*n >= streamedFrom {
		from, run = loop.toLine(dst, data, width, seed), loop.stream
	}
	run(&dst[from], &data[from*width], width, (n-from)/loop.group, seed.Lo, seed.Hi)
	if (n-from)%loop.group != 0 { // the last group overlaps the one before
		loop.run(&dst[n-loop.group], &data[(n-loop.group)*width], width, 1, seed.Lo, seed.Hi)
	}
	for i := n; i < len(dst); i++ {
		dst[i] = sum64(w.f, data[i*width:][:width], seed)
	}
	return true
}

// toLine hashes the keys up to where a line of the cache begins in dst, and returns
// how many those are. From there on keys may be written past the caches: what is larger
// than they are would but push the keys out, and be read before it is written.
func (f sums64Fixed) toLine(dst []uint64, data []byte, width int, seed hash.Words) int {
	f.run(&dst[0], &data[0], width, 1, seed.Lo, seed.Hi)
	return int(-uintptr(unsafe.Pointer(&dst[0])) / 8 % 8)
}

// streamedFrom is how many bytes of hashes are written past the caches: there it
// takes a quarter less time, and where they fit into a cache up to a third more.
const streamedFrom = 32 << 20

// sums64Ragged is the loop of a function over keys of any length.
type sums64Ragged struct {
	f     hash.Func
	group int // keys that it hashes at a time
	run   func(dst *uint64, data *byte, size int, start, end *uint32, groups int, lo, hi uint64, ahead *byte) (done int)
	// waste is how many bytes the longest key of a group may have more than the
	// mean, or it is faster to sort the keys first.
	waste int
}

func (r sums64Ragged) kernel(dst []uint64, data []byte, keys cpu.Spans, seed hash.Words) bool {
	n := len(dst)
	if n < r.group || len(data) == 0 {
		return false
	}
	// What is sorted should be in the cache. (The places of keys that are not in
	// order are no reason to cut, but do no harm.)
	bytes := keys.End[n-1] - keys.Start[0]
	switch {
	case !r.wasteful(keys):
		r.inOrder(dst, data, keys, seed, nil)
	case bytes > sums64Cached && n >= 2*sums64Fewest:
		half := n / 2
		return r.kernel(dst[:half], data, cpu.Spans{Start: keys.Start[:half], End: keys.End[:half]}, seed) &&
			r.kernel(dst[half:], data, cpu.Spans{Start: keys.Start[half:], End: keys.End[half:]}, seed)
	default:
		keys.Touch(data, sums64Cached)
		r.sorted(dst, data, keys, seed)
	}
	return true
}

const (
	sums64Fewest = 64        // keys that are sorted
	sums64Cached = 128 << 10 // bytes of keys that are sorted, unless they are the fewest
)

// inOrder hashes the keys one group after the other. What the loop fetches meanwhile
// is behind each group, or begins ahead.
func (r sums64Ragged) inOrder(dst []uint64, data []byte, keys cpu.Spans, seed hash.Words, ahead *byte) {
	n := len(dst)
	for i := 0; i < n; {
		i = min(i, n-r.group) // the last group overlaps the one before
		i += r.group * r.run(&dst[i], &data[0], len(data), &keys.Start[i], &keys.End[i], (n-i)/r.group, seed.Lo, seed.Hi, ahead)
		if i+r.group > n {
			continue
		}
		// The loop stopped in front of a group: it reads beyond the keys.
		for last := i + r.group; i < last; i++ {
			dst[i] = sum64(r.f, data[keys.Start[i]:keys.End[i]], seed)
		}
	}
}

// wasteful says whether the keys of a group are of so different lengths that most
// lanes wait for few. It looks at some groups only.
func (r sums64Ragged) wasteful(keys cpu.Spans) bool {
	n, samples := len(keys.Start), 32/r.group
	if n < sums64Fewest {
		return false
	}
	waste := 0
	for s := range samples {
		from := s * (n / samples)
		sum, longest := 0, 0
		for i, start := range keys.Start[from : from+r.group] {
			size := int(keys.End[from+i] - start)
			sum += size
			longest = max(longest, size)
		}
		waste += longest*r.group - sum
	}
	return waste > samples*r.group*r.waste
}

// sums64Sorted are the keys of a block by length, and their hashes.
type sums64Sorted struct {
	start, end [blockKeys]uint32
	class      [blockKeys]uint32
	order      [blockKeys]uint16
	sums       [blockKeys]uint64
}

var sums64Memory = sync.Pool{New: func() any { return new(sums64Sorted) }}

// sorted hashes keys of like lengths together.
func (r sums64Ragged) sorted(dst []uint64, data []byte, keys cpu.Spans, seed hash.Words) {
	m, n := sums64Memory.Get().(*sums64Sorted), len(dst)
	m.sort(keys)
	ahead := &data[min(int(keys.End[n-1]), len(data)-1)] // the next block
	r.inOrder(m.sums[:n], data, cpu.Spans{Start: m.start[:n], End: m.end[:n]}, seed, ahead)
	for j, i := range m.order[:n] {
		dst[i] = m.sums[j%blockKeys]
	}
	sums64Memory.Put(m)
}

// sort sorts the keys by the classes of their lengths. It goes through both halves
// at a time: a counter that was just written is slow to read, and most keys are of
// few lengths.
func (m *sums64Sorted) sort(keys cpu.Spans) {
	const classes = 256
	var low, high [classes]uint16
	n := len(keys.Start)
	starts, ends := keys.Start[:n], keys.End[:n]
	sums64Classes(&m.class[0], &starts[0], &ends[0], n/8)
	if n%8 != 0 { // the last eight overlap the ones before
		sums64Classes(&m.class[n-8], &starts[n-8], &ends[n-8], 1)
	}
	half := n / 2
	for i, c := range m.class[:half] {
		low[c%classes]++
		high[m.class[(half+i)%blockKeys]%classes]++
	}
	if n%2 != 0 {
		high[m.class[n-1]%classes]++
	}
	at := uint16(0)
	for c := range classes {
		count := low[c] + high[c]
		low[c], high[c] = at, at+low[c]
		at += count
	}
	for i, c := range m.class[:half] {
		m.order[low[c%classes]%blockKeys] = uint16(i)
		low[c%classes]++
		c = m.class[(half+i)%blockKeys]
		m.order[high[c%classes]%blockKeys] = uint16(half + i)
		high[c%classes]++
	}
	if n%2 != 0 {
		m.order[high[m.class[n-1]%classes]%blockKeys] = uint16(n - 1)
	}
	for j, i := range m.order[:n] {
		m.start[j%blockKeys], m.end[j%blockKeys] = starts[i], ends[i]
	}
}

// sum64 is the definition.
func sum64(f hash.Func, key []byte, seed hash.Words) uint64 {
	switch f {
	case hash.XXH64:
		return hash.SumXXH64(key, seed.Lo)
	case hash.FX64:
		return hash.SumFX64(key)
	case hash.FNV1a64:
		return hash.SumFNV1a64(key)
	case hash.Murmur3x128:
		first, _ := hash.SumMurmur3x128(key, uint32(seed.Lo))
		return first
	case hash.Murmur3Cassandra:
		return hash.SumMurmur3Cassandra(key, seed.Lo)
	case hash.SipHash13:
		return hash.SumSipHash13(key, seed.Lo, seed.Hi)
	default:
		return hash.SumSipHash24(key, seed.Lo, seed.Hi)
	}
}
