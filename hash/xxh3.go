package hash

import (
	"encoding/binary"
	"math/bits"
)

// The primes of the xxHash family.
const (
	prime32x1 = 0x9E3779B1
	prime32x2 = 0x85EBCA77
	prime32x3 = 0xC2B2AE3D

	prime64x1 = 0x9E3779B185EBCA87
	prime64x2 = 0xC2B2AE3D27D4EB4F
	prime64x3 = 0x165667B19E3779F9
	prime64x4 = 0x85EBCA77C2B2AE63
	prime64x5 = 0x27D4EB2F165667C5

	primeMix1 = 0x165667919E3779F9
	primeMix2 = 0x9FB21C651E98DF25
)

// xxh3Secret is the default secret of XXH3: 192 bytes drawn at random by its
// author. A seed is added to and subtracted from its words.
var xxh3Secret = [192]byte{
	0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
	0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
	0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
	0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
	0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
	0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
	0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
	0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
	0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
	0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
	0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
	0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
}

// XXH3Secret returns that secret, for those who compute the function in another way.
func XXH3Secret() [192]byte { return xxh3Secret }

// SumXXH3 is XXH3_64bits_withSeed by Yann Collet: keymill's default hash. It
// passes SMHasher and is the fastest of the package on short keys.
//
// Its output never changes. Specification: xxHash doc/xxhash_spec.md, version
// 0.8 of the algorithm. Checked against github.com/zeebo/xxh3.
func SumXXH3(key []byte, seed uint64) uint64 {
	switch n := len(key); {
	case n > 240:
		return xxh3Long(key, seed)
	case n > 128:
		return xxh3To240(key, seed)
	case n > 16:
		return xxh3To128(key, seed)
	default:
		return xxh3To16(key, seed)
	}
}

func xxh3To16(key []byte, seed uint64) uint64 {
	s := xxh3Secret[:]
	switch n := len(key); {
	case n > 8:
		lo := le64(key) ^ ((le64(s[24:]) ^ le64(s[32:])) + seed)
		hi := le64(key[n-8:]) ^ ((le64(s[40:]) ^ le64(s[48:])) - seed)
		return xxh3Avalanche(uint64(n) + bits.ReverseBytes64(lo) + hi + mulFold(lo, hi))
	case n > 3:
		seed ^= uint64(bits.ReverseBytes32(uint32(seed))) << 32
		first, last := uint64(le32(key)), uint64(le32(key[n-4:]))
		h := (last + first<<32) ^ ((le64(s[8:]) ^ le64(s[16:])) - seed)
		h ^= bits.RotateLeft64(h, 49) ^ bits.RotateLeft64(h, 24)
		h *= primeMix2
		h ^= h>>35 + uint64(n)
		h *= primeMix2
		return h ^ h>>28
	case n > 0:
		word := uint32(key[0])<<16 | uint32(key[n/2])<<24 | uint32(key[n-1]) | uint32(n)<<8
		return xxh64Avalanche(uint64(word) ^ (uint64(le32(s)^le32(s[4:])) + seed))
	default:
		return xxh64Avalanche(seed ^ le64(s[56:]) ^ le64(s[64:]))
	}
}

// xxh3To128 mixes 16-byte pieces from both ends towards the middle.
func xxh3To128(key []byte, seed uint64) uint64 {
	n := len(key)
	acc := uint64(n) * prime64x1
	for i := (n - 1) / 32; i >= 0; i-- {
		acc += xxh3Mix16(key[16*i:], xxh3Secret[32*i:], seed)
		acc += xxh3Mix16(key[n-16*(i+1):], xxh3Secret[32*i+16:], seed)
	}
	return xxh3Avalanche(acc)
}

// xxh3To240 mixes every 16 bytes: eight pieces, then the rest at a shifted
// place of the secret, then the last 16 bytes once more.
func xxh3To240(key []byte, seed uint64) uint64 {
	n := len(key)
	acc := uint64(n) * prime64x1
	for i := range 8 {
		acc += xxh3Mix16(key[16*i:], xxh3Secret[16*i:], seed)
	}
	acc = xxh3Avalanche(acc)
	for i := 8; i < n/16; i++ {
		acc += xxh3Mix16(key[16*i:], xxh3Secret[16*(i-8)+3:], seed)
	}
	acc += xxh3Mix16(key[n-16:], xxh3Secret[136-17:], seed)
	return xxh3Avalanche(acc)
}

func xxh3Mix16(key, secret []byte, seed uint64) uint64 {
	return mulFold(le64(key)^(le64(secret)+seed), le64(key[8:])^(le64(secret[8:])-seed))
}

// xxh3Long runs eight accumulators over stripes of 64 bytes, and scrambles
// them after each block of 16 stripes.
func xxh3Long(key []byte, seed uint64) uint64 {
	const stripe, block = 64, 1024

	var secret [192]byte
	for i := 0; i < len(secret); i += 16 {
		binary.LittleEndian.PutUint64(secret[i:], le64(xxh3Secret[i:])+seed)
		binary.LittleEndian.PutUint64(secret[i+8:], le64(xxh3Secret[i+8:])-seed)
	}
	acc := [8]uint64{
		prime32x3, prime64x1, prime64x2, prime64x3,
		prime64x4, prime32x2, prime64x5, prime32x1,
	}

	n, rest := len(key), key
	for len(rest) > block {
		for i := range block / stripe {
			xxh3Accumulate(&acc, rest[stripe*i:], secret[8*i:])
		}
		for i := range acc {
			acc[i] = (acc[i] ^ acc[i]>>47 ^ le64(secret[128+8*i:])) * prime32x1
		}
		rest = rest[block:]
	}
	for i := range (len(rest) - 1) / stripe {
		xxh3Accumulate(&acc, rest[stripe*i:], secret[8*i:])
	}
	xxh3Accumulate(&acc, key[n-stripe:], secret[192-stripe-7:])

	sum := uint64(n) * prime64x1
	for i := 0; i < 8; i += 2 {
		sum += mulFold(acc[i]^le64(secret[11+8*i:]), acc[i+1]^le64(secret[19+8*i:]))
	}
	return xxh3Avalanche(sum)
}

func xxh3Accumulate(acc *[8]uint64, stripe, secret []byte) {
	for i := range acc {
		word := le64(stripe[8*i:])
		keyed := word ^ le64(secret[8*i:])
		acc[i^1] += word
		acc[i] += (keyed & 0xFFFFFFFF) * (keyed >> 32)
	}
}

func xxh3Avalanche(h uint64) uint64 {
	h ^= h >> 37
	h *= primeMix1
	return h ^ h>>32
}

// mulFold multiplies to 128 bits and folds the halves together.
func mulFold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
