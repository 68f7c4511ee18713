package cpu

import (
	"math/bits"

	"github.com/keymill/keymill/hash"
)

// sipHashFixed hashes keys of one width. It runs the multiples of 8 up to 64.
func sipHashFixed(dst []uint64, data []byte, width int, key hash.Words, perWord, atEnd int) bool {
	if width%8 != 0 || width > 64 {
		return false
	}
	for i := range dst {
		dst[i] = sipHash(data[i*width:][:width], key, perWord, atEnd)
	}
	return true
}

// sipHash keeps its four words in registers, where the definition keeps them
// in a struct.
func sipHash(data []byte, key hash.Words, perWord, atEnd int) uint64 {
	a, b := key.Lo^0x736f6d6570736575, key.Hi^0x646f72616e646f6d
	c, d := key.Lo^0x6c7967656e657261, key.Hi^0x7465646279746573
	last := uint64(len(data)) << 56
	for ; len(data) >= 8; data = data[8:] {
		word := le64(data)
		d ^= word
		for range perWord {
			a, b, c, d = sipRound(a, b, c, d)
		}
		a ^= word
	}
	for i, octet := range data {
		last |= uint64(octet) << (8 * i)
	}
	d ^= last
	for range perWord {
		a, b, c, d = sipRound(a, b, c, d)
	}
	a ^= last
	c ^= 0xff
	for range atEnd {
		a, b, c, d = sipRound(a, b, c, d)
	}
	return a ^ b ^ c ^ d
}

func sipRound(a, b, c, d uint64) (uint64, uint64, uint64, uint64) {
	a += b
	c += d
	b = bits.RotateLeft64(b, 13) ^ a
	d = bits.RotateLeft64(d, 16) ^ c
	a = bits.RotateLeft64(a, 32) + d
	c += b
	b = bits.RotateLeft64(b, 17) ^ c
	d = bits.RotateLeft64(d, 21) ^ a
	return a, b, bits.RotateLeft64(c, 32), d
}
