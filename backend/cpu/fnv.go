package cpu

// fnv1a32Fixed and fnv1a64Fixed hash keys of one width up to 64: the function
// waits for each byte, but the processor goes on to the next key meanwhile, as
// long as no branch is mispredicted and no call is in the way.
func fnv1a32Fixed(dst []uint64, data []byte, width int) bool {
	if width > 64 {
		return false
	}
	for i := range dst {
		h := uint32(0x811c9dc5)
		for _, c := range data[i*width:][:width] {
			h = (h ^ uint32(c)) * 0x01000193
		}
		dst[i] = uint64(h)
	}
	return true
}

func fnv1a64Fixed(dst []uint64, data []byte, width int) bool {
	if width > 64 {
		return false
	}
	for i := range dst {
		h := uint64(0xcbf29ce484222325)
		for _, c := range data[i*width:][:width] {
			h = (h ^ uint64(c)) * 0x100000001b3
		}
		dst[i] = h
	}
	return true
}
