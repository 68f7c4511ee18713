package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// survey32 finds what must be known of the keys of a block before they are read.
// It takes 0.1 ns a key.
func survey32() {
	v := vec32{}
	kernel("survey32", "func(start *uint32, end *uint32, groups int) (longest, lastStart, firstEnd, chunks, steps uint32)",
		"survey32 looks at the spans of 16 keys a group: how long and where they are, how many chunks of 16 bytes all have, and how many the longest of each group.")
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	groups := Load(Param("groups"), GP64())
	longest, lastStart, firstEnd := v.zero(), v.zero(), v.constant(1<<32-1)
	chunks, steps := v.zero(), v.zero()
	limit, fifteen := v.constant(1<<16), v.constant(15)

	Label("group")
	var counts [2]VecVirtual
	for i := range counts {
		starts, ends, length := v.reg(), v.reg(), v.reg()
		v.load(Mem{Base: start, Disp: 32 * i}, starts)
		v.load(Mem{Base: end, Disp: 32 * i}, ends)
		VPSUBD(starts, ends, length)
		VPMAXUD(starts, lastStart, lastStart)
		VPMINUD(ends, firstEnd, firstEnd)
		VPMAXUD(length, longest, longest)
		VPADDD(fifteen, length, length)
		VPSRLD(Imm(4), length, length)
		VPMINUD(limit, length, length) // so that the sums do not overflow
		VPADDD(length, chunks, chunks)
		counts[i] = length
	}
	VPMAXUD(counts[1], counts[0], counts[0])
	v.acrossLanes(counts[0], VPMAXUD)
	VPADDD(counts[0], steps, steps)
	ADDQ(Imm(64), start)
	ADDQ(Imm(64), end)
	DECQ(groups)
	JNZ(LabelRef("group"))

	v.acrossLanes(longest, VPMAXUD)
	v.acrossLanes(lastStart, VPMAXUD)
	v.acrossLanes(firstEnd, VPMINUD)
	v.acrossLanes(chunks, VPADDD)
	for i, found := range []VecVirtual{longest, lastStart, firstEnd, chunks, steps} {
		word := GP32()
		VMOVD(found.AsX(), word)
		Store(word, ReturnIndex(i))
	}
	VZEROUPPER()
	RET()
}

// acrossLanes combines all lanes of a YMM with each other.
func (v vec32) acrossLanes(words VecVirtual, combine func(ops ...Op)) {
	t := v.reg()
	VPERM2I128(Imm(1), words, words, t)
	combine(t, words, words)
	for _, order := range []uint64{0x4e, 0xb1} {
		VPSHUFD(Imm(order), words, t)
		combine(t, words, words)
	}
}

// lengthClasses numbers lengths as the exponent and the three highest bits of a
// float do: the keys of a class differ by an eighth at most, so that few of
// their lanes lie idle, and 127 is of 240 KiB and more.
func lengthClasses() {
	v := vec32{}
	kernel("lengthClasses", "func(classes *uint32, start *uint32, end *uint32, groups int)",
		"lengthClasses writes a number from 0 to 127 for each of eight keys a group, greater for longer keys.")
	classes := Load(Param("classes"), GP64())
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	groups := Load(Param("groups"), GP64())
	first, most := v.constant(127<<3), v.constant(127) // 127 is the exponent of 1
	zero := v.zero()

	Label("group")
	length := v.reg()
	v.load(Mem{Base: end}, length)
	VPSUBD(Mem{Base: start}, length, length)
	VPSRLD(Imm(2), length, length)
	VCVTDQ2PS(length, length)
	VPSRLD(Imm(20), length, length)
	VPSUBD(first, length, length)
	VPMAXSD(zero, length, length) // keys without a whole word
	VPMINSD(most, length, length)
	VMOVDQU(length, Mem{Base: classes})
	for _, pointer := range []Register{classes, start, end} {
		ADDQ(Imm(32), pointer)
	}
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
