package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// pack copies keys that lie all over memory. What it is for is the prefetch: a key
// that nobody has asked for costs a hundred nanoseconds, and a loop that hashes one
// after the other has but a few under way at a time. It goes to the second-level
// cache, for which a core has more lines under way than for the first: 6.9 ns a
// key in place of 10.4.
func pack() {
	kernel("packKeys", "func(dst *byte, room int, ends *uint32, keys *byte, step int, n int) int",
		"packKeys copies n keys end to end to dst, until one does not fit, and returns how many fitted. keys points to the headers of strings or slices, step bytes apart: the first word of each is the address, the second the length.")
	dst, room := Load(Param("dst"), GP64()), Load(Param("room"), GP64())
	ends, keys := Load(Param("ends"), GP64()), Load(Param("keys"), GP64())
	step, n := Load(Param("step"), GP64()), Load(Param("n"), GP64())
	left, ahead, last, at := GP64(), GP64(), GP64(), GP64()
	XORQ(at, at)
	MOVQ(n, left)
	// ahead is the header that is prefetched; it stops at the last one.
	const distance = 128
	MOVQ(n, last)
	DECQ(last)
	IMULQ(step, last)
	ADDQ(keys, last)
	MOVQ(keys, ahead)
	begin := GP64()
	MOVQ(U32(distance), begin)
	CMPQ(begin, n)
	CMOVQGT(n, begin)
	Label("begin")
	prefetchHeader := func() {
		address := GP64()
		MOVQ(Mem{Base: ahead}, address)
		PREFETCHT1(Mem{Base: address})
		next := GP64()
		LEAQ(Mem{Base: ahead, Index: step, Scale: 1}, next)
		CMPQ(ahead, last)
		CMOVQNE(next, ahead)
	}
	prefetchHeader()
	DECQ(begin)
	JNZ(LabelRef("begin"))

	Label("key")
	prefetchHeader()
	from, size, rest := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: keys}, from)
	MOVQ(Mem{Base: keys, Disp: 8}, size)
	MOVQ(room, rest)
	SUBQ(at, rest)
	CMPQ(size, rest)
	JHI(LabelRef("done"))
	to := GP64()
	LEAQ(Mem{Base: dst, Index: at, Scale: 1}, to)
	both := func(move func(disp int, atEnd bool)) {
		move(0, false)
		move(0, true)
	}
	piece := func(width int, load, store func(m Mem)) func(int, bool) {
		return func(disp int, atEnd bool) {
			source, target := Mem{Base: from}, Mem{Base: to}
			if atEnd {
				source = Mem{Base: from, Index: size, Scale: 1, Disp: -width}
				target = Mem{Base: to, Index: size, Scale: 1, Disp: -width}
			}
			load(source)
			store(target)
		}
	}
	x, y, word := XMM(), YMM(), GP64()
	CMPQ(size, Imm(16))
	JB(LabelRef("below16"))
	CMPQ(size, Imm(32))
	JA(LabelRef("long"))
	both(piece(16, func(m Mem) { VMOVDQU(m, x) }, func(m Mem) { VMOVDQU(x, m) }))
	JMP(LabelRef("next"))

	Label("below16")
	CMPQ(size, Imm(8))
	JB(LabelRef("below8"))
	both(piece(8, func(m Mem) { MOVQ(m, word) }, func(m Mem) { MOVQ(word, m) }))
	JMP(LabelRef("next"))

	Label("below8")
	CMPQ(size, Imm(4))
	JB(LabelRef("below4"))
	both(piece(4, func(m Mem) { MOVL(m, word.As32()) }, func(m Mem) { MOVL(word.As32(), m) }))
	JMP(LabelRef("next"))

	Label("below4")
	TESTQ(size, size)
	JZ(LabelRef("next"))
	half := GP64()
	MOVQ(size, half)
	SHRQ(Imm(1), half)
	both(piece(1, func(m Mem) { MOVBLZX(m, word.As32()) }, func(m Mem) { MOVB(word.As8(), m) }))
	MOVBLZX(Mem{Base: from, Index: half, Scale: 1}, word.As32())
	MOVB(word.As8(), Mem{Base: to, Index: half, Scale: 1})
	JMP(LabelRef("next"))

	Label("long") // 33 and more: whole vectors, and the last one where the key ends
	end := GP64()
	LEAQ(Mem{Base: from, Index: size, Scale: 1, Disp: -32}, end)
	offset := GP64()
	MOVQ(to, offset)
	SUBQ(from, offset)
	Label("vector")
	VMOVDQU(Mem{Base: from}, y)
	VMOVDQU(y, Mem{Base: from, Index: offset, Scale: 1})
	ADDQ(Imm(32), from)
	CMPQ(from, end)
	JB(LabelRef("vector"))
	VMOVDQU(Mem{Base: end}, y)
	VMOVDQU(y, Mem{Base: end, Index: offset, Scale: 1})

	Label("next")
	ADDQ(size, at)
	MOVL(at.As32(), Mem{Base: ends})
	ADDQ(Imm(4), ends)
	ADDQ(step, keys)
	DECQ(left)
	JNZ(LabelRef("key"))

	Label("done")
	SUBQ(left, n)
	Store(n, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
