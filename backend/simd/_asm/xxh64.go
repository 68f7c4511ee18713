package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	prime64x1 = 0x9E3779B185EBCA87
	prime64x2 = 0xC2B2AE3D27D4EB4F
	prime64x3 = 0x165667B19E3779F9
	prime64x4 = 0x85EBCA77C2B2AE63
	prime64x5 = 0x27D4EB2F165667C5
)

// xxh64Fixed hashes keys of up to three words.
func xxh64Fixed(words, scalars int) fixed64 {
	return fixed64{
		name: "xxh64", words: words, scalars: scalars,
		numbers: []uint64{prime64x1, prime64x2, prime64x3, prime64x4},
		few:     factors(prime64x1, prime64x2, prime64x3),
		single:  []uint64{prime64x1, prime64x2, prime64x3, prime64x4},
		start: func(seed, _ Register) []Register {
			h := GP64()
			MOVQ(U64(uint64(prime64x5)+8*uint64(words)), h)
			ADDQ(seed, h)
			return []Register{h}
		},
		hash: func(w words64, seeds, key []word) word {
			h := w.set(seeds[0])
			for _, x := range key {
				xxh64Mix(w, x, h)
				w.add(w.num(prime64x4), h)
			}
			xxh64Avalanche(w, h)
			return h
		},
	}
}

// xxh64Fixed32 hashes keys of four words, which are a stripe.
func xxh64Fixed32(scalars int) fixed64 {
	return fixed64{
		name: "xxh64", words: 4, scalars: scalars,
		numbers: []uint64{prime64x1, prime64x2, prime64x3, prime64x4, 32},
		few:     factors(prime64x1, prime64x2),
		single:  []uint64{prime64x1, prime64x2},
		start: func(seed, _ Register) (starts []Register) {
			for _, n := range xxh64Starts() {
				sum := GP64()
				MOVQ(U64(n), sum)
				ADDQ(seed, sum)
				starts = append(starts, sum)
			}
			return starts
		},
		hash: func(w words64, seeds, key []word) word {
			for i, sum := range key {
				w.mul(prime64x2, sum)
				w.add(seeds[i], sum)
				w.rotl(31, sum)
				w.mul(prime64x1, sum)
			}
			h := xxh64Merge(w, key)
			w.add(w.num(32), h)
			xxh64Avalanche(w, h)
			return h
		},
	}
}

// xxh64Starts is what the sums of the stripes start with, but for the seed.
func xxh64Starts() []uint64 {
	p1, p2 := uint64(prime64x1), uint64(prime64x2)
	return []uint64{p1 + p2, p2, 0, -p1}
}

// xxh64Merge makes one hash of the sums of the stripes.
func xxh64Merge(w words64, sums []word) (h word) {
	for i, n := range []uint64{1, 7, 12, 18} {
		t := w.set(sums[i])
		w.rotl(n, t)
		if i > 0 {
			w.add(h, t)
		}
		h = t
	}
	for _, sum := range sums {
		sum = w.set(sum)
		xxh64Round(w, sum)
		w.xor(sum, h)
		w.mul(prime64x1, h)
		w.add(w.num(prime64x4), h)
	}
	return h
}

func xxh64Round(w words64, x word) {
	w.mul(prime64x2, x)
	w.rotl(31, x)
	w.mul(prime64x1, x)
}

// xxh64Mix mixes a word into h, but for the sum at the end.
func xxh64Mix(w words64, x, h word) {
	xxh64Round(w, x)
	w.xor(x, h)
	w.rotl(27, h)
	w.mul(prime64x1, h)
}

func xxh64Avalanche(w words64, h word) {
	w.xorShift(33, h)
	w.mul(prime64x2, h)
	w.xorShift(29, h)
	w.mul(prime64x3, h)
	w.xorShift(32, h)
}
