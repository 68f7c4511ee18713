package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// words64 is arithmetic on words of 64 bits: of one key, or of many, a key a lane.
// What is written with it need not know which.
type words64 interface {
	num(n uint64) word
	set(x word) word // a copy, in registers
	add(x, to word)
	xor(x, to word)
	xorShift(n uint64, x word) // x ^= x >> n
	rotl(n uint64, x word)
	mul(n uint64, x word)
	times5(x word) // x *= 5
}

// word is a word of the keys: a register, or one for each vector of keys. It may
// be in memory where it is not changed.
type word []Op

// scalar64 is words64 of one key.
type scalar64 struct {
	numbers64
	held  map[uint64]Register // numbers that are kept in registers
	pause func()              // called where other code may follow
}

func (s scalar64) hold(numbers ...uint64) {
	for _, n := range numbers {
		s.held[n] = GP64()
		MOVQ(U64(n), s.held[n])
	}
}

func (s scalar64) num(n uint64) word {
	if r, ok := s.held[n]; ok {
		return word{r}
	}
	return word{s.number(n)}
}

func (scalar64) set(x word) word {
	v := GP64()
	MOVQ(x[0], v)
	return word{v}
}

func (scalar64) add(x, to word)          { ADDQ(x[0], to[0]) }
func (scalar64) xor(x, to word)          { XORQ(x[0], to[0]) }
func (s scalar64) rotl(n uint64, x word) { ROLQ(Imm(n), x[0]); s.pause() }
func (s scalar64) mul(n uint64, x word)  { IMULQ(s.num(n)[0], x[0]); s.pause() }
func (s scalar64) xorShift(n uint64, x word) {
	t := s.set(x)
	SHRQ(Imm(n), t[0])
	s.xor(t, x)
	s.pause()
}

func (s scalar64) times5(x word) {
	LEAQ(Mem{Base: x.register(0), Index: x.register(0), Scale: 4}, x.register(0))
}

// numbers64 are the numbers in memory, by name.
type numbers64 map[string]Mem

// number is one word, numbers are four.
func (m numbers64) number(n uint64) Mem { return m.memory(fmt.Sprintf("number%x", n), n) }

func (m numbers64) numbers(n uint64) Mem { return m.memory(fmt.Sprintf("numbers%x", n), n, n, n, n) }

func (m numbers64) memory(name string, words ...uint64) Mem {
	if at, ok := m[name]; ok {
		return at
	}
	m[name] = GLOBL(name, RODATA|NOPTR)
	for i, w := range words {
		DATA(8*i, U64(w))
	}
	return m[name]
}

// register returns what a word has in register i.
func (w word) register(i int) Register { return w[i].(Register) }
