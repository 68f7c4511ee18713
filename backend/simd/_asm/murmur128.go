package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	murmur128x1 = 0x87c37b91114253d5
	murmur128x2 = 0x4cf5ad432745937f
	murmur64x1  = 0xff51afd7ed558ccd
	murmur64x2  = 0xc4ceb9fe1a85ec53
	murmur128y1 = 0x52dce729
	murmur128y2 = 0x38495ab5
)

func oneSeed(seed, _ Register) []Register { return []Register{seed} }

// murmur128Fixed hashes keys of two or four words.
func murmur128Fixed(words, scalars int) fixed64 {
	width := uint64(8 * words)
	return fixed64{
		name: "murmur128", words: words, scalars: scalars,
		numbers: []uint64{murmur128x1, murmur128x2, murmur64x1, murmur64x2, murmur128y1, murmur128y2, width},
		few:     factors(murmur128x1, murmur128x2, murmur64x1),
		single:  []uint64{murmur128x1, murmur128x2, murmur64x1, murmur64x2},
		start:   oneSeed,
		hash: func(w words64, seeds, key []word) word {
			h1, h2 := w.set(seeds[0]), w.set(seeds[0])
			for i := 0; i < words; i += 2 {
				murmur128Block(w, key[i], key[i+1], h1, h2)
			}
			w.xor(w.num(width), h1)
			w.xor(w.num(width), h2)
			murmur128Finish(w, h1, h2)
			return h1
		},
	}
}

func murmur128Block(w words64, k1, k2, h1, h2 word) {
	murmur128Scramble(w, k1, murmur128x1, 31, murmur128x2)
	w.xor(k1, h1)
	w.rotl(27, h1)
	w.add(h2, h1)
	w.times5(h1)
	w.add(w.num(murmur128y1), h1)
	murmur128Scramble(w, k2, murmur128x2, 33, murmur128x1)
	w.xor(k2, h2)
	w.rotl(31, h2)
	w.add(h1, h2)
	w.times5(h2)
	w.add(w.num(murmur128y2), h2)
}

func murmur128Scramble(w words64, k word, first, rotation, second uint64) {
	w.mul(first, k)
	w.rotl(rotation, k)
	w.mul(second, k)
}

// murmur128Finish leaves the first word of the result in h1.
func murmur128Finish(w words64, h1, h2 word) {
	w.add(h2, h1)
	w.add(h1, h2)
	for _, h := range []word{h1, h2} {
		w.xorShift(33, h)
		w.mul(murmur64x1, h)
		w.xorShift(33, h)
		w.mul(murmur64x2, h)
		w.xorShift(33, h)
	}
	w.add(h2, h1)
}

// murmur128Loop and cassandraLoop hash keys of any length. Cassandra's variant has
// signed bytes behind the blocks.
func murmur128Loop() sum64 { return murmur128Any("murmur128", false) }
func cassandraLoop() sum64 { return murmur128Any("cassandra", true) }

func murmur128Any(name string, signed bool) sum64 {
	return sum64{
		name:    name,
		numbers: []uint64{murmur128x1, murmur128x2, murmur64x1, murmur64x2, murmur128y1, murmur128y2},
		start:   oneSeed,
		hash: func(k *loop64) word {
			h1, h2 := k.set(k.seeds[0]), k.set(k.seeds[0])
			k1, k2, rest := k.blocks(func(mask, k1, k2 word) {
				if mask == nil {
					murmur128Block(k, k1, k2, h1, h2)
					return
				}
				t1, t2 := k.set(h1), k.set(h2)
				murmur128Block(k, k1, k2, t1, t2)
				k.put(mask, t1, h1)
				k.put(mask, t2, h2)
			})
			bits := k.masked(rest.lanes, k.num(15))
			for i := range bits {
				VPSLLQ(Imm(3), bits[i], bits[i])
			}
			k.andNot(k.shiftedUp(k.num(1<<64-1), bits), k1)
			left := k.set(k.num(128))
			for i := range bits {
				VPSUBQ(bits[i], left[i], bits[i])
			}
			k.and(k.shiftedDown(k.num(1<<64-1), bits), k2)
			if signed {
				k.signExtend(k1)
				k.signExtend(k2)
			}
			murmur128Scramble(k, k1, murmur128x1, 31, murmur128x2)
			murmur128Scramble(k, k2, murmur128x2, 33, murmur128x1)
			k.xor(k1, h1)
			k.xor(k2, h2)
			k.xor(k.size.lanes, h1)
			k.xor(k.size.lanes, h2)
			murmur128Finish(k, h1, h2)
			return h1
		},
	}
}

// blocks is words for blocks of two.
func (k *loop64) blocks(absorb func(mask, first, second word)) (tail1, tail2 word, left count) {
	left = k.copyOf(k.size)
	first, second := k.new(), k.new()
	tail1, tail2 = k.new(), k.new()
	k.pair(0, first, second)
	k.put(nil, first, tail1)
	k.put(nil, second, tail2)
	Label("blocks")
	mask := k.ifMore(left, 15, "tail")
	absorb(mask, first, second)
	k.forward(16, k.lanes64.group())
	k.pair(0, first, second)
	k.put(mask, first, tail1)
	k.put(mask, second, tail2)
	k.less(16, left)
	JMP(LabelRef("blocks"))
	Label("tail")
	return tail1, tail2, left
}

// signExtend turns the bits of a word above a byte over where that byte is
// negative, for each of its bytes, as if they were extended, shifted into place
// and xored.
func (l *lanes64) signExtend(x word) {
	signs := l.masked(x, l.num(0x8080808080808080))
	for i := range signs {
		VPSLLQ(Imm(1), signs[i], signs[i]) // the lowest bit of the byte above
	}
	for _, n := range []uint64{8, 16, 32} {
		l.xor(l.shl(n, signs), signs) // how many below are negative: odd or even
	}
	all := l.shl(8, signs)
	for i := range all {
		VPSUBQ(signs[i], all[i], all[i]) // 255 for each 1
	}
	l.xor(all, x)
}
