package bench

import "unsafe"

// stream moves what a batch needs, and computes nothing: it reads all bytes of
// in, and writes all of out, a block of each in turn as a backend does. No
// backend can be faster on memory. The last bytes that do not fill a vector are
// left out.
func stream(out, in []byte, write func(out []byte)) (seen uint64) {
	const block = 4096
	blocks := max(1, len(out)/block)
	// In 64 bits: an int of 32 does not hold the product.
	part := func(memory []byte, i int) int { return int(int64(len(memory)) * int64(i) / int64(blocks)) }
	for i := range blocks {
		seen ^= read(in[part(in, i):part(in, i+1)])
		write(out[part(out, i):part(out, i+1)])
	}
	return seen
}

// readPlain is read in Go.
func readPlain(in []byte) (seen uint64) {
	words := unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(in))), len(in)/8)
	for ; len(words) >= 4; words = words[4:] {
		seen ^= words[0] ^ words[1] ^ words[2] ^ words[3]
	}
	return seen
}

// writePlain is write in Go.
func writePlain(out []byte) { clear(out) }
