package hash

import "math/bits"

// SumLookup3 is PostgreSQL's hash_bytes_extended (src/common/hashfn.c), which
// hashes text and bytea for hash partitions and hash joins: a variant of Bob
// Jenkins' lookup3 with 64 bits out. Under seed 0 its low 32 bits are
// hash_bytes: hashtext, by which Citus places text.
//
// It differs from lookup3 in its start value, in the low byte of the third
// word, which no byte of the tail takes, and in that an empty tail is mixed too.
//
// Its output never changes. Checked against PostgreSQL's own server
// (testdata/postgres.tsv and vectors).
func SumLookup3(key []byte, seed uint64) uint64 {
	start := 0x9e3779b9 + uint32(len(key)) + 3923095
	s := lookup3State{start, start, start}
	if seed != 0 {
		s.a += uint32(seed >> 32)
		s.b += uint32(seed)
		s.mix()
	}
	for ; len(key) >= 12; key = key[12:] {
		s.a += le32(key)
		s.b += le32(key[4:])
		s.c += le32(key[8:])
		s.mix()
	}
	var tail [12]byte // from the 9th byte on one place further up
	copy(tail[:8], key)
	copy(tail[9:], key[min(8, len(key)):])
	s.a += le32(tail[:])
	s.b += le32(tail[4:])
	s.c += le32(tail[8:])
	s.finish()
	return uint64(s.b)<<32 | uint64(s.c)
}

type lookup3State struct{ a, b, c uint32 }

func (s *lookup3State) mix() {
	for _, by := range [...][3]int{{4, 6, 8}, {16, 19, 4}} {
		s.a = (s.a - s.c) ^ bits.RotateLeft32(s.c, by[0])
		s.c += s.b
		s.b = (s.b - s.a) ^ bits.RotateLeft32(s.a, by[1])
		s.a += s.c
		s.c = (s.c - s.b) ^ bits.RotateLeft32(s.b, by[2])
		s.b += s.a
	}
}

func (s *lookup3State) finish() {
	s.c = (s.c ^ s.b) - bits.RotateLeft32(s.b, 14)
	s.a = (s.a ^ s.c) - bits.RotateLeft32(s.c, 11)
	s.b = (s.b ^ s.a) - bits.RotateLeft32(s.a, 25)
	s.c = (s.c ^ s.b) - bits.RotateLeft32(s.b, 16)
	s.a = (s.a ^ s.c) - bits.RotateLeft32(s.c, 4)
	s.b = (s.b ^ s.a) - bits.RotateLeft32(s.a, 14)
	s.c = (s.c ^ s.b) - bits.RotateLeft32(s.b, 24)
}
