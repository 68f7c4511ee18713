package cpu

import (
	"encoding/binary"
	"math/bits"
)

// desFixed hashes keys of any one width, two at a time: a round of DES waits for the
// round before, and a second key has rounds to do meanwhile.
func desFixed(dst []uint64, data []byte, width int) bool {
	for len(dst) >= 2 {
		dst[0], dst[1] = desPair(data[:width], data[width:2*width])
		dst, data = dst[2:], data[2*width:]
	}
	if len(dst) > 0 {
		dst[0] = desSum(data[:width])
	}
	return true
}

// desRagged takes two keys at a time if they are of one length, as sorted ones often
// are.
func desRagged(dst []uint64, data []byte, keys Spans, order []uint16) {
	for len(order) >= 2 {
		first, second := keys.at(data, int(order[0])), keys.at(data, int(order[1]))
		if len(first) == len(second) {
			dst[order[0]], dst[order[1]] = desPair(first, second)
			order = order[2:]
			continue
		}
		dst[order[0]] = desSum(first)
		order = order[1:]
	}
	for _, i := range order {
		dst[i] = desSum(keys.at(data, int(i)))
	}
}

// desPair hashes two keys of one length.
func desPair(first, second []byte) (uint64, uint64) {
	one, two := uint64(0), uint64(0)
	for ; len(first) > 8 && len(second) > 8; first, second = first[8:], second[8:] {
		one, two = desTwo(one^binary.BigEndian.Uint64(first), two^binary.BigEndian.Uint64(second))
	}
	one, two = desTwo(one^desLast(first), two^desLast(second))
	return bits.ReverseBytes64(one), bits.ReverseBytes64(two)
}

// desSum hashes a key.
func desSum(key []byte) uint64 {
	mac := uint64(0)
	for ; len(key) > 8; key = key[8:] {
		mac = desOne(mac ^ binary.BigEndian.Uint64(key))
	}
	return bits.ReverseBytes64(desOne(mac ^ desLast(key)))
}

// desLast returns the last block, of 0 to 8 bytes, with zeros behind them.
func desLast(key []byte) uint64 {
	switch n := len(key); n {
	case 8:
		return binary.BigEndian.Uint64(key)
	case 0:
		return 0
	default:
		return bits.ReverseBytes64(upTo7(key) >> (64 - 8*n))
	}
}

// desOne is DES under the zero key.
func desOne(block uint64) uint64 {
	left, right := desIn(block)
	for range 8 {
		left ^= desOdd(right) ^ desEven(right)
		right ^= desOdd(left) ^ desEven(left)
	}
	return desOut(right, left)
}

func desTwo(one, two uint64) (uint64, uint64) {
	left1, right1 := desIn(one)
	left2, right2 := desIn(two)
	for range 8 {
		left1 ^= desOdd(right1) ^ desEven(right1)
		left2 ^= desOdd(right2) ^ desEven(right2)
		right1 ^= desOdd(left1) ^ desEven(left1)
		right2 ^= desOdd(left2) ^ desEven(left2)
	}
	return desOut(right1, left1), desOut(right2, left2)
}

// A round exclusive-ors desOdd and desEven of one half into the other: the cipher
// function in two parts, which are so small that they need no call. Halves are rotated
// left by one, so the six bits of every second S-box are the low bits of a byte, and
// those of the others after a rotation by four.
func desOdd(half uint32) uint32 {
	half = bits.RotateLeft32(half, -4)
	return desBoxes[0][half>>24&63] ^ desBoxes[2][half>>16&63] ^ desBoxes[4][half>>8&63] ^ desBoxes[6][half&63]
}

func desEven(half uint32) uint32 {
	return desBoxes[1][half>>24&63] ^ desBoxes[3][half>>16&63] ^ desBoxes[5][half>>8&63] ^ desBoxes[7][half&63]
}

// desIn is the initial permutation, by exchanges of bits, and the rotation; desOut
// takes both back.
func desIn(block uint64) (left, right uint32) {
	left, right = uint32(block>>32), uint32(block)
	left, right = desExchange(left, right, 4, 0x0F0F0F0F)
	left, right = desExchange(left, right, 16, 0x0000FFFF)
	right, left = desExchange(right, left, 2, 0x33333333)
	right, left = desExchange(right, left, 8, 0x00FF00FF)
	left, right = desExchange(left, right, 1, 0x55555555)
	return bits.RotateLeft32(left, 1), bits.RotateLeft32(right, 1)
}

func desOut(left, right uint32) uint64 {
	left, right = bits.RotateLeft32(left, -1), bits.RotateLeft32(right, -1)
	left, right = desExchange(left, right, 1, 0x55555555)
	right, left = desExchange(right, left, 8, 0x00FF00FF)
	right, left = desExchange(right, left, 2, 0x33333333)
	left, right = desExchange(left, right, 16, 0x0000FFFF)
	left, right = desExchange(left, right, 4, 0x0F0F0F0F)
	return uint64(left)<<32 | uint64(right)
}

// desExchange has the masked bits of b change places with those of a that are so much
// further up.
func desExchange(a, b uint32, up int, mask uint32) (uint32, uint32) {
	t := (a>>up ^ b) & mask
	return a ^ t<<up, b ^ t
}

// desBoxes has what each S-box makes of its 6 bits, permuted by P and rotated left by
// one.
var desBoxes = func() (boxes [8][64]uint32) {
	for box, rows := range desSelect {
		for in := range uint32(64) {
			row, column := in>>4&2|in&1, in>>1&15
			nibble := uint32(rows[row]>>(60-4*column)) & 15
			for bit, to := range desPermute[box] {
				boxes[box][in] |= nibble >> (3 - bit) & 1 << (32 - to)
			}
			boxes[box][in] = bits.RotateLeft32(boxes[box][in], 1)
		}
	}
	return boxes
}()

// desPermute has where P puts the four bits of each S-box, counted from 1, the highest.
var desPermute = [8][4]int{
	{9, 17, 23, 31}, {13, 28, 2, 18}, {24, 16, 30, 6}, {26, 20, 10, 1},
	{8, 14, 25, 3}, {4, 29, 11, 19}, {32, 12, 22, 7}, {5, 27, 15, 21},
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
