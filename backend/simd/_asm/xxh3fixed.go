package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Of the keys of a step some are hashed by vectors and some by scalar instructions:
// the processor runs both at a time, on ports of their own. How many of each keeps
// both busy was measured; the constants have the same names in Go.
const (
	xxh3Vectors8, xxh3Scalars8   = 4, 4 // vectors, of four keys each, and keys
	xxh3Vectors16, xxh3Scalars16 = 2, 4
)

// xxh3Interleave lays out a step: the vectors with the keys from 0 on, between them the
// scalars with those behind. Side by side they would fill the queues of one kind of port
// while the other's are idle.
func xxh3Interleave(vectors, scalars int, vector, scalar func(i int)) {
	done := 0
	for i := range vectors {
		vector(i)
		for ; done*vectors < (i+1)*scalars; done++ {
			scalar(4*vectors + done)
		}
	}
}

// xxh3Fixed8 hashes keys of 8 bytes.
func xxh3Fixed8() {
	kernel("xxh3Fixed8", "func(dst *uint64, data *byte, groups int, flip uint64)",
		"xxh3Fixed8 hashes xxh3Step8 keys of 8 bytes a group.")
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups, flip := Load(Param("groups"), GP64()), Load(Param("flip"), GP64())
	xxh3Turn(flip) // once: the turn of an exclusive or is that of the turned
	flips, prime, eight, turn := broadcast(flip), multiplier(xxh3PrimeMix2), broadcast(constant(8)), YMM()
	VBROADCASTI128(turnBy24(), turn)
	l := newXXH3Loop(nil, 35, 28)

	vector := func(i int) {
		h, a, b := YMM(), YMM(), YMM()
		VPSHUFD(Imm(0xb1), Mem{Base: data, Disp: 32 * i}, h) // the halves change places
		VPSRLQ(Imm(64-49), h, a)
		VPSLLQ(Imm(49), h, b)
		VPXOR(a, b, a)
		VPSHUFB(turn, h, b)
		VPXOR(flips, h, h)
		VPXOR(b, a, a)
		VPXOR(a, h, h)
		prime.times(h)
		VPSRLQ(Imm(35), h, a)
		VPADDQ(eight, a, a)
		VPXOR(a, h, h)
		prime.times(h)
		VPSRLQ(Imm(28), h, a)
		VPXOR(a, h, h)
		VMOVDQU(h, Mem{Base: dst, Disp: 32 * i})
	}
	scalar := func(i int) {
		h := GP64()
		RORXQ(Imm(32), Mem{Base: data, Disp: 8 * i}, h)
		xxh3Turn(h)
		XORQ(flip, h)
		l.mix4to8(h, Imm(8))
		MOVQ(h, Mem{Base: dst, Disp: 8 * i})
	}

	Label("group")
	xxh3Interleave(xxh3Vectors8, xxh3Scalars8, vector, scalar)
	const keys = 4*xxh3Vectors8 + xxh3Scalars8
	ADDQ(I32(8*keys), data)
	ADDQ(I32(8*keys), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// xxh3Turn does h ^= rotl(h, 49) ^ rotl(h, 24).
func xxh3Turn(h Register) {
	a, t := GP64(), GP64()
	RORXQ(Imm(64-49), h, a)
	RORXQ(Imm(64-24), h, t)
	XORQ(a, h)
	XORQ(t, h)
}

// xxh3Fixed16 hashes keys of 16 bytes.
func xxh3Fixed16() {
	kernel("xxh3Fixed16", "func(dst *uint64, data *byte, groups int, lo uint64, hi uint64)",
		"xxh3Fixed16 hashes xxh3Step16 keys of 16 bytes a group.")
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups := Load(Param("groups"), GP64())
	flipLo, flipHi := Load(Param("lo"), GP64()), Load(Param("hi"), GP64())
	los, his, width := broadcast(flipLo), broadcast(flipHi), broadcast(constant(16))
	l := newXXH3Loop(nil, 37, 32)
	prime, low32, swap := multiplier(xxh3PrimeMix1), broadcast(constant(1<<32-1)), YMM()
	VBROADCASTI128(swapBytes(), swap)

	vector := func(i int) {
		first, second, lo, hi := YMM(), YMM(), YMM(), YMM()
		VMOVDQU(Mem{Base: data, Disp: 64 * i}, first)
		VMOVDQU(Mem{Base: data, Disp: 64*i + 32}, second)
		VPUNPCKLQDQ(second, first, lo) // of the keys 0 2 1 3
		VPUNPCKHQDQ(second, first, hi)
		VPXOR(los, lo, lo)
		VPXOR(his, hi, hi)
		h, t := YMM(), YMM()
		VPSHUFB(swap, lo, h)
		VPADDQ(hi, h, h)
		VPADDQ(width, h, h)
		VPADDQ(mulFold(lo, hi, low32), h, h)
		VPSRLQ(Imm(37), h, t)
		VPXOR(t, h, h)
		prime.times(h)
		VPSRLQ(Imm(32), h, t)
		VPXOR(t, h, h)
		VPERMQ(Imm(0xd8), h, h)
		VMOVDQU(h, Mem{Base: dst, Disp: 32 * i})
	}
	scalar := func(i int) {
		l.scalar16(Mem{Base: dst, Disp: 8 * i}, Mem{Base: data, Disp: 16 * i}, flipLo, flipHi)
	}

	Label("group")
	xxh3Interleave(xxh3Vectors16, xxh3Scalars16, vector, scalar)
	const keys = 4*xxh3Vectors16 + xxh3Scalars16
	for at := 0; at < 16*keys; at += 64 { // the processor's own prefetcher keeps behind
		PREFETCHT0(Mem{Base: data, Disp: 8192 + at})
	}
	ADDQ(I32(16*keys), data)
	ADDQ(I32(8*keys), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// scalar16 hashes one key of 16 bytes.
func (l xxh3Loop) scalar16(dst, key Mem, flipLo, flipHi Register) {
	hi := GP64()
	MOVQ(key, RDX)
	XORQ(flipLo, RDX)
	MOVQ(key.Offset(8), hi)
	XORQ(flipHi, hi)
	MOVQ(l.mix9to16(hi, Imm(16)), dst)
}

// broadcast returns a vector with a number in each lane of 64 bits.
func broadcast(n Register) VecVirtual {
	v := YMM()
	VMOVQ(n, v.AsX())
	VPBROADCASTQ(v.AsX(), v)
	return v
}

// by is a constant that vectors are multiplied with.
type by struct{ n, swapped, high VecVirtual }

func multiplier(n uint64) by {
	return by{broadcast(constant(n)), broadcast(constant(n<<32 | n>>32)), broadcast(constant(0xffffffff << 32))}
}

// times multiplies four lanes of 64 bits, of which AVX2 can but multiply the
// halves.
func (m by) times(h VecVirtual) {
	cross, t := YMM(), YMM()
	VPMULLD(m.swapped, h, cross) // the products of unlike halves, of which the low words count
	VPSLLQ(Imm(32), cross, t)
	VPMULUDQ(m.n, h, h)
	VPADDD(t, cross, cross)
	VPAND(m.high, cross, cross)
	VPADDQ(cross, h, h)
}

// mulFold returns the products of 128 bits, folded, of lanes that change.
func mulFold(a, b, low32 VecVirtual) VecVirtual {
	aHigh, bHigh, low, mid1, mid2, high := YMM(), YMM(), YMM(), YMM(), YMM(), YMM()
	VPSRLQ(Imm(32), a, aHigh)
	VPSRLQ(Imm(32), b, bHigh)
	VPMULUDQ(b, a, low)
	VPMULUDQ(b, aHigh, mid1)
	VPMULUDQ(bHigh, a, mid2)
	VPMULUDQ(bHigh, aHigh, high)
	// mid1 + low>>32 cannot overflow, nor can that one's low half + mid2.
	carry, t := YMM(), YMM()
	VPSRLQ(Imm(32), low, carry)
	VPADDQ(carry, mid1, mid1)
	VPAND(low32, mid1, t)
	VPADDQ(t, mid2, mid2)
	VPSRLQ(Imm(32), mid1, mid1)
	VPADDQ(mid1, high, high)
	VPSRLQ(Imm(32), mid2, t)
	VPADDQ(t, high, high)
	VPSLLQ(Imm(32), mid2, mid2)
	VPBLENDD(Imm(0xaa), mid2, low, low) // the odd words are those of mid2
	VPXOR(low, high, high)
	return high
}

// swapBytes is the order that reverses the bytes of words of 64 bits.
func swapBytes() Mem { return inMemory("swapBytes", 0x0001020304050607, 0x08090a0b0c0d0e0f) }

// turnBy24 is the order that turns words of 64 bits by three bytes.
func turnBy24() Mem { return inMemory("turnBy24", 0x0403020100070605, 0x0c0b0a09080f0e0d) }

// inMemory is words of 64 bits, which a file has once.
func inMemory(name string, words ...uint64) Mem {
	if m, there := memory[name]; there {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i, word := range words {
		DATA(8*i, U64(word))
	}
	memory[name] = m
	return m
}

var memory = map[string]Mem{}
