package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// xxh3Batch makes a function that hashes up to xxh3BatchKeys keys out of a list.
// copyKey puts a key of size bytes into its places; prepare loads constants; hash
// returns the hashes of eight keys, the first of which has the places.
func xxh3Batch(name string, prime uint64, copyKey func(key, size, t GPVirtual, to places),
	prepare func(consts Register), hash func(v vectors64, sizes VecVirtual, from places, consts Register) VecVirtual) {
	kernel(name, "func(dst *uint64, data *byte, start *uint32, end *uint32, list *uint16, n int, consts *uint64, next uintptr, step int, memory *byte)",
		name+" hashes the n keys whose numbers the list has, of the class and, a step of the memory from next on for each, brings that to the cache.")
	data, memory := Load(Param("data"), GP64()), Load(Param("memory"), GP64())
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	list, n := Load(Param("list"), GP64()), Load(Param("n"), GP64())
	next, step := Load(Param("next"), GP64()), Load(Param("step"), GP64())

	// Copy. The list is counted from its end on.
	left, at := GP64(), places{memory, GP64()}
	LEAQ(Mem{Base: list, Index: n, Scale: 2}, list)
	MOVQ(n, left)
	NEGQ(left)
	XORQ(at.offset, at.offset)
	Label("copy")
	key, size, t := GP64(), GP64(), GP64()
	MOVWLZX(Mem{Base: list, Index: left, Scale: 2}, t.As32())
	MOVL(Mem{Base: start, Index: t, Scale: 4}, key.As32())
	MOVL(Mem{Base: end, Index: t, Scale: 4}, size.As32())
	SUBL(key.As32(), size.As32())
	ADDQ(data, key)
	PREFETCHT0(Mem{Base: next})
	ADDQ(step, next)
	MOVQ(size, at.size())
	copyKey(key, size, t, at)
	ADDQ(Imm(8), at.offset)
	INCQ(left)
	JNZ(LabelRef("copy"))

	// Hash. Beyond the last key is what was there before.
	consts := Load(Param("consts"), GP64())
	v := constantsZ(prime)
	prepare(consts)
	groups := GP64()
	LEAQ(Mem{Base: n, Disp: 7}, groups)
	SHRQ(Imm(3), groups)
	XORQ(at.offset, at.offset)
	Label("group")
	sizes := ZMM()
	VMOVDQU64(at.size(), sizes)
	VMOVDQU64(hash(v, sizes, at, consts), at.hash())
	ADDQ(Imm(64), at.offset)
	DECQ(groups)
	JNZ(LabelRef("group"))

	// Scatter.
	dst := Load(Param("dst"), GP64())
	MOVQ(n, left)
	NEGQ(left)
	XORQ(at.offset, at.offset)
	Label("scatter")
	i, h := GP64(), GP64()
	MOVWLZX(Mem{Base: list, Index: left, Scale: 2}, i.As32())
	MOVQ(at.hash(), h)
	MOVQ(h, Mem{Base: dst, Index: i, Scale: 8})
	ADDQ(Imm(8), at.offset)
	INCQ(left)
	JNZ(LabelRef("scatter"))
	VZEROUPPER()
	RET()
}

// places are where a batch has what belongs to a key; offset is 8 for each key before it.
type places struct{ memory, offset Register }

func (p places) size() Mem { return p.word(xxh3BatchSizes) }
func (p places) hash() Mem { return p.word(xxh3BatchHashes) }

// column is a word, of the class's own; piece is 16 bytes.
func (p places) column(c int) Mem { return p.word(xxh3BatchWords + 8*xxh3BatchKeys*c) }
func (p places) piece(i int) Mem {
	return Mem{Base: p.memory, Index: p.offset, Scale: 2, Disp: xxh3BatchWords + 16*xxh3BatchKeys*i}
}

func (p places) word(disp int) Mem {
	return Mem{Base: p.memory, Index: p.offset, Scale: 1, Disp: disp}
}

func xxh3Batch4to8Z() {
	var flip VecVirtual
	xxh3Batch("xxh3Batch4to8Z", xxh3PrimeMix2, func(key, size, t GPVirtual, to places) {
		MOVL(Mem{Base: key, Index: size, Scale: 1, Disp: -4}, t.As32())
		MOVL(t.As32(), to.column(0))
		MOVL(Mem{Base: key}, t.As32())
		MOVL(t.As32(), to.column(0).Offset(4))
	}, func(consts Register) {
		flip = ZMM()
		VPBROADCASTQ(Mem{Base: consts, Disp: xxh3Flip4}, flip)
	}, func(v vectors64, sizes VecVirtual, from places, consts Register) VecVirtual {
		h := ZMM()
		VMOVDQU64(from.column(0), h)
		v.mix4to8(h, flip, sizes)
		return h
	})
}

func xxh3Batch9to16Z() {
	var swap VecVirtual
	xxh3Batch("xxh3Batch9to16Z", xxh3PrimeMix1, func(key, size, t GPVirtual, to places) {
		MOVQ(Mem{Base: key}, t)
		MOVQ(t, to.column(0))
		MOVQ(Mem{Base: key, Index: size, Scale: 1, Disp: -8}, t)
		MOVQ(t, to.column(1))
	}, func(Register) {
		swap = ZMM()
		VBROADCASTI32X4(swapBytes(), swap)
	}, func(v vectors64, sizes VecVirtual, from places, consts Register) VecVirtual {
		lo, hi := ZMM(), ZMM()
		VMOVDQU64(from.column(0), lo)
		VPXORQ_BCST(Mem{Base: consts, Disp: xxh3Low}, lo, lo)
		VMOVDQU64(from.column(1), hi)
		VPXORQ_BCST(Mem{Base: consts, Disp: xxh3High}, hi, hi)
		return v.mix9to16(lo, hi, sizes, swap)
	})
}

// xxh3Batch17to32Z copies the first and the last 16 bytes of a key.
func xxh3Batch17to32Z() {
	var sorted, prime VecVirtual
	xxh3Batch("xxh3Batch17to32Z", xxh3PrimeMix1, func(key, size, t GPVirtual, to places) {
		x := XMM()
		VMOVDQU(Mem{Base: key}, x)
		VMOVDQU(x, to.piece(0))
		VMOVDQU(Mem{Base: key, Index: size, Scale: 1, Disp: -16}, x)
		VMOVDQU(x, to.piece(1))
	}, func(Register) {
		sorted, prime = ZMM(), ZMM()
		VMOVDQU64(unpacked(), sorted)
		VPBROADCASTQ(constant(xxh64Prime1), prime)
	}, func(v vectors64, sizes VecVirtual, from places, consts Register) VecVirtual {
		sum := v.pairSums(1, consts, func(piece int) (first, second VecVirtual) {
			first, second = ZMM(), ZMM()
			VMOVDQU64(from.piece(piece), first)
			VMOVDQU64(from.piece(piece).Offset(64), second)
			return first, second
		})
		VPERMQ(sum, sorted, sum)
		VPMULLQ(prime, sizes, sizes)
		VPADDQ(sizes, sum, sum)
		v.avalanche(sum)
		return sum
	})
}
