package cpu

import (
	"math/bits"

	"github.com/keymill/keymill/hash"
)

// The constants of CityHash.
const (
	cityK0 = 0xc3a5c85c97cb3127
	cityK1 = 0xb492b66fbe98f273
	cityK2 = 0x9ae16a3b2f90404f
	cityK3 = 0xc949d7c7509e6557
)

// cityFixed hashes keys of one width. It runs all from 4 bytes on: the branches by
// length, which the definition takes for each key, are outside of the loops.
func cityFixed(dst []uint64, data []byte, width int) bool {
	n := uint64(width)
	switch {
	case width < 4:
		return false
	case width <= 8:
		for i := range dst {
			key := data[i*width:][:width]
			dst[i] = cityMix(n+uint64(le32(key))<<3, uint64(le32(key[width-4:])))
		}
	case width == 16:
		for i := range dst {
			key := (*[16]byte)(data[16*i:])
			last := le64(key[8:])
			dst[i] = cityMix(le64(key[:8]), bits.RotateLeft64(last+16, -16)) ^ last
		}
	case width < 16:
		for i := range dst {
			key := data[i*width:][:width]
			last := le64(key[width-8:])
			dst[i] = cityMix(le64(key), bits.RotateLeft64(last+n, -width)) ^ last
		}
	case width <= 32:
		for i := range dst {
			key := data[i*width:][:width]
			a, b := le64(key)*cityK1, le64(key[8:])
			c, d := le64(key[width-8:])*cityK2, le64(key[width-16:])*cityK0
			dst[i] = cityMix(bits.RotateLeft64(a-b, -43)+bits.RotateLeft64(c, -30)+d,
				a+bits.RotateLeft64(b^cityK3, -20)-c+n)
		}
	default:
		for i := range dst {
			dst[i] = hash.SumCityHash102(data[i*width:][:width])
		}
	}
	return true
}

func cityMix(u, v uint64) uint64 {
	const multiplier = 0x9ddfea08eb382d69
	a := (u ^ v) * multiplier
	a ^= a >> 47
	b := (v ^ a) * multiplier
	b ^= b >> 47
	return b * multiplier
}
