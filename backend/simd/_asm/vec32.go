package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// vec32 writes code for vectors of words, a key a lane, with AVX2 or, if wide,
// with AVX-512. Like the assembler's, its operations have their destination last.
//
// The lanes have the order that is the cheapest to load and to store, where words
// come out of a transpose, and go into the low halves of longer words, within 128
// bits:
//
//	AVX2     0 1 4 5 | 2 3 6 7
//	AVX-512  0 1 8 9 | 2 3 10 11 | 4 5 12 13 | 6 7 14 15
type vec32 struct{ wide bool }

// lanes is how many keys a vector has.
func (v vec32) lanes() int {
	if v.wide {
		return 16
	}
	return 8
}

func (v vec32) reg() VecVirtual {
	if v.wide {
		return ZMM()
	}
	return YMM()
}

// constants are those that the file has already.
var constants = map[string]Mem{}

// words is a vector in memory of the same words over and over.
func (v vec32) words(words ...uint32) Mem {
	name := "words"
	for _, w := range words {
		name += fmt.Sprintf("_%x", w)
	}
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range v.lanes() {
			DATA(4*i, U32(words[i%len(words)]))
		}
		constants[name] = m
	}
	return m
}

// constant is a word in all lanes of a register.
func (v vec32) constant(word uint32) VecVirtual {
	r := v.reg()
	v.load(v.words(word), r)
	return r
}

func (v vec32) zero() VecVirtual {
	r := v.reg()
	v.xor(r, r, r)
	return r
}

func (v vec32) broadcast(word Register, to VecVirtual) {
	VMOVD(word, to.AsX())
	VPBROADCASTD(to.AsX(), to)
}

func (v vec32) load(from Mem, to VecVirtual) {
	if v.wide {
		VMOVDQU32(from, to)
	} else {
		VMOVDQU(from, to)
	}
}

// keep stores a vector.
func (v vec32) keep(from VecVirtual, to Mem) {
	if v.wide {
		VMOVDQU32(from, to)
	} else {
		VMOVDQU(from, to)
	}
}

func (v vec32) move(from, to VecVirtual) {
	if v.wide {
		VMOVDQA32(from, to)
	} else {
		VMOVDQA(from, to)
	}
}

func (v vec32) xor(b, a Op, to VecVirtual) {
	if v.wide {
		VPXORD(b, a, to)
	} else {
		VPXOR(b, a, to)
	}
}

func (v vec32) and(b, a Op, to VecVirtual) {
	if v.wide {
		VPANDD(b, a, to)
	} else {
		VPAND(b, a, to)
	}
}

func (v vec32) or(b, a Op, to VecVirtual) {
	if v.wide {
		VPORD(b, a, to)
	} else {
		VPOR(b, a, to)
	}
}

// andNot is from &^ mask.
func (v vec32) andNot(mask, from Op, to VecVirtual) {
	if v.wide {
		VPANDND(from, mask, to)
	} else {
		VPANDN(from, mask, to)
	}
}

// rotate returns from, rotated to the left.
func (v vec32) rotate(n int, from VecVirtual) VecVirtual {
	to := v.reg()
	if v.wide {
		VPROLD(Imm(uint64(n)), from, to)
		return to
	}
	low := v.reg()
	VPSRLD(Imm(uint64(32-n)), from, low)
	VPSLLD(Imm(uint64(n)), from, to)
	VPOR(low, to, to)
	return to
}

// shiftXor is h ^= h>>n.
func (v vec32) shiftXor(n int, h VecVirtual) {
	t := v.reg()
	VPSRLD(Imm(uint64(n)), h, t)
	v.xor(t, h, h)
}

// mask says in which lanes something happens; nil is in all.
type mask Register

// above returns where words are greater than a limit, with signs.
func (v vec32) above(limit uint32, words VecVirtual) mask {
	if v.wide {
		m := K()
		VPCMPD(Imm(6), v.words(limit), words, m)
		return m
	}
	m := v.reg()
	VPCMPGTD(v.words(limit), words, m)
	return m
}

// jumpIfAny jumps if something happens in any lane.
func (v vec32) jumpIfAny(m mask, label string) {
	if v.wide {
		KTESTW(m, m)
	} else {
		VPTEST(m, m)
	}
	JNZ(LabelRef(label))
}

// jumpIfNone jumps if something happens in no lane, jumpIfAll if it does in all.
func (v vec32) jumpIfNone(m mask, label string) {
	if v.wide {
		KTESTW(m, m)
	} else {
		VPTEST(m, m)
	}
	JZ(LabelRef(label))
}

func (v vec32) jumpIfAll(m mask, label string) {
	if v.wide {
		KORTESTW(m, m)
		JCS(LabelRef(label))
		return
	}
	lanes := GP32()
	VMOVMSKPS(m, lanes)
	CMPL(lanes, Imm(1<<8-1))
	JEQ(LabelRef(label))
}

// assign writes the last operation of a calculation, which changes h only where
// m says.
func (v vec32) assign(h VecVirtual, m mask, operation func(ops ...Op), b, a Op) {
	switch {
	case m == nil:
		operation(b, a, h)
	case v.wide:
		operation(b, a, m, h)
	default:
		t := v.reg()
		operation(b, a, t)
		VPBLENDVB(m, t, h, h)
	}
}

// assignXor assigns a ^ b.
func (v vec32) assignXor(h VecVirtual, m mask, b, a Op) {
	if v.wide {
		v.assign(h, m, VPXORD, b, a)
		return
	}
	v.assign(h, m, func(ops ...Op) { VPXOR(ops[0], ops[1], ops[2]) }, b, a)
}
