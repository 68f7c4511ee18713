package cpu

import "math/bits"

// lookup3Keys is the state that every key of one length starts from.
type lookup3Keys struct{ a, b, c uint32 }

func makeLookup3Keys(n int, seed uint64) lookup3Keys {
	a := 0x9e3779b9 + uint32(n) + 3923095
	b, c := a, a
	if seed != 0 {
		a += uint32(seed >> 32)
		b += uint32(seed)
		a, b, c = lookup3Half(a, b, c, 4, 6, 8)
		a, b, c = lookup3Half(a, b, c, 16, 19, 4)
	}
	return lookup3Keys{a, b, c}
}

// lookup3Fixed hashes keys of any one width.
func lookup3Fixed(dst []uint64, data []byte, width int, seed uint64) bool {
	k := makeLookup3Keys(width, seed)
	switch width {
	case 4:
		for i := range dst {
			dst[i] = lookup3Finish(k.a+le32(data[4*i:]), k.b, k.c)
		}
	case 8:
		for i := range dst {
			word := le64(data[8*i:])
			dst[i] = lookup3Finish(k.a+uint32(word), k.b+uint32(word>>32), k.c)
		}
	case 16:
		for i := range dst {
			key := (*[16]byte)(data[16*i:])
			first, last := le64(key[:8]), le64(key[8:])
			a, b, c := lookup3Half(k.a+uint32(first), k.b+uint32(first>>32), k.c+uint32(last), 4, 6, 8)
			a, b, c = lookup3Half(a, b, c, 16, 19, 4)
			dst[i] = lookup3Finish(a+uint32(last>>32), b, c)
		}
	default:
		for i := range dst {
			dst[i] = k.sum(data[i*width:][:width])
		}
	}
	return true
}

// lookup3Ragged makes the start anew where the length is another.
func lookup3Ragged(dst []uint64, data []byte, keys Spans, order []uint16, seed uint64) {
	n, k := 0, makeLookup3Keys(0, seed)
	for _, i := range order {
		key := keys.at(data, int(i))
		if len(key) != n {
			n, k = len(key), makeLookup3Keys(len(key), seed)
		}
		dst[i] = k.sum(key)
	}
}

func (k lookup3Keys) sum(key []byte) uint64 {
	a, b, c := k.a, k.b, k.c
	for ; len(key) >= 12; key = key[12:] {
		word := le64(key)
		a += uint32(word)
		b += uint32(word >> 32)
		c += le32(key[8:])
		a, b, c = lookup3Half(a, b, c, 4, 6, 8)
		a, b, c = lookup3Half(a, b, c, 16, 19, 4)
	}
	n := len(key)
	var word uint64
	if n >= 8 { // the up to 3 bytes behind the word are the last of four, in c one place further up
		word = le64(key)
		c += le32(key[n-4:]) >> (8 * (12 - n)) << 8
	} else {
		word = upTo7(key) >> (64 - 8*n)
	}
	return lookup3Finish(a+uint32(word), b+uint32(word>>32), c)
}

// lookup3Half is half of the mix, which rotates by 4, 6, 8 and then by 16, 19, 4.
func lookup3Half(a, b, c uint32, i, j, k int) (uint32, uint32, uint32) {
	a = (a - c) ^ bits.RotateLeft32(c, i)
	c += b
	b = (b - a) ^ bits.RotateLeft32(a, j)
	a += c
	c = (c - b) ^ bits.RotateLeft32(b, k)
	b += a
	return a, b, c
}

func lookup3Finish(a, b, c uint32) uint64 {
	c = (c ^ b) - bits.RotateLeft32(b, 14)
	a = (a ^ c) - bits.RotateLeft32(c, 11)
	b = (b ^ a) - bits.RotateLeft32(a, 25)
	c = (c ^ b) - bits.RotateLeft32(b, 16)
	a = (a ^ c) - bits.RotateLeft32(c, 4)
	b = (b ^ a) - bits.RotateLeft32(a, 14)
	c = (c ^ b) - bits.RotateLeft32(b, 24)
	return uint64(b)<<32 | uint64(c)
}
