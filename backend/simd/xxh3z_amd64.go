//go:build !purego

package simd

import "github.com/keymill/keymill/hash"

var xxh3AVX512 = family{
	fixed:  map[hash.Func]fixedKernel{hash.XXH3: xxh3FixedAVX512},
	ragged: map[hash.Func]raggedKernel{hash.XXH3: xxh3RaggedAVX512},
}

func xxh3FixedAVX512(dst []uint64, data []byte, width int, seed hash.Words) bool {
	step := 8
	if width == 16 {
		step = 12
	}
	groups := len(dst) / step
	if groups == 0 || width != 8 && width < 16 || width > 128 {
		return xxh3FixedAVX2(dst, data, width, seed)
	}
	var c xxh3Consts
	c.initFor(width, seed.Lo)
	switch to, from := &dst[0], &data[0]; {
	case width == 8:
		xxh3Fixed8Z(to, from, groups, c.flip4)
	case width == 16:
		xxh3Fixed16Z(to, from, groups, c.lo, c.hi)
	case width <= 32:
		xxh3Strided17to32Z(to, from, groups, width, &c.flip1)
	case width <= 64:
		xxh3Strided33to64Z(to, from, groups, width, &c.flip1)
	case width <= 96:
		xxh3Strided65to96Z(to, from, groups, width, &c.flip1)
	default:
		xxh3Strided97to128Z(to, from, groups, width, &c.flip1)
	}
	if n := step * groups; n < len(dst) {
		xxh3FixedWith(&c, dst[n:], data[n*width:], width)
	}
	return true
}
