package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// crcSize is how many bytes the registers have: 16 for PCLMULQDQ, 32 for
// VPCLMULQDQ of Zen 3 and Alder Lake, and 64 for that of AVX-512. The instructions
// for the last have other names, and one that adds three numbers.
type crcSize int

func (w crcSize) suffix() string {
	return map[crcSize]string{16: "X", 32: "Y", 64: "Z"}[w]
}

// group is how many keys the kernels take at a time, in a number and in a word:
// those of two registers; with the smallest, of twice two, as a product of one
// key waits for the one before.
func (w crcSize) group() int {
	if w == 64 {
		return 8
	}
	return 4
}

func (w crcSize) groupName() string {
	if w == 64 {
		return "eight"
	}
	return "four"
}

func (w crcSize) vec() VecVirtual { return vector(int(w)) }

// vector returns a register of so many bytes.
func vector(bytes int) VecVirtual {
	switch bytes {
	case 16:
		return XMM()
	case 32:
		return YMM()
	}
	return ZMM()
}

// sized returns a register as one of so many bytes.
func sized(v VecVirtual, bytes int) Register {
	switch bytes {
	case 16:
		return v.AsX()
	case 32:
		return v.AsY()
	}
	return v.AsZ()
}

func (w crcSize) load(from Op, to Register) {
	if w < 64 {
		VMOVDQU(from, to)
		return
	}
	VMOVDQU64(from, to)
}

func (w crcSize) store(from, to Op) {
	if w < 64 {
		VMOVDQU(from, to)
		return
	}
	VMOVDQU64(from, to)
}

func (w crcSize) xor(a, b Op, to Register) {
	if w < 64 {
		VPXOR(a, b, to)
		return
	}
	VPXORQ(a, b, to)
}

// add adds a, which is lost, and b to v.
func (w crcSize) add(a, b, v VecVirtual) {
	if w < 64 {
		VPXOR(a, b, a)
		VPXOR(a, v, v)
		return
	}
	VPTERNLOGQ(Imm(0x96), a, b, v)
}

// keep sets to to the bits of from that the mask has.
func (w crcSize) keep(mask, from Op, to Register) {
	if w < 64 {
		VPAND(mask, from, to)
		return
	}
	VPANDQ(mask, from, to)
}

func (w crcSize) ones(v VecVirtual) {
	if w < 64 {
		VPCMPEQD(v, v, v)
		return
	}
	VPTERNLOGQ(Imm(0xff), v, v, v)
}

// lanes loads 128 bits into all lanes.
func (w crcSize) lanes(from Mem) VecVirtual {
	v := w.vec()
	switch w {
	case 16:
		VMOVDQU(from, v)
	case 32:
		VBROADCASTI128(from, v)
	default:
		VBROADCASTI32X4(from, v)
	}
	return v
}

// lane returns a lane as a register.
func (w crcSize) lane(i int, v VecVirtual) Register {
	if i == 0 {
		return v.AsX()
	}
	lane := XMM()
	if w < 64 {
		VEXTRACTI128(Imm(uint64(i)), v, lane)
	} else {
		VEXTRACTI64X2(Imm(uint64(i)), v, lane)
	}
	return lane
}

// move moves the bytes of v by a factor onto next.
func (w crcSize) move(factor, v, next VecVirtual) {
	a := w.vec()
	VPCLMULQDQ(Imm(0x11), factor, v, a)
	VPCLMULQDQ(Imm(0x00), factor, v, v)
	w.add(a, next, v)
}

// joined makes one register of those of keys, of 16 or 32 bytes.
func (w crcSize) joined(keys ...VecVirtual) VecVirtual {
	v := w.vec()
	switch {
	case len(keys) == 1:
		return keys[0]
	case len(keys) == 4:
		low, high := YMM(), YMM()
		VINSERTI64X2(Imm(1), keys[1], keys[0].AsY(), low)
		VINSERTI64X2(Imm(1), keys[3], keys[2].AsY(), high)
		return w.joined(low, high)
	case w == 32:
		VINSERTI128(Imm(1), keys[1], keys[0].AsY(), v)
	default:
		VINSERTI64X4(Imm(1), keys[1], keys[0].AsZ(), v)
	}
	return v
}

// reversed reverses the bytes of each 128 bits, reversedWords those of each 64.
func reversed() Mem {
	return crcOrder("reversed", 0x08090a0b0c0d0e0f, 0x0001020304050607)
}

func reversedWords() Mem {
	return crcOrder("reversedWords", 0x0001020304050607, 0x08090a0b0c0d0e0f)
}

// crcOrders are the shuffles that are defined.
var crcOrders = map[string]Mem{}

func crcOrder(name string, words ...uint64) Mem {
	if m, ok := crcOrders[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(8*i, U64(words[i%len(words)]))
	}
	crcOrders[name] = m
	return m
}
