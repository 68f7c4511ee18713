package hash

import "math/bits"

// SumSipHash13 is SipHash-1-3 by Aumasson and Bernstein under the 16-byte key
// (k0, k1): one round a word, three at the end. Hash tables use it against
// crafted keys. Keep the key secret, or it protects nothing.
//
// Its output never changes. Checked against Bouncy Castle
// (testdata/golden.tsv).
func SumSipHash13(key []byte, k0, k1 uint64) uint64 { return sipHash(key, k0, k1, 1, 3) }

// SumSipHash24 is SipHash-2-4 by Aumasson and Bernstein under the 16-byte key
// (k0, k1): the conservative variant, a pseudo-random function.
//
// Its output never changes. Checked against Bouncy Castle
// (testdata/golden.tsv).
func SumSipHash24(key []byte, k0, k1 uint64) uint64 { return sipHash(key, k0, k1, 2, 4) }

type sipState struct{ a, b, c, d uint64 }

func sipHash(key []byte, k0, k1 uint64, perWord, atEnd int) uint64 {
	s := sipState{
		k0 ^ 0x736f6d6570736575,
		k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261,
		k1 ^ 0x7465646279746573,
	}
	last := uint64(len(key)) << 56
	for ; len(key) >= 8; key = key[8:] {
		s.absorb(le64(key), perWord)
	}
	for i, c := range key {
		last |= uint64(c) << (8 * i)
	}
	s.absorb(last, perWord)
	s.c ^= 0xff
	s.rounds(atEnd)
	return s.a ^ s.b ^ s.c ^ s.d
}

func (s *sipState) absorb(word uint64, rounds int) {
	s.d ^= word
	s.rounds(rounds)
	s.a ^= word
}

func (s *sipState) rounds(n int) {
	for range n {
		s.a += s.b
		s.c += s.d
		s.b = bits.RotateLeft64(s.b, 13) ^ s.a
		s.d = bits.RotateLeft64(s.d, 16) ^ s.c
		s.a = bits.RotateLeft64(s.a, 32)
		s.c += s.b
		s.a += s.d
		s.b = bits.RotateLeft64(s.b, 17) ^ s.c
		s.d = bits.RotateLeft64(s.d, 21) ^ s.a
		s.c = bits.RotateLeft64(s.c, 32)
	}
}
