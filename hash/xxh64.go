package hash

import "math/bits"

// SumXXH64 is XXH64 by Yann Collet, seeded. Vitess, Envoy and many file
// formats use it; for new work [SumXXH3] is as good and faster.
//
// Its output never changes. Specification: xxHash doc/xxhash_spec.md. Checked
// against github.com/cespare/xxhash.
func SumXXH64(key []byte, seed uint64) uint64 {
	n, h := uint64(len(key)), seed+prime64x5
	if len(key) >= 32 {
		// The sum of two primes overflows as a constant: start from a variable.
		a, b, c, d := seed+prime64x1, seed+prime64x2, seed, seed-prime64x1
		for a += prime64x2; len(key) >= 32; key = key[32:] {
			a = xxh64Round(a, le64(key))
			b = xxh64Round(b, le64(key[8:]))
			c = xxh64Round(c, le64(key[16:]))
			d = xxh64Round(d, le64(key[24:]))
		}
		h = bits.RotateLeft64(a, 1) + bits.RotateLeft64(b, 7) +
			bits.RotateLeft64(c, 12) + bits.RotateLeft64(d, 18)
		for _, lane := range [...]uint64{a, b, c, d} {
			h = (h^xxh64Round(0, lane))*prime64x1 + prime64x4
		}
	}
	h += n
	for ; len(key) >= 8; key = key[8:] {
		h = bits.RotateLeft64(h^xxh64Round(0, le64(key)), 27)*prime64x1 + prime64x4
	}
	if len(key) >= 4 {
		h = bits.RotateLeft64(h^uint64(le32(key))*prime64x1, 23)*prime64x2 + prime64x3
		key = key[4:]
	}
	for _, c := range key {
		h = bits.RotateLeft64(h^uint64(c)*prime64x5, 11) * prime64x1
	}
	return xxh64Avalanche(h)
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
