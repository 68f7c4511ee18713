package cpu

import (
	"hash/crc32"
	"math/bits"

	"github.com/keymill/keymill/hash"
)

// A CRC is linear: the CRC of eight bytes is the xor of eight table entries,
// one for each byte and its distance from the end. Those loads wait for
// nothing, where the byte-wise loop waits for each step before.

// slicing[d][c] is what the byte c does to the CRC from d bytes before the end.
type slicing[T uint16 | uint32] [8][256]T

var (
	slicing16  = makeSlicing16()
	slicing32  = makeSlicing32(crc32.IEEE)
	slicing32C = makeSlicing32(crc32.Castagnoli)
)

func makeSlicing16() *slicing[uint16] {
	t := new(slicing[uint16])
	for c := range 256 {
		var key [8]byte
		key[0] = byte(c)
		for d := range t {
			t[d][c] = hash.SumCRC16(key[:d+1])
		}
	}
	return t
}

func makeSlicing32(poly uint32) *slicing[uint32] {
	t := new(slicing[uint32])
	t[0] = *crc32.MakeTable(poly)
	for d := range t[1:] {
		for c, before := range t[d] {
			t[d+1][c] = before>>8 ^ t[0][byte(before)]
		}
	}
	return t
}

func crc16Ragged(dst []uint64, data []byte, keys spans) {
	t := slicing16
	for i := range dst {
		dst[i] = uint64(crc16(t, keys.at(data, i)))
	}
}

// crc16 starts from 0, so zero bytes before the key change nothing: what does
// not fill eight bytes is taken first, as if zeros stood before it.
func crc16(t *slicing[uint16], key []byte) uint16 {
	crc := uint16(0)
	if head := len(key) % 8; head > 0 {
		crc = crc16Word(t, 0, leading(key, head))
		key = key[head:]
	}
	for ; len(key) >= 8; key = key[8:] {
		crc = crc16Word(t, crc, le64(key))
	}
	return crc
}

// leading returns the first head bytes, 1 to 7, as the last bytes of a
// little-endian word, behind zeros.
func leading(key []byte, head int) uint64 {
	shift := uint(64 - 8*head)
	if len(key) >= 8 {
		return le64(key) << shift
	}
	if len(key) >= 4 {
		lo, hi := uint64(le32(key)), uint64(le32(key[len(key)-4:]))
		return (lo | hi<<(8*(uint(len(key))-4))) << shift
	}
	// One to three bytes: the first, the middle and the last are all of them.
	n := len(key)
	return (uint64(key[0]) | uint64(key[n/2])<<(8*(n/2)) | uint64(key[n-1])<<(8*(n-1))) << shift
}

func crc16Word(t *slicing[uint16], crc uint16, word uint64) uint16 {
	word ^= uint64(bits.ReverseBytes16(crc))
	return t[7][byte(word)] ^ t[6][byte(word>>8)] ^ t[5][byte(word>>16)] ^ t[4][byte(word>>24)] ^
		t[3][byte(word>>32)] ^ t[2][byte(word>>40)] ^ t[1][byte(word>>48)] ^ t[0][byte(word>>56)]
}

// From this length on the standard library's CRC instructions win.
const crc32Long = 64

func crc32Ragged(dst []uint64, data []byte, keys spans) {
	t := slicing32
	for i := range dst {
		if key := keys.at(data, i); len(key) < crc32Long {
			dst[i] = uint64(crc32Short(t, key))
		} else {
			dst[i] = uint64(crc32.ChecksumIEEE(key))
		}
	}
}

func crc32cRagged(dst []uint64, data []byte, keys spans) {
	t := slicing32C
	for i := range dst {
		if key := keys.at(data, i); len(key) < crc32Long {
			dst[i] = uint64(crc32Short(t, key))
		} else {
			dst[i] = uint64(crc32.Checksum(key, castagnoli))
		}
	}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func crc32Short(t *slicing[uint32], key []byte) uint32 {
	crc := ^uint32(0)
	for ; len(key) >= 8; key = key[8:] {
		word := le64(key) ^ uint64(crc)
		crc = t[7][byte(word)] ^ t[6][byte(word>>8)] ^ t[5][byte(word>>16)] ^ t[4][byte(word>>24)] ^
			t[3][byte(word>>32)] ^ t[2][byte(word>>40)] ^ t[1][byte(word>>48)] ^ t[0][byte(word>>56)]
	}
	if len(key) >= 4 {
		word := le32(key) ^ crc
		crc = t[3][byte(word)] ^ t[2][byte(word>>8)] ^ t[1][byte(word>>16)] ^ t[0][byte(word>>24)]
		key = key[4:]
	}
	for _, c := range key {
		crc = crc>>8 ^ t[0][byte(crc)^c]
	}
	return ^crc
}
