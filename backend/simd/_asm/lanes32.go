package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// 32-bit functions, a key a lane: murmur2, murmur3-32 and its variants, fnv1a-32.
func lanes32() {
	survey32()
	lengthClasses()
	kernels32(vec32{}, "AVX2")
}

// kernels32 writes the kernels of all functions for one set of instructions.
func kernels32(v vec32, suffix string) {
	for _, f := range functions32 {
		ragged32(v, f.name+"Ragged"+suffix, f.vectors(v), f.lanes)
		fixed32(v, f.name+"Fixed"+suffix, f.vectors(v), f.lanes)
		for _, words := range f.packed {
			packed32(v, fmt.Sprint(f.name, "Packed", 4*words, suffix), words, false, f.lanes)
			packed32(v, fmt.Sprint(f.name, "Streamed", 4*words, suffix), words, true, f.lanes)
		}
	}
}

// nearby is how far ahead the bytes of keys are prefetched that lie packed: by
// as much as the processor's own prefetcher does not cover. Keys of 35 to 80 bytes
// from DRAM take 10 % less time for it, those of 1 to 1000 half.
const nearby = 4096

// ragged32 hashes keys of any length.
//
// A step takes 16 bytes of each key of the group, by plain loads, and transposes
// them to vectors of a word of each: that is four loads and inserts and eight
// shuffles for 32 words, where AMD's gather takes a load and four operations for
// each word. Lanes whose key is done are masked, and lie idle until the longest
// key is done: for keys of 1 to 32 bytes there are two steps anyway, and no branch
// that depends on a single key. The up to three bytes beyond the last whole word
// are found at the end of the last four bytes of the key: loaded from there and
// shifted, they need no mask, and no work in the steps.
//
// The caller sees to it that these loads are inside of its memory.
func ragged32(v vec32, name string, vectors int, lanes func(vec32) hash32) {
	keys := v.lanes() * vectors
	kernel(name, "func(dst *uint64, data *byte, start *uint32, end *uint32, groups int, seed uint64, ahead *byte)",
		fmt.Sprintf("%s hashes keys of any length, %d a group. It prefetches from ahead on, or if that is nil, what follows the keys.", name, keys))
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	ahead := newAhead(data, start)
	groups := argument("groups")
	seed := v.reg()
	v.broadcast(Load(Param("seed"), GP64()).(GPVirtual).As32(), seed)
	f := lanes(v)

	Label("group")
	// left is how many words of a key are left.
	type state struct{ hash, length, left VecVirtual }
	states := make([]state, vectors)
	for i := range states {
		length, left := v.reg(), v.reg()
		v.load(Mem{Base: end, Disp: 4 * v.lanes() * i}, length)
		VPSUBD(Mem{Base: start, Disp: 4 * v.lanes() * i}, length, length)
		v.inLaneOrder(length)
		VPSRLD(Imm(2), length, left)
		states[i] = state{f.start(seed, length), length, left}
	}
	at := GP64()
	MOVQ(data, at)
	ahead.behind()

	Label("step")
	ahead.fetch(keys * 16 / 64)
	for i, s := range states {
		rows := v.rows(func(key int) Mem {
			offset := GP64()
			MOVL(Mem{Base: start, Disp: 4 * (v.lanes()*i + key)}, offset.As32())
			return Mem{Base: at, Index: offset, Scale: 1}
		})
		for i, word := range v.transpose(rows) {
			f.mix(s.hash, word, v.above(uint32(i), s.left))
		}
	}
	ADDQ(Imm(16), at)
	most := states[0].left
	for i, s := range states {
		VPSUBD(v.words(4), s.left, s.left)
		if i > 0 {
			most = v.reg()
			VPMAXSD(s.left, states[0].left, most) // there are two at most
		}
	}
	v.jumpIfAny(v.above(0, most), "step")

	zero := v.zero()
	for i, s := range states {
		n, bits, shift := v.reg(), v.reg(), v.reg()
		v.and(v.words(3), s.length, n)
		VPSLLD(Imm(3), n, bits)
		v.load(v.words(32), shift)
		VPSUBD(bits, shift, shift)
		tail := v.lastBytes(data, end, v.lanes()*i)
		VPSRLVD(shift, tail, tail) // a shift by 32 gives 0
		f.tail(s.hash, tail, n)
		f.finish(s.hash, s.length)
		v.store(v.hashes(s.hash, zero), dst, 8*v.lanes()*i, false)
	}
	ADDQ(U32(8*keys), dst)
	ADDQ(U32(4*keys), start)
	ADDQ(U32(4*keys), end)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// ahead32 prefetches what is read soon: from where the caller says, or if that is
// nowhere, the bytes that follow the keys.
type ahead32 struct {
	data, start, next Register
	given             Mem
}

func newAhead(data, start Register) ahead32 {
	return ahead32{data, start, Load(Param("ahead"), GP64()), argument("ahead")}
}

// behind goes behind the keys of the next group.
func (a ahead32) behind() {
	follows := GP64()
	MOVL(Mem{Base: a.start}, follows.As32())
	LEAQ(Mem{Base: a.data, Index: follows, Scale: 1, Disp: nearby}, follows)
	CMPQ(a.given, Imm(0))
	CMOVQEQ(follows, a.next)
}

// fetch prefetches so many lines of the cache, and goes on by them.
func (a ahead32) fetch(lines int) {
	CMPQ(a.given, Imm(0))
	JEQ(LabelRef("near"))
	for i := range lines { // more than the first-level cache may hold
		PREFETCHT1(Mem{Base: a.next, Disp: 64 * i})
	}
	JMP(LabelRef("fetched"))
	Label("near")
	for i := range lines {
		PREFETCHT0(Mem{Base: a.next, Disp: 64 * i})
	}
	Label("fetched")
	ADDQ(U32(64*lines), a.next)
}

// lastBytes returns the last four bytes of the keys from the first on.
func (v vec32) lastBytes(data, end Register, first int) VecVirtual {
	quads := make([]VecVirtual, v.lanes()/4)
	for q := range quads {
		quads[q] = YMM()
		for k := range 4 {
			offset := GP64()
			MOVL(Mem{Base: end, Disp: 4 * (first + v.keysOf(k)[q])}, offset.As32())
			bytes := Mem{Base: data, Index: offset, Scale: 1, Disp: -4}
			if k == 0 {
				VPBROADCASTD(bytes, quads[q])
			} else {
				VPINSRD(Imm(uint64(k)), bytes, quads[q].AsX(), quads[q].AsX())
			}
		}
	}
	for i := 0; i < len(quads); i += 2 {
		VINSERTI128(Imm(1), quads[i+1].AsX(), quads[i], quads[i])
	}
	if !v.wide {
		return quads[0]
	}
	all := v.zero()
	VINSERTI64X4(Imm(0), quads[0], all, all)
	VINSERTI64X4(Imm(1), quads[2], all, all)
	return all
}

// argument is one where the caller put it.
func argument(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
