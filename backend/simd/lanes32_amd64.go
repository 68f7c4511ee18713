//go:build !purego

package simd

import (
	"unsafe"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

var lanes32AVX2 = family{
	fixed: map[hash.Func]fixedKernel{
		hash.Murmur2:      murmur2AVX2.hashFixed,
		hash.Murmur3x32:   murmur3x32AVX2.hashFixed,
		hash.Murmur3Spark: murmur3SparkAVX2.hashFixed,
		hash.Murmur3Hive:  murmur3HiveAVX2.hashFixed,
		hash.FNV1a32:      fnv1a32AVX2.hashFixed,
	},
	ragged: map[hash.Func]raggedKernel{
		hash.Murmur2:      murmur2AVX2.hashRagged,
		hash.Murmur3x32:   murmur3x32AVX2.hashRagged,
		hash.Murmur3Spark: murmur3SparkAVX2.hashRagged,
		hash.Murmur3Hive:  murmur3HiveAVX2.hashRagged,
		hash.FNV1a32:      fnv1a32AVX2.hashRagged,
	},
}

var (
	murmur2AVX2 = &lanes32{
		sum: sum32(hash.SumMurmur2), ragged: murmur2RaggedAVX2, fixed: murmur2FixedAVX2, group: 16, idle: 5,
		packed: [5]packed32{
			1: {murmur2Packed4AVX2, murmur2Streamed4AVX2, 8},
			2: {murmur2Packed8AVX2, murmur2Streamed8AVX2, 8},
			4: {murmur2Packed16AVX2, murmur2Streamed16AVX2, 8},
		},
	}
	// The variants of murmur3 differ in the tail, which packed keys have none of.
	murmur3PackedAVX2 = [5]packed32{
		1: {murmur3x32Packed4AVX2, murmur3x32Streamed4AVX2, 8},
		2: {murmur3x32Packed8AVX2, murmur3x32Streamed8AVX2, 8},
		4: {murmur3x32Packed16AVX2, murmur3x32Streamed16AVX2, 8},
	}
	murmur3x32AVX2 = &lanes32{
		sum: sum32(hash.SumMurmur3x32), ragged: murmur3x32RaggedAVX2, fixed: murmur3x32FixedAVX2, group: 16, idle: 5,
		packed: murmur3PackedAVX2,
	}
	murmur3SparkAVX2 = &lanes32{
		sum: sum32(hash.SumMurmur3Spark), ragged: murmur3SparkRaggedAVX2, fixed: murmur3SparkFixedAVX2, group: 16, idle: 5,
		packed: murmur3PackedAVX2,
	}
	murmur3HiveAVX2 = &lanes32{
		sum: sum32(hash.SumMurmur3Hive), ragged: murmur3HiveRaggedAVX2, fixed: murmur3HiveFixedAVX2, group: 16, idle: 5,
		packed: murmur3PackedAVX2,
	}
	fnv1a32AVX2 = &lanes32{
		sum: sumFNV1a32, ragged: fnv1a32RaggedAVX2, fixed: fnv1a32FixedAVX2, group: 16, idle: 3,
		packed: [5]packed32{
			1: {fnv1a32Packed4AVX2, fnv1a32Streamed4AVX2, 8},
			2: {fnv1a32Packed8AVX2, fnv1a32Streamed8AVX2, 8},
			4: {fnv1a32Packed16AVX2, fnv1a32Streamed16AVX2, 8},
		},
	}
)

func sumFNV1a32(key []byte, _ uint64) uint64 { return uint64(hash.SumFNV1a32(key)) }

// sum32 is a definition of 32 bits.
func sum32(sum func(key []byte, seed uint32) uint32) func(key []byte, seed uint64) uint64 {
	return func(key []byte, seed uint64) uint64 { return uint64(sum(key, uint32(seed))) }
}

// lanes32 is the kernels of a function of 32-bit words, which hash keys side by side,
// one a lane of a vector. What they may not read is left to the definition.
type lanes32 struct {
	sum func(key []byte, seed uint64) uint64 // the definition

	ragged func(dst *uint64, data *byte, start, end *uint32, groups int, seed uint64, ahead *byte)
	fixed  func(dst *uint64, data *byte, width, groups int, seed uint64) // nil: ragged does it
	group  int                                                           // how many keys those two take a step

	longest uint32 // how long a key may be; 0 is any length
	overlap int    // how many of the 16 bytes that a step reads the next one reads again

	// idle is how many chunks of 16 bytes of a key a lane may be idle for, because
	// another of its group has a longer key, before it pays to sort the keys by
	// length: the slower the function, the fewer.
	idle int

	packed [5]packed32 // by the words of a key
}

// packed32 is the kernels for keys of a width that divides a vector: streamed
// has its results bypass the cache. They take lanes keys a step.
type packed32 struct {
	cached, streamed func(dst *uint64, data *byte, groups int, seed uint64)
	lanes            int
}

func (l *lanes32) hashFixed(dst []uint64, data []byte, width int, words hash.Words) bool {
	n, seed := len(dst), words.Lo
	if n < l.group {
		return false
	}
	if width <= 16 && width%4 == 0 {
		if p := l.packed[width/4]; p.lanes > 0 {
			p.hash(dst, data, width, seed)
			return true
		}
	}
	if l.fixed == nil {
		return l.hashFixedAsRagged(dst, data, width, words)
	}
	// A key is read by 16 bytes, which goes beyond its end: the last keys are not.
	reach := int(l.reach(uint64(width)))
	readable := n + 1 - (reach+width-1)/width
	if readable < l.group {
		return false
	}
	l.fixed(&dst[0], &data[0], width, readable/l.group, seed)
	if last := readable - l.group; readable%l.group != 0 { // it overlaps the one before
		l.fixed(&dst[last], &data[last*width], width, 1, seed)
	}
	for i := readable; i < n; i++ {
		dst[i] = l.sum(data[i*width:][:width], seed)
	}
	return true
}

// streamedKeys is from how many keys on hashes bypass the cache: they would fill
// a large one. With 8 M keys of 8 or 16 bytes that took 20 to 30 % off; with 1 M,
// whose hashes are still cached when somebody wants them, it cost as much.
const streamedKeys = 1 << 22

// hash has one group or more to do.
func (p packed32) hash(dst []uint64, data []byte, width int, seed uint64) {
	n, first, kernel := len(dst), 0, p.cached
	if n >= streamedKeys {
		p.cached(&dst[0], &data[0], 1, seed)
		first, kernel = p.unaligned(dst), p.streamed
	}
	kernel(&dst[first], &data[first*width], (n-first)/p.lanes, seed)
	if last := n - p.lanes; (n-first)%p.lanes != 0 { // it overlaps the one before
		p.cached(&dst[last], &data[last*width], 1, seed)
	}
}

// unaligned returns how many hashes there are before the first whose address is
// a multiple of a vector's size, as streamed needs it. They are less than a group.
func (p packed32) unaligned(dst []uint64) int {
	return int(-uintptr(unsafe.Pointer(&dst[0])) / 8 % uintptr(p.lanes))
}

func (l *lanes32) hashRagged(dst []uint64, data []byte, keys cpu.Spans, words hash.Words) bool {
	n, seed := len(dst), words.Lo
	if n < l.group {
		return false
	}
	lo, hi := 0, n
	found := survey(keys)
	reach := l.reach(uint64(found.longest))
	if l.longest > 0 && found.longest > l.longest {
		return false
	}
	if !found.readable(reach, len(data)) {
		lo, hi = readableOf(keys, reach, len(data))
		if hi-lo < l.group {
			return false
		}
		if found = survey(part(keys, lo, hi)); !found.readable(reach, len(data)) {
			return false // the keys are not in the order of their bytes
		}
	}
	if int(found.steps)*16-int(found.chunks) > l.idle*n {
		l.hashSorted(dst[lo:hi], data, part(keys, lo, hi), seed)
	} else {
		l.hashInOrder(dst[lo:hi], data, part(keys, lo, hi), seed, nil)
	}
	for i := range dst[:lo] {
		dst[i] = l.sum(data[keys.Start[i]:keys.End[i]], seed)
	}
	for i := hi; i < n; i++ {
		dst[i] = l.sum(data[keys.Start[i]:keys.End[i]], seed)
	}
	return true
}

// hashInOrder hashes a group of keys or more, as they come. It prefetches the
// bytes that follow theirs, or else those from ahead on.
func (l *lanes32) hashInOrder(dst []uint64, data []byte, keys cpu.Spans, seed uint64, ahead *byte) {
	n := len(dst)
	l.ragged(&dst[0], &data[0], &keys.Start[0], &keys.End[0], n/l.group, seed, ahead)
	if last := n - l.group; n%l.group != 0 { // it overlaps the one before
		l.ragged(&dst[last], &data[0], &keys.Start[last], &keys.End[last], 1, seed, ahead)
	}
}

// surveyed is what survey32 finds, in groups of 16 keys.
type surveyed struct {
	longest, lastStart, firstEnd uint32
	chunks                       uint32 // of 16 bytes, that all keys have
	steps                        uint32 // chunks that the longest key of each group has
}

// survey looks at 16 keys or more. It leaves out the last 15 where it counts.
func survey(keys cpu.Spans) (s surveyed) {
	n := len(keys.Start)
	s.longest, s.lastStart, s.firstEnd, s.chunks, s.steps = survey32(&keys.Start[0], &keys.End[0], n/16)
	if last := n - 16; n%16 != 0 {
		longest, lastStart, firstEnd, _, _ := survey32(&keys.Start[last], &keys.End[last], 1)
		s.longest = max(s.longest, longest)
		s.lastStart = max(s.lastStart, lastStart)
		s.firstEnd = min(s.firstEnd, firstEnd)
	}
	return s
}

// reach is how far from its start on a key may be read: by steps of 16 bytes, as
// long as another of its group, which is no longer than that, is not done.
func (l *lanes32) reach(longest uint64) uint64 {
	step := uint64(16 - l.overlap)
	return max(16, (longest+step-1)/step*step+uint64(l.overlap))
}

// readable says whether all of the keys may be read: so far from the start on, and
// the four bytes before the end.
func (s *surveyed) readable(reach uint64, size int) bool {
	return s.firstEnd >= 4 && uint64(s.lastStart)+reach <= uint64(size)
}

// readableOf returns which of the keys may be read, if they are in the order of
// their bytes: it leaves out some at the ends of data.
func readableOf(keys cpu.Spans, reach uint64, size int) (lo, hi int) {
	hi = len(keys.Start)
	for lo < hi && keys.End[lo] < 4 {
		lo++
	}
	for lo < hi && uint64(keys.Start[hi-1])+reach > uint64(size) {
		hi--
	}
	return lo, hi
}

func part(keys cpu.Spans, lo, hi int) cpu.Spans {
	return cpu.Spans{Start: keys.Start[lo:hi], End: keys.End[lo:hi]}
}
