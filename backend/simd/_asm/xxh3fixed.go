package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// xxh3Fixed8 hashes four keys by vectors and four by scalar instructions a step:
// the processor runs both at a time, on ports of their own.
func xxh3Fixed8() {
	kernel("xxh3Fixed8", "func(dst *uint64, data *byte, groups int, flip uint64)",
		"xxh3Fixed8 hashes eight keys of 8 bytes a group.")
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups, flip := Load(Param("groups"), GP64()), Load(Param("flip"), GP64())
	flips, prime, eight := broadcast(flip), multiplier(xxh3PrimeMix2), broadcast(constant(8))

	Label("group")
	h, a, b := YMM(), YMM(), YMM()
	VPSHUFD(Imm(0xb1), Mem{Base: data}, h) // the halves change places
	VPXOR(flips, h, h)
	VPSRLQ(Imm(64-49), h, a)
	VPSLLQ(Imm(49), h, b)
	VPXOR(a, b, a)
	VPSRLQ(Imm(64-24), h, b)
	VPXOR(b, a, a)
	VPSLLQ(Imm(24), h, b)
	VPXOR(b, a, a)
	VPXOR(a, h, h)
	prime.times(h)
	VPSRLQ(Imm(35), h, a)
	VPADDQ(eight, a, a)
	VPXOR(a, h, h)
	prime.times(h)
	VPSRLQ(Imm(28), h, a)
	VPXOR(a, h, h)
	VMOVDQU(h, Mem{Base: dst})
	for i := 4; i < 8; i++ {
		h := GP64()
		RORXQ(Imm(32), Mem{Base: data, Disp: 8 * i}, h)
		XORQ(flip, h)
		xxh3Mix4to8(h, Imm(8))
		MOVQ(h, Mem{Base: dst, Disp: 8 * i})
	}
	ADDQ(Imm(64), data)
	ADDQ(Imm(64), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// xxh3Fixed16 does so for keys of 16 bytes.
func xxh3Fixed16() {
	kernel("xxh3Fixed16", "func(dst *uint64, data *byte, groups int, lo uint64, hi uint64)",
		"xxh3Fixed16 hashes eight keys of 16 bytes a group.")
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups := Load(Param("groups"), GP64())
	flipLo, flipHi := Load(Param("lo"), GP64()), Load(Param("hi"), GP64())
	los, his, width := broadcast(flipLo), broadcast(flipHi), broadcast(constant(16))
	prime, low32, swap := multiplier(xxh3PrimeMix1), broadcast(constant(1<<32-1)), YMM()
	VBROADCASTI128(swapBytes(), swap)

	Label("group")
	first, second, lo, hi := YMM(), YMM(), YMM(), YMM()
	VMOVDQU(Mem{Base: data}, first)
	VMOVDQU(Mem{Base: data, Disp: 32}, second)
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
	VMOVDQU(h, Mem{Base: dst})
	for i := 4; i < 8; i++ {
		xxh3Scalar16(Mem{Base: dst, Disp: 8 * i}, Mem{Base: data, Disp: 16 * i}, flipLo, flipHi)
	}
	ADDQ(I32(128), data)
	ADDQ(Imm(64), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// xxh3Scalar16 hashes one key of 16 bytes.
func xxh3Scalar16(dst, key Mem, flipLo, flipHi Register) {
	lo, hi := GP64(), GP64()
	MOVQ(key, lo)
	XORQ(flipLo, lo)
	MOVQ(key.Offset(8), hi)
	XORQ(flipHi, hi)
	MOVQ(xxh3Mix9to16(lo, hi, Imm(16)), dst)
}

// broadcast returns a vector with a number in each lane of 64 bits.
func broadcast(n Register) VecVirtual {
	v := YMM()
	VMOVQ(n, v.AsX())
	VPBROADCASTQ(v.AsX(), v)
	return v
}

// by is a constant that vectors are multiplied with.
type by struct{ low, high VecVirtual }

func multiplier(n uint64) by { return by{broadcast(constant(n)), broadcast(constant(n >> 32))} }

// times multiplies four lanes of 64 bits, of which AVX2 can but multiply the
// halves.
func (m by) times(h VecVirtual) {
	high, cross := YMM(), YMM()
	VPSRLQ(Imm(32), h, high)
	VPMULUDQ(m.low, high, high)
	VPMULUDQ(m.high, h, cross)
	VPADDQ(cross, high, high)
	VPSLLQ(Imm(32), high, high)
	VPMULUDQ(m.low, h, h)
	VPADDQ(high, h, h)
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
