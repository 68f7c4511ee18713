package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// crcKernels are those for registers of a size.
func crcKernels(w crcSize) {
	for _, k := range crcKinds {
		crcFixed8(w, k)
		for _, bytes := range []int{16, 32} {
			crcStrided(w, k, bytes)
			crcSpans(w, k, bytes)
			crcListed(w, k, bytes)
		}
	}
	crcLong(w, crc16Kind{})
	if w > 16 { // or the standard library is as good
		crcLong(w, crc32Kind{})
	}
}

// crcMask is where in crcConsts the mask lies that keeps the last n bytes of a register.
func crcMask(consts, n Register, bytes int) Mem {
	return Mem{Base: consts, Index: n, Scale: 1, Disp: crcMasks + 64 - bytes}
}

// crcStart is where in crcConsts the CRC lies with which a register begins that has n bytes of a key.
func crcStart(consts, n Register, bytes int) Mem {
	return Mem{Base: consts, Index: n, Scale: 4, Disp: crcFrom + 4*(64-bytes)}
}

// head loads the first bytes of a key, of which n are there, before the address end.
func (c crcRegs) head(k crcKind, consts Register, end Mem, n Register, bytes int) VecVirtual {
	v, mask, start := vector(bytes), crcMask(consts, n, bytes), XMM()
	c.load(end.Offset(-bytes), v)
	if k.startsFrom0() {
		c.keep(mask, v, v)
		return v
	}
	VMOVD(crcStart(consts, n, bytes), start)
	all := sized(start, bytes).(VecVirtual)
	if c.crcSize == 64 {
		VPTERNLOGQ(Imm(0x78), mask, v, all) // all ^ v&mask
		return all
	}
	VPAND(mask, v, v)
	VPXOR(all, v, v)
	return v
}

// sharing returns which keys of a group share registers: even ones and odd ones
// go separately, so that they take turns where those come together.
func (w crcSize) sharing(bytes int) [][]int {
	switch {
	case int(w) <= bytes:
		return [][]int{{0}, {1}, {2}, {3}}
	case w == 32:
		return [][]int{{0, 2}, {1, 3}}
	case bytes == 32:
		return [][]int{{0, 2}, {1, 3}, {4, 6}, {5, 7}}
	}
	return [][]int{{0, 2, 4, 6}, {1, 3, 5, 7}}
}

// shared puts keys together, in the order of the products. 32 bytes that are
// more than a register become 16.
func (c crcRegs) shared(k crcKind, keys []VecVirtual, bytes int) (all []VecVirtual) {
	for _, numbers := range c.sharing(bytes) {
		var some []VecVirtual
		for _, i := range numbers {
			some = append(some, keys[i])
		}
		v := c.joined(some...)
		k.ordered(c, v)
		if bytes > int(c.crcSize) {
			low := XMM()
			VEXTRACTI128(Imm(1), v, low)
			v = v.AsX().(VecVirtual)
			c.move(c.fold16, v, low)
		}
		all = append(all, v)
	}
	return all
}

// halved takes registers with 32 bytes of each key, and returns 16 of each.
func (c crcRegs) halved(a, b VecVirtual) VecVirtual {
	first, last := c.vec(), c.vec()
	if c.crcSize == 32 {
		VPERM2I128(Imm(0x20), b, a, first)
		VPERM2I128(Imm(0x31), b, a, last)
	} else {
		VSHUFI64X2(Imm(0x88), b, a, first)
		VSHUFI64X2(Imm(0xdd), b, a, last)
	}
	c.move(c.fold16, first, last)
	return first
}

// crcs returns the CRCs of a group, a word each, in order.
func (c crcRegs) crcs(k crcKind, shared []VecVirtual) []VecVirtual {
	switch {
	case c.crcSize == 16:
		return []VecVirtual{k.last16(c, shared[0], shared[1]), k.last16(c, shared[2], shared[3])}
	case len(shared) == 4:
		return []VecVirtual{k.last16(c, c.halved(shared[0], shared[2]), c.halved(shared[1], shared[3]))}
	}
	return []VecVirtual{k.last16(c, shared[0], shared[1])}
}

// end stores the CRCs of a group, goes on to the next, and ends the kernel.
func (c crcRegs) end(crcs []VecVirtual, dst, groups Register) {
	for i, v := range crcs {
		c.store(v, Mem{Base: dst, Disp: 16 * i})
	}
	ADDQ(Imm(uint64(8*c.group())), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// crcFixed8 hashes words.
func crcFixed8(w crcSize, k crcKind) {
	name := k.name() + "Fixed8" + w.suffix()
	kernel(name, "func(dst *uint64, data *byte, groups int, width int, consts *uint64)",
		fmt.Sprint(name, " hashes keys whose width is 8 bytes, ", w.groupName(), " a group."))
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups, consts := Load(Param("groups"), GP64()), Load(Param("consts"), GP64())
	c := w.constants(k, consts)
	Label("group")
	var crcs []VecVirtual
	for i := 0; i < 8*w.group(); i += int(w) {
		words := w.vec()
		w.load(Mem{Base: data, Disp: i}, words)
		k.words(c, words)
		crcs = append(crcs, k.last8(c, words))
	}
	ADDQ(Imm(uint64(8*w.group())), data)
	c.end(crcs, dst, groups)
}

// crcStrided hashes keys of one width, of up to so many bytes.
func crcStrided(w crcSize, k crcKind, bytes int) {
	name := fmt.Sprint(k.name(), "Strided", bytes, w.suffix())
	kernel(name, "func(dst *uint64, data *byte, groups int, width int, consts *uint64)",
		fmt.Sprint(name, " hashes keys of one width of up to ", bytes, " bytes, ", w.groupName(), " a group. It reads ", bytes, " bytes that end where a key does."))
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups, width := Load(Param("groups"), GP64()), Load(Param("width"), GP64())
	consts := Load(Param("consts"), GP64())
	c := w.constants(k, consts)
	mask, start := vector(bytes), XMM()
	w.load(crcMask(consts, width, bytes), mask)
	if !k.startsFrom0() {
		VMOVD(crcStart(consts, width, bytes), start)
	}
	ADDQ(width, data)
	three := GP64()
	LEAQ(Mem{Base: width, Index: width, Scale: 2}, three)
	Label("group")
	keys := make([]VecVirtual, w.group())
	for i := range keys {
		at := []Mem{
			{Base: data, Disp: -bytes},
			{Base: data, Index: width, Scale: 1, Disp: -bytes},
			{Base: data, Index: width, Scale: 2, Disp: -bytes},
			{Base: data, Index: three, Scale: 1, Disp: -bytes},
		}[i%4]
		keys[i] = vector(bytes)
		w.keep(at, mask, keys[i])
		if !k.startsFrom0() {
			w.xor(sized(start, bytes), keys[i], keys[i])
		}
		if i%4 == 3 {
			LEAQ(Mem{Base: data, Index: width, Scale: 4}, data)
		}
	}
	c.end(c.crcs(k, c.shared(k, keys, bytes)), dst, groups)
}

// crcSpans hashes keys of up to so many bytes.
func crcSpans(w crcSize, k crcKind, bytes int) {
	name := fmt.Sprint(k.name(), "Spans", bytes, w.suffix())
	kernel(name, "func(dst *uint64, data *byte, start *uint32, end *uint32, groups int, consts *uint64)",
		fmt.Sprint(name, " hashes keys of up to ", bytes, " bytes, ", w.groupName(), " a group. It reads ", bytes, " bytes that end where a key does."))
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	groups, consts := Load(Param("groups"), GP64()), Load(Param("consts"), GP64())
	c := w.constants(k, consts)
	Label("group")
	keys := make([]VecVirtual, w.group())
	for i := range keys {
		at, n, begin := GP64(), GP64(), GP64()
		MOVL(Mem{Base: end, Disp: 4 * i}, at.As32())
		MOVL(Mem{Base: start, Disp: 4 * i}, begin.As32())
		MOVQ(at, n)
		SUBQ(begin, n)
		keys[i] = c.head(k, consts, Mem{Base: data, Index: at, Scale: 1}, n, bytes)
	}
	ADDQ(Imm(uint64(4*w.group())), start)
	ADDQ(Imm(uint64(4*w.group())), end)
	c.end(c.crcs(k, c.shared(k, keys, bytes)), dst, groups)
}
