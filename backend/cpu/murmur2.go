package cpu

const murmur2M = 0x5bd1e995

// murmur2Fixed hashes keys of one width. It runs the multiples of 4 up to 64.
func murmur2Fixed(dst []uint64, data []byte, width int, seed uint32) bool {
	start := seed ^ uint32(width)
	switch {
	case width == 8:
		for i := range dst {
			key := data[8*i:][:8]
			h := murmur2Mix(start, le32(key))
			h = murmur2Mix(h, le32(key[4:]))
			dst[i] = murmur2Finish(h)
		}
	case width == 16:
		for i := range dst {
			key := data[16*i:][:16]
			h := murmur2Mix(start, le32(key))
			h = murmur2Mix(h, le32(key[4:]))
			h = murmur2Mix(h, le32(key[8:]))
			h = murmur2Mix(h, le32(key[12:]))
			dst[i] = murmur2Finish(h)
		}
	case width%4 == 0 && width <= 64:
		for i := range dst {
			h := start
			for key := data[i*width:][:width]; len(key) >= 4; key = key[4:] {
				h = murmur2Mix(h, le32(key))
			}
			dst[i] = murmur2Finish(h)
		}
	default:
		return false
	}
	return true
}

func murmur2Mix(h, k uint32) uint32 {
	k *= murmur2M
	k ^= k >> 24
	return h*murmur2M ^ k*murmur2M
}

func murmur2Finish(h uint32) uint64 {
	h ^= h >> 13
	h *= murmur2M
	return uint64(h ^ h>>15)
}
