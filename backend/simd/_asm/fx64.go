package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const fx64Multiplier = 0x517cc1b727220a95

func noSeeds(_, _ Register) []Register { return nil }

// fx64Fixed hashes keys of one or two words.
func fx64Fixed(words, scalars int) fixed64 {
	return fixed64{
		name: "fx64", words: words, scalars: scalars,
		numbers: []uint64{fx64Multiplier},
		few:     factors(fx64Multiplier),
		single:  []uint64{fx64Multiplier},
		start:   noSeeds,
		hash: func(w words64, _, key []word) word {
			h := key[0]
			w.mul(fx64Multiplier, h)
			for _, x := range key[1:] {
				w.rotl(5, h)
				w.xor(x, h)
				w.mul(fx64Multiplier, h)
			}
			return h
		},
	}
}

// fx64Loop hashes keys of any length.
func fx64Loop() sum64 {
	return sum64{
		name:    "fx64",
		numbers: []uint64{fx64Multiplier, 255},
		start:   noSeeds,
		hash: func(k *loop64) word {
			h := k.new()
			k.xor(h, h)
			mix := func(mask, x word) {
				t := k.rotated(5, h)
				k.xor(x, t)
				k.putProduct(mask, fx64Multiplier, t, h)
			}
			tail, rest := k.words(mix)
			k.octets(tail, rest, func(mask, octets word, i int) { mix(mask, k.octet(octets, i)) })
			return h
		},
	}
}

// octets calls absorb for each of up to 7 bytes of a word, with the mask of the
// keys that have it.
func (k *loop64) octets(tail word, rest count, absorb func(mask, tail word, i int)) {
	rest = k.low(rest, 7)
	for i := range 7 {
		absorb(k.ifMore(rest, uint64(i), "octetsEnd"), tail, i)
	}
	Label("octetsEnd")
}

// octet returns byte i of words.
func (l *lanes64) octet(x word, i int) word {
	if !l.wide {
		return l.each(func(j int) Op {
			y := YMM()
			VPSHUFB(l.memory(fmt.Sprint("octet", i), uint64(0x8080808080808000)+uint64(i), 0x8080808080808008+uint64(i), 0x8080808080808000+uint64(i), 0x8080808080808008+uint64(i)), x[j], y)
			return y
		})
	}
	octet := x
	if i > 0 {
		octet = l.shr(uint64(8*i), x)
	}
	return l.masked(octet, l.num(255))
}
