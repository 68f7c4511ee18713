package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// hash tags of Redis Cluster.
func tags() {
	tagsOf("hashTagsAVX2", YMM, func(from Mem, braces [2]VecVirtual) (at [2]GPVirtual) {
		low, high := loadHashes(from)
		for i, brace := range braces {
			at[i] = bytesThatAre(brace, low)
			highBits := bytesThatAre(brace, high)
			SHLQ(Imm(32), highBits)
			ORQ(highBits, at[i])
		}
		return at
	})
}

const (
	tagsKeys   = 512 // that a call takes, at most
	tagsGroup  = 8
	tagsWindow = 64 // bytes of a key that are looked at
	tagsHalf   = tagsWindow / 2
)

// tagsOf writes the kernel of a width of registers; window returns which bytes of
// a whole window are each of the braces, a bit a byte.
//
// Whether a key has a tag cannot be guessed, so nothing branches on one key. A
// first run through the keys finds the braces of each. What follows is bit
// arithmetic, which is done on eight keys at once: in general registers it takes
// three times as many instructions. (Keys of up to 32 bytes, on a Zen 4: 1.3 ns a
// key, and 4 ns in general registers.) Half a window is enough for a group of short
// keys, and takes half the time.
//
// A key is left to the definition if no tag ends in the window, and the key does
// not either. Tags mostly stand first.
func tagsOf(name string, register func() VecVirtual, window func(from Mem, braces [2]VecVirtual) [2]GPVirtual) {
	TEXT(name, 0, "func(dstStart, dstEnd *uint32, data *byte, size int, starts, ends *uint32, groups int, left *byte)")
	Pragma("noescape")
	Doc(name+" writes where the hash tags of up to 64 groups of eight keys begin and end, or else the keys.",
		"The bits of left, a byte a group, say which keys are left to do. There are 64 bytes of data or more.")
	found := [2]Mem{AllocLocal(8 * tagsKeys), AllocLocal(8 * tagsKeys)}
	constant := newTagsConstants(name + "Constants")
	data := Load(Param("data"), GP64())
	starts, ends := Load(Param("starts"), GP64()), Load(Param("ends"), GP64())
	i, n := GP64(), GP64()
	Load(Param("groups"), n)
	SHLQ(Imm(3), n)
	braces := [2]VecVirtual{register(), register()}
	VPBROADCASTD(constant.opening, braces[0])
	VPBROADCASTD(constant.closing, braces[1])
	last, lasts := GP64(), YMM() // where a window may begin
	Load(Param("size"), last)
	SUBQ(U8(tagsWindow), last)
	VMOVQ(last, lasts.AsX())
	VPBROADCASTD(lasts.AsX(), lasts)

	keys := func(each func(start GPVirtual) [2]GPVirtual) {
		for key := range tagsGroup {
			start := GP64()
			MOVL(Mem{Base: starts, Index: i, Scale: 4, Disp: 4 * key}, start.As32())
			for brace, bits := range each(start) {
				MOVQ(bits, found[brace].Idx(i, 8).Offset(8*tagsSlot[key]))
			}
		}
	}
	anyFrom := func(group, least Op) { // not zero if a number is least or more
		most := YMM()
		VPMAXUD(least, group, most)
		VPCMPEQD(group, most, most)
		VPTEST(most, most)
	}

	XORQ(i, i)
	Label("find")
	start, length := YMM(), YMM()
	VMOVDQU(Mem{Base: starts, Index: i, Scale: 4}, start)
	VMOVDQU(Mem{Base: ends, Index: i, Scale: 4}, length)
	VPSUBD(start, length, length)
	anyFrom(start, lasts)
	JNZ(LabelRef("careful"))
	anyFrom(length, constant.long)
	JNZ(LabelRef("long"))
	keys(func(start GPVirtual) (at [2]GPVirtual) {
		half := YMM()
		VMOVDQU(Mem{Base: data, Index: start, Scale: 1}, half)
		for i, brace := range braces {
			at[i] = bytesThatAre(brace.AsY(), half)
		}
		return at
	})
	Label("found")
	ADDQ(Imm(tagsGroup), i)
	CMPQ(i, n)
	JLT(LabelRef("find"))
	tagsNarrow(n, found, constant)
	VZEROUPPER()
	RET()

	Label("long")
	keys(func(start GPVirtual) [2]GPVirtual { return window(Mem{Base: data, Index: start, Scale: 1}, braces) })
	JMP(LabelRef("found"))

	// A window that would reach beyond the data begins earlier, and its bits are
	// shifted down: by 63 at most, or by 64, which is by none, for an empty key.
	Label("careful")
	keys(func(start GPVirtual) [2]GPVirtual {
		at := GP64()
		MOVQ(start, at)
		CMPQ(at, last)
		CMOVQHI(last, at)
		bits := window(Mem{Base: data, Index: at, Scale: 1}, braces)
		SUBQ(at, start)
		for _, b := range bits {
			SHRXQ(start, b, b)
		}
		return bits
	})
	JMP(LabelRef("found"))
}

// bytesThatAre returns which bytes of a register are the same as in the other, a
// bit a byte.
func bytesThatAre(brace, of Op) GPVirtual {
	equal, bits := YMM(), GP64()
	VPCMPEQB(brace, of, equal)
	VPMOVMSKB(equal, bits.As32())
	return bits
}

// tagsSlot says where the bits of a key stand among those of its group: so that
// the keys are in order when the low, or the high, halves have been picked.
var tagsSlot = [tagsGroup]int{0, 1, 4, 5, 2, 3, 6, 7}

// tagsConstants are constants in every lane, in memory.
type tagsConstants struct {
	opening, closing, exponent, long, longer Mem
	place, next                              [2]Mem
}

func newTagsConstants(name string) tagsConstants {
	data := GLOBL(name, RODATA|NOPTR)
	size := 0
	all := func(value int32) Mem {
		first := data.Offset(size)
		for range tagsGroup {
			DATA(size, U32(uint32(value)))
			size += 4
		}
		return first
	}
	const one = 127 // the exponent of 1
	return tagsConstants{
		opening: all('{' * 0x01010101), closing: all('}' * 0x01010101),
		exponent: all(0xff),
		long:     all(tagsHalf + 1), longer: all(tagsWindow + 1),
		// What is added to an exponent: to a place in the low half, and in the high.
		place: [2]Mem{all(-one), all(tagsHalf - one)},
		next:  [2]Mem{all(1 - one), all(1 + tagsHalf - one)},
	}
}
