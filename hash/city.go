package hash

import "math/bits"

// The constants of CityHash.
const (
	cityK0 = 0xc3a5c85c97cb3127
	cityK1 = 0xb492b66fbe98f273
	cityK2 = 0x9ae16a3b2f90404f
	cityK3 = 0xc949d7c7509e6557
)

// SumCityHash102 is CityHash64 by Geoff Pike and Jyrki Alakuijala in version
// 1.0.2: ClickHouse's cityHash64 of a string, which froze there. From version
// 1.1 on CityHash64 gives other numbers.
//
// Its output never changes. Specification: city.cc of CityHash 1.0.2. Checked
// against github.com/go-faster/city and vectors of a ClickHouse server.
func SumCityHash102(key []byte) uint64 {
	n := len(key)
	switch {
	case n <= 16:
		return cityTo16(key)
	case n <= 32:
		return city17to32(key)
	case n <= 64:
		return city33to64(key)
	}
	x, y, z := le64(key), le64(key[n-16:])^cityK1, le64(key[n-56:])^cityK0
	v := cityWeak(key[n-64:], uint64(n), y)
	w := cityWeak(key[n-32:], uint64(n)*cityK1, cityK0)
	z += cityShiftMix(v.second) * cityK1
	x = cityRotate(z+x, 39) * cityK1
	y = cityRotate(y, 33) * cityK1
	for blocks := (n - 1) / 64; blocks > 0; blocks, key = blocks-1, key[64:] {
		x = cityRotate(x+y+v.first+le64(key[16:]), 37) * cityK1
		y = cityRotate(y+v.second+le64(key[48:]), 42) * cityK1
		x ^= w.second
		y ^= v.first
		z = cityRotate(z^w.first, 33)
		v = cityWeak(key, v.second*cityK1, x+w.first)
		w = cityWeak(key[32:], z+w.second, y)
		z, x = x, z
	}
	return cityMix(cityMix(v.first, w.first)+cityShiftMix(y)*cityK1+z, cityMix(v.second, w.second)+x)
}

func cityTo16(key []byte) uint64 {
	n := len(key)
	switch {
	case n > 8:
		first, last := le64(key), le64(key[n-8:])
		return cityMix(first, cityRotate(last+uint64(n), n)) ^ last
	case n >= 4:
		return cityMix(uint64(n)+uint64(le32(key))<<3, uint64(le32(key[n-4:])))
	case n > 0:
		y := uint32(key[0]) + uint32(key[n/2])<<8
		z := uint32(n) + uint32(key[n-1])<<2
		return cityShiftMix(uint64(y)*cityK2^uint64(z)*cityK3) * cityK2
	}
	return cityK2
}

func city17to32(key []byte) uint64 {
	n := len(key)
	a, b := le64(key)*cityK1, le64(key[8:])
	c, d := le64(key[n-8:])*cityK2, le64(key[n-16:])*cityK0
	return cityMix(cityRotate(a-b, 43)+cityRotate(c, 30)+d, a+cityRotate(b^cityK3, 20)-c+uint64(n))
}

func city33to64(key []byte) uint64 {
	n := len(key)
	first, last := key[:32], key[n-32:]
	v := cityHalf(first, le64(first)+(uint64(n)+le64(last[16:]))*cityK0, le64(first[24:]))
	w := cityHalf(last, le64(first[16:])+le64(last), le64(last[24:]))
	r := cityShiftMix((v.first+w.second)*cityK2 + (w.first+v.second)*cityK0)
	return cityShiftMix(r*cityK0+v.second) * cityK2
}

type cityPair struct{ first, second uint64 }

// cityHalf mixes 32 bytes from one end of the key.
func cityHalf(half []byte, a, z uint64) cityPair {
	b, c := cityRotate(a+z, 52), cityRotate(a, 37)
	a += le64(half[8:])
	c += cityRotate(a, 7)
	a += le64(half[16:])
	return cityPair{a + z, b + cityRotate(a, 31) + c}
}

// cityWeak is WeakHashLen32WithSeeds.
func cityWeak(block []byte, a, b uint64) cityPair {
	w, x, y, z := le64(block), le64(block[8:]), le64(block[16:]), le64(block[24:])
	a += w
	b = cityRotate(b+a+z, 21)
	c := a
	a += x + y
	return cityPair{a + z, b + cityRotate(a, 44) + c}
}

// cityMix is Hash128to64.
func cityMix(u, v uint64) uint64 {
	const multiplier = 0x9ddfea08eb382d69
	a := (u ^ v) * multiplier
	a ^= a >> 47
	b := (v ^ a) * multiplier
	b ^= b >> 47
	return b * multiplier
}

func cityShiftMix(v uint64) uint64 { return v ^ v>>47 }

func cityRotate(v uint64, right int) uint64 { return bits.RotateLeft64(v, -right) }
