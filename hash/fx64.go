package hash

import "math/bits"

// SumFX64 is the Fx hash of the system that keymill starts from (the Rust
// crate trueno): per 8-byte little-endian word, and then per remaining byte,
// h = (rotl(h, 5) ^ word) * 0x517cc1b727220a95, from h = 0.
//
// It is here for compatibility, bit for bit, and is weak:
//
//   - It has no final mixing, so `hash % 2^k` depends only on the low bits of
//     the last word: every 8-byte or 16-byte key of a family that counts in its
//     last bytes, big-endian, lands in one partition.
//   - 41 % of `order:%d` keys collide with another in all 64 bits.
//   - It has no seed, and collisions are made by hand: 50,000 crafted keys took
//     a hash map from 6 ms to 6.5 s.
//   - The key's length is not hashed: "", "\x00" and "\x00\x00" all give 0.
//
// Its output never changes. Checked against the few vectors that the Rust
// original computed (internal/vectors/testdata/fx64.json); no other implementation
// of it is known.
func SumFX64(key []byte) uint64 {
	const multiplier = 0x517cc1b727220a95
	h := uint64(0)
	for ; len(key) >= 8; key = key[8:] {
		h = (bits.RotateLeft64(h, 5) ^ le64(key)) * multiplier
	}
	for _, c := range key {
		h = (bits.RotateLeft64(h, 5) ^ uint64(c)) * multiplier
	}
	return h
}
