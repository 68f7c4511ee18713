package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

const (
	fnv64Prime = 0x100000001b3
	fnv64Basis = 0xcbf29ce484222325
)

// fnv64Loop hashes keys of any length, byte by byte: the bytes are loaded eight at
// a time.
func fnv64Loop() sum64 {
	return sum64{
		name:    "fnv1a64",
		numbers: []uint64{fnv64Prime, fnv64Basis, 255},
		start:   noSeeds,
		hash: func(k *loop64) word {
			h := k.set(k.num(fnv64Basis))
			tail, rest := k.words(func(mask, x word) {
				t := k.set(h)
				for i := range 8 {
					fnv64Mix(k, x, i, t)
					if i < 7 {
						fnv64Mul(k, nil, t, t)
					}
				}
				fnv64Mul(k, mask, t, h)
			})
			k.octets(tail, rest, func(mask, tail word, i int) {
				t := k.set(h)
				fnv64Mix(k, tail, i, t)
				fnv64Mul(k, mask, t, h)
			})
			return h
		},
	}
}

// fnv64Mix does h ^= byte i of x.
func fnv64Mix(k *loop64, x word, i int, h word) {
	if !k.wide {
		k.xor(k.octet(x, i), h)
		return
	}
	if i > 0 {
		x = k.shr(uint64(8*i), x)
	}
	for j := range h {
		VPTERNLOGQ(Imm(0x78), k.num(255)[j], x[j], h[j]) // h ^ x&255
	}
}

// fnv64Mul puts the product of h and the prime, which has few bits: its high half
// is a shift.
func fnv64Mul(k *loop64, mask, h, to word) {
	if k.wide {
		if mask == nil {
			k.mul(fnv64Prime, h)
			if &h[0] != &to[0] {
				k.put(nil, h, to)
			}
			return
		}
		k.putProduct(mask, fnv64Prime, h, to)
		return
	}
	for i := range h {
		low, high := YMM(), YMM()
		VPMULUDQ(k.operand(fnv64Prime), h[i], low)
		VPMULLD(k.operand(fnv64Prime&0xffffffff<<32), h[i], high)
		VPSLLQ(Imm(40), h[i], h[i])
		VPADDQ(low, h[i], h[i])
		VPADDQ(high, h[i], h[i])
	}
	if &h[0] != &to[0] {
		k.put(mask, h, to)
	}
}
