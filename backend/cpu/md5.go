package cpu

import "math/bits"

// md5Short is the length up to which a key is one block.
const md5Short = 55

// md5Fixed hashes keys of one width up to md5Short, two at a time: a step of MD5 waits
// for the step before, and a second key has steps to do meanwhile.
func md5Fixed(dst []uint64, data []byte, width int) bool {
	if width > md5Short {
		return false
	}
	var one, two [16]uint32
	for len(dst) >= 2 && len(data) >= 2*width {
		md5Pad(&one, data[:width])
		md5Pad(&two, data[width:][:width])
		dst[0], dst[1] = md5Two(&one, &two)
		dst, data = dst[2:], data[2*width:]
	}
	if len(dst) > 0 {
		dst[0] = md5Sum(data[:width])
	}
	return true
}

// md5Ragged takes two keys at a time if both are short. Sorted keys mostly are.
func md5Ragged(dst []uint64, data []byte, keys Spans, order []uint16) {
	var one, two [16]uint32
	for len(order) >= 2 {
		i, j := order[0], order[1]
		first, second := keys.at(data, int(i)), keys.at(data, int(j))
		if len(first) <= md5Short && len(second) <= md5Short {
			md5Pad(&one, first)
			md5Pad(&two, second)
			dst[i], dst[j] = md5Two(&one, &two)
		} else {
			dst[i], dst[j] = md5Sum(first), md5Sum(second)
		}
		order = order[2:]
	}
	for _, i := range order {
		dst[i] = md5Sum(keys.at(data, int(i)))
	}
}

// md5State is where the digest starts.
var md5State = [4]uint32{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}

// md5Pad makes the last block of a key that is one block.
func md5Pad(block *[16]uint32, key []byte) {
	n := len(key)
	words := block[:(n/4)&15]
	for i := range words {
		words[i] = le32(key[4*i:])
	}
	clear(block[len(words):])
	block[(n/4)&15] = md5Tail(key)
	block[14] = uint32(8 * n)
}

// md5Tail returns the up to 3 bytes of a key that fill no word, and the 0x80 behind them.
func md5Tail(key []byte) uint32 {
	n := len(key)
	tail, end := uint32(0), uint32(0x80)<<(n%4*8)
	if n%4 == 0 {
		return end
	}
	if n >= 4 {
		tail = le32(key[n-4:]) >> (32 - n%4*8)
	} else {
		tail = uint32(upTo7(key) >> (64 - 8*n))
	}
	return tail | end
}

// md5Sum hashes a key of any length.
func md5Sum(key []byte) uint64 {
	state, n := md5State, uint64(len(key))
	var block [16]uint32
	for ; len(key) >= 64; key = key[64:] {
		for i := range block {
			block[i] = le32(key[4*i:])
		}
		state = md5One(state, &block)
	}
	if len(key) <= md5Short {
		md5Pad(&block, key)
	} else {
		var last [64]byte
		last[copy(last[:], key)] = 0x80
		for i := range block {
			block[i] = le32(last[4*i:])
		}
		state = md5One(state, &block)
		clear(block[:])
	}
	block[14], block[15] = uint32(8*n), uint32(8*n>>32)
	state = md5One(state, &block)
	return uint64(state[0]) | uint64(state[1])<<32
}

// md5One takes a block.
func md5One(s [4]uint32, x *[16]uint32) [4]uint32 {
	a, b, c, d := s[0], s[1], s[2], s[3]
	a = md5F(a, b, c, d, x[0], 0xd76aa478, 7)
	d = md5F(d, a, b, c, x[1], 0xe8c7b756, 12)
	c = md5F(c, d, a, b, x[2], 0x242070db, 17)
	b = md5F(b, c, d, a, x[3], 0xc1bdceee, 22)
	a = md5F(a, b, c, d, x[4], 0xf57c0faf, 7)
	d = md5F(d, a, b, c, x[5], 0x4787c62a, 12)
	c = md5F(c, d, a, b, x[6], 0xa8304613, 17)
	b = md5F(b, c, d, a, x[7], 0xfd469501, 22)
	a = md5F(a, b, c, d, x[8], 0x698098d8, 7)
	d = md5F(d, a, b, c, x[9], 0x8b44f7af, 12)
	c = md5F(c, d, a, b, x[10], 0xffff5bb1, 17)
	b = md5F(b, c, d, a, x[11], 0x895cd7be, 22)
	a = md5F(a, b, c, d, x[12], 0x6b901122, 7)
	d = md5F(d, a, b, c, x[13], 0xfd987193, 12)
	c = md5F(c, d, a, b, x[14], 0xa679438e, 17)
	b = md5F(b, c, d, a, x[15], 0x49b40821, 22)
	a = md5G(a, b, c, d, x[1], 0xf61e2562, 5)
	d = md5G(d, a, b, c, x[6], 0xc040b340, 9)
	c = md5G(c, d, a, b, x[11], 0x265e5a51, 14)
	b = md5G(b, c, d, a, x[0], 0xe9b6c7aa, 20)
	a = md5G(a, b, c, d, x[5], 0xd62f105d, 5)
	d = md5G(d, a, b, c, x[10], 0x02441453, 9)
	c = md5G(c, d, a, b, x[15], 0xd8a1e681, 14)
	b = md5G(b, c, d, a, x[4], 0xe7d3fbc8, 20)
	a = md5G(a, b, c, d, x[9], 0x21e1cde6, 5)
	d = md5G(d, a, b, c, x[14], 0xc33707d6, 9)
	c = md5G(c, d, a, b, x[3], 0xf4d50d87, 14)
	b = md5G(b, c, d, a, x[8], 0x455a14ed, 20)
	a = md5G(a, b, c, d, x[13], 0xa9e3e905, 5)
	d = md5G(d, a, b, c, x[2], 0xfcefa3f8, 9)
	c = md5G(c, d, a, b, x[7], 0x676f02d9, 14)
	b = md5G(b, c, d, a, x[12], 0x8d2a4c8a, 20)
	a = md5H(a, b, c, d, x[5], 0xfffa3942, 4)
	d = md5H(d, a, b, c, x[8], 0x8771f681, 11)
	c = md5H(c, d, a, b, x[11], 0x6d9d6122, 16)
	b = md5H(b, c, d, a, x[14], 0xfde5380c, 23)
	a = md5H(a, b, c, d, x[1], 0xa4beea44, 4)
	d = md5H(d, a, b, c, x[4], 0x4bdecfa9, 11)
	c = md5H(c, d, a, b, x[7], 0xf6bb4b60, 16)
	b = md5H(b, c, d, a, x[10], 0xbebfbc70, 23)
	a = md5H(a, b, c, d, x[13], 0x289b7ec6, 4)
	d = md5H(d, a, b, c, x[0], 0xeaa127fa, 11)
	c = md5H(c, d, a, b, x[3], 0xd4ef3085, 16)
	b = md5H(b, c, d, a, x[6], 0x04881d05, 23)
	a = md5H(a, b, c, d, x[9], 0xd9d4d039, 4)
	d = md5H(d, a, b, c, x[12], 0xe6db99e5, 11)
	c = md5H(c, d, a, b, x[15], 0x1fa27cf8, 16)
	b = md5H(b, c, d, a, x[2], 0xc4ac5665, 23)
	a = md5I(a, b, c, d, x[0], 0xf4292244, 6)
	d = md5I(d, a, b, c, x[7], 0x432aff97, 10)
	c = md5I(c, d, a, b, x[14], 0xab9423a7, 15)
	b = md5I(b, c, d, a, x[5], 0xfc93a039, 21)
	a = md5I(a, b, c, d, x[12], 0x655b59c3, 6)
	d = md5I(d, a, b, c, x[3], 0x8f0ccc92, 10)
	c = md5I(c, d, a, b, x[10], 0xffeff47d, 15)
	b = md5I(b, c, d, a, x[1], 0x85845dd1, 21)
	a = md5I(a, b, c, d, x[8], 0x6fa87e4f, 6)
	d = md5I(d, a, b, c, x[15], 0xfe2ce6e0, 10)
	c = md5I(c, d, a, b, x[6], 0xa3014314, 15)
	b = md5I(b, c, d, a, x[13], 0x4e0811a1, 21)
	a = md5I(a, b, c, d, x[4], 0xf7537e82, 6)
	d = md5I(d, a, b, c, x[11], 0xbd3af235, 10)
	c = md5I(c, d, a, b, x[2], 0x2ad7d2bb, 15)
	b = md5I(b, c, d, a, x[9], 0xeb86d391, 21)
	return [4]uint32{s[0] + a, s[1] + b, s[2] + c, s[3] + d}
}

// md5Two returns the first words of two digests of a block each.
func md5Two(x, y *[16]uint32) (uint64, uint64) {
	a, b, c, d := md5State[0], md5State[1], md5State[2], md5State[3]
	e, f, g, h := a, b, c, d
	a = md5F(a, b, c, d, x[0], 0xd76aa478, 7)
	e = md5F(e, f, g, h, y[0], 0xd76aa478, 7)
	d = md5F(d, a, b, c, x[1], 0xe8c7b756, 12)
	h = md5F(h, e, f, g, y[1], 0xe8c7b756, 12)
	c = md5F(c, d, a, b, x[2], 0x242070db, 17)
	g = md5F(g, h, e, f, y[2], 0x242070db, 17)
	b = md5F(b, c, d, a, x[3], 0xc1bdceee, 22)
	f = md5F(f, g, h, e, y[3], 0xc1bdceee, 22)
	a = md5F(a, b, c, d, x[4], 0xf57c0faf, 7)
	e = md5F(e, f, g, h, y[4], 0xf57c0faf, 7)
	d = md5F(d, a, b, c, x[5], 0x4787c62a, 12)
	h = md5F(h, e, f, g, y[5], 0x4787c62a, 12)
	c = md5F(c, d, a, b, x[6], 0xa8304613, 17)
	g = md5F(g, h, e, f, y[6], 0xa8304613, 17)
	b = md5F(b, c, d, a, x[7], 0xfd469501, 22)
	f = md5F(f, g, h, e, y[7], 0xfd469501, 22)
	a = md5F(a, b, c, d, x[8], 0x698098d8, 7)
	e = md5F(e, f, g, h, y[8], 0x698098d8, 7)
	d = md5F(d, a, b, c, x[9], 0x8b44f7af, 12)
	h = md5F(h, e, f, g, y[9], 0x8b44f7af, 12)
	c = md5F(c, d, a, b, x[10], 0xffff5bb1, 17)
	g = md5F(g, h, e, f, y[10], 0xffff5bb1, 17)
	b = md5F(b, c, d, a, x[11], 0x895cd7be, 22)
	f = md5F(f, g, h, e, y[11], 0x895cd7be, 22)
	a = md5F(a, b, c, d, x[12], 0x6b901122, 7)
	e = md5F(e, f, g, h, y[12], 0x6b901122, 7)
	d = md5F(d, a, b, c, x[13], 0xfd987193, 12)
	h = md5F(h, e, f, g, y[13], 0xfd987193, 12)
	c = md5F(c, d, a, b, x[14], 0xa679438e, 17)
	g = md5F(g, h, e, f, y[14], 0xa679438e, 17)
	b = md5F(b, c, d, a, x[15], 0x49b40821, 22)
	f = md5F(f, g, h, e, y[15], 0x49b40821, 22)
	a = md5G(a, b, c, d, x[1], 0xf61e2562, 5)
	e = md5G(e, f, g, h, y[1], 0xf61e2562, 5)
	d = md5G(d, a, b, c, x[6], 0xc040b340, 9)
	h = md5G(h, e, f, g, y[6], 0xc040b340, 9)
	c = md5G(c, d, a, b, x[11], 0x265e5a51, 14)
	g = md5G(g, h, e, f, y[11], 0x265e5a51, 14)
	b = md5G(b, c, d, a, x[0], 0xe9b6c7aa, 20)
	f = md5G(f, g, h, e, y[0], 0xe9b6c7aa, 20)
	a = md5G(a, b, c, d, x[5], 0xd62f105d, 5)
	e = md5G(e, f, g, h, y[5], 0xd62f105d, 5)
	d = md5G(d, a, b, c, x[10], 0x02441453, 9)
	h = md5G(h, e, f, g, y[10], 0x02441453, 9)
	c = md5G(c, d, a, b, x[15], 0xd8a1e681, 14)
	g = md5G(g, h, e, f, y[15], 0xd8a1e681, 14)
	b = md5G(b, c, d, a, x[4], 0xe7d3fbc8, 20)
	f = md5G(f, g, h, e, y[4], 0xe7d3fbc8, 20)
	a = md5G(a, b, c, d, x[9], 0x21e1cde6, 5)
	e = md5G(e, f, g, h, y[9], 0x21e1cde6, 5)
	d = md5G(d, a, b, c, x[14], 0xc33707d6, 9)
	h = md5G(h, e, f, g, y[14], 0xc33707d6, 9)
	c = md5G(c, d, a, b, x[3], 0xf4d50d87, 14)
	g = md5G(g, h, e, f, y[3], 0xf4d50d87, 14)
	b = md5G(b, c, d, a, x[8], 0x455a14ed, 20)
	f = md5G(f, g, h, e, y[8], 0x455a14ed, 20)
	a = md5G(a, b, c, d, x[13], 0xa9e3e905, 5)
	e = md5G(e, f, g, h, y[13], 0xa9e3e905, 5)
	d = md5G(d, a, b, c, x[2], 0xfcefa3f8, 9)
	h = md5G(h, e, f, g, y[2], 0xfcefa3f8, 9)
	c = md5G(c, d, a, b, x[7], 0x676f02d9, 14)
	g = md5G(g, h, e, f, y[7], 0x676f02d9, 14)
	b = md5G(b, c, d, a, x[12], 0x8d2a4c8a, 20)
	f = md5G(f, g, h, e, y[12], 0x8d2a4c8a, 20)
	a = md5H(a, b, c, d, x[5], 0xfffa3942, 4)
	e = md5H(e, f, g, h, y[5], 0xfffa3942, 4)
	d = md5H(d, a, b, c, x[8], 0x8771f681, 11)
	h = md5H(h, e, f, g, y[8], 0x8771f681, 11)
	c = md5H(c, d, a, b, x[11], 0x6d9d6122, 16)
	g = md5H(g, h, e, f, y[11], 0x6d9d6122, 16)
	b = md5H(b, c, d, a, x[14], 0xfde5380c, 23)
	f = md5H(f, g, h, e, y[14], 0xfde5380c, 23)
	a = md5H(a, b, c, d, x[1], 0xa4beea44, 4)
	e = md5H(e, f, g, h, y[1], 0xa4beea44, 4)
	d = md5H(d, a, b, c, x[4], 0x4bdecfa9, 11)
	h = md5H(h, e, f, g, y[4], 0x4bdecfa9, 11)
	c = md5H(c, d, a, b, x[7], 0xf6bb4b60, 16)
	g = md5H(g, h, e, f, y[7], 0xf6bb4b60, 16)
	b = md5H(b, c, d, a, x[10], 0xbebfbc70, 23)
	f = md5H(f, g, h, e, y[10], 0xbebfbc70, 23)
	a = md5H(a, b, c, d, x[13], 0x289b7ec6, 4)
	e = md5H(e, f, g, h, y[13], 0x289b7ec6, 4)
	d = md5H(d, a, b, c, x[0], 0xeaa127fa, 11)
	h = md5H(h, e, f, g, y[0], 0xeaa127fa, 11)
	c = md5H(c, d, a, b, x[3], 0xd4ef3085, 16)
	g = md5H(g, h, e, f, y[3], 0xd4ef3085, 16)
	b = md5H(b, c, d, a, x[6], 0x04881d05, 23)
	f = md5H(f, g, h, e, y[6], 0x04881d05, 23)
	a = md5H(a, b, c, d, x[9], 0xd9d4d039, 4)
	e = md5H(e, f, g, h, y[9], 0xd9d4d039, 4)
	d = md5H(d, a, b, c, x[12], 0xe6db99e5, 11)
	h = md5H(h, e, f, g, y[12], 0xe6db99e5, 11)
	c = md5H(c, d, a, b, x[15], 0x1fa27cf8, 16)
	g = md5H(g, h, e, f, y[15], 0x1fa27cf8, 16)
	b = md5H(b, c, d, a, x[2], 0xc4ac5665, 23)
	f = md5H(f, g, h, e, y[2], 0xc4ac5665, 23)
	a = md5I(a, b, c, d, x[0], 0xf4292244, 6)
	e = md5I(e, f, g, h, y[0], 0xf4292244, 6)
	d = md5I(d, a, b, c, x[7], 0x432aff97, 10)
	h = md5I(h, e, f, g, y[7], 0x432aff97, 10)
	c = md5I(c, d, a, b, x[14], 0xab9423a7, 15)
	g = md5I(g, h, e, f, y[14], 0xab9423a7, 15)
	b = md5I(b, c, d, a, x[5], 0xfc93a039, 21)
	f = md5I(f, g, h, e, y[5], 0xfc93a039, 21)
	a = md5I(a, b, c, d, x[12], 0x655b59c3, 6)
	e = md5I(e, f, g, h, y[12], 0x655b59c3, 6)
	d = md5I(d, a, b, c, x[3], 0x8f0ccc92, 10)
	h = md5I(h, e, f, g, y[3], 0x8f0ccc92, 10)
	c = md5I(c, d, a, b, x[10], 0xffeff47d, 15)
	g = md5I(g, h, e, f, y[10], 0xffeff47d, 15)
	b = md5I(b, c, d, a, x[1], 0x85845dd1, 21)
	f = md5I(f, g, h, e, y[1], 0x85845dd1, 21)
	a = md5I(a, b, c, d, x[8], 0x6fa87e4f, 6)
	e = md5I(e, f, g, h, y[8], 0x6fa87e4f, 6)
	d = md5I(d, a, b, c, x[15], 0xfe2ce6e0, 10)
	h = md5I(h, e, f, g, y[15], 0xfe2ce6e0, 10)
	c = md5I(c, d, a, b, x[6], 0xa3014314, 15)
	g = md5I(g, h, e, f, y[6], 0xa3014314, 15)
	b = md5I(b, c, d, a, x[13], 0x4e0811a1, 21)
	f = md5I(f, g, h, e, y[13], 0x4e0811a1, 21)
	a = md5I(a, b, c, d, x[4], 0xf7537e82, 6)
	e = md5I(e, f, g, h, y[4], 0xf7537e82, 6)
	d = md5I(d, a, b, c, x[11], 0xbd3af235, 10)
	h = md5I(h, e, f, g, y[11], 0xbd3af235, 10)
	c = md5I(c, d, a, b, x[2], 0x2ad7d2bb, 15)
	g = md5I(g, h, e, f, y[2], 0x2ad7d2bb, 15)
	b = md5I(b, c, d, a, x[9], 0xeb86d391, 21)
	f = md5I(f, g, h, e, y[9], 0xeb86d391, 21)
	return uint64(md5State[0]+a) | uint64(md5State[1]+b)<<32, uint64(md5State[0]+e) | uint64(md5State[1]+f)<<32
}

// The steps of each round of md5: the new value of a.

func md5F(a, b, c, d, word, sine uint32, by int) uint32 {
	return b + bits.RotateLeft32(a+((c^d)&b^d)+word+sine, by)
}

func md5G(a, b, c, d, word, sine uint32, by int) uint32 {
	return b + bits.RotateLeft32(a+(b&d)+(c&^d)+word+sine, by)
}

func md5H(a, b, c, d, word, sine uint32, by int) uint32 {
	return b + bits.RotateLeft32(a+(b^c^d)+word+sine, by)
}

func md5I(a, b, c, d, word, sine uint32, by int) uint32 {
	return b + bits.RotateLeft32(a+(c^(b|^d))+word+sine, by)
}
