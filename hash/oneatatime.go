package hash

// SumOneAtATime is Bob Jenkins' one-at-a-time as libmemcached computes it on
// x86, where it is the default hash of keys and servers: bytes from 0x80 up are
// sign-extended, since the original takes them as C's plain char. Code that
// takes them as unsigned agrees on ASCII alone.
//
// Its output never changes. Specification: burtleburtle.net/bob/hash/doobs.html.
// Checked against libhashkit (testdata/hashkit.tsv) and vectors of libmemcached.
func SumOneAtATime(key []byte) uint32 {
	h := uint32(0)
	for _, c := range key {
		h += uint32(int8(c))
		h += h << 10
		h ^= h >> 6
	}
	h += h << 3
	h ^= h >> 11
	return h + h<<15
}
