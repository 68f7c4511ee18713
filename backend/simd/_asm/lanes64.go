package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// lanes64 is words64 of vectors, a key a lane, with AVX2 or AVX-512: what is one
// instruction there, a multiplication or a rotation, is several here.
type lanes64 struct {
	numbers64
	wide    bool          // AVX-512: 8 lanes, not 4
	vectors int           // of a group of keys
	held    map[uint64]Op // numbers that are kept in registers
	pause   func()        // called where other code may follow, if not nil
}

func (l *lanes64) name(of string) string {
	if l.wide {
		return of + "AVX512"
	}
	return of + "AVX2"
}

// lanes is how many keys a vector has, group how many all have.
func (l *lanes64) lanes() int {
	if l.wide {
		return 8
	}
	return 4
}

func (l *lanes64) group() int { return l.lanes() * l.vectors }

func (l *lanes64) vector() VecVirtual {
	if l.wide {
		return ZMM()
	}
	return YMM()
}

// each makes a word of what is computed for each vector.
func (l *lanes64) each(f func(i int) Op) word {
	w := make(word, l.vectors)
	for i := range w {
		w[i] = f(i)
	}
	return w
}

// all is the word that has the same for all vectors.
func (l *lanes64) all(x Op) word { return l.each(func(int) Op { return x }) }

// new is a word in registers, not set yet.
func (l *lanes64) new() word { return l.each(func(int) Op { return l.vector() }) }

// hold loads numbers into registers. It comes before the loop that uses them.
func (l *lanes64) hold(numbers ...uint64) {
	l.held = map[uint64]Op{}
	for _, n := range numbers {
		if _, ok := l.held[n]; !ok {
			l.held[n] = l.fill(n)
		}
	}
}

// fill returns a vector with the number in each lane.
func (l *lanes64) fill(n uint64) Op {
	v := l.vector()
	VPBROADCASTQ(l.number(n), v)
	return v
}

// spread returns a vector with a register in each lane.
func (l *lanes64) spread(n Register) Op {
	v := l.vector()
	if l.wide {
		VPBROADCASTQ(n, v)
		return v
	}
	VMOVQ(n, v.AsX())
	VPBROADCASTQ(v.AsX(), v)
	return v
}

func (l *lanes64) num(n uint64) word { return l.all(l.operand(n)) }

// operand is a number in each lane. With AVX2, if it is not held, it is read where
// it is used.
func (l *lanes64) operand(n uint64) Op {
	if v, ok := l.held[n]; ok {
		return v
	}
	if l.wide {
		return l.fill(n)
	}
	return l.numbers(n)
}

func (l *lanes64) mayPause() {
	if l.pause != nil {
		l.pause()
	}
}

func (l *lanes64) set(x word) word {
	w := l.new()
	l.move(x, w)
	return w
}

// move loads, stores or copies.
func (l *lanes64) move(x, to word) {
	for i := range x {
		l.moveVector(x[i], to[i])
	}
}

func (l *lanes64) moveVector(x, to Op) {
	if l.wide {
		VMOVDQU64(x, to)
		return
	}
	VMOVDQU(x, to)
}

func (l *lanes64) add(x, to word) {
	for i := range to {
		VPADDQ(x[i], to[i], to[i])
	}
}

func (l *lanes64) and(x, to word) {
	for i := range to {
		if l.wide {
			VPANDQ(x[i], to[i], to[i])
		} else {
			VPAND(x[i], to[i], to[i])
		}
	}
}

func (l *lanes64) or(x, to word) {
	for i := range to {
		if l.wide {
			VPORQ(x[i], to[i], to[i])
		} else {
			VPOR(x[i], to[i], to[i])
		}
	}
}

func (l *lanes64) xor(x, to word) {
	for i := range to {
		if l.wide {
			VPXORQ(x[i], to[i], to[i])
		} else {
			VPXOR(x[i], to[i], to[i])
		}
	}
}

// shr returns x >> n, shl x << n.
func (l *lanes64) shr(n uint64, x word) word {
	w := l.new()
	for i := range w {
		VPSRLQ(Imm(n), x[i], w[i])
	}
	return w
}

func (l *lanes64) shl(n uint64, x word) word {
	w := l.new()
	for i := range w {
		VPSLLQ(Imm(n), x[i], w[i])
	}
	return w
}

func (l *lanes64) xorShift(n uint64, x word) {
	l.xor(l.shr(n, x), x)
	l.mayPause()
}

func (l *lanes64) rotl(n uint64, x word) {
	for i := range x {
		l.rotate(n, x[i], x[i])
	}
	l.mayPause()
}

// rotated returns x, rotated to the left.
func (l *lanes64) rotated(n uint64, x word) word {
	w := l.new()
	for i := range w {
		l.rotate(n, x[i], w[i])
	}
	return w
}

func (l *lanes64) rotate(n uint64, x, to Op) {
	switch {
	case l.wide:
		VPROLQ(Imm(n), x, to)
	case n == 32:
		VPSHUFD(Imm(0xb1), x, to)
	case n%8 == 0:
		VPSHUFB(l.rotation(int(n/8)), x, to)
	default:
		high := YMM()
		VPSLLQ(Imm(n), x, high)
		VPSRLQ(Imm(64-n), x, to)
		VPOR(high, to, to)
	}
}

// rotation is the order of bytes that rotates words by n bytes to the left.
func (l *lanes64) rotation(n int) Mem {
	var words [4]uint64
	for i := range 32 {
		from := i%16/8*8 + (i+8-n)%8
		words[i/8] |= uint64(from) << (i % 8 * 8)
	}
	return l.memory(fmt.Sprint("rotation", n), words[:]...)
}

func (l *lanes64) mul(n uint64, x word) {
	for i := range x {
		l.multiply(n, x[i], x[i])
	}
	l.mayPause()
}

// multiply of AVX2 has products of 32 bits only: that of the low halves in full,
// and the two that reach into the high half, which one multiplication of eight
// lanes computes. (The three are added last: to add two of them first is a longer
// chain, and 6 % slower.)
func (l *lanes64) multiply(n uint64, x, to Op) {
	if l.wide {
		VPMULLQ(l.operand(n), x, to)
		return
	}
	cross, low := YMM(), YMM()
	VPMULLD(l.operand(swapped(n)), x, cross)
	VPMULUDQ(l.operand(n), x, to)
	VPSLLQ(Imm(32), cross, low)
	VPAND(l.operand(highHalf), cross, cross)
	VPADDQ(low, to, to)
	VPADDQ(cross, to, to)
}

// highHalf has the high halves of words.
const highHalf = 0xffffffff << 32

// swapped is a number with its halves swapped.
func swapped(n uint64) uint64 { return n<<32 | n>>32 }

// factors returns what multiplications by the numbers use, in order to hold it.
func factors(numbers ...uint64) []uint64 {
	held := []uint64{highHalf}
	for _, n := range numbers {
		held = append(held, n, swapped(n))
	}
	return held
}

// mulShort does so for x below 2^32.
func (l *lanes64) mulShort(n uint64, x word) {
	for i := range x {
		if l.wide {
			l.multiply(n, x[i], x[i])
			continue
		}
		high := YMM()
		VPMULUDQ(l.operand(n>>32), x[i], high)
		VPMULUDQ(l.operand(n), x[i], x[i])
		VPSLLQ(Imm(32), high, high)
		VPADDQ(high, x[i], x[i])
	}
}

// masked returns x & y.
func (l *lanes64) masked(x, y word) word {
	return l.each(func(i int) Op {
		v := l.vector()
		if l.wide {
			VPANDQ(y[i], x[i], v)
		} else {
			VPAND(y[i], x[i], v)
		}
		return v
	})
}

func (l *lanes64) times5(x word) { l.add(l.shl(2, x), x) }

// andNot does to &^= x.
func (l *lanes64) andNot(x, to word) {
	for i := range to {
		if l.wide {
			VPANDNQ(to[i], x[i], to[i])
		} else {
			VPANDN(to[i], x[i], to[i])
		}
	}
}

// shiftedUp returns x << n, shiftedDown x >> n, with a number for each lane: of 64
// and more they make 0.
func (l *lanes64) shiftedUp(x, n word) word {
	return l.each(func(i int) Op {
		v := l.vector()
		l.moveVector(x[i], v)
		VPSLLVQ(n[i], v, v)
		return v
	})
}

func (l *lanes64) shiftedDown(x, n word) word {
	return l.each(func(i int) Op {
		v := l.vector()
		l.moveVector(x[i], v)
		VPSRLVQ(n[i], v, v)
		return v
	})
}
