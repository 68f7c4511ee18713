package hash

import "math/bits"

// The primes of XXH32 that [SumXXH3] does without.
const (
	prime32x4 = 0x27D4EB2F
	prime32x5 = 0x165667B1
)

// SumXXH32 is XXH32 by Yann Collet, seeded: xxHash for 32-bit machines.
//
// Its output never changes. Specification: xxHash doc/xxhash_spec.md. Checked
// against github.com/OneOfOne/xxhash and vectors of Apache Commons Codec.
func SumXXH32(key []byte, seed uint32) uint32 {
	n, h := uint32(len(key)), seed+prime32x5
	if len(key) >= 16 {
		// The sum of two primes overflows as a constant: start from a variable.
		a, b, c, d := seed+prime32x1, seed+prime32x2, seed, seed-prime32x1
		for a += prime32x2; len(key) >= 16; key = key[16:] {
			a = xxh32Round(a, le32(key))
			b = xxh32Round(b, le32(key[4:]))
			c = xxh32Round(c, le32(key[8:]))
			d = xxh32Round(d, le32(key[12:]))
		}
		h = bits.RotateLeft32(a, 1) + bits.RotateLeft32(b, 7) +
			bits.RotateLeft32(c, 12) + bits.RotateLeft32(d, 18)
	}
	h += n
	for ; len(key) >= 4; key = key[4:] {
		h = bits.RotateLeft32(h+le32(key)*prime32x3, 17) * prime32x4
	}
	for _, c := range key {
		h = bits.RotateLeft32(h+uint32(c)*prime32x5, 11) * prime32x1
	}
	h ^= h >> 15
	h *= prime32x2
	h ^= h >> 13
	h *= prime32x3
	return h ^ h>>16
}

func xxh32Round(acc, word uint32) uint32 {
	return bits.RotateLeft32(acc+word*prime32x2, 13) * prime32x1
}
