package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// PostgreSQL's lookup3, a key a lane.
func lookup3() {
	lookup3Vectors{vec32{}, 2}.generate("AVX2")
}

// lookup3Vectors hashes keys by 12 bytes a step, of which it reads 16: the words of
// a step are then the same for all keys of a transpose, and a step is so long that
// the loads hardly count.
//
// What a key has behind its last whole step is added when its lane comes to it, where
// others go on: all words are masked with how many bytes their key has left, which for
// a lane that is done are none. No step branches on a single key.
type lookup3Vectors struct {
	vec32
	vectors int
}

// lookup3State is the words a b c.
type lookup3State [3]VecVirtual

func (l lookup3Vectors) generate(suffix string) {
	l.ragged("lookup3Ragged" + suffix)
	l.fixed("lookup3Fixed" + suffix)
}

func (l lookup3Vectors) keys() int { return l.lanes() * l.vectors }

// lookup3Start is what the state starts with, but for the key's length.
const lookup3Start = 0x9e3779b9 + 3923095

// begin returns the state before the first word, without the seed.
func (l lookup3Vectors) begin(length VecVirtual) (s lookup3State) {
	for i := range s {
		s[i] = l.reg()
		VPADDD(l.words(lookup3Start), length, s[i])
	}
	return s
}

// seeds returns the halves of the seed in every lane, in memory.
func (l lookup3Vectors) seeds(seed GPVirtual) (high, low Mem) {
	half, lanes := GP64(), l.reg()
	high, low = AllocLocal(4*l.lanes()), AllocLocal(4*l.lanes())
	l.broadcast(seed.As32(), lanes)
	l.keep(lanes, low)
	MOVQ(seed, half)
	SHRQ(Imm(32), half)
	l.broadcast(half.As32(), lanes)
	l.keep(lanes, high)
	return high, low
}

func (l lookup3Vectors) addSeed(s lookup3State, high, low Mem) {
	VPADDD(high, s[0], s[0])
	VPADDD(low, s[1], s[1])
	l.mix(s)
}

// xorRotated is to ^= rotate(x, n).
func (l lookup3Vectors) xorRotated(n int, x, to VecVirtual) {
	if l.wide {
		l.xor(l.rotate(n, x), to, to)
		return
	}
	low, high := l.reg(), l.reg()
	VPSLLD(Imm(uint64(n)), x, high)
	VPSRLD(Imm(uint64(32-n)), x, low)
	VPXOR(high, to, to)
	VPXOR(low, to, to)
}

func (l lookup3Vectors) mix(s lookup3State) {
	a, b, c := s[0], s[1], s[2]
	for _, n := range []int{4, 6, 8, 16, 19, 4} {
		VPSUBD(c, a, a)
		l.xorRotated(n, c, a)
		VPADDD(b, c, c)
		a, b, c = b, c, a
	}
}

// finish leaves the hash in c, and in b above it.
func (l lookup3Vectors) finish(s lookup3State) {
	a, b, c := s[0], s[1], s[2]
	for _, n := range []int{14, 11, 25, 16, 4, 14, 24} {
		l.xor(b, c, c)
		VPSUBD(l.rotate(n, b), c, c)
		a, b, c = b, c, a
	}
}

func (l lookup3Vectors) add(words [4]VecVirtual, s lookup3State) {
	for i := range s {
		VPADDD(words[i], s[i], s[i])
	}
}

// ragged hashes keys of any length.
func (l lookup3Vectors) ragged(name string) {
	kernel(name, "func(dst *uint64, data *byte, start *uint32, end *uint32, groups int, seed uint64, ahead *byte)",
		fmt.Sprintf("%s hashes keys of up to 128 MiB, %d a group.", name, l.keys()))
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	ahead := newAhead(data, start)
	groups := argument("groups")
	seed := Load(Param("seed"), GP64()).(GPVirtual)
	high, low := l.seeds(seed)

	Label("group")
	states, left := make([]lookup3State, l.vectors), make([]VecVirtual, l.vectors)
	for i := range states {
		left[i] = l.reg()
		l.load(Mem{Base: end, Disp: 4 * l.lanes() * i}, left[i])
		VPSUBD(Mem{Base: start, Disp: 4 * l.lanes() * i}, left[i], left[i])
		l.inLaneOrder(left[i])
		states[i] = l.begin(left[i])
	}
	TESTQ(seed, seed)
	JZ(LabelRef("unseeded"))
	for _, s := range states {
		l.addSeed(s, high, low)
	}
	Label("unseeded")
	at := GP64()
	MOVQ(data, at)
	ahead.behind()

	Label("step")
	ahead.fetch(l.keys() * 16 / 64)
	for i, s := range states {
		words := l.transpose(l.rows(func(key int) Mem {
			offset := GP64()
			MOVL(Mem{Base: start, Disp: 4 * (l.lanes()*i + key)}, offset.As32())
			return Mem{Base: at, Index: offset, Scale: 1}
		}))
		full, whole := l.above(11, left[i]), fmt.Sprint("whole", i)
		l.jumpIfAll(full, whole)
		l.maskEnd(words, left[i], full)
		Label(whole)
		l.add(words, s)
		var mixed lookup3State
		for i := range s {
			mixed[i] = l.reg()
			l.move(s[i], mixed[i])
		}
		l.mix(mixed)
		for i := range s {
			l.put(mixed[i], full, s[i])
		}
	}
	ADDQ(Imm(12), at)
	most := left[0]
	for i, n := range left {
		VPSUBD(l.words(12), n, n)
		if i > 0 {
			most = l.reg()
			VPMAXSD(n, left[0], most) // there are two at most
		}
	}
	l.jumpIfAny(l.above(0, most), "step")

	l.end(states, dst)
	ADDQ(U32(4*l.keys()), start)
	ADDQ(U32(4*l.keys()), end)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// put puts words where m says.
func (l lookup3Vectors) put(words VecVirtual, m mask, to VecVirtual) {
	if l.wide {
		VMOVDQA32(words, m, to)
	} else {
		VPBLENDVB(m, words, to, to)
	}
}

// maskEnd clears the bytes behind the end of keys that have so many left. What the
// third word has of a key's end lies a byte higher than in a whole step.
func (l lookup3Vectors) maskEnd(words [4]VecVirtual, left VecVirtual, full mask) {
	bits := l.reg()
	VPSLLD(Imm(3), left, bits)
	for i, word := range words[:3] {
		l.clearBeyond(bits, word)
		if i < 2 {
			VPSUBD(l.words(32), bits, bits)
		}
	}
	third := l.reg()
	VPSLLD(Imm(8), words[2], third)
	l.put(words[2], full, third)
	l.move(third, words[2])
}

// clearBeyond keeps so many bits of each word.
func (l lookup3Vectors) clearBeyond(bits, word VecVirtual) {
	inside, beyond := l.reg(), l.reg()
	VPMAXSD(l.words(0), bits, inside)
	l.load(l.words(1<<32-1), beyond)
	VPSLLVD(inside, beyond, beyond)
	l.andNot(beyond, word, word)
}

// end finishes and stores the hashes of a group.
func (l lookup3Vectors) end(states []lookup3State, dst Register) {
	for i, s := range states {
		l.finish(s)
		l.store(l.hashes(s[2], s[1]), dst, 8*l.lanes()*i, false)
	}
	ADDQ(U32(8*l.keys()), dst)
}

// fixed hashes keys of one width, without masks, and with branches, for they go the
// same way for all keys.
func (l lookup3Vectors) fixed(name string) {
	kernel(name, "func(dst *uint64, data *byte, width int, groups int, seed uint64)",
		fmt.Sprintf("%s hashes keys of one width, %d a group.", name, l.keys()))
	dst, first := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	width := GP64()
	Load(Param("width"), width)
	groups := argument("groups")
	seed := Load(Param("seed"), GP64()).(GPVirtual)
	high, low := l.seeds(seed)
	var starts, inside [3]Mem
	length := l.reg()
	l.broadcast(width.As32(), length)
	state := l.begin(length)
	TESTQ(seed, seed)
	JZ(LabelRef("unseeded"))
	l.addSeed(state, high, low)
	Label("unseeded")
	// steps are whole ones, rest is how many bytes are behind them.
	steps, rest := argument("seed"), GP64() // which is not used any more
	quotient := RAX
	MOVQ(width, quotient)
	XORL(EDX, EDX)
	MOVQ(U32(12), rest)
	DIVQ(rest)
	MOVQ(RAX, steps)
	MOVQ(RDX, rest)
	bits := l.reg()
	l.broadcast(rest.As32(), bits)
	VPSLLD(Imm(3), bits, bits)
	for i := range starts {
		starts[i], inside[i] = AllocLocal(4*l.lanes()), AllocLocal(4*l.lanes())
		l.keep(state[i], starts[i])
		kept := l.constant(1<<32 - 1)
		l.clearBeyond(bits, kept)
		l.keep(kept, inside[i])
		VPSUBD(l.words(32), bits, bits)
	}

	// Eight keys lie from each of the pointers on.
	pointers := []Register{first}
	for range l.keys()/8 - 1 {
		next := GP64()
		LEAQ(Mem{Base: pointers[len(pointers)-1], Index: width, Scale: 8}, next)
		pointers = append(pointers, next)
	}
	key := multiples(width, pointers)
	// stride is how far it is from behind the last step to the next group.
	stride := GP64()
	IMUL3Q(U32(uint32(l.keys())), width, stride)
	SUBQ(width, stride)
	ADDQ(rest, stride)

	Label("group")
	states := make([]lookup3State, l.vectors)
	for i := range states {
		for j := range starts {
			states[i][j] = l.reg()
			l.load(starts[j], states[i][j])
		}
	}
	left, ahead := GP64(), GP64()
	MOVQ(steps, left)
	TESTQ(left, left)
	JZ(LabelRef("rest"))
	LEAQ(Mem{Base: first, Index: stride, Scale: 1, Disp: nearby}, ahead)
	Label("step")
	for i := range l.keys() * 12 / 64 {
		PREFETCHT0(Mem{Base: ahead, Disp: 64 * i})
	}
	ADDQ(U32(uint32(l.keys()*12)), ahead)
	for i, s := range states {
		l.add(l.transpose(l.rows(func(k int) Mem { return key(l.lanes()*i + k) })), s)
		l.mix(s)
	}
	for _, p := range pointers {
		ADDQ(Imm(12), p)
	}
	DECQ(left)
	JNZ(LabelRef("step"))

	Label("rest")
	TESTQ(rest, rest)
	JZ(LabelRef("finish"))
	for i, s := range states {
		words := l.transpose(l.rows(func(k int) Mem { return key(l.lanes()*i + k) }))
		for j, word := range words[:3] {
			l.and(inside[j], word, word)
		}
		VPSLLD(Imm(8), words[2], words[2]) // of an end it lies a byte higher
		l.add(words, s)
	}
	Label("finish")
	l.end(states, dst)
	for _, p := range pointers {
		ADDQ(stride, p)
	}
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
