package cpu

import "math/bits"

// murmur3x32Fixed hashes keys of one width with the 32-bit function. It runs
// the multiples of 4 up to 64: keys with no tail, on which the standard
// function and the variants of Spark and Hive agree.
func murmur3x32Fixed(dst []uint64, data []byte, width int, seed uint32) bool {
	switch {
	case width == 8:
		for i := range dst {
			key := data[8*i:][:8]
			h := murmur3x32Mix(seed, le32(key))
			h = murmur3x32Mix(h, le32(key[4:]))
			dst[i] = murmur3x32Finish(h, 8)
		}
	case width == 16:
		for i := range dst {
			key := data[16*i:][:16]
			h := murmur3x32Mix(seed, le32(key))
			h = murmur3x32Mix(h, le32(key[4:]))
			h = murmur3x32Mix(h, le32(key[8:]))
			h = murmur3x32Mix(h, le32(key[12:]))
			dst[i] = murmur3x32Finish(h, 16)
		}
	case width%4 == 0 && width <= 64:
		for i := range dst {
			h := seed
			for key := data[i*width:][:width]; len(key) >= 4; key = key[4:] {
				h = murmur3x32Mix(h, le32(key))
			}
			dst[i] = murmur3x32Finish(h, uint32(width))
		}
	default:
		return false
	}
	return true
}

func murmur3x32Mix(h, word uint32) uint32 {
	word = bits.RotateLeft32(word*0xcc9e2d51, 15) * 0x1b873593
	return bits.RotateLeft32(h^word, 13)*5 + 0xe6546b64
}

func murmur3x32Finish(h, n uint32) uint64 {
	h ^= n
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return uint64(h ^ h>>16)
}

// murmur3x128Fixed writes the first word of the 128-bit function for keys of
// one width. It runs 16 and 32: keys with no tail, on which the standard
// function and the variant of Cassandra agree.
func murmur3x128Fixed(dst []uint64, data []byte, width int, seed uint64) bool {
	if width != 16 && width != 32 {
		return false
	}
	for i := range dst {
		h1, h2 := seed, seed
		for key := data[i*width:][:width]; len(key) >= 16; key = key[16:] {
			h1 ^= bits.RotateLeft64(le64(key)*0x87c37b91114253d5, 31) * 0x4cf5ad432745937f
			h1 = (bits.RotateLeft64(h1, 27)+h2)*5 + 0x52dce729
			h2 ^= bits.RotateLeft64(le64(key[8:])*0x4cf5ad432745937f, 33) * 0x87c37b91114253d5
			h2 = (bits.RotateLeft64(h2, 31)+h1)*5 + 0x38495ab5
		}
		h1 ^= uint64(width)
		h2 ^= uint64(width)
		h1 += h2
		h2 += h1
		dst[i] = murmur3Avalanche64(h1) + murmur3Avalanche64(h2)
	}
	return true
}

func murmur3Avalanche64(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
