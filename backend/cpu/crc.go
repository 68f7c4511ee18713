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
type slicing[T uint16 | uint32] [16][256]T

// The entries of slicing16 have their bytes swapped: the CRC shifts left, so
// its high byte meets the key's next byte, which is the low one of a word.
var (
	slicing16  = makeSlicing16()
	slicing32  = makeSlicing32(crc32.IEEE)
	slicing32C = makeSlicing32(crc32.Castagnoli)
)

func makeSlicing16() *slicing[uint16] {
	t := new(slicing[uint16])
	for c := range 256 {
		var key [len(t)]byte
		key[0] = byte(c)
		for d := range t {
			t[d][c] = bits.ReverseBytes16(hash.SumCRC16(key[:d+1]))
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

// crc16Fixed hashes keys of one width. It runs 8 to 16.
func crc16Fixed(dst []uint64, data []byte, width int) bool {
	if width < 8 || width > 16 {
		return false
	}
	t := slicing16
	if width == 16 { // crc16Pair written out: the call is a quarter of the time
		for i := range dst {
			key := (*[16]byte)(data[16*i:])
			a, b := le64(key[:8]), le64(key[8:])
			dst[i] = crc16Out(t[15][byte(a)] ^ t[14][byte(a>>8)] ^ t[13][byte(a>>16)] ^ t[12][byte(a>>24)] ^
				t[11][byte(a>>32)] ^ t[10][byte(a>>40)] ^ t[9][byte(a>>48)] ^ t[8][byte(a>>56)] ^
				t[7][byte(b)] ^ t[6][byte(b>>8)] ^ t[5][byte(b>>16)] ^ t[4][byte(b>>24)] ^
				t[3][byte(b>>32)] ^ t[2][byte(b>>40)] ^ t[1][byte(b>>48)] ^ t[0][byte(b>>56)])
		}
		return true
	}
	for i := range dst {
		key := data[i*width:][:width]
		dst[i] = crc16Out(crc16Pair(t, le64(key)<<(8*(16-width)), le64(key[width-8:])))
	}
	return true
}

// crc16Ragged uses that a CRC which starts from 0 does not see zeros before the
// key: the bytes that do not fill 16 come first, as if zeros stood before them,
// and no tail is left. Keys of 8 to 16 bytes all take the same instructions.
func crc16Ragged(dst []uint64, data []byte, keys Spans, order []uint16) {
	t := slicing16
	for _, i := range order {
		key := keys.at(data, int(i))
		switch n := len(key); {
		case n > 16:
			dst[i] = crc16Out(crc16Long(t, key))
		case n >= 8:
			dst[i] = crc16Out(crc16Pair(t, le64(key)<<(8*(16-n)), le64(key[n-8:])))
		default:
			dst[i] = crc16Out(crc16Pair(t, 0, upTo7(key)))
		}
	}
}

func crc16Long(t *slicing[uint16], key []byte) uint16 {
	crc := uint16(0)
	if head := len(key) % 16; head >= 8 {
		crc = crc16Pair(t, le64(key)<<(8*(16-head)), le64(key[head-8:]))
		key = key[head:]
	} else if head > 0 {
		crc = crc16Pair(t, 0, le64(key)<<(8*(8-head)))
		key = key[head:]
	}
	for ; len(key) >= 16; key = key[16:] {
		crc = crc16Pair(t, le64(key)^uint64(crc), le64(key[8:]))
	}
	return crc
}

// crc16Pair returns the CRC, bytes swapped, of the 16 bytes of two words.
func crc16Pair(t *slicing[uint16], a, b uint64) uint16 {
	return t[15][byte(a)] ^ t[14][byte(a>>8)] ^ t[13][byte(a>>16)] ^ t[12][byte(a>>24)] ^
		t[11][byte(a>>32)] ^ t[10][byte(a>>40)] ^ t[9][byte(a>>48)] ^ t[8][byte(a>>56)] ^
		t[7][byte(b)] ^ t[6][byte(b>>8)] ^ t[5][byte(b>>16)] ^ t[4][byte(b>>24)] ^
		t[3][byte(b>>32)] ^ t[2][byte(b>>40)] ^ t[1][byte(b>>48)] ^ t[0][byte(b>>56)]
}

func crc16Out(crc uint16) uint64 { return uint64(bits.ReverseBytes16(crc)) }

// upTo7 returns a key of at most 7 bytes as the last bytes of a little-endian
// word, behind zeros.
func upTo7(key []byte) uint64 {
	n := len(key)
	switch {
	case n >= 4: // two words that overlap
		return (uint64(le32(key)) | uint64(le32(key[n-4:]))<<(8*(n-4))) << (64 - 8*n)
	case n > 0: // the first, the middle and the last byte are all of them
		return (uint64(key[0]) | uint64(key[n/2])<<(8*(n/2)) | uint64(key[n-1])<<(8*(n-1))) << (64 - 8*n)
	}
	return 0
}

// From this length on the standard library's CRC instructions win.
const crc32Long = 64

// crc32Fixed hashes keys of one width. It runs widths below crc32Long.
func crc32Fixed(dst []uint64, data []byte, width int, t *slicing[uint32]) bool {
	switch {
	case width >= crc32Long:
		return false
	case width == 16:
		for i := range dst {
			key := (*[16]byte)(data[16*i:])
			a, b := le64(key[:8])^0xFFFFFFFF, le64(key[8:])
			dst[i] = uint64(^(t[15][byte(a)] ^ t[14][byte(a>>8)] ^ t[13][byte(a>>16)] ^ t[12][byte(a>>24)] ^
				t[11][byte(a>>32)] ^ t[10][byte(a>>40)] ^ t[9][byte(a>>48)] ^ t[8][byte(a>>56)] ^
				t[7][byte(b)] ^ t[6][byte(b>>8)] ^ t[5][byte(b>>16)] ^ t[4][byte(b>>24)] ^
				t[3][byte(b>>32)] ^ t[2][byte(b>>40)] ^ t[1][byte(b>>48)] ^ t[0][byte(b>>56)]))
		}
	default:
		for i := range dst {
			dst[i] = uint64(crc32Short(t, data[i*width:][:width]))
		}
	}
	return true
}

func crc32Ragged(dst []uint64, data []byte, keys Spans, order []uint16) {
	t := slicing32
	for _, i := range order {
		if key := keys.at(data, int(i)); len(key) < crc32Long {
			dst[i] = uint64(crc32Short(t, key))
		} else {
			dst[i] = uint64(crc32.ChecksumIEEE(key))
		}
	}
}

func crc32cRagged(dst []uint64, data []byte, keys Spans, order []uint16) {
	t := slicing32C
	for _, i := range order {
		if key := keys.at(data, int(i)); len(key) < crc32Long {
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
