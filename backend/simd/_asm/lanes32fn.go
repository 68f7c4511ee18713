package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// functions32 are the functions, by the beginning of the names of their kernels.
//
// Each step of a function waits for the one before: where a group has a second
// vector, the processor does that meanwhile. With AVX2 this takes 3 to 15 % off,
// the more the longer keys are. With AVX-512 a vector is two of AVX2 already: only
// fnv1a, which multiplies for each byte, gains by more, 5 to 20 %.
var functions32 = []struct {
	name    string
	lanes   func(vec32) hash32
	vectors func(vec32) int
	packed  []int // the widths in words that it has kernels for: variants need none
}{
	{"murmur2", murmur2Lanes, forSixteen, []int{1, 2, 4}},
	{"murmur3x32", murmur3Lanes, forSixteen, []int{1, 2, 4}},
	{"murmur3Spark", murmur3SparkLanes, forSixteen, nil},
	{"murmur3Hive", murmur3HiveLanes, forSixteen, nil},
	{"fnv1a32", fnv1aLanes, two, []int{1, 2, 4}},
}

func forSixteen(v vec32) int { return 16 / v.lanes() }
func two(vec32) int          { return 2 }

// hash32 is a function with a word of state, which takes a key word by word and
// then the tail: the up to three bytes that are left. What it needs again and
// again lies in registers.
type hash32 struct {
	// start returns the state before the first word.
	start func(seed, length VecVirtual) VecVirtual
	// mix takes a word into the state, where m says.
	mix func(h, word VecVirtual, m mask)
	// tail takes the last bytes, n of them, the first the lowest; 0 are beyond.
	tail func(h, bytes, n VecVirtual)
	// finish takes the key's length.
	finish func(h, length VecVirtual)
}

func murmur2Lanes(v vec32) hash32 {
	m := v.constant(0x5bd1e995)
	return hash32{
		start: func(seed, length VecVirtual) VecVirtual {
			h := v.reg()
			v.xor(seed, length, h)
			return h
		},
		mix: func(h, word VecVirtual, where mask) {
			k, t := v.reg(), v.reg()
			VPMULLD(m, word, k)
			v.shiftXor(24, k)
			VPMULLD(m, k, k)
			VPMULLD(m, h, t)
			v.assignXor(h, where, k, t)
		},
		tail: func(h, bytes, n VecVirtual) {
			t := v.reg()
			v.xor(bytes, h, t)
			v.assign(h, v.above(0, n), VPMULLD, m, t)
		},
		finish: func(h, length VecVirtual) {
			v.shiftXor(13, h)
			VPMULLD(m, h, h)
			v.shiftXor(15, h)
		},
	}
}

func murmur3Lanes(v vec32) hash32 {
	c1, c2, c3 := v.constant(0xcc9e2d51), v.constant(0x1b873593), v.words(0xe6546b64)
	scramble := func(word VecVirtual) VecVirtual {
		k := v.reg()
		VPMULLD(c1, word, k)
		k = v.rotate(15, k)
		VPMULLD(c2, k, k)
		return k
	}
	return hash32{
		start: func(seed, length VecVirtual) VecVirtual {
			h := v.reg()
			v.move(seed, h)
			return h
		},
		mix: func(h, word VecVirtual, where mask) {
			x := scramble(word)
			v.xor(h, x, x)
			x = v.rotate(13, x)
			one := v.reg()
			VPADDD(c3, x, one)
			VPSLLD(Imm(2), x, x)
			v.assign(h, where, VPADDD, one, x) // 5*x + c3
		},
		tail: func(h, bytes, n VecVirtual) { v.xor(scramble(bytes), h, h) }, // 0 changes nothing
		finish: func(h, length VecVirtual) {
			v.xor(length, h, h)
			v.shiftXor(16, h)
			VPMULLD(v.words(0x85ebca6b), h, h)
			v.shiftXor(13, h)
			VPMULLD(v.words(0xc2b2ae35), h, h)
			v.shiftXor(16, h)
		},
	}
}

// murmur3SparkLanes mixes each byte of the tail as a word, with its sign.
func murmur3SparkLanes(v vec32) hash32 {
	f := murmur3Lanes(v)
	f.tail = func(h, bytes, n VecVirtual) {
		for i := range 3 {
			word := v.reg()
			VPSLLD(Imm(uint64(24-8*i)), bytes, word)
			VPSRAD(Imm(24), word, word)
			f.mix(h, word, v.above(uint32(i), n))
		}
	}
	return f
}

// murmur3HiveLanes has the sign of a byte of the tail flip all bits above it.
func murmur3HiveLanes(v vec32) hash32 {
	f := murmur3Lanes(v)
	standard := f.tail
	f.tail = func(h, bytes, n VecVirtual) {
		word := bytes
		// Signs has bytes of ones where bytes are negative.
		signs := v.reg()
		if v.wide {
			negative := K()
			VPMOVB2M(bytes, negative)
			VPMOVM2B(negative, signs)
		} else {
			VPCMPGTB(bytes, v.zero(), signs)
		}
		for _, shift := range []uint64{8, 16, 24} {
			above := v.reg()
			VPSLLD(Imm(shift), signs, above)
			v.xor(word, above, above)
			word = above
		}
		standard(h, word, n)
	}
	return f
}

func fnv1aLanes(v vec32) hash32 {
	prime := v.constant(0x01000193)
	// step takes byte i of a word into h, and leaves what is to be multiplied.
	step := func(h, word VecVirtual, i int) VecVirtual {
		x := v.reg()
		switch i {
		case 0:
			v.and(v.words(0xff), word, x)
		case 3:
			VPSRLD(Imm(24), word, x)
		default:
			b := uint32(0x80808000 + i)
			VPSHUFB(v.words(b, b+4, b+8, b+12), word, x)
		}
		v.xor(h, x, x)
		return x
	}
	return hash32{
		start: func(seed, length VecVirtual) VecVirtual { return v.constant(0x811c9dc5) },
		mix: func(h, word VecVirtual, where mask) {
			x := h
			for i := range 3 {
				x = step(x, word, i)
				VPMULLD(prime, x, x)
			}
			v.assign(h, where, VPMULLD, prime, step(x, word, 3))
		},
		tail: func(h, bytes, n VecVirtual) {
			for i := range 3 {
				v.assign(h, v.above(uint32(i), n), VPMULLD, prime, step(h, bytes, i))
			}
		},
		finish: func(h, length VecVirtual) {},
	}
}
