package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// offsets compares each offset with the next, eight a step: the larger of both, as
// unsigned numbers, must be the next.
func offsets() {
	const group = 8
	kernel("risingAVX2", "func(offsets *uint32, pairs int) (wrong uint32)",
		"risingAVX2 returns 0 if no offset is above the next, for so many pairs, at least 8: one offset more.")
	from, pairs := Load(Param("offsets"), GP64()), Load(Param("pairs"), GP64())
	wrong, larger, last := YMM(), YMM(), GP64()
	VPXOR(wrong, wrong, wrong)
	LEAQ(Mem{Base: from, Index: pairs, Scale: 4, Disp: -4 * group}, last)
	step := func(at Mem) {
		next := YMM()
		VMOVDQU(at.Offset(4), next)
		VPMAXUD(at, next, larger)
		VPXOR(next, larger, larger)
		VPOR(larger, wrong, wrong)
	}
	JMP(LabelRef("begin"))
	Label("group")
	step(Mem{Base: from})
	ADDQ(Imm(4*group), from)
	Label("begin")
	CMPQ(from, last)
	JB(LabelRef("group"))
	step(Mem{Base: last}) // the last group may overlap the one before
	found := GP32()
	XORL(found, found)
	VPTEST(wrong, wrong)
	SETNE(found.As8())
	Store(found, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
