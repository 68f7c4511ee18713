package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// sums64Classes finds out which keys are of like lengths, for sorting them: up to
// 511 bytes those with as many whole words; above, an eighth of a power of two, which
// is what the first bits of the length as a floating-point number say.
func sums64Classes() {
	kernel("sums64Classes", "func(classes, start, end *uint32, groups int)",
		"sums64Classes writes the classes of the lengths, 0 to 240, of eight keys a group.")
	classes, groups := Load(Param("classes"), GP64()), Load(Param("groups"), GP64())
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	fill := func(n uint64) Register {
		t, v := GP32(), YMM()
		MOVL(U32(n), t)
		VMOVD(t, v.AsX())
		VPBROADCASTD(v.AsX(), v)
		return v
	}
	most, short, offset := fill(1<<31-1), fill(511), fill((127+9)<<3-64)

	Label("group")
	size, long, class := YMM(), YMM(), YMM()
	VMOVDQU(Mem{Base: end}, size)
	VPSUBD(Mem{Base: start}, size, size)
	VPMINUD(most, size, size)
	VCVTDQ2PS(size, class)
	VPSRLD(Imm(20), class, class)
	VPSUBD(offset, class, class)
	VPCMPGTD(short, size, long)
	VPSRLD(Imm(3), size, size)
	VPBLENDVB(long, class, size, class)
	VMOVDQU(class, Mem{Base: classes})
	ADDQ(Imm(32), start)
	ADDQ(Imm(32), end)
	ADDQ(Imm(32), classes)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
