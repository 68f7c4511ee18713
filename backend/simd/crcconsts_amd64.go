//go:build !purego

package simd

import (
	"hash/crc32"
	"math/bits"
)

// crcConsts is what the assembly needs to know of a polynomial. It knows the
// layout.
type crcConsts struct {
	fold16 [2]uint64 // what moves 16 bytes onto the 16 after them
	last   [2]uint64 // what the last 8 bytes are reduced by
	fold32 [2]uint64 // as fold16, onto bytes that are 32 and 64 further on
	fold64 [2]uint64

	// from[64-n] is the CRC to start from if n zeros stand before a key: after
	// them it is what the CRC of the key starts from. The last is for the alignment.
	from  [66]uint32
	masks [128]byte // 64 zeros and 64 ones
}

var (
	crc16Consts  = newCRC16Consts(0x1021)
	crc32Consts  = newCRC32Consts(crc32.IEEE)
	crc32cConsts = newCRC32Consts(crc32.Castagnoli)
)

// newCRC16Consts is for a CRC of 16 bits that starts from 0 and has the highest
// power of x in the highest bit.
func newCRC16Consts(poly uint16) *crcConsts {
	p := uint64(poly) | 1<<16
	fold := func(n int) [2]uint64 { return [2]uint64{powerOfX(n, p, 16), powerOfX(n+64, p, 16)} }
	c := &crcConsts{fold16: fold(128), fold32: fold(256), fold64: fold(512)}
	// The inverse is x^80 by the polynomial, less x^64.
	inverse, rest := uint64(0), uint64(1)
	for range 80 {
		rest <<= 1
		inverse = inverse<<1 | rest>>16
		rest ^= p * (rest >> 16)
	}
	c.last = [2]uint64{inverse, inverse}
	c.setMasks()
	return c
}

// newCRC32Consts is for a CRC of 32 bits that starts from ones and is reflected:
// the lowest bit is the highest power of x, in the polynomial too.
func newCRC32Consts(poly uint32) *crcConsts {
	p := uint64(bits.Reverse32(poly)) | 1<<32
	// The product of reflected numbers is the reflected product times x.
	power := func(n int) uint64 { return bits.Reverse64(powerOfX(n-1, p, 32)) }
	fold := func(n int) [2]uint64 { return [2]uint64{power(n + 64), power(n)} }
	c := &crcConsts{fold16: fold(128), fold32: fold(256), fold64: fold(512)}
	reflected := uint64(poly)<<1 | 1
	inverse, rest := uint64(0), uint64(1)
	for i := range 64 {
		bit := rest >> i & 1
		inverse |= bit << i
		rest ^= reflected << i * bit
	}
	c.last = [2]uint64{inverse, reflected}

	crc := ^uint32(0)
	for n := range 65 {
		c.from[64-n] = crc
		for range 8 { // a step of the CRC, backwards
			if crc>>31 == 1 {
				crc = (crc^poly)<<1 | 1
			} else {
				crc <<= 1
			}
		}
	}
	c.setMasks()
	return c
}

func (c *crcConsts) setMasks() {
	for i := range c.masks[64:] {
		c.masks[64+i] = 0xff
	}
}

// powerOfX returns x^n modulo a polynomial of a degree.
func powerOfX(n int, p uint64, degree int) uint64 {
	power := uint64(1)
	for range n {
		power <<= 1
		power ^= p * (power >> degree)
	}
	return power
}
