package cpu

import (
	"math/bits"

	"github.com/keymill/keymill/hash"
)

// Words of the default secret of xxh3, two and two joined by xor as the short
// branches use them.
const (
	secret1to3    = 0x396cfeb8 ^ 0xbe4ba423
	secret4to8    = 0x1cad21f72c81017c ^ 0xdb979083e96dd4de
	secret9to16lo = 0x1f67b3b7a4a44072 ^ 0x78e5c0cc4ee679cb
	secret9to16hi = 0x2172ffcc7dd05a82 ^ 0x8e2443f7744608b8
	secret0       = 0xbe4ba423396cfeb8
	secret8       = 0x1cad21f72c81017c
	secret16      = 0xdb979083e96dd4de
	secret24      = 0x1f67b3b7a4a44072
	prime64x1     = 0x9E3779B185EBCA87
	prime64x2     = 0xC2B2AE3D27D4EB4F
	prime64x3     = 0x165667B19E3779F9
	prime64x4     = 0x85EBCA77C2B2AE63
	prime64x5     = 0x27D4EB2F165667C5
	primeMix1     = 0x165667919E3779F9
	primeMix2     = 0x9FB21C651E98DF25
)

// xxh3Fixed hashes keys of one width. It runs widths 4 to 32.
func xxh3Fixed(dst []uint64, data []byte, width int, seed uint64) bool {
	switch {
	case width == 8:
		xxh3Width8(dst, data, seed)
	case width == 16:
		xxh3Width16(dst, data, seed)
	case width < 4 || width > 32:
		return false
	case width < 8:
		flip := xxh3Flip4to8(seed)
		for i := range dst {
			key := data[i*width:][:width]
			dst[i] = xxh3Mix4to8(uint64(le32(key)), uint64(le32(key[width-4:])), flip, uint64(width))
		}
	case width < 16:
		flipLo, flipHi := secret9to16lo+seed, secret9to16hi-seed
		for i := range dst {
			key := data[i*width:][:width]
			dst[i] = xxh3Mix9to16(le64(key)^flipLo, le64(key[width-8:])^flipHi, uint64(width))
		}
	default:
		s0, s8, s16, s24 := secret0+seed, secret8-seed, secret16+seed, secret24-seed
		start := uint64(width) * prime64x1
		for i := range dst {
			key := data[i*width:][:width]
			h := start + mulFold(le64(key)^s0, le64(key[8:])^s8)
			h += mulFold(le64(key[width-16:])^s16, le64(key[width-8:])^s24)
			dst[i] = xxh3Avalanche(h)
		}
	}
	return true
}

// xxh3Width8 and xxh3Width16 take eight keys a step: at 4 cycles a key, the
// bookkeeping of the loop would be a fifth of the time.
func xxh3Width8(dst []uint64, data []byte, seed uint64) {
	flip := xxh3Flip4to8(seed)
	for len(dst) >= 8 && len(data) >= 8*8 {
		d, k := (*[8]uint64)(dst), (*[8 * 8]byte)(data)
		d[0] = xxh3One8(k[0:8], flip)
		d[1] = xxh3One8(k[8:16], flip)
		d[2] = xxh3One8(k[16:24], flip)
		d[3] = xxh3One8(k[24:32], flip)
		d[4] = xxh3One8(k[32:40], flip)
		d[5] = xxh3One8(k[40:48], flip)
		d[6] = xxh3One8(k[48:56], flip)
		d[7] = xxh3One8(k[56:64], flip)
		dst, data = dst[8:], data[8*8:]
	}
	for i := range dst {
		dst[i] = xxh3One8(data[8*i:], flip)
	}
}

func xxh3Width16(dst []uint64, data []byte, seed uint64) {
	flipLo, flipHi := secret9to16lo+seed, secret9to16hi-seed
	for len(dst) >= 8 && len(data) >= 8*16 {
		d, k := (*[8]uint64)(dst), (*[8 * 16]byte)(data)
		d[0] = xxh3One16(k[0:16], flipLo, flipHi)
		d[1] = xxh3One16(k[16:32], flipLo, flipHi)
		d[2] = xxh3One16(k[32:48], flipLo, flipHi)
		d[3] = xxh3One16(k[48:64], flipLo, flipHi)
		d[4] = xxh3One16(k[64:80], flipLo, flipHi)
		d[5] = xxh3One16(k[80:96], flipLo, flipHi)
		d[6] = xxh3One16(k[96:112], flipLo, flipHi)
		d[7] = xxh3One16(k[112:128], flipLo, flipHi)
		dst, data = dst[8:], data[8*16:]
	}
	for i := range dst {
		dst[i] = xxh3One16(data[16*i:], flipLo, flipHi)
	}
}

func xxh3One8(key []byte, flip uint64) uint64 {
	word := le64(key)
	return xxh3Mix4to8(word&0xFFFFFFFF, word>>32, flip, 8)
}

func xxh3One16(key []byte, flipLo, flipHi uint64) uint64 {
	return xxh3Mix9to16(le64(key)^flipLo, le64(key[8:])^flipHi, 16)
}

// xxh3Ragged hashes keys of any length; up to 16 bytes without a call.
func xxh3Ragged(dst []uint64, data []byte, keys spans, seed uint64) {
	flip := xxh3Flip4to8(seed)
	flipLo, flipHi := secret9to16lo+seed, secret9to16hi-seed
	for i := range dst {
		key := keys.at(data, i)
		switch n := len(key); {
		case n > 16:
			dst[i] = hash.SumXXH3(key, seed)
		case n > 8:
			dst[i] = xxh3Mix9to16(le64(key)^flipLo, le64(key[n-8:])^flipHi, uint64(n))
		case n > 3:
			dst[i] = xxh3Mix4to8(uint64(le32(key)), uint64(le32(key[n-4:])), flip, uint64(n))
		default:
			dst[i] = hash.SumXXH3(key, seed)
		}
	}
}

func xxh3Flip4to8(seed uint64) uint64 {
	return secret4to8 - (seed ^ uint64(bits.ReverseBytes32(uint32(seed)))<<32)
}

func xxh3Mix4to8(first, last, flip, n uint64) uint64 {
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

func xxh3Avalanche(h uint64) uint64 {
	h ^= h >> 37
	h *= primeMix1
	return h ^ h>>32
}

func mulFold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
