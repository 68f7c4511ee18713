package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// fixed32 hashes keys of one width, whichever it is: as ragged32 does, but
// without masks, and with branches, for they go the same way for all keys.
//
// Eight keys are read side by side: the processor sees eight streams, and does not
// prefetch enough. It is told to, a group ahead: 256-byte keys from DRAM take half
// the time for it.
//
// The caller sees to it that loads by 16 bytes are inside of its memory.
func fixed32(v vec32, name string, vectors int, lanes func(vec32) hash32) {
	keys := v.lanes() * vectors
	kernel(name, "func(dst *uint64, data *byte, width int, groups int, seed uint64)",
		fmt.Sprintf("%s hashes keys of one width, %d a group.", name, keys))
	dst, first, width := Load(Param("dst"), GP64()), Load(Param("data"), GP64()), GP64()
	Load(Param("width"), width)
	groups := argument("groups")
	seed, length, n := v.reg(), v.reg(), v.reg()
	v.broadcast(Load(Param("seed"), GP64()).(GPVirtual).As32(), seed)
	v.broadcast(width.As32(), length)
	v.and(v.words(3), length, n)
	// beyond masks the bytes of a word which are not of the tail.
	beyond, bits := v.constant(1<<32-1), v.reg()
	VPSLLD(Imm(3), n, bits)
	VPSLLVD(bits, beyond, beyond)
	f := lanes(v)

	// Eight keys lie from each of the pointers on.
	pointers := []Register{first}
	for range keys/8 - 1 {
		next := GP64()
		LEAQ(Mem{Base: pointers[len(pointers)-1], Index: width, Scale: 8}, next)
		pointers = append(pointers, next)
	}
	key := multiples(width, pointers)
	// rest is how many bytes are beyond the last whole chunk, stride how far it
	// is from there to the next group, and distance how far ahead is prefetched.
	rest, stride, distance := GP64(), GP64(), GP64()
	MOVQ(width, rest)
	ANDQ(Imm(15), rest)
	IMUL3Q(U32(keys), width, distance)
	MOVQ(distance, stride)
	SUBQ(width, stride)
	ADDQ(rest, stride)
	limit := GP64()
	MOVQ(U32(nearby), limit)
	CMPQ(distance, limit)
	CMOVQLT(limit, distance)
	MOVQ(U32(16<<10), limit) // half of the first-level cache
	CMPQ(distance, limit)
	CMOVQGT(limit, distance)

	Label("group")
	states := make([]VecVirtual, vectors)
	for i := range states {
		states[i] = f.start(seed, length)
	}
	chunks, ahead := GP64(), GP64()
	MOVQ(width, chunks)
	SHRQ(Imm(4), chunks)
	JZ(LabelRef("rest"))
	LEAQ(Mem{Base: first, Index: distance, Scale: 1}, ahead)
	Label("chunk")
	lines := keys * 16 / 64
	for i := range lines {
		PREFETCHT0(Mem{Base: ahead, Disp: 64 * i})
	}
	ADDQ(U32(64*lines), ahead)
	for i, h := range states {
		for _, word := range v.transpose(v.rows(func(k int) Mem { return key(v.lanes()*i + k) })) {
			f.mix(h, word, nil)
		}
	}
	for _, p := range pointers {
		ADDQ(Imm(16), p)
	}
	DECQ(chunks)
	JNZ(LabelRef("chunk"))

	Label("rest")
	TESTQ(rest, rest)
	JZ(LabelRef("finish"))
	for i, h := range states {
		words := v.transpose(v.rows(func(k int) Mem { return key(v.lanes()*i + k) }))
		tail, taken := v.reg(), fmt.Sprint("taken", i)
		for i, word := range words {
			v.move(word, tail)
			if i < 3 {
				CMPQ(rest, Imm(uint64(4*i+4)))
				JB(LabelRef(taken))
				f.mix(h, word, nil)
			}
		}
		Label(taken)
		v.andNot(beyond, tail, tail)
		f.tail(h, tail, n)
	}

	Label("finish")
	zero := v.zero()
	for i, h := range states {
		f.finish(h, length)
		v.store(v.hashes(h, zero), dst, 8*v.lanes()*i, false)
	}
	for _, p := range pointers {
		ADDQ(stride, p)
	}
	ADDQ(U32(8*keys), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// multiples returns a function that says where the i-th of keys of a width is,
// if each of the pointers points to eight.
func multiples(width GPVirtual, pointers []Register) func(i int) Mem {
	width3, width5, width7 := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: width, Index: width, Scale: 2}, width3)
	LEAQ(Mem{Base: width, Index: width, Scale: 4}, width5)
	LEAQ(Mem{Base: width3, Index: width, Scale: 4}, width7)
	return func(i int) Mem {
		base := pointers[i/8]
		switch i %= 8; i {
		case 0:
			return Mem{Base: base}
		case 3, 6:
			return Mem{Base: base, Index: width3, Scale: uint8(i / 3)}
		case 5:
			return Mem{Base: base, Index: width5, Scale: 1}
		case 7:
			return Mem{Base: base, Index: width7, Scale: 1}
		}
		return Mem{Base: base, Index: width, Scale: uint8(i)}
	}
}

// packed32 hashes keys of one, two or four words, which it loads a whole vector
// of at a time. If streamed, the hashes bypass the cache, and dst is aligned.
func packed32(v vec32, name string, words int, streamed bool, lanes func(vec32) hash32) {
	doc := fmt.Sprintf("%s hashes keys of %d bytes, %d a group.", name, 4*words, v.lanes())
	if streamed {
		doc += fmt.Sprintf(" The hashes bypass the cache; dst is aligned to %d bytes.", 4*v.lanes())
	}
	kernel(name, "func(dst *uint64, data *byte, groups int, seed uint64)", doc)
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups := Load(Param("groups"), GP64())
	seed := v.reg()
	v.broadcast(Load(Param("seed"), GP64()).(GPVirtual).As32(), seed)
	zero, length := v.zero(), v.constant(uint32(4*words))
	f := lanes(v)
	start := f.start(seed, length)

	Label("group")
	var rows [4]VecVirtual
	for i := range words {
		rows[i] = v.reg()
		v.load(Mem{Base: data, Disp: 4 * v.lanes() * i}, rows[i])
	}
	switch words {
	case 1:
		v.inLaneOrder(rows[0])
	case 2:
		first, second := v.reg(), v.reg()
		VSHUFPS(Imm(0x88), rows[1], rows[0], first)
		VSHUFPS(Imm(0xdd), rows[1], rows[0], second)
		rows[0], rows[1] = first, second
	case 4:
		rows = v.transpose(rows)
	}
	h := v.reg()
	v.move(start, h)
	for _, word := range rows[:words] {
		f.mix(h, word, nil)
	}
	f.finish(h, length)
	hashes := v.hashes(h, zero)
	if words == 4 {
		// The rows were of keys side by side, not of those that rows takes.
		for _, pairs := range hashes {
			v.evenFirst(pairs)
		}
	}
	v.store(hashes, dst, 0, streamed)
	ADDQ(U32(4*v.lanes()*words), data)
	ADDQ(U32(8*v.lanes()), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	if streamed {
		SFENCE()
	}
	VZEROUPPER()
	RET()
}
