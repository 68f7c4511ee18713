package main

// 64-bit functions, a key a lane: xxh64, fx64, fnv1a-64, murmur3-128, SipHash, with AVX-512.
//
// It multiplies 64-bit words, so that scalar keys beside the vectors gain nothing,
// but for SipHash, which rotates a lot: rotations have two ports of four.
func sums64z() {
	l := &lanes64{numbers64: numbers64{}, wide: true, vectors: 1}
	for words := 1; words <= 3; words++ {
		xxh64Fixed(words, 0).generate(l)
	}
	xxh64Fixed32(0).generate(l)
	fx64Fixed(1, 0).generate(l)
	fx64Fixed(2, 0).generate(l)
	murmur128Fixed(2, 0).generate(l)
	murmur128Fixed(4, 0).generate(l)
	for words := 1; words <= 2; words++ {
		xxh64Fixed(words, 0).streaming().generate(l)
		fx64Fixed(words, 0).streaming().generate(l)
	}
	l.vectors = 2
	for _, s := range []sipHash{sipHash13, sipHash24} {
		s.fixed(1, 3).generate(l)
		s.fixed(2, 3).generate(l)
	}
	for _, f := range sums64Loops() {
		f.ragged(l)
		f.fixed(l)
	}
}
