package cpu

// oneAtATimeFixed hashes keys of one width up to 64; as [fnv1a32Fixed], it lives on
// what the processor does of the next key meanwhile.
func oneAtATimeFixed(dst []uint64, data []byte, width int) bool {
	if width > 64 {
		return false
	}
	for i := range dst {
		dst[i] = oneAtATimeSum(data[i*width:][:width])
	}
	return true
}

func oneAtATimeSum(key []byte) uint64 {
	h := uint32(0)
	for _, c := range key {
		h += uint32(int8(c))
		h += h << 10
		h ^= h >> 6
	}
	h += h << 3
	h ^= h >> 11
	return uint64(h + h<<15)
}
