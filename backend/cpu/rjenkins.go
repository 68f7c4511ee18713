package cpu

// rjenkinsStart is what the first two words of rjenkins start from.
const rjenkinsStart = 0x9e3779b9

// rjenkinsFixed hashes keys of any one width. Each hash is one long chain; as
// [fnv1a32Fixed], it lives on what the processor does of the next key meanwhile.
func rjenkinsFixed(dst []uint64, data []byte, width int) bool {
	switch width {
	case 4:
		for i := range dst {
			dst[i] = rjenkinsEnd(rjenkinsStart+le32(data[4*i:]), rjenkinsStart, 4)
		}
	case 8:
		for i := range dst {
			word := le64(data[8*i:])
			dst[i] = rjenkinsEnd(rjenkinsStart+uint32(word), rjenkinsStart+uint32(word>>32), 8)
		}
	default:
		for i := range dst {
			dst[i] = rjenkinsSum(data[i*width:][:width])
		}
	}
	return true
}

func rjenkinsSum(key []byte) uint64 {
	a, b, c := uint32(rjenkinsStart), uint32(rjenkinsStart), uint32(0)
	length := uint32(len(key))
	for ; len(key) >= 12; key = key[12:] {
		word := le64(key)
		a, b, c = rjenkinsMix(a+uint32(word), b+uint32(word>>32), c+le32(key[8:]))
	}
	n := len(key)
	var word uint64
	if n >= 8 { // the up to 3 bytes behind the word are the last of four, in c one place further up
		word = le64(key)
		c += le32(key[n-4:]) >> (8 * (12 - n)) << 8
	} else {
		word = upTo7(key) >> (64 - 8*n)
	}
	return rjenkinsEnd(a+uint32(word), b+uint32(word>>32), c+length)
}

func rjenkinsMix(a, b, c uint32) (uint32, uint32, uint32) {
	a = (a - b - c) ^ c>>13
	b = (b - c - a) ^ a<<8
	c = (c - a - b) ^ b>>13
	a = (a - b - c) ^ c>>12
	b = (b - c - a) ^ a<<16
	c = (c - a - b) ^ b>>5
	a = (a - b - c) ^ c>>3
	b = (b - c - a) ^ a<<10
	c = (c - a - b) ^ b>>15
	return a, b, c
}

func rjenkinsEnd(a, b, c uint32) uint64 {
	_, _, c = rjenkinsMix(a, b, c)
	return uint64(c)
}
