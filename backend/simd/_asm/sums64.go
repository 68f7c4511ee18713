package main

// 64-bit functions, a key a lane: xxh64, fx64, fnv1a-64, murmur3-128, SipHash.
//
// Where a key's length is not known, a lane hashes a whole key (loop64.go). Lanes
// that wait for the longest key of their group cost less than a branch that nobody
// can guess: of xxh64, keys of 1 to 32 bytes take 13.2 ns in plain Go, which sorts
// them first, 6.6 ns with AVX2 and 3.3 ns with AVX-512, and user:%d 8.9, 3.1 and 1.7.
//
// How many vectors a group has, and how many keys beside them go to the scalar
// ports, was tried out on a Zen 4. Two vectors hide each other's latencies, where 16
// registers are enough for them: they are 10 to 30 % faster than one.
func sums64() {
	l := &lanes64{numbers64: numbers64{}, vectors: 1}
	for words := 1; words <= 3; words++ {
		xxh64Fixed(words, 3).generate(l)
	}
	xxh64Fixed32(3).generate(l)
	fx64Fixed(1, 0).generate(l)
	fx64Fixed(2, 2).generate(l)
	murmur128Fixed(2, 2).generate(l)
	murmur128Fixed(4, 2).generate(l)
	for _, f := range []sum64{murmur128Loop(), cassandraLoop(), sipHash13.loop(), sipHash24.loop()} {
		f.ragged(l)
	}
	l.vectors = 2
	for _, s := range []sipHash{sipHash13, sipHash24} {
		s.fixed(1, 2).generate(l)
		s.fixed(2, 2).generate(l)
	}
	for _, f := range []sum64{xxh64Loop(), fx64Loop(), fnv64Loop()} {
		f.ragged(l)
	}
	for _, f := range sums64Loops() {
		f.fixed(l)
	}
	sums64Classes()
}

// sums64Loops are the loops over keys of any length, or any width.
func sums64Loops() []sum64 {
	return []sum64{
		xxh64Loop(), fx64Loop(), fnv64Loop(), murmur128Loop(), cassandraLoop(), sipHash13.loop(), sipHash24.loop(),
	}
}
