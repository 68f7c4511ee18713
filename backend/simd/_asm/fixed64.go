package main

import (
	"fmt"
	"iter"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// fixed64 is a loop over keys of a few words, end to end in memory.
type fixed64 struct {
	name    string
	words   int
	scalars int      // keys of a group that scalar instructions hash
	stream  bool     // write past the caches, to aligned memory
	numbers []uint64 // that AVX-512 has registers for
	few     []uint64 // that AVX2 has registers for
	single  []uint64 // that scalar instructions have registers for
	// start makes seeds of the function of the parameters lo and hi.
	start func(lo, hi Register) []Register
	hash  func(w words64, seeds, key []word) word
}

// generate writes the kernel. A group is vectors of keys and, with AVX2, some keys
// that scalar instructions hash: vectors multiply 64-bit words so slowly there that
// the scalar ports, which would be idle, do half as much. (xxh64 of 16 bytes takes
// 2.0 ns by vectors alone, 1.25 ns with three keys beside four lanes, 5.2 ns without
// vectors.)
func (f fixed64) generate(l *lanes64) {
	group, width := l.group()+f.scalars, 8*f.words
	name, how := fmt.Sprint(f.name, "Fixed", width), ""
	if f.stream {
		name, how = fmt.Sprint(f.name, "Stream", width), " It writes past the caches, to memory that is aligned."
	}
	name = l.name(name)
	kernel(name, "func(dst *uint64, data *byte, width, groups int, lo, hi uint64)",
		fmt.Sprintf("%s hashes %d keys of %d bytes a group.%s", name, group, width, how))
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups := Load(Param("groups"), GP64())
	seeds := f.start(Load(Param("lo"), GP64()), Load(Param("hi"), GP64()))
	vectors, scalars := f.vectors(l, seeds, dst, data), f.beside(l, seeds, dst, data)

	Label("group")
	interleave(vectors, scalars, f.scalars)
	ADDQ(U32(uint64(group*width)), data)
	ADDQ(U32(uint64(group*8)), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	if f.stream {
		SFENCE()
	}
	VZEROUPPER()
	RET()
}

// vectors returns what writes the body of the loop that vectors run. What it needs
// is loaded before.
func (f fixed64) vectors(l *lanes64, seeds []Register, dst, data Register) func(pause func()) {
	var lanes []word
	for _, s := range seeds {
		lanes = append(lanes, l.all(l.spill(l.spread(s))))
	}
	if l.wide {
		l.hold(f.numbers...)
	} else {
		l.hold(f.few...)
	}
	load := f.loader(l, data)
	return func(pause func()) {
		l.pause = pause
		defer func() { l.pause = nil }()
		h := f.hash(l, lanes, load())
		for i := range h {
			if f.words == 2 && !l.wide {
				VPERMQ(Imm(0xd8), h[i], h[i])
			}
			to := Mem{Base: dst, Disp: 8 * l.lanes() * i}
			if f.stream {
				VMOVNTDQ(h[i], to)
			} else {
				l.moveVector(h[i], to)
			}
		}
	}
}

// beside returns what writes the body that scalar instructions run, for the keys
// behind those of the vectors.
func (f fixed64) beside(l *lanes64, seeds []Register, dst, data Register) func(pause func()) {
	w := scalar64{l.numbers64, map[uint64]Register{}, nil}
	if f.scalars > 0 {
		w.hold(f.single...)
	}
	var single []word
	for _, s := range seeds {
		single = append(single, word{s})
	}
	return func(pause func()) {
		w.pause = pause
		for i := l.group(); i < l.group()+f.scalars; i++ {
			var key []word
			for j := range f.words {
				key = append(key, w.set(word{Mem{Base: data, Disp: 8 * (i*f.words + j)}}))
			}
			MOVQ(f.hash(w, single, key)[0], Mem{Base: dst, Disp: 8 * i})
		}
	}
}

// loader returns a function that loads the words of the keys of a group. Of two
// words, AVX2 has those of the keys 0 2 1 3.
func (f fixed64) loader(l *lanes64, data Register) func() []word {
	at := func(i int) Mem { return Mem{Base: data, Disp: 8 * l.lanes() * i} }
	if f.words == 1 {
		return func() []word { return []word{l.each(func(i int) Op { return l.set(word{at(i)})[0] })} }
	}
	if f.words > 2 {
		return func() []word { return f.strided(l, data) }
	}
	if !l.wide {
		return func() []word {
			words := []word{l.new(), l.new()}
			for i := range l.vectors {
				second := YMM()
				VMOVDQU(at(2*i), words[1][i])
				VMOVDQU(at(2*i+1), second)
				VPUNPCKLQDQ(second, words[1][i], words[0][i])
				VPUNPCKHQDQ(second, words[1][i], words[1][i])
			}
			return words
		}
	}
	even, odd := ZMM(), ZMM()
	VMOVDQU64(l.memory("evenWords", 0, 2, 4, 6, 8, 10, 12, 14), even)
	VMOVDQU64(l.memory("oddWords", 1, 3, 5, 7, 9, 11, 13, 15), odd)
	return func() []word {
		words := []word{l.new(), l.new()}
		for i := range l.vectors {
			first := ZMM()
			VMOVDQU64(at(2*i), first)
			VMOVDQA64(even, words[0][i])
			VMOVDQA64(odd, words[1][i])
			VPERMI2Q(at(2*i+1), first, words[0][i])
			VPERMI2Q(at(2*i+1), first, words[1][i])
		}
		return words
	}
}

// strided loads pairs of words; the last overlaps the one before if their number is
// odd.
func (f fixed64) strided(l *lanes64, data Register) (words []word) {
	k := &loop64{lanes64: l}
	k.place = func(i int) Mem { return Mem{Base: data, Disp: 8 * f.words * i} }
	for i := 0; i < f.words; i += 2 {
		first, second := l.new(), l.new()
		if i+1 == f.words {
			k.pair(8*i-8, nil, second)
			words = append(words, second)
			continue
		}
		k.pair(8*i, first, second)
		words = append(words, first, second)
	}
	return words
}

// streaming is the loop that writes past the caches.
func (f fixed64) streaming() fixed64 {
	f.stream = true
	return f
}

// interleave writes two bodies of code, a step of one, n steps of the other: a
// processor finds out what does not depend on each other only if it is near. (So
// xxh64 of 32 bytes takes 3.1 ns with AVX2, and 4.4 ns if one body follows the other.)
func interleave(first, second func(pause func()), n int) {
	step := func(body func(pause func())) func() bool {
		next, _ := iter.Pull(func(yield func(struct{}) bool) {
			body(func() { yield(struct{}{}) })
		})
		return func() bool {
			_, more := next()
			return more
		}
	}
	one, other := step(first), step(second)
	for more := true; more; {
		more = one()
		for range n {
			more = other() || more
		}
	}
	for other() {
	}
}
