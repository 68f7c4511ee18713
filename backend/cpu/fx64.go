package cpu

import "math/bits"

const fx64Multiplier = 0x517cc1b727220a95

// fx64Fixed hashes keys of one width. It runs the multiples of 8 up to 64.
func fx64Fixed(dst []uint64, data []byte, width int) bool {
	switch {
	case width == 8:
		for i := range dst {
			dst[i] = le64(data[8*i:]) * fx64Multiplier
		}
	case width == 16:
		for i := range dst {
			key := data[16*i:][:16]
			h := le64(key) * fx64Multiplier
			dst[i] = (bits.RotateLeft64(h, 5) ^ le64(key[8:])) * fx64Multiplier
		}
	case width%8 == 0 && width <= 64:
		for i := range dst {
			h := uint64(0)
			for key := data[i*width:][:width]; len(key) >= 8; key = key[8:] {
				h = (bits.RotateLeft64(h, 5) ^ le64(key)) * fx64Multiplier
			}
			dst[i] = h
		}
	default:
		return false
	}
	return true
}
