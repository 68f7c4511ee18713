package cpu

import (
	"math/bits"

	"github.com/keymill/keymill/hash"
)

// xxh3Secret holds the first 16 words of the secret of xxh3.
var xxh3Secret = [16]uint64{
	0xbe4ba423396cfeb8, 0x1cad21f72c81017c, 0xdb979083e96dd4de, 0x1f67b3b7a4a44072,
	0x78e5c0cc4ee679cb, 0x2172ffcc7dd05a82, 0x8e2443f7744608b8, 0x4c263a81e69035e0,
	0xcb00c391bb52283c, 0xa32e531b8b65d088, 0x4ef90da297486471, 0xd8acdea946ef1938,
	0x3f349ce33f76faa8, 0x1d4f0bc7c7bbdcf9, 0x3159b4cd4be0518a, 0x647378d9c97e9fc8,
}

// xxh3Keys is what the branches for short keys make of the secret and a seed.
type xxh3Keys struct {
	seed   uint64
	flip   uint64     // keys of 4 to 8 bytes
	lo, hi uint64     // 9 to 16
	secret [16]uint64 // 17 to 128: the seed added to even words, subtracted from odd ones
}

func makeXXH3Keys(seed uint64) xxh3Keys {
	s := &xxh3Secret
	k := xxh3Keys{
		seed: seed,
		flip: (s[1] ^ s[2]) - (seed ^ uint64(bits.ReverseBytes32(uint32(seed)))<<32),
		lo:   (s[3] ^ s[4]) + seed,
		hi:   (s[5] ^ s[6]) - seed,
	}
	for i := 0; i < len(s); i += 2 {
		k.secret[i], k.secret[i+1] = s[i]+seed, s[i+1]-seed
	}
	return k
}

// xxh3Fixed hashes keys of one width. It runs widths 4 to 128.
func xxh3Fixed(dst []uint64, data []byte, width int, seed uint64) bool {
	if width < 4 || width > 128 {
		return false
	}
	k := makeXXH3Keys(seed)
	switch {
	case width == 8:
		k.width8(dst, data)
	case width == 16:
		k.width16(dst, data)
	case width < 8:
		for i := range dst {
			key := data[i*width:][:width]
			dst[i] = xxh3Mix4to8(uint64(le32(key)), uint64(le32(key[width-4:])), k.flip, uint64(width))
		}
	case width < 16:
		for i := range dst {
			key := data[i*width:][:width]
			dst[i] = xxh3Mix9to16(le64(key)^k.lo, le64(key[width-8:])^k.hi, uint64(width))
		}
	case width <= 32:
		for i := range dst {
			dst[i] = k.mix17to32(data[i*width:][:width])
		}
	default:
		for i := range dst {
			dst[i] = k.mix33to128(data[i*width:][:width])
		}
	}
	return true
}

// width8 and width16 take eight keys a step: at 5 cycles a key, what the loop
// itself needs would be a fifth of the time.
func (k *xxh3Keys) width8(dst []uint64, data []byte) {
	flip := k.flip
	for len(dst) >= 8 && len(data) >= 8*8 {
		d, b := (*[8]uint64)(dst), (*[8 * 8]byte)(data)
		d[0] = xxh3One8(b[0:8], flip)
		d[1] = xxh3One8(b[8:16], flip)
		d[2] = xxh3One8(b[16:24], flip)
		d[3] = xxh3One8(b[24:32], flip)
		d[4] = xxh3One8(b[32:40], flip)
		d[5] = xxh3One8(b[40:48], flip)
		d[6] = xxh3One8(b[48:56], flip)
		d[7] = xxh3One8(b[56:64], flip)
		dst, data = dst[8:], data[8*8:]
	}
	for i := range dst {
		dst[i] = xxh3One8(data[8*i:], flip)
	}
}

func (k *xxh3Keys) width16(dst []uint64, data []byte) {
	lo, hi := k.lo, k.hi
	for len(dst) >= 8 && len(data) >= 8*16 {
		d, b := (*[8]uint64)(dst), (*[8 * 16]byte)(data)
		d[0] = xxh3One16(b[0:16], lo, hi)
		d[1] = xxh3One16(b[16:32], lo, hi)
		d[2] = xxh3One16(b[32:48], lo, hi)
		d[3] = xxh3One16(b[48:64], lo, hi)
		d[4] = xxh3One16(b[64:80], lo, hi)
		d[5] = xxh3One16(b[80:96], lo, hi)
		d[6] = xxh3One16(b[96:112], lo, hi)
		d[7] = xxh3One16(b[112:128], lo, hi)
		dst, data = dst[8:], data[8*16:]
	}
	for i := range dst {
		dst[i] = xxh3One16(data[16*i:], lo, hi)
	}
}

func xxh3One8(key []byte, flip uint64) uint64 {
	word := le64(key)
	return xxh3Mix4to8(word&0xFFFFFFFF, word>>32, flip, 8)
}

func xxh3One16(key []byte, lo, hi uint64) uint64 {
	return xxh3Mix9to16(le64(key)^lo, le64(key[8:])^hi, 16)
}

// The branches of xxh3 by length. Keys of one class differ in length and take
// the same instructions.
const (
	xxh3Short  = iota // 0 to 3 bytes
	xxh3To8           // 4 to 8
	xxh3To16          // 9 to 16
	xxh3To32          // 17 to 32
	xxh3To64          // 33 to 64
	xxh3To96          // 65 to 96
	xxh3To128         // 97 to 128
	xxh3Beyond        // more
	xxh3Classes
)

var xxh3ClassOf = func() (class [130]uint8) {
	for n := range class {
		switch {
		case n < 4:
			class[n] = xxh3Short
		case n <= 8:
			class[n] = xxh3To8
		case n <= 16:
			class[n] = xxh3To16
		case n <= 128:
			class[n] = xxh3To32 + uint8(n-1)/32
		default:
			class[n] = xxh3Beyond
		}
	}
	return class
}()

// xxh3Ragged hashes keys of any length. A processor that guesses the branch of
// each key of mixed lengths is wrong most of the time, which costs more than
// the hash; so the keys of a block are sorted into their classes first, and
// each class is hashed in a loop that has nothing to guess.
func (w *work) xxh3Ragged(dst []uint64, data []byte, keys Spans, seed uint64) {
	k, classes := makeXXH3Keys(seed), &w.classes
	changes, last := 0, xxh3ClassOf[0]
	for i, start := range keys.Start {
		class := xxh3ClassOf[min(keys.End[i]-start, uint32(len(xxh3ClassOf)-1))]
		classes[i%BlockKeys] = class
		if class != last {
			changes++
		}
		last = class
	}
	switch {
	case changes <= 1 && len(dst) > 0 && classes[0] == last:
		k.class(dst, data, keys, last, inOrder[:len(dst)])
		return
	case changes < len(dst)/4:
		for i := range dst {
			dst[i] = k.one(keys.at(data, i))
		}
		return
	}
	keys.Touch(data, touched)
	lists := &w.lists
	var sizes [xxh3Classes]uint16
	for i := range dst {
		class := classes[i%BlockKeys] % xxh3Classes
		lists[class][sizes[class]%BlockKeys] = uint16(i)
		sizes[class]++
	}
	for class := range lists {
		k.class(dst, data, keys, uint8(class), lists[class][:sizes[class]])
	}
}

// class hashes the keys of one class, whose numbers list holds.
func (k *xxh3Keys) class(dst []uint64, data []byte, keys Spans, class uint8, list []uint16) {
	switch class {
	case xxh3To8:
		for _, i := range list {
			key := keys.at(data, int(i))
			dst[i] = xxh3Mix4to8(uint64(le32(key)), uint64(le32(key[len(key)-4:])), k.flip, uint64(len(key)))
		}
	case xxh3To16:
		lo, hi := k.lo, k.hi
		for _, i := range list {
			key := keys.at(data, int(i))
			dst[i] = xxh3Mix9to16(le64(key)^lo, le64(key[len(key)-8:])^hi, uint64(len(key)))
		}
	case xxh3To32:
		s0, s1, s2, s3 := k.secret[0], k.secret[1], k.secret[2], k.secret[3]
		for _, i := range list {
			key := keys.at(data, int(i))
			first, last := (*[16]byte)(key), (*[16]byte)(key[len(key)-16:])
			dst[i] = xxh3Avalanche(uint64(len(key))*prime64x1 +
				mulFold(le64(first[:8])^s0, le64(first[8:])^s1) + mulFold(le64(last[:8])^s2, le64(last[8:])^s3))
		}
	case xxh3To64, xxh3To96, xxh3To128:
		for _, i := range list {
			dst[i] = k.mix33to128(keys.at(data, int(i)))
		}
	default:
		for _, i := range list {
			dst[i] = hash.SumXXH3(keys.at(data, int(i)), k.seed)
		}
	}
}

// one hashes a key of any length.
func (k *xxh3Keys) one(key []byte) uint64 {
	switch n := len(key); {
	case n < 4 || n > 128:
		return hash.SumXXH3(key, k.seed)
	case n <= 8:
		return xxh3Mix4to8(uint64(le32(key)), uint64(le32(key[n-4:])), k.flip, uint64(n))
	case n <= 16:
		return xxh3Mix9to16(le64(key)^k.lo, le64(key[n-8:])^k.hi, uint64(n))
	case n <= 32:
		return k.mix17to32(key)
	default:
		return k.mix33to128(key)
	}
}

func xxh3Mix4to8(first, last, flip, n uint64) uint64 {
	const primeMix2 = 0x9FB21C651E98DF25
	h := (last + first<<32) ^ flip
	h ^= bits.RotateLeft64(h, 49) ^ bits.RotateLeft64(h, 24)
	h *= primeMix2
	h ^= h>>35 + n
	h *= primeMix2
	return h ^ h>>28
}

func xxh3Mix9to16(lo, hi, n uint64) uint64 {
	return xxh3Avalanche(n + bits.ReverseBytes64(lo) + hi + mulFold(lo, hi))
}

func (k *xxh3Keys) mix17to32(key []byte) uint64 {
	first, last := (*[16]byte)(key), (*[16]byte)(key[len(key)-16:])
	return xxh3Avalanche(uint64(len(key))*prime64x1 +
		mulFold(le64(first[:8])^k.secret[0], le64(first[8:])^k.secret[1]) +
		mulFold(le64(last[:8])^k.secret[2], le64(last[8:])^k.secret[3]))
}

// mix33to128 takes 16 bytes from each end, and goes on towards the middle.
func (k *xxh3Keys) mix33to128(key []byte) uint64 {
	n := len(key)
	h := uint64(n) * prime64x1
	s := k.secret[:]
	for at := 0; 2*at < n && len(s) >= 4; at += 16 {
		first, last := (*[16]byte)(key[at:]), (*[16]byte)(key[n-16-at:])
		h += mulFold(le64(first[:8])^s[0], le64(first[8:])^s[1])
		h += mulFold(le64(last[:8])^s[2], le64(last[8:])^s[3])
		s = s[4:]
	}
	return xxh3Avalanche(h)
}

func xxh3Avalanche(h uint64) uint64 {
	h ^= h >> 37
	h *= 0x165667919E3779F9
	return h ^ h>>32
}

func mulFold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
