package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// keysOf returns whose are the k-th words of each 128 bits.
func (v vec32) keysOf(k int) []int {
	if v.wide {
		first := []int{0, 1, 8, 9}[k]
		return []int{first, first + 2, first + 4, first + 6}
	}
	first := []int{0, 1, 4, 5}[k]
	return []int{first, first + 2}
}

// rows loads 16 bytes of each key, in the k-th vector of the keys that keysOf(k)
// names.
//
// The first are loaded by a broadcast, which takes no longer than a load: of that
// avo believes that it keeps the upper half of the register, and would have
// the registers occupied at all times.
func (v vec32) rows(key func(i int) Mem) (rows [4]VecVirtual) {
	for k := range rows {
		r, keys := v.reg(), v.keysOf(k)
		if v.wide {
			high := YMM()
			VBROADCASTI32X4(key(keys[0]), r)
			VINSERTI32X4(Imm(1), key(keys[1]), r.AsY(), r.AsY())
			VBROADCASTI32X4(key(keys[2]), high)
			VINSERTI32X4(Imm(1), key(keys[3]), high, high)
			VINSERTI64X4(Imm(1), high, r, r)
		} else {
			VBROADCASTI128(key(keys[0]), r)
			VINSERTI128(Imm(1), key(keys[1]), r, r)
		}
		rows[k] = r
	}
	return rows
}

// transpose makes of four words of each key four vectors of a word of each.
func (v vec32) transpose(rows [4]VecVirtual) (words [4]VecVirtual) {
	for i, unpack := range []func(ops ...Op){VPUNPCKLDQ, VPUNPCKHDQ} {
		a, b := v.reg(), v.reg()
		unpack(rows[1], rows[0], a)
		unpack(rows[3], rows[2], b)
		words[2*i], words[2*i+1] = v.reg(), v.reg()
		VPUNPCKLQDQ(b, a, words[2*i])
		VPUNPCKHQDQ(b, a, words[2*i+1])
	}
	return words
}

// inLaneOrder puts words that are in the order of the keys into that of the lanes.
func (v vec32) inLaneOrder(words VecVirtual) {
	if v.wide {
		v.permutePairs("laneOrder", words, 0, 4, 1, 5, 2, 6, 3, 7)
	} else {
		VPERMQ(Imm(0xd8), words, words)
	}
}

// hashes returns words in the order of the lanes, and the words above them, as words
// of 64 bits in the order of the keys.
func (v vec32) hashes(words, above VecVirtual) [2]VecVirtual {
	low, high := v.reg(), v.reg()
	VPUNPCKLDQ(above, words, low)
	VPUNPCKHDQ(above, words, high)
	return [2]VecVirtual{low, high}
}

// evenFirst brings the words of 64 bits with even numbers to the front.
func (v vec32) evenFirst(words VecVirtual) {
	if v.wide {
		v.permutePairs("evenFirst", words, 0, 2, 4, 6, 1, 3, 5, 7)
	} else {
		VPERMQ(Imm(0xd8), words, words)
	}
}

func (v vec32) permutePairs(name string, words VecVirtual, order ...uint64) {
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i, pair := range order {
			DATA(8*i, U64(pair))
		}
		constants[name] = m
	}
	r := v.reg()
	v.load(m, r)
	VPERMQ(words, r, words)
}

// store writes hashes, past the cache if streamed.
func (v vec32) store(hashes [2]VecVirtual, dst Register, at int, streamed bool) {
	for i, h := range hashes {
		to := Mem{Base: dst, Disp: at + 4*v.lanes()*i}
		switch {
		case streamed:
			VMOVNTDQ(h, to)
		case v.wide:
			VMOVDQU64(h, to)
		default:
			VMOVDQU(h, to)
		}
	}
}
