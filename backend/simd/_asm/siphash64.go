package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// sipHash is SipHash with so many rounds a word and at the end.
type sipHash struct {
	name           string
	perWord, atEnd int
}

var (
	sipHash13 = sipHash{"sipHash13", 1, 3}
	sipHash24 = sipHash{"sipHash24", 2, 4}
)

func sipHashStart(lo, hi Register) []Register {
	var state []Register
	for i, n := range []uint64{0x736f6d6570736575, 0x646f72616e646f6d, 0x6c7967656e657261, 0x7465646279746573} {
		s := GP64()
		MOVQ(U64(n), s)
		XORQ([]Register{lo, hi}[i%2], s)
		state = append(state, s)
	}
	return state
}

// sipState is the words a b c d.
type sipState [4]word

func (s sipHash) rounds(w words64, v sipState, n int) {
	for range n {
		w.add(v[1], v[0])
		w.add(v[3], v[2])
		w.rotl(13, v[1])
		w.rotl(16, v[3])
		w.xor(v[0], v[1])
		w.xor(v[2], v[3])
		w.rotl(32, v[0])
		w.add(v[1], v[2])
		w.add(v[3], v[0])
		w.rotl(17, v[1])
		w.rotl(21, v[3])
		w.xor(v[2], v[1])
		w.xor(v[0], v[3])
		w.rotl(32, v[2])
	}
}

func (s sipHash) absorb(w words64, v sipState, x word) {
	w.xor(x, v[3])
	s.rounds(w, v, s.perWord)
	w.xor(x, v[0])
}

// finish absorbs the last word, and returns the hash.
func (s sipHash) finish(w words64, v sipState, last word) word {
	s.absorb(w, v, last)
	w.xor(w.num(0xff), v[2])
	s.rounds(w, v, s.atEnd)
	w.xor(v[1], v[0])
	w.xor(v[3], v[2])
	w.xor(v[2], v[0])
	return v[0]
}

// fixed hashes keys of one or two words.
func (s sipHash) fixed(words, scalars int) fixed64 {
	return fixed64{
		name: s.name, words: words, scalars: scalars,
		numbers: []uint64{0xff, uint64(words) << 59},
		start:   sipHashStart,
		hash: func(w words64, seeds, key []word) word {
			var v sipState
			for i := range v {
				v[i] = w.set(seeds[i])
			}
			for _, x := range key {
				s.absorb(w, v, x)
			}
			return s.finish(w, v, w.num(uint64(words)<<59))
		},
	}
}

// loop hashes keys of any length.
func (s sipHash) loop() sum64 {
	return sum64{
		name:    s.name,
		numbers: []uint64{0xff},
		start:   sipHashStart,
		hash: func(k *loop64) word {
			var v sipState
			for i := range v {
				v[i] = k.set(k.seeds[i])
			}
			tail, rest := k.words(func(mask, x word) {
				if mask == nil {
					s.absorb(k, v, x)
					return
				}
				var t sipState
				for i := range v {
					t[i] = k.set(v[i])
				}
				s.absorb(k, t, x)
				for i := range v {
					k.put(mask, t[i], v[i])
				}
			})
			bits := k.masked(rest.lanes, k.num(7))
			for i := range bits {
				VPSLLQ(Imm(3), bits[i], bits[i])
			}
			k.andNot(k.shiftedUp(k.num(1<<64-1), bits), tail)
			k.or(k.shl(56, k.set(k.size.lanes)), tail)
			return s.finish(k, v, tail)
		},
	}
}
