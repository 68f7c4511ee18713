package cpu

// The polynomial 31*h + value waits for each value. But it is a sum of products with
// powers of 31, so eight bytes of a word go in three multiplications: neighbours meet
// in lanes of 16 bits, those in lanes of 32, and those in a number. And it starts from
// 0, so it does not see zeros before a key: the bytes that do not fill a word come
// first, behind zeros, and no tail is left.

// Powers of 31, and the sum of the first eight of them.
const (
	pow31x2 = 31 * 31
	pow31x4 = pow31x2 * pow31x2
	pow31x8 = pow31x4 * pow31x4 & 0xFFFFFFFF
	sum31x8 = (1 + 31) * (1 + pow31x2) * (1 + pow31x4) & 0xFFFFFFFF
)

// sums31 has the sums of the first powers of 31.
var sums31 = func() (sums [8]uint32) {
	for i := range sums[1:] {
		sums[i+1] = 31*sums[i] + 1
	}
	return sums
}()

// java31Bytes returns the polynomial over the bytes of a word, each exclusive-or flip.
func java31Bytes(word, flip uint64) uint32 {
	const lanes = 0x00FF00FF00FF00FF
	word ^= flip
	return java31Pairs(word&lanes*31 + word>>8&lanes)
}

// java31Pairs returns the polynomial with the square of 31 over the 16-bit lanes of a
// word, which none may leave: so it is of bytes, which have met by twos.
func java31Pairs(word uint64) uint32 {
	const lanes = 0x0000FFFF0000FFFF
	word = word&lanes*pow31x2 + word>>16&lanes
	return uint32(word)*pow31x4 + uint32(word>>32)
}

// java31Sum returns the hash of a key. Signed bytes are made unsigned by adding 128,
// which is exclusive-or 0x80: flip has that in every byte, and 128 times the powers of 31
// goes off again.
func java31Sum(key []byte, flip uint64) uint32 {
	h, head := uint32(0), len(key)%8
	bias := uint32(flip & 0xFF)
	if head > 0 {
		if head < len(key) {
			h = java31Bytes(le64(key)<<(64-8*head), flip<<(64-8*head))
		} else {
			h = java31Bytes(upTo7(key), flip<<(64-8*head))
		}
		h -= bias * sums31[head]
	}
	for key = key[head:]; len(key) >= 8; key = key[8:] {
		h = h*pow31x8 + java31Bytes(le64(key), flip) - bias*sum31x8
	}
	return h
}

// The flips of [java31Sum].
const (
	java31Unsigned = 0
	java31Signed   = 0x8080808080808080
)

// java31Fixed hashes keys of any one width.
func java31Fixed(dst []uint64, data []byte, width int, flip uint64) bool {
	bias := uint32(flip&0xFF) * sum31x8
	switch width {
	case 8:
		for i := range dst {
			dst[i] = uint64(java31Bytes(le64(data[8*i:]), flip) - bias)
		}
	case 16:
		for i := range dst {
			key := (*[16]byte)(data[16*i:])
			h := java31Bytes(le64(key[:8]), flip) - bias
			dst[i] = uint64(h*pow31x8 + java31Bytes(le64(key[8:]), flip) - bias)
		}
	default:
		for i := range dst {
			dst[i] = uint64(java31Sum(data[i*width:][:width], flip))
		}
	}
	return true
}

func java31Ragged(dst []uint64, data []byte, keys Spans, order []uint16, flip uint64) {
	for _, i := range order {
		dst[i] = uint64(java31Sum(keys.at(data, int(i)), flip))
	}
}

// java31UTF16Fixed hashes keys of any one width.
func java31UTF16Fixed(dst []uint64, data []byte, width int) bool {
	for i := range dst {
		dst[i] = uint64(java31UTF16Sum(data[i*width:][:width]))
	}
	return true
}

func java31UTF16Ragged(dst []uint64, data []byte, keys Spans, order []uint16) {
	for _, i := range order {
		dst[i] = uint64(java31UTF16Sum(keys.at(data, int(i))))
	}
}

// java31UTF16Sum takes four units at a time; a byte that is left is a unit by itself.
func java31UTF16Sum(key []byte) uint32 {
	h, head := uint32(0), len(key)%8&^1
	if head > 0 {
		h = java31Four(upTo7(key[:head]))
	}
	for key = key[head:]; len(key) >= 8; key = key[8:] {
		h = h*pow31x4 + java31Four(le64(key))
	}
	if len(key) > 0 {
		h = 31*h + uint32(key[0])
	}
	return h
}

// java31Four returns the polynomial over the four units of a word.
func java31Four(word uint64) uint32 {
	const lanes = 0x0000FFFF0000FFFF
	word = word&lanes*31 + word>>16&lanes
	return uint32(word)*pow31x2 + uint32(word>>32)
}
