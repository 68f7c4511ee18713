package hash

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// SumMD5 is MD5 (RFC 1321) as a hash of keys: Kinesis, ketama rings, MongoDB's
// hashed keys and Vitess' binary_md5 place by it. It returns bytes 0..7 and 8..15
// of the digest as little-endian words; placement uses the first. It protects
// nothing: collisions of MD5 are made in seconds.
//
// It is written out here, because the standard library's refuses to run where
// only FIPS 140 is allowed, and placement is no cryptography.
//
// Its output never changes. Checked against crypto/md5.
func SumMD5(key []byte) (first, second uint64) {
	s := [4]uint32{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}
	n := uint64(len(key))
	for ; len(key) >= 64; key = key[64:] {
		s = md5Block(s, key)
	}
	// A bit that is set, zeros, and the number of bits end the last block.
	var last [128]byte
	copy(last[:], key)
	last[len(key)] = 0x80
	end := 64
	if len(key) >= 56 {
		end = 128
	}
	binary.LittleEndian.PutUint64(last[end-8:], 8*n)
	for at := 0; at < end; at += 64 {
		s = md5Block(s, last[at:])
	}
	return uint64(s[0]) | uint64(s[1])<<32, uint64(s[2]) | uint64(s[3])<<32
}

// md5Shifts are by how much each of four steps rotates, round by round.
var md5Shifts = [4][4]int{{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}

// md5Sines are the RFC's table T: the integer part of 2^32 times |sin(i)|, in radians.
var md5Sines = func() (t [64]uint32) {
	for i := range t {
		t[i] = uint32(math.Abs(math.Sin(float64(i+1))) * (1 << 32))
	}
	return t
}()

func md5Block(s [4]uint32, block []byte) [4]uint32 {
	a, b, c, d := s[0], s[1], s[2], s[3]
	for i := range 64 {
		var f uint32
		var word int
		switch i / 16 {
		case 0:
			f, word = b&c|^b&d, i
		case 1:
			f, word = b&d|c&^d, 5*i+1
		case 2:
			f, word = b^c^d, 3*i+5
		case 3:
			f, word = c^(b|^d), 7*i
		}
		sum := a + f + le32(block[word%16*4:]) + md5Sines[i]
		a, d, c, b = d, c, b, b+bits.RotateLeft32(sum, md5Shifts[i/16][i%4])
	}
	return [4]uint32{s[0] + a, s[1] + b, s[2] + c, s[3] + d}
}
