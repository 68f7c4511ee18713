package cpu

import "math/bits"

// The primes of the xxHash family.
const (
	prime64x1 = 0x9E3779B185EBCA87
	prime64x2 = 0xC2B2AE3D27D4EB4F
	prime64x3 = 0x165667B19E3779F9
	prime64x4 = 0x85EBCA77C2B2AE63
	prime64x5 = 0x27D4EB2F165667C5
)

// xxh64Fixed hashes keys of one width. It runs widths 8, 16, 24 and 32.
func xxh64Fixed(dst []uint64, data []byte, width int, seed uint64) bool {
	switch width {
	case 8, 16, 24:
		start := seed + prime64x5 + uint64(width)
		for i := range dst {
			h := start
			for key := data[i*width:][:width]; len(key) >= 8; key = key[8:] {
				h = bits.RotateLeft64(h^xxh64Round(0, le64(key)), 27)*prime64x1 + prime64x4
			}
			dst[i] = xxh64Avalanche(h)
		}
	case 32:
		a, b, c, d := seed+prime64x1, seed+prime64x2, seed, seed-prime64x1
		a += prime64x2
		for i := range dst {
			key := data[32*i:][:32]
			a, b := xxh64Round(a, le64(key)), xxh64Round(b, le64(key[8:]))
			c, d := xxh64Round(c, le64(key[16:])), xxh64Round(d, le64(key[24:]))
			h := bits.RotateLeft64(a, 1) + bits.RotateLeft64(b, 7) +
				bits.RotateLeft64(c, 12) + bits.RotateLeft64(d, 18)
			h = (h^xxh64Round(0, a))*prime64x1 + prime64x4
			h = (h^xxh64Round(0, b))*prime64x1 + prime64x4
			h = (h^xxh64Round(0, c))*prime64x1 + prime64x4
			h = (h^xxh64Round(0, d))*prime64x1 + prime64x4
			dst[i] = xxh64Avalanche(h + 32)
		}
	default:
		return false
	}
	return true
}

func xxh64Round(acc, word uint64) uint64 {
	return bits.RotateLeft64(acc+word*prime64x2, 31) * prime64x1
}

func xxh64Avalanche(h uint64) uint64 {
	h ^= h >> 33
	h *= prime64x2
	h ^= h >> 29
	h *= prime64x3
	return h ^ h>>32
}
