//go:build !purego

package simd

import (
	"math/bits"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

var lanes32NEON = family{
	fixed: map[hash.Func]fixedKernel{
		hash.Murmur2:      lanes32Fixed(hash.Murmur2),
		hash.Murmur3x32:   lanes32Fixed(hash.Murmur3x32),
		hash.Murmur3Spark: lanes32Fixed(hash.Murmur3Spark),
		hash.Murmur3Hive:  lanes32Fixed(hash.Murmur3Hive),
		hash.FNV1a32:      lanes32Fixed(hash.FNV1a32),
	},
	ragged: map[hash.Func]raggedKernel{
		hash.Murmur2:      lanes32Ragged(hash.Murmur2),
		hash.Murmur3x32:   lanes32Ragged(hash.Murmur3x32),
		hash.Murmur3Spark: lanes32Ragged(hash.Murmur3Spark),
		hash.Murmur3Hive:  lanes32Ragged(hash.Murmur3Hive),
		hash.FNV1a32:      lanes32Ragged(hash.FNV1a32),
	},
}

const (
	lanesNEON = 8  // keys in a group
	vectorLen = 16 // bytes in a register
)

func lanes32Fixed(f hash.Func) fixedKernel {
	return func(dst []uint64, data []byte, width int, seed hash.Words) bool {
		n := len(dst)
		if wide := width == 4 || width == 8; !wide && width < vectorLen {
			n = readable(n, len(data), width, vectorLen)
		}
		if n < lanesNEON {
			return false
		}
		last := lastBytesOf(width)
		groups32(f, dst, data, width, n/lanesNEON, &last, uint32(seed.Lo))
		if n%lanesNEON != 0 {
			at := n - lanesNEON // the last group overlaps the one before
			groups32(f, dst[at:], data[at*width:], width, 1, &last, uint32(seed.Lo))
		}
		for i := n; i < len(dst); i++ {
			dst[i] = defined32(f, data[i*width:][:width], uint32(seed.Lo))
		}
		return true
	}
}

// readable returns how many of n keys begin at least so many bytes before the end
// of the data.
func readable(n, size, width, bytes int) int {
	if size < bytes {
		return 0
	}
	return min(n, (size-bytes)/width+1)
}

func lastBytesOf(width int) (last lastBytes) {
	left, from := width%vectorLen, 0
	if width > vectorLen {
		from = vectorLen - left // it is the key's last 16 bytes that are read
	}
	for i := range last {
		last[i] = 0xFF
		if i < left {
			last[i] = byte(from + i)
		}
	}
	return last
}

func groups32(f hash.Func, dst []uint64, data []byte, width, groups int, last *lastBytes, seed uint32) {
	switch f {
	case hash.Murmur2:
		murmur2Fixed(&dst[0], &data[0], width, groups, last, seed)
	case hash.Murmur3x32:
		murmur3x32Fixed(&dst[0], &data[0], width, groups, last, seed)
	case hash.Murmur3Spark:
		murmur3SparkFixed(&dst[0], &data[0], width, groups, last, seed)
	case hash.Murmur3Hive:
		murmur3HiveFixed(&dst[0], &data[0], width, groups, last, seed)
	case hash.FNV1a32:
		fnv1a32Fixed(&dst[0], &data[0], width, groups, last, seed)
	}
}

func defined32(f hash.Func, key []byte, seed uint32) uint64 {
	switch f {
	case hash.Murmur2:
		return uint64(hash.SumMurmur2(key, seed))
	case hash.Murmur3x32:
		return uint64(hash.SumMurmur3x32(key, seed))
	case hash.Murmur3Spark:
		return uint64(hash.SumMurmur3Spark(key, seed))
	case hash.Murmur3Hive:
		return uint64(hash.SumMurmur3Hive(key, seed))
	}
	return uint64(hash.SumFNV1a32(key))
}

// blockOrder is memory for the numbers of the keys of a block.
type blockOrder [512]uint16

// keysInOrder holds 0, 1, 2 ...
var keysInOrder = func() (order blockOrder) {
	for i := range order {
		order[i] = uint16(i)
	}
	return order
}()

func lanes32Ragged(f hash.Func) raggedKernel {
	return func(dst []uint64, data []byte, keys cpu.Spans, seed hash.Words) bool {
		if len(dst) < lanesNEON || len(dst) > len(blockOrder{}) || len(data) < vectorLen {
			return false
		}
		var memory blockOrder
		order, n := laneOrder(&memory, len(data), keys)
		if n < lanesNEON {
			return false
		}
		ragged32(f, dst, data, keys, order[:n/lanesNEON*lanesNEON], uint32(seed.Lo))
		if n%lanesNEON != 0 {
			ragged32(f, dst, data, keys, order[n-lanesNEON:n], uint32(seed.Lo))
		}
		for _, i := range order[n:len(dst)] {
			dst[i] = defined32(f, data[keys.Start[i]:keys.End[i]], uint32(seed.Lo))
		}
		return true
	}
}

func ragged32(f hash.Func, dst []uint64, data []byte, keys cpu.Spans, order []uint16, seed uint32) {
	limit := &data[len(data)-vectorLen]
	start, end, groups := &keys.Start[0], &keys.End[0], len(order)/lanesNEON
	switch f {
	case hash.Murmur2:
		murmur2Ragged(&dst[0], &data[0], limit, start, end, &order[0], groups, seed)
	case hash.Murmur3x32:
		murmur3x32Ragged(&dst[0], &data[0], limit, start, end, &order[0], groups, seed)
	case hash.Murmur3Spark:
		murmur3SparkRagged(&dst[0], &data[0], limit, start, end, &order[0], groups, seed)
	case hash.Murmur3Hive:
		murmur3HiveRagged(&dst[0], &data[0], limit, start, end, &order[0], groups, seed)
	case hash.FNV1a32:
		fnv1a32Ragged(&dst[0], &data[0], limit, start, end, &order[0], groups, seed)
	}
}

// laneOrder returns the order in which the keys go into lanes. The first n of it
// may: they end 16 bytes before the data does; of packed keys all but the last
// few. It lies in memory, or is keysInOrder: read it only.
//
// Lanes wait for the longest key of their group. Where one key is far longer
// than most, keys are sorted so that those of a group are about equally long.
func laneOrder(memory *blockOrder, size int, keys cpu.Spans) (order *blockOrder, n int) {
	const short = 32 // waiting for keys up to that is cheaper than sorting them
	total, longest, last := uint64(0), uint32(0), uint32(0)
	for i, end := range keys.End {
		length := end - keys.Start[i]
		total += uint64(length)
		longest = max(longest, length)
		last = max(last, end)
	}
	n = len(keys.End)
	stalls := longest > short && uint64(longest)*uint64(n) > 2*total
	if !stalls && int(last) <= size-vectorLen {
		return &keysInOrder, n
	}
	var starts [classes + 2]uint16
	class := func(i int) int {
		if int(keys.End[i]) > size-vectorLen {
			return classes // behind all that go into lanes
		}
		return lengthClass(keys.End[i] - keys.Start[i])
	}
	for i := range n {
		starts[class(i)+1]++
	}
	for i := range classes {
		starts[i+1] += starts[i]
	}
	inLanes := int(starts[classes])
	for i := range n {
		at := &starts[class(i)]
		memory[*at] = uint16(i)
		*at++
	}
	return memory, inLanes
}

// classes is how many classes of lengths there are.
const classes = 32 + 24

// lengthClass returns the class of a length: those that take as many chunks of
// 16 bytes; from 512 bytes on, the lengths from one power of two to the next.
func lengthClass(length uint32) int {
	if length < 512 {
		return int(length / vectorLen)
	}
	return 32 + bits.Len32(length>>9)
}
