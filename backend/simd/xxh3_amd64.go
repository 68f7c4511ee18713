//go:build !purego

package simd

import (
	"encoding/binary"
	"math/bits"
	"unsafe"

	"github.com/keymill/keymill/hash"
)

var xxh3AVX2 = family{
	fixed:  map[hash.Func]fixedKernel{hash.XXH3: xxh3FixedAVX2},
	ragged: map[hash.Func]raggedKernel{hash.XXH3: xxh3RaggedAVX2},
}

var xxh3Secret = hash.XXH3Secret()

// xxh3Consts is what xxh3 makes of its secret and a seed, for keys of up to 240
// bytes. The assembly knows its layout.
type xxh3Consts struct {
	flip1  uint64 // of keys of 1 to 3 bytes
	flip4  uint64 // 4 to 8
	lo, hi uint64 // 9 to 16
	empty  uint64 // the hash of the empty key
	// secret is, under the seed: words 0 to 15, 14 words from byte 3 on, and 2 from byte 119 on.
	secret [32]uint64

	seed uint64 // of all that
	is   bool
}

// init makes all of it, unless it is there.
func (c *xxh3Consts) init(seed uint64) {
	if c.is && c.seed == seed {
		return
	}
	c.is, c.seed = true, seed
	c.initShort(seed)
	c.empty = hash.SumXXH3(nil, seed)
	for i := range 16 {
		at := 16 * i
		switch {
		case i == 15:
			at = 136 - 17
		case i >= 8:
			at = 16*(i-8) + 3
		}
		c.secret[2*i], c.secret[2*i+1] = xxh3Word(at)+seed, xxh3Word(at+8)-seed
	}
}

// initShort makes what keys of 1 to 16 bytes take: of a few keys the rest would be most of
// the time.
func (c *xxh3Consts) initShort(seed uint64) {
	c.flip1 = uint64(uint32(xxh3Word(0))^uint32(xxh3Word(0)>>32)) + seed
	c.flip4 = (xxh3Word(8) ^ xxh3Word(16)) - (seed ^ uint64(bits.ReverseBytes32(uint32(seed)))<<32)
	c.lo, c.hi = (xxh3Word(24)^xxh3Word(32))+seed, (xxh3Word(40)^xxh3Word(48))-seed
}

// initFor makes what keys of a width take.
func (c *xxh3Consts) initFor(width int, seed uint64) {
	if width <= 16 {
		c.initShort(seed)
	} else {
		c.init(seed)
	}
}

func xxh3Word(at int) uint64 { return binary.LittleEndian.Uint64(xxh3Secret[at:]) }

// xxh3LongSecret returns the secret under a seed, for longer keys.
func xxh3LongSecret(seed uint64) (secret [192]byte) {
	for i := 0; i < len(secret); i += 16 {
		binary.LittleEndian.PutUint64(secret[i:], binary.LittleEndian.Uint64(xxh3Secret[i:])+seed)
		binary.LittleEndian.PutUint64(secret[i+8:], binary.LittleEndian.Uint64(xxh3Secret[i+8:])-seed)
	}
	return secret
}

// xxh3SumLong hashes a key of more than 240 bytes.
func xxh3SumLong(key []byte, secret *[192]byte) uint64 {
	acc := [8]uint64{0xC2B2AE3D, 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
		0x85EBCA77C2B2AE63, 0x85EBCA77, 0x27D4EB2F165667C5, 0x9E3779B1}
	xxh3Long(&acc[0], unsafe.SliceData(key), len(key), &secret[0])
	h := uint64(len(key)) * 0x9E3779B185EBCA87
	for i := 0; i < len(acc); i += 2 {
		hi, lo := bits.Mul64(acc[i]^binary.LittleEndian.Uint64(secret[11+8*i:]), acc[i+1]^binary.LittleEndian.Uint64(secret[19+8*i:]))
		h += hi ^ lo
	}
	h ^= h >> 37
	h *= 0x165667919E3779F9
	return h ^ h>>32
}

func xxh3FixedAVX2(dst []uint64, data []byte, width int, seed hash.Words) bool {
	if len(dst) == 0 {
		return false
	}
	if width > 240 {
		secret := xxh3LongSecret(seed.Lo)
		for i := range dst {
			dst[i] = xxh3SumLong(data[i*width:][:width], &secret)
		}
		return true
	}
	var c xxh3Consts
	c.initFor(width, seed.Lo)
	xxh3FixedWith(&c, dst, data, width)
	return true
}

// The keys of a step of the loops for 8 and 16 bytes.
const xxh3Step8, xxh3Step16 = 20, 12

// xxh3FixedWith hashes keys of up to 240 bytes, of one width.
func xxh3FixedWith(c *xxh3Consts, dst []uint64, data []byte, width int) {
	switch {
	case width == 8 && len(dst) >= xxh3Step8:
		groups := len(dst) / xxh3Step8
		xxh3Fixed8(&dst[0], &data[0], groups, c.flip4)
		dst, data = dst[groups*xxh3Step8:], data[groups*xxh3Step8*width:]
	case width == 16 && len(dst) >= xxh3Step16:
		groups := len(dst) / xxh3Step16
		xxh3Fixed16(&dst[0], &data[0], groups, c.lo, c.hi)
		dst, data = dst[groups*xxh3Step16:], data[groups*xxh3Step16*width:]
	}
	if len(dst) > 0 {
		xxh3Strided(dst, data, width, c)
	}
}

// xxh3Strided runs the loop for keys of one width, up to 240. (It does not return
// the loop: the constants of a call by pointer would go to the heap.)
func xxh3Strided(dst []uint64, data []byte, width int, c *xxh3Consts) {
	switch to, from, n := &dst[0], &data[0], len(dst); {
	case width <= 3:
		xxh3Strided0to3(to, from, n, width, &c.flip1)
	case width <= 8:
		xxh3Strided4to8(to, from, n, width, &c.flip1)
	case width <= 16:
		xxh3Strided9to16(to, from, n, width, &c.flip1)
	case width <= 32:
		xxh3Strided17to32(to, from, n, width, &c.flip1)
	case width <= 64:
		xxh3Strided33to64(to, from, n, width, &c.flip1)
	case width <= 96:
		xxh3Strided65to96(to, from, n, width, &c.flip1)
	case width <= 128:
		xxh3Strided97to128(to, from, n, width, &c.flip1)
	default:
		xxh3Strided129to240(to, from, n, width, &c.flip1)
	}
}
