package cpu

import "math/bits"

// The primes of XXH32.
const (
	prime32x1 = 0x9E3779B1
	prime32x2 = 0x85EBCA77
	prime32x3 = 0xC2B2AE3D
	prime32x4 = 0x27D4EB2F
	prime32x5 = 0x165667B1
)

// xxh32Fixed hashes keys of one width. It runs the multiples of 4 up to 64.
func xxh32Fixed(dst []uint64, data []byte, width int, seed uint32) bool {
	switch {
	case width%4 != 0 || width > 64:
		return false
	case width < 16:
		start := seed + prime32x5 + uint32(width)
		for i := range dst {
			h := start
			for key := data[i*width:][:width]; len(key) >= 4; key = key[4:] {
				h = xxh32Word(h, le32(key))
			}
			dst[i] = xxh32Avalanche(h)
		}
	default:
		a, b, c, d := seed+prime32x1, seed+prime32x2, seed, seed-prime32x1
		a += prime32x2
		for i := range dst {
			key := data[i*width:][:width]
			a, b, c, d := a, b, c, d
			for ; len(key) >= 16; key = key[16:] {
				a, b = xxh32Round(a, le32(key)), xxh32Round(b, le32(key[4:]))
				c, d = xxh32Round(c, le32(key[8:])), xxh32Round(d, le32(key[12:]))
			}
			h := bits.RotateLeft32(a, 1) + bits.RotateLeft32(b, 7) +
				bits.RotateLeft32(c, 12) + bits.RotateLeft32(d, 18) + uint32(width)
			for ; len(key) >= 4; key = key[4:] {
				h = xxh32Word(h, le32(key))
			}
			dst[i] = xxh32Avalanche(h)
		}
	}
	return true
}

func xxh32Round(acc, word uint32) uint32 {
	return bits.RotateLeft32(acc+word*prime32x2, 13) * prime32x1
}

func xxh32Word(h, word uint32) uint32 {
	return bits.RotateLeft32(h+word*prime32x3, 17) * prime32x4
}

func xxh32Avalanche(h uint32) uint64 {
	h ^= h >> 15
	h *= prime32x2
	h ^= h >> 13
	h *= prime32x3
	return uint64(h ^ h>>16)
}
