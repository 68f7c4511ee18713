package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// xxh3Sort appends the number of each key to the list of its class. Eight
// lengths are compared at a time; the numbers of the keys of a class move to the
// front by a shuffle out of a table, and are stored all eight: what is beyond the
// class is overwritten by the next that belong to it. Groups without keys of more
// than 32 bytes, as most are where keys are short, skip the classes beyond.
func xxh3Sort() {
	kernel("xxh3Sort", "func(lists **uint16, start *uint32, end *uint32, groups int, dst *uint64)",
		"xxh3Sort adds the numbers of eight keys a group, from 0 on, to the lists of their classes.")
	lists := Load(Param("lists"), GP64())
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	groups, dst := Load(Param("groups"), GP64()), Load(Param("dst"), GP64())
	numbers, eight, table := XMM(), XMM(), GP64()
	VMOVDQU(numbersFromZero(), numbers)
	VPBROADCASTW(eights(), eight)
	LEAQ(compressTable(), table)
	most := YMM()
	VPBROADCASTD(limit(255), most)

	limits := map[int]VecVirtual{}
	for _, longest := range []int{3, 8, 16, 32, 64, 96, 128, 240} {
		limits[longest] = YMM()
		VPBROADCASTD(limit(longest), limits[longest])
	}

	// The ends of the lists of short keys, which every group writes, are in registers.
	var ends [4]GPVirtual
	for c := range ends {
		ends[c] = GP64()
		MOVQ(Mem{Base: lists, Disp: 8 * c}, ends[c])
	}

	Label("group")
	PREFETCHT0(Mem{Base: dst}) // the hashes come in no order
	ADDQ(Imm(64), dst)
	sizes, t := YMM(), YMM()
	VMOVDQU(Mem{Base: end}, sizes)
	VPSUBD(Mem{Base: start}, sizes, sizes)
	VPMINUD(most, sizes, sizes) // of 2 GiB and more a signed comparison would make short keys
	// before has bit i if key i is longer than the class before, beyond if than this one.
	var before, beyond GPVirtual
	before = GP64()
	MOVL(U32(0xff), before.As32())
	class := func(c int, longest int) {
		if longest > 0 {
			beyond = GP64()
			VPCMPGTD(limits[longest], sizes, t)
			VMOVMSKPS(t, beyond.As32())
			XORL(beyond.As32(), before.As32())
		}
		compressed, at, n := XMM(), GP64(), GP64()
		POPCNTL(before.As32(), n.As32())
		SHLL(Imm(4), before.As32())
		VPSHUFB(Mem{Base: table, Index: before, Scale: 1}, numbers, compressed)
		if c < len(ends) {
			VMOVDQU(compressed, Mem{Base: ends[c]})
			LEAQ(Mem{Base: ends[c], Index: n, Scale: 2}, ends[c])
			before = beyond
			return
		}
		MOVQ(Mem{Base: lists, Disp: 8 * c}, at)
		VMOVDQU(compressed, Mem{Base: at})
		LEAQ(Mem{Base: at, Index: n, Scale: 2}, at)
		MOVQ(at, Mem{Base: lists, Disp: 8 * c})
		before = beyond
	}
	class(0, 3)
	class(1, 8)
	class(2, 16)
	class(3, 32)
	TESTL(beyond.As32(), beyond.As32())
	JZ(LabelRef("next"))
	class(4, 64)
	class(5, 96)
	class(6, 128)
	class(7, 240)
	class(8, 0)
	Label("next")
	VPADDW(eight, numbers, numbers)
	ADDQ(Imm(32), start)
	ADDQ(Imm(32), end)
	DECQ(groups)
	JNZ(LabelRef("group"))
	for c, end := range ends {
		MOVQ(end, Mem{Base: lists, Disp: 8 * c})
	}
	VZEROUPPER()
	RET()
}

// limit is a number in memory, eights one of 16 bits.
func limit(n int) Mem {
	m := GLOBL(fmt.Sprint("limit", n), RODATA|NOPTR)
	DATA(0, U32(n))
	return m
}

func eights() Mem {
	m := GLOBL("eights", RODATA|NOPTR)
	DATA(0, U16(8))
	return m
}

func numbersFromZero() Mem {
	m := GLOBL("numbersFromZero", RODATA|NOPTR)
	DATA(0, U64(0x0003000200010000))
	DATA(8, U64(0x0007000600050004))
	return m
}

// compressTable has for each mask of eight bits the shuffle that moves the words
// of 16 bits which it names to the front.
func compressTable() Mem {
	m := GLOBL("compressTable", RODATA|NOPTR)
	for mask := range 256 {
		var order [16]byte
		at := 0
		for bit := range 8 {
			if mask>>bit&1 != 0 {
				order[at], order[at+1] = byte(2*bit), byte(2*bit+1)
				at += 2
			}
		}
		for i := 0; i < 16; i += 8 {
			word := uint64(0)
			for j := range 8 {
				word |= uint64(order[i+j]) << (8 * j)
			}
			DATA(16*mask+i, U64(word))
		}
	}
	return m
}
