package place

import "github.com/keymill/keymill/hash"

// Jump places by jump consistent hash: growing from N to M partitions moves
// only the keys that must move, and only to new partitions. The key of the
// paper is a 64-bit number: here a key of exactly 8 bytes is that number,
// little-endian, and any other key is hashed by XXH64.
//
// Source: Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash
// Algorithm", 2014.
func Jump(parts uint32) Scheme {
	return Scheme{
		Name: "jump", Hash: hash.XXH64, Word8: true, Reduce: ReduceJump, Parts: parts,
	}
}

// Mod places by hash % N.
func Mod(parts uint32) Scheme {
	return Scheme{Name: "mod", Reduce: ReduceMod, Parts: parts}
}

// Mask places by the low bits of the hash; N is a power of two.
func Mask(parts uint32) Scheme {
	return Scheme{Name: "mask", Reduce: ReduceMask, Parts: parts}
}

// Fastrange places by the high word of hash * N: the range of the hash cut in
// N equal parts, without a division.
//
// Source: Lemire, "Fast Random Integer Generation in an Interval", 2019.
func Fastrange(parts uint32) Scheme {
	return Scheme{Name: "fastrange", Reduce: ReduceFastrange, Parts: parts}
}
