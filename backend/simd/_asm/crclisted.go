package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// crcListed hashes keys whose numbers a list has. Of up to 16 bytes, or of up to
// 32 and as many more as all of them have: so all take the same steps, of 16 bytes
// a key or of 32 where the registers have them. What comes after the block is
// brought to the second cache on the way, as much as the keys are long: they are
// not read in the order in which they lie, which the processor would follow by
// itself. (Zipf lengths of 8 to 256 bytes from memory with registers of 16 bytes:
// 14.2 ns a key without, 9.6 to the first cache, which the block fills already, 8.3
// to the second.)
func crcListed(w crcSize, k crcKind, bytes int) {
	name := fmt.Sprint(k.name(), "Listed", bytes, w.suffix())
	kernel(name, crcListedSignature, crcListedDoc(name, bytes, w.groupName()))
	list, next := Load(Param("list"), GP64()), Load(Param("next"), GP64())
	rest, consts := Load(Param("rest"), GP64()), Load(Param("consts"), GP64())
	// Registers are short: the others are read again.
	dst, data, groups := NewParamAddr("dst", 0), NewParamAddr("data", 8), NewParamAddr("groups", 40)
	start, end := NewParamAddr("start", 16), NewParamAddr("end", 24)
	c := w.constants(k, consts)
	NEGQ(rest)

	Label("group")
	keys, ends := make([]VecVirtual, w.group()), make([]GPVirtual, w.group())
	for i := range keys {
		index, n, spans := GP64(), GP64(), GP64()
		ends[i] = GP64()
		MOVWLZX(Mem{Base: list, Disp: 2 * i}, index.As32())
		MOVQ(end, spans)
		MOVL(Mem{Base: spans, Index: index, Scale: 4}, ends[i].As32())
		MOVQ(start, spans)
		MOVL(Mem{Base: spans, Index: index, Scale: 4}, n.As32())
		NEGQ(n)
		ADDQ(ends[i], n)
		ADDQ(rest, n)
		ADDQ(data, ends[i])
		keys[i] = c.head(k, consts, Mem{Base: ends[i], Index: rest, Scale: 1}, n, bytes)
	}
	crcFetch(next, len(keys)*bytes)
	shared := c.shared(k, keys, bytes)
	if bytes == 32 {
		at := GP64()
		MOVQ(rest, at)
		TESTQ(at, at)
		JZ(LabelRef("last"))
		Label("step")
		step := min(int(w), 32)
		crcFetch(next, len(keys)*step)
		for i, numbers := range w.sharing(bytes) {
			after := w.vec()
			first := Mem{Base: ends[numbers[0]], Index: at, Scale: 1}
			if len(numbers) == 1 {
				w.load(first, after)
			} else {
				second := Mem{Base: ends[numbers[1]], Index: at, Scale: 1}
				v := YMM()
				w.load(first, v)
				VINSERTI64X4(Imm(1), second, v.AsZ(), after)
			}
			k.ordered(c, after)
			factor := c.fold32
			if step == 16 {
				factor = c.fold16
			}
			w.move(factor, shared[i], after)
		}
		ADDQ(Imm(uint64(step)), at)
		JNZ(LabelRef("step"))
		Label("last")
	}
	var lanes []Register
	for _, v := range c.crcs(k, shared) {
		for i := range int(w) / 16 {
			lanes = append(lanes, w.lane(i, v))
		}
	}
	crcScatter(dst, list, lanes)
	ADDQ(Imm(uint64(2*w.group())), list)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

const crcListedSignature = "func(dst *uint64, data *byte, start *uint32, end *uint32, list *uint16, groups int, rest int, next uintptr, consts *uint64)"

func crcListedDoc(name string, bytes int, group string) string {
	more := ""
	if bytes == 32 {
		more = " and rest more"
	}
	return fmt.Sprint(name, " hashes the keys whose numbers the list has, ", group, " a group, each of up to ", bytes, " bytes", more, ". It reads ", bytes, " bytes that end where the first do, and brings to the cache what is at next.")
}

// crcFetch brings so many bytes, 64 or a multiple, to the second cache.
func crcFetch(next Register, bytes int) {
	for i := 0; i < bytes; i += 64 {
		PREFETCHT1(Mem{Base: next, Disp: i})
	}
	ADDQ(I32(bytes), next)
}

// crcScatter stores words, a pair in each register, where the list says.
func crcScatter(dst Mem, list Register, pairs []Register) {
	to := GP64()
	MOVQ(dst, to)
	for i, v := range pairs {
		index := GP64()
		MOVWLZX(Mem{Base: list, Disp: 4 * i}, index.As32())
		VMOVLPS(v, Mem{Base: to, Index: index, Scale: 8})
		index = GP64()
		MOVWLZX(Mem{Base: list, Disp: 4*i + 2}, index.As32())
		VMOVHPS(v, Mem{Base: to, Index: index, Scale: 8})
	}
}
