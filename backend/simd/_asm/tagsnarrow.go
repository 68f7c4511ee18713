package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// lowestBit is the lowest bit of some that are given in two halves.
type lowestBit struct {
	place  VecVirtual // of the bit, or a number after it; anything if no bit is set
	half   VecVirtual // the low half, or the high one if the low one is 0
	less   VecVirtual // half - 1
	isHigh VecVirtual // all ones where half is the high one
}

// findLowest has no instruction that counts zeros, in vectors. A power of two is
// converted to a float, whose exponent is its place.
func findLowest(low, high, zero, ones VecVirtual, exponent Mem, bias [2]Mem) lowestBit {
	b := lowestBit{YMM(), YMM(), YMM(), YMM()}
	VPCMPEQD(zero, low, b.isHigh)
	VPBLENDVB(b.isHigh, high, low, b.half)
	VPADDD(ones, b.half, b.less)
	VPANDN(b.half, b.less, b.place)
	VCVTDQ2PS(b.place, b.place)
	VPSRLD(Imm(23), b.place, b.place)
	VPAND(exponent, b.place, b.place) // without the sign of -2^31
	add := YMM()
	VMOVDQU(bias[0], add)
	VPBLENDVB(b.isHigh, bias[1], add, add)
	VPADDD(add, b.place, b.place)
	return b
}

// tagsNarrow writes what is hashed of each of n keys, where braces have been found.
func tagsNarrow(n GPVirtual, found [2]Mem, constant tagsConstants) {
	starts, ends := Load(Param("starts"), GP64()), Load(Param("ends"), GP64())
	dstStart, dstEnd := Load(Param("dstStart"), GP64()), Load(Param("dstEnd"), GP64())
	left := Load(Param("left"), GP64())
	zero, ones, i := YMM(), YMM(), GP64()
	VPXOR(zero, zero, zero)
	VPCMPEQD(ones, ones, ones)
	XORQ(i, i)
	halves := func(of Mem) (low, high VecVirtual) {
		first, second := loadHashes(of.Idx(i, 8))
		return pickWords(lowWords, first, second), pickWords(highWords, first, second)
	}

	Label("narrow")
	low, high := halves(found[0])
	opening := findLowest(low, high, zero, ones, constant.exponent, constant.next)
	// What closes after the first that opens; nothing, if none opens.
	low, high = halves(found[1])
	upTo, before := YMM(), YMM() // up to the first that opens, in its half
	VPXOR(opening.less, opening.half, upTo)
	VPOR(opening.isHigh, upTo, before)
	VPANDN(low, before, low)
	VPAND(opening.isHigh, upTo, before)
	VPANDN(high, before, high)
	closing := findLowest(low, high, zero, ones, constant.exponent, constant.place)

	start, end, length := YMM(), YMM(), YMM()
	VMOVDQU(Mem{Base: starts, Index: i, Scale: 4}, start)
	VMOVDQU(Mem{Base: ends, Index: i, Scale: 4}, end)
	VPSUBD(start, end, length)
	open, whole, outside := YMM(), YMM(), YMM()
	VPCMPEQD(zero, closing.half, open)            // nothing closes in the window,
	VPCMPEQD(closing.place, opening.place, whole) // or at once,
	VPMINUD(closing.place, length, outside)       // or in the key
	VPCMPEQD(length, outside, outside)
	VPOR(open, whole, whole)
	VPOR(outside, whole, whole)
	from, to := opening.place, closing.place
	VPADDD(start, from, from)
	VPADDD(start, to, to)
	VPBLENDVB(whole, start, from, from)
	VPBLENDVB(whole, end, to, to)
	VMOVDQU(from, Mem{Base: dstStart, Index: i, Scale: 4})
	VMOVDQU(to, Mem{Base: dstEnd, Index: i, Scale: 4})

	longer, bits := YMM(), GP32()
	VPMAXUD(constant.longer, length, longer)
	VPCMPEQD(length, longer, longer)
	VPAND(open, longer, longer)
	VMOVMSKPS(longer, bits)
	MOVB(bits.As8(), Mem{Base: left})
	INCQ(left)
	ADDQ(Imm(tagsGroup), i)
	CMPQ(i, n)
	JLT(LabelRef("narrow"))
}
