package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// crcScan looks at the lengths of keys, to find out what they have to go through.
func crcScan() {
	kernel("crcScan", "func(start *uint32, end *uint32, groups int) (longest uint32, shortest uint32, first uint32)",
		"crcScan returns the largest and the smallest length, and the smallest start, of eight keys a group.")
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	groups := Load(Param("groups"), GP64())
	longest, shortest, first := YMM(), YMM(), YMM()
	VPXOR(longest, longest, longest)
	VPCMPEQD(shortest, shortest, shortest)
	VPCMPEQD(first, first, first)
	Label("group")
	starts, sizes := YMM(), YMM()
	VMOVDQU(Mem{Base: start}, starts)
	VMOVDQU(Mem{Base: end}, sizes)
	VPMINUD(starts, first, first)
	VPSUBD(starts, sizes, sizes)
	VPMAXUD(sizes, longest, longest)
	VPMINUD(sizes, shortest, shortest)
	ADDQ(Imm(32), start)
	ADDQ(Imm(32), end)
	DECQ(groups)
	JNZ(LabelRef("group"))
	for i, v := range []VecVirtual{longest, shortest, first} {
		pick := VPMINUD
		if i == 0 {
			pick = VPMAXUD
		}
		t, result := XMM(), GP32()
		VEXTRACTI128(Imm(1), v, t)
		pick(t, v.AsX(), t)
		for _, order := range []uint64{0x4e, 0xb1} {
			u := XMM()
			VPSHUFD(Imm(order), t, u)
			pick(t, u, t)
		}
		VMOVD(t, result)
		Store(result, ReturnIndex(i))
	}
	VZEROUPPER()
	RET()
}

// crcLimits is how many lengths there are up to which a key is of a class; longer
// ones are one more. Where there is no longer key than of class crcUsual, the others
// are left out. A list has room for crcRoom numbers.
const (
	crcLimits = 10
	crcUsual  = 3
	crcRoom   = 512 + 8
)

// crcSort appends the number of each key to the list of its class. Eight lengths
// are compared at a time; the numbers of the keys of a class move to the front by
// a shuffle out of a table, and are stored all eight: what is beyond the class is
// overwritten by the next that belong to it. There is one branch, as a way out of
// each class would be guessed wrong more often than it saves work.
func crcSort() {
	kernel("crcSort", "func(lists *uint16, counts *int, start *uint32, end *uint32, groups int, limits *uint32)",
		"crcSort adds the numbers of eight keys a group, from 0 on, to the lists of their classes, which have so many before.")
	lists, counts := Load(Param("lists"), GP64()), Load(Param("counts"), GP64())
	limits := Load(Param("limits"), GP64())
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	groups := Load(Param("groups"), GP64())
	numbers, eight, table := XMM(), XMM(), GP64()
	VMOVDQU(numbersFromZero(), numbers)
	VPBROADCASTW(eights(), eight)
	LEAQ(compressTable(), table)
	most := YMM()
	VPCMPEQD(most, most, most)
	VPSRLD(Imm(1), most, most)

	Label("group")
	sizes := YMM()
	VMOVDQU(Mem{Base: end}, sizes)
	VPSUBD(Mem{Base: start}, sizes, sizes)
	VPMINUD(most, sizes, sizes) // of 2 GiB and more a signed comparison would make short keys
	// beyond has bit i if key i is longer than the class.
	beyond, before := GP64(), GP64()
	MOVQ(U32(0xff), before)
	for class := range crcLimits + 1 {
		if class < crcLimits {
			t := YMM()
			VPBROADCASTD(Mem{Base: limits, Disp: 4 * class}, t)
			VPCMPGTD(t, sizes, t)
			VMOVMSKPS(t, beyond.As32())
			XORL(beyond.As32(), before.As32())
		}
		compressed, count, n := XMM(), GP64(), GP64()
		POPCNTL(before.As32(), n.As32())
		SHLL(Imm(4), before.As32())
		VPSHUFB(Mem{Base: table, Index: before, Scale: 1}, numbers, compressed)
		MOVQ(Mem{Base: counts, Disp: 8 * class}, count)
		VMOVDQU(compressed, Mem{Base: lists, Index: count, Scale: 2, Disp: 2 * crcRoom * class})
		ADDQ(n, count)
		MOVQ(count, Mem{Base: counts, Disp: 8 * class})
		MOVQ(beyond, before)
		if class == crcUsual {
			TESTL(beyond.As32(), beyond.As32())
			JZ(LabelRef("next"))
		}
	}
	Label("next")
	VPADDW(eight, numbers, numbers)
	ADDQ(Imm(32), start)
	ADDQ(Imm(32), end)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
