package bench

import "unsafe"

// stream moves what a batch needs, and computes nothing: it reads all bytes of
// in, and writes all of out, a block of each in turn as a backend does. No
// backend can be faster on memory. The last bytes that do not fill a vector are
// left out.
func stream(out, in []byte, write func(out []byte)) (seen uint64) {
	const block = 4096
	blocks := max(1, len(out)/block)
	for i := range blocks {
		seen ^= read(in[len(in)*i/blocks : len(in)*(i+1)/blocks])
		write(out[len(out)*i/blocks : len(out)*(i+1)/blocks])
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
