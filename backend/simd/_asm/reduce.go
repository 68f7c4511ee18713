package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// kernel begins a function whose arguments do not escape.
func kernel(name, signature, doc string) {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(doc)
}

// growing begins such a function that has much memory on the stack: it asks for it.
func growing(name, signature, doc string) {
	TEXT(name, 0, signature)
	Pragma("noescape")
	Doc(doc)
}

func reduce() {
	maskAVX2()
	mod32AVX2("mod32AVX2", unsigned)
	mod32AVX2("absMod32AVX2", absolute)
	mod32AVX2("pmod32AVX2", floored)
	mod64AVX2()
	fastrange32AVX2()
	fastrange64AVX2()
	jumpAVX2()
	rendezvousAVX2()
}

// hashesAVX2 is how many hashes a group of an AVX2 reduction has: as many as
// partitions fit a register.
const hashesAVX2 = 8

// reduceGroups runs body for each group of hashes and partitions, with where they lie.
// n is not less than a group. If it is no multiple, the last group overlaps the
// one before: it computes the same again.
func reduceGroups(size int, body func(hashes, dst Mem)) {
	dst := Load(Param("dst"), GP64())
	hashes := Load(Param("hashes"), GP64())
	n := Load(Param("n"), GP64())
	Label("group")
	body(Mem{Base: hashes}, Mem{Base: dst})
	ADDQ(U32(8*size), hashes)
	ADDQ(U32(4*size), dst)
	SUBQ(U32(size), n)
	CMPQ(n, U32(size))
	JGE(LabelRef("group"))
	TESTQ(n, n)
	JZ(LabelRef("done"))
	LEAQ(Mem{Base: hashes, Index: n, Scale: 8, Disp: -8 * size}, hashes)
	LEAQ(Mem{Base: dst, Index: n, Scale: 4, Disp: -4 * size}, dst)
	MOVQ(U32(size), n)
	JMP(LabelRef("group"))
	Label("done")
	VZEROUPPER()
	RET()
}

// inEveryWord returns a parameter of 32 bits in every word of a register.
func inEveryWord(param string) VecVirtual {
	all := YMM()
	VMOVD(Load(Param(param), GP32()), all.AsX())
	VPBROADCASTD(all.AsX(), all)
	return all
}

// inEveryQuad returns a parameter of 64 bits, or a half of it, in every element of a
// register.
func inEveryQuad(param string, shift uint64) VecVirtual {
	all, one := YMM(), GP64()
	Load(Param(param), one)
	if shift > 0 {
		SHRQ(Imm(shift), one)
	}
	VMOVQ(one, all.AsX())
	VPBROADCASTQ(all.AsX(), all)
	return all
}

// loadHashes returns two registers with four hashes each.
func loadHashes(from Mem) (VecVirtual, VecVirtual) {
	first, second := YMM(), YMM()
	VMOVDQU(from, first)
	VMOVDQU(from.Offset(32), second)
	return first, second
}

// Eight words of two registers with four elements of 64 bits each: the low or the
// high ones. A shuffle of registers works on their halves, so that the words come
// out in the order 0 1 4 5 2 3 6 7, which is put right when all is done.
const (
	lowWords  = 0x88
	highWords = 0xdd
)

func pickWords(which uint64, first, second Op) VecVirtual {
	out := YMM()
	VSHUFPS(Imm(which), second, first, out)
	return out
}

// storeParts writes eight words that pickWords has put out of order.
func storeParts(parts VecVirtual, to Mem) {
	VPERMQ(Imm(0xd8), parts, parts)
	VMOVDQU(parts, to)
}

// maskAVX2 keeps the low words of eight hashes a step, and their low bits.
func maskAVX2() {
	kernel("maskAVX2", "func(dst *uint32, hashes *uint64, n int, low uint32)",
		"maskAVX2 writes hash & low.")
	low := inEveryWord("low")
	reduceGroups(hashesAVX2, func(hashes, dst Mem) {
		first, second := loadHashes(hashes)
		parts := pickWords(lowWords, first, second)
		VPAND(low, parts, parts)
		storeParts(parts, dst)
	})
}

// What a word is whose remainder is taken.
type signs int

const (
	unsigned signs = iota
	absolute       // the absolute value of one with a sign
	floored        // one with a sign, whose remainder has none
)

// mod32AVX2 divides numbers below 2^32. The product with inverse, 2^32 / parts
// rounded down, gives a quotient that is right or one too small, so that the
// remainder is below 2*parts, which fits a word; r - parts wraps where r was
// right, and the minimum takes it where it was not.
//
// Of a word with a sign, 2^31 is added, which makes it one without; and to the
// remainder, what that lacks to a multiple of parts.
func mod32AVX2(name string, s signs) {
	signature := "func(dst *uint32, hashes *uint64, n int, low, parts, inverse uint32)"
	doc := map[signs]string{
		unsigned: " writes (hash & low) % parts",
		absolute: " writes |int32(hash & low) % parts|",
		floored:  " writes int32(hash & low) mod parts, which is not negative; lack is parts - 1<<31%parts",
	}[s]
	if s == floored {
		signature = "func(dst *uint32, hashes *uint64, n int, low, parts, inverse, lack uint32)"
	}
	kernel(name, signature, name+doc+"; parts*inverse is 2^32 or less, by less than parts.")
	low, parts, inverse := inEveryWord("low"), inEveryWord("parts"), inEveryWord("inverse")
	var lack, sign VecVirtual
	if s == floored {
		lack, sign = inEveryWord("lack"), YMM()
		VPCMPEQD(sign, sign, sign)
		VPSLLD(Imm(31), sign, sign)
	}
	reduceGroups(hashesAVX2, func(hashes, dst Mem) {
		first, second := loadHashes(hashes)
		h := pickWords(lowWords, first, second)
		VPAND(low, h, h)
		switch s {
		case absolute: // |v % n| is |v| % n; the absolute value of -2^31 is 2^31, unsigned
			VPABSD(h, h)
		case floored:
			VPXOR(sign, h, h)
		}
		even, odd := YMM(), YMM()
		VPSRLQ(Imm(32), h, odd)
		VPMULUDQ(inverse, h, even)
		VPMULUDQ(inverse, odd, odd)
		VPSRLQ(Imm(32), even, even)
		VPBLENDD(Imm(0xaa), odd, even, even)
		VPMULLD(parts, even, even)
		VPSUBD(even, h, h)
		atMostOnce(h, parts)
		if s == floored {
			VPADDD(lack, h, h)
			atMostOnce(h, parts)
		}
		storeParts(h, dst)
	})
}

// atMostOnce subtracts n where it can.
func atMostOnce(r, n VecVirtual) {
	less := YMM()
	VPSUBD(n, r, less)
	VPMINUD(less, r, r)
}

// mod64AVX2 does what mod32AVX2 does with 2^64 / parts. Of the product of 128 bits
// only three of the four partial products are formed, and their low halves are
// dropped, which makes the quotient up to three too small: 4*parts must fit a
// word. Only the low words of quotient and remainder are ever needed, and half of
// the work is done on eight of them at once.
//
// (The other design has doubles for quotients, with a product more where they
// are not exact. It takes about as many instructions, and a conversion.)
func mod64AVX2() {
	kernel("mod64AVX2", "func(dst *uint32, hashes *uint64, n int, parts uint32, inverse uint64)",
		"mod64AVX2 writes hash % parts, for up to 2^30 parts; inverse is 2^64 / parts, rounded down.")
	parts, low, high := inEveryWord("parts"), inEveryQuad("inverse", 0), inEveryQuad("inverse", 32)
	twice := YMM()
	VPADDD(parts, parts, twice)
	reduceGroups(hashesAVX2, func(hashes, dst Mem) {
		first, second := loadHashes(hashes)
		half := func(h VecVirtual) (top, cross1, cross2 VecVirtual) {
			top, cross1, cross2 = YMM(), YMM(), YMM()
			VPSRLQ(Imm(32), h, top)
			VPMULUDQ(low, top, cross1)
			VPMULUDQ(high, top, top)
			VPMULUDQ(high, h, cross2)
			return top, cross1, cross2
		}
		top1, lowCross1, highCross1 := half(first)
		top2, lowCross2, highCross2 := half(second)
		q := pickWords(lowWords, top1, top2)
		VPADDD(pickWords(highWords, lowCross1, lowCross2), q, q)
		VPADDD(pickWords(highWords, highCross1, highCross2), q, q)
		VPMULLD(parts, q, q)
		r := pickWords(lowWords, first, second)
		VPSUBD(q, r, r)
		atMostOnce(r, twice)
		atMostOnce(r, parts)
		storeParts(r, dst)
	})
}

// fastrange32AVX2 has the hash in the low word, shifted up to its top: the
// product's high word is the partition.
func fastrange32AVX2() {
	kernel("fastrange32AVX2", "func(dst *uint32, hashes *uint64, n int, parts uint32, shift uint64)",
		"fastrange32AVX2 writes (hash << shift & (1<<32 - 1)) * parts >> 32.")
	parts := inEveryWord("parts")
	shift := XMM()
	VMOVQ(Load(Param("shift"), GP64()), shift)
	reduceGroups(hashesAVX2, func(hashes, dst Mem) {
		first, second := loadHashes(hashes)
		for _, h := range []VecVirtual{first, second} {
			VPSLLQ(shift, h, h)
			VPMULUDQ(parts, h, h)
		}
		storeParts(pickWords(highWords, first, second), dst)
	})
}

// fastrange64AVX2 forms the product of 96 bits of two halves. No sum overflows:
// parts is at most 2^31.
func fastrange64AVX2() {
	kernel("fastrange64AVX2", "func(dst *uint32, hashes *uint64, n int, parts uint32)",
		"fastrange64AVX2 writes hash * parts >> 64.")
	parts := inEveryWord("parts")
	reduceGroups(hashesAVX2, func(hashes, dst Mem) {
		first, second := loadHashes(hashes)
		for _, h := range []VecVirtual{first, second} {
			high := YMM()
			VPSRLQ(Imm(32), h, high)
			VPMULUDQ(parts, h, h)
			VPMULUDQ(parts, high, high)
			VPSRLQ(Imm(32), h, h)
			VPADDQ(high, h, h)
		}
		storeParts(pickWords(highWords, first, second), dst)
	})
}
