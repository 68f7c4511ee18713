package hash

import (
	"encoding/binary"
	"math/bits"
)

// SumDES is the data authentication algorithm of FIPS 113, the CBC-MAC of
// DES, under a key of eight zero bytes: of a key of exactly 8 bytes it is DES of
// them, which Vitess' vindex `hash` makes a keyspace id of. A last block that is
// not full is filled with zeros, and the empty key is one block of zeros, so keys
// that differ in zeros at the end may collide. The 8 bytes of the result are read
// as a little-endian word.
//
// Under a key of zeros each round key is zero: nothing is secret here, and
// nothing is left to schedule. And as that key is one of DES's weak ones, DES of
// DES is the block itself: a key of 16 bytes that ends in 8 zeros hashes to its
// own first half.
//
// Its output never changes. Specification: FIPS 46-3 and FIPS 113. Checked
// against crypto/des and vectors of Vitess.
func SumDES(key []byte) uint64 {
	var block [8]byte
	n := copy(block[:], key)
	mac := desZero(binary.BigEndian.Uint64(block[:]))
	for key = key[n:]; len(key) > 0; key = key[n:] {
		clear(block[:])
		n = copy(block[:], key)
		mac = desZero(mac ^ binary.BigEndian.Uint64(block[:]))
	}
	return bits.ReverseBytes64(mac)
}

// desZero is DES of a big-endian block under the zero key.
func desZero(block uint64) uint64 {
	mixed := uint64(0)
	for i, from := range desInitial {
		mixed |= block >> (64 - from) & 1 << (63 - i)
	}
	left, right := uint32(mixed>>32), uint32(mixed)
	for range 16 {
		left, right = right, left^desRound(right)
	}
	mixed = uint64(right)<<32 | uint64(left)
	block = 0
	for i, to := range desInitial {
		block |= mixed >> (63 - i) & 1 << (64 - to)
	}
	return block
}

// desRound is the cipher function f. Each S-box takes 6 bits, two of which its
// neighbours take too.
func desRound(right uint32) (out uint32) {
	for box := range desBoxes {
		out |= desBoxes[box][bits.RotateLeft32(right, 4*box+5)%64]
	}
	return out
}

// desInitial is the initial permutation: bit i comes from the bit that it names.
// The standard counts from 1, the highest bit.
var desInitial = func() (from [64]int) {
	for i := range from {
		from[i] = [8]int{58, 60, 62, 64, 57, 59, 61, 63}[i/8] - i%8*8
	}
	return from
}()

// desBoxes has what each S-box makes of its 6 bits, permuted by P already.
var desBoxes = func() (boxes [8][64]uint32) {
	for box := range boxes {
		for in := range uint32(64) {
			row, column := in>>4&2|in&1, in>>1&15
			nibble := uint32(desSelect[box][row]>>(60-4*column)) & 15
			for i, from := range desPermute {
				boxes[box][in] |= nibble << (28 - 4*box) >> (32 - from) & 1 << (31 - i)
			}
		}
	}
	return boxes
}()

// DESBoxes returns what each S-box of DES makes of its 6 bits, permuted by P
// already, for backends that compute [SumDES] elsewhere.
func DESBoxes() [8][64]uint32 { return desBoxes }

// desPermute is the permutation P, which spreads the outputs of the S-boxes.
var desPermute = [32]int{
	16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
	2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
}

// desSelect are the S-boxes: four rows each, of sixteen outputs of a hex digit.
var desSelect = [8][4]uint64{
	{0xe4d12fb83a6c5907, 0x0f74e2d1a6cb9538, 0x41e8d62bfc973a50, 0xfc8249175b3ea06d},
	{0xf18e6b34972dc05a, 0x3d47f28ec01a69b5, 0x0e7ba4d158c6932f, 0xd8a13f42b67c05e9},
	{0xa09e63f51dc7b428, 0xd709346a285ecbf1, 0xd6498f30b12c5ae7, 0x1ad069874fe3b52c},
	{0x7de3069a1285bc4f, 0xd8b56f03472c1ae9, 0xa690cb7df13e5284, 0x3f06a1d8945bc72e},
	{0x2c417ab6853fd0e9, 0xeb2c47d150fa3986, 0x421bad78f9c5630e, 0xb8c71e2d6f09a453},
	{0xc1af92680d34e75b, 0xaf427c9561de0b38, 0x9ef528c3704a1db6, 0x432c95fabe17608d},
	{0x4b2ef08d3c975a61, 0xd0b7491ae35c2f86, 0x14bdc37eaf680592, 0x6bd814a7950fe23c},
	{0xd2846fb1a93e50c7, 0x1fd8a374c56b0e92, 0x7b419ce206adf358, 0x21e74a8dfc90356b},
}
