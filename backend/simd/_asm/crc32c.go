package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// crc32c has an instruction, which takes 8 bytes a cycle; it waits 3 cycles for
// the one before, in which the processor begins with the next keys by itself.
// For mixed keys of 1 to 32 bytes that is 2.9 ns, most of it for clearing what
// stands before a key: products with registers of 32 bytes take 2.2, of 64 1.7,
// with 16 3.8.

// crc32cStrided hashes keys of one width, of up to so many words. The first word
// has what is left over, behind bytes that are cleared.
func crc32cStrided(words int) {
	name := fmt.Sprint("crc32cStrided", 8*words)
	kernel(name, "func(dst *uint64, data *byte, groups int, width int, consts *uint64)",
		fmt.Sprint(name, " hashes keys of one width of up to ", 8*words, " bytes, four a group. It reads ", 8*words, " bytes that end where a key does."))
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups, width := Load(Param("groups"), GP64()), Load(Param("width"), GP64())
	consts := Load(Param("consts"), GP64())
	mask, start, three := GP64(), GP64(), GP64()
	MOVQ(crcMask(consts, width, 8*words), mask)
	MOVL(crcStart(consts, width, 8*words), start.As32())
	LEAQ(Mem{Base: width, Index: width, Scale: 2}, three)
	ADDQ(width, data)
	Label("group")
	for i, at := range []Mem{
		{Base: data, Disp: -8 * words},
		{Base: data, Index: width, Scale: 1, Disp: -8 * words},
		{Base: data, Index: width, Scale: 2, Disp: -8 * words},
		{Base: data, Index: three, Scale: 1, Disp: -8 * words},
	} {
		crc, word := GP64(), GP64()
		MOVQ(at, word)
		ANDQ(mask, word)
		MOVQ(start, crc)
		CRC32Q(word, crc)
		for i := 1; i < words; i++ {
			CRC32Q(at.Offset(8*i), crc)
		}
		NOTL(crc.As32())
		MOVQ(crc, Mem{Base: dst, Disp: 8 * i})
	}
	LEAQ(Mem{Base: data, Index: width, Scale: 4}, data)
	ADDQ(Imm(32), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	RET()
}

// crc32cHead starts with the first bytes of a key, of which n are there, before
// the address end, word by word. (To clear all in a vector register, and to read
// them back from the stack, took as long or longer.)
func crc32cHead(consts Register, end Mem, n Register, bytes int) GPVirtual {
	crc := GP64()
	MOVL(crcStart(consts, n, bytes), crc.As32())
	for i := 0; i < bytes; i += 8 {
		word := GP64()
		MOVQ(crcMask(consts, n, bytes).Offset(i), word)
		ANDQ(end.Offset(i-bytes), word)
		CRC32Q(word, crc)
	}
	return crc
}

// crc32cSpans hashes keys of up to so many bytes.
func crc32cSpans(bytes int) {
	name := fmt.Sprint("crc32cSpans", bytes)
	kernel(name, "func(dst *uint64, data *byte, start *uint32, end *uint32, groups int, consts *uint64)",
		fmt.Sprint(name, " hashes keys of up to ", bytes, " bytes, four a group. It reads ", bytes, " bytes that end where a key does."))
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	groups, consts := Load(Param("groups"), GP64()), Load(Param("consts"), GP64())
	Label("group")
	for i := range 4 {
		at, n, begin := GP64(), GP64(), GP64()
		MOVL(Mem{Base: end, Disp: 4 * i}, at.As32())
		MOVL(Mem{Base: start, Disp: 4 * i}, begin.As32())
		MOVQ(at, n)
		SUBQ(begin, n)
		crc := crc32cHead(consts, Mem{Base: data, Index: at, Scale: 1}, n, bytes)
		NOTL(crc.As32())
		MOVQ(crc, Mem{Base: dst, Disp: 8 * i})
	}
	ADDQ(Imm(16), start)
	ADDQ(Imm(16), end)
	ADDQ(Imm(32), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	RET()
}

// crc32cListed hashes keys whose numbers a list has, as crcListed does.
func crc32cListed(bytes int) {
	name := fmt.Sprint("crc32cListed", bytes)
	kernel(name, crcListedSignature, crcListedDoc(name, bytes, "four"))
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	list, n := Load(Param("list"), GP64()), Load(Param("groups"), GP64())
	rest, consts := Load(Param("rest"), GP64()), Load(Param("consts"), GP64())
	next := Load(Param("next"), GP64())
	SHLQ(Imm(2), n)
	NEGQ(rest)

	fetch := func(bytes int) {
		PREFETCHT1(Mem{Base: next})
		ADDQ(Imm(uint64(bytes)), next)
	}
	Label("key")
	index, at, size := GP64(), GP64(), GP64()
	MOVWLZX(Mem{Base: list}, index.As32())
	MOVL(Mem{Base: end, Index: index, Scale: 4}, at.As32())
	MOVL(Mem{Base: start, Index: index, Scale: 4}, size.As32())
	NEGQ(size)
	ADDQ(at, size)
	ADDQ(rest, size)
	ADDQ(data, at)
	fetch(bytes)
	crc := crc32cHead(consts, Mem{Base: at, Index: rest, Scale: 1}, size, bytes)
	if bytes == 32 {
		step := GP64()
		MOVQ(rest, step)
		TESTQ(step, step)
		JZ(LabelRef("last"))
		Label("step")
		fetch(32)
		for i := 0; i < 32; i += 8 {
			CRC32Q(Mem{Base: at, Index: step, Scale: 1, Disp: i}, crc)
		}
		ADDQ(Imm(32), step)
		JNZ(LabelRef("step"))
		Label("last")
	}
	NOTL(crc.As32())
	MOVQ(crc, Mem{Base: dst, Index: index, Scale: 8})
	ADDQ(Imm(2), list)
	DECQ(n)
	JNZ(LabelRef("key"))
	RET()
}
