package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// keys64 is where the keys of a group are.
type keys64 struct {
	data  Register      // that their places are counted from; of keys of one width, the first key
	place func(int) Mem // of key i, if it is known when the kernel is written

	// Of keys of any length:
	start, end Register // where the places of the group's keys are
	places     word     // those of start
	from       Register // where the places are that are read: start, or memory on the stack

	// Of keys of one width:
	width, width3 Register // once, three times

	ahead    Register   // what to fetch for the next group
	forwards int        // how often the kernel goes on: labels are counted
	at       []Register // data, for each four keys of one width, and how far they have been read
}

// rewind goes to the beginnings of the keys.
func (k *loop64) rewind() {
	if k.at == nil {
		k.at = []Register{GP64()}
		for i := 4; k.uniform && i < k.lanes64.group(); i += 4 {
			k.at = append(k.at, GP64())
		}
		if !k.uniform {
			k.from = GP64()
		}
	}
	MOVQ(k.data, k.at[0])
	for i := 1; i < len(k.at); i++ {
		LEAQ(Mem{Base: k.at[i-1], Index: k.width, Scale: 4}, k.at[i])
	}
	if !k.uniform {
		MOVQ(k.start, k.from)
	}
}

// behind lets what is fetched ahead begin behind the group, unless the caller of the
// loop has said where.
func (k *loop64) behind() {
	if k.uniform {
		k.ahead = GP64()
		MOVQ(k.data, k.ahead)
		for i := 0; i < k.lanes64.group(); i += 4 {
			LEAQ(Mem{Base: k.ahead, Index: k.width, Scale: 4}, k.ahead)
		}
		return
	}
	CMPQ(NewParamAddr("ahead", 64), Imm(0))
	JNE(LabelRef("elsewhere"))
	MOVL(Mem{Base: k.end, Disp: 4*k.lanes64.group() - 4}, k.ahead.(GPVirtual).As32())
	ADDQ(k.data, k.ahead)
	Label("elsewhere")
}

// forward goes on by n bytes of so many keys. As many bytes are fetched ahead: each
// key is a stream of its own, and processors follow few, not for long.
func (k *loop64) forward(n, keys int) {
	for _, at := range k.at {
		ADDQ(Imm(uint64(n)), at)
	}
	fetch := func(fetch func(Op)) {
		for i := 0; i < n*keys; i += 64 {
			fetch(Mem{Base: k.ahead, Disp: i})
		}
	}
	switch {
	case !k.wide:
		fetch(PREFETCHT0)
	case !k.uniform:
		fetch(PREFETCHT1)
	default: // two groups of 16 long keys would push each other out of the first cache
		k.forwards++
		near, end := fmt.Sprint("near", k.forwards), fmt.Sprint("fetched", k.forwards)
		CMPQ(k.width, U32(512))
		JBE(LabelRef(near))
		fetch(PREFETCHT1)
		JMP(LabelRef(end))
		Label(near)
		fetch(PREFETCHT0)
		Label(end)
	}
	ADDQ(U32(uint64(n*keys)), k.ahead)
}

// key is where key i of the group is read.
func (s *keys64) key(i int) Mem {
	if s.place != nil {
		return s.place(i)
	}
	if s.from != nil {
		place := GP64()
		MOVL(Mem{Base: s.from, Disp: 4 * i}, place.As32())
		return Mem{Base: s.at[0], Index: place, Scale: 1}
	}
	m := Mem{Base: s.at[i/4]}
	switch i % 4 {
	case 1, 2:
		m.Index, m.Scale = s.width, uint8(i%4)
	case 3:
		m.Index, m.Scale = s.width3, 1
	}
	return m
}

// pair loads the next two words of all keys.
func (k *loop64) pair(disp int, first, second word) {
	for i := range k.vectors {
		even, odd := k.quarters(disp, k.lanes()*i), k.quarters(disp, k.lanes()*i+1)
		if first != nil {
			VPUNPCKLQDQ(odd, even, first[i])
		}
		VPUNPCKHQDQ(odd, even, second[i])
	}
}

// quarters loads 16 bytes of each second key of a vector, from key i on.
func (k *loop64) quarters(disp, i int) VecVirtual {
	v := k.half(disp, i)
	if !k.wide {
		return v
	}
	z := ZMM()
	VINSERTI64X4(Imm(1), k.half(disp, i+4), v.AsZ(), z)
	return z
}

// half loads 16 bytes of two keys. (What is broadcast is overwritten: it takes
// the same time, and avo sees that the whole register is new.)
func (k *loop64) half(disp, i int) VecVirtual {
	y := YMM()
	if k.wide {
		VBROADCASTI32X4(k.key(i).Offset(disp), y)
		VINSERTI32X4(Imm(1), k.key(i+2).Offset(disp), y, y)
		return y
	}
	VBROADCASTI128(k.key(i).Offset(disp), y)
	VINSERTI128(Imm(1), k.key(i+2).Offset(disp), y, y)
	return y
}

// words reads all whole words, and calls absorb for each, with the mask of the
// keys that have it. It returns the words behind them, where the other bytes are.
func (k *loop64) words(absorb func(mask, x word)) (tail word, left count) {
	left = k.copyOf(k.size)
	first, second := k.new(), k.new()
	tail = k.new()
	k.pair(0, first, second)
	k.put(nil, first, tail)
	Label("words")
	mask := k.ifMore(left, 7, "tail")
	absorb(mask, first)
	k.put(mask, second, tail)
	mask = k.ifMore(left, 15, "tail")
	absorb(mask, second)
	k.forward(16, k.lanes64.group())
	k.pair(0, first, second)
	k.put(mask, first, tail)
	k.less(16, left)
	JMP(LabelRef("words"))
	Label("tail")
	return tail, left
}
