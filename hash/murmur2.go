package hash

// KafkaSeed is the seed under which every Kafka client runs [SumMurmur2].
const KafkaSeed = 0x9747b28c

// SumMurmur2 is the 32-bit MurmurHash2 by Austin Appleby, which Kafka uses to
// place records by key. It has known weaknesses (differentials that collide
// under every seed): use it where a system asks for it.
//
// Its output never changes. Source: Kafka's Utils.murmur2, which is the
// original with little-endian words. Checked against Kafka's own Java and, for
// other seeds, Apache Commons Codec (testdata/golden.tsv).
func SumMurmur2(key []byte, seed uint32) uint32 {
	const m = 0x5bd1e995
	h := seed ^ uint32(len(key))
	for ; len(key) >= 4; key = key[4:] {
		k := le32(key) * m
		k ^= k >> 24
		h = h*m ^ k*m
	}
	if len(key) > 0 {
		for i, c := range key {
			h ^= uint32(c) << (8 * i)
		}
		h *= m
	}
	h ^= h >> 13
	h *= m
	return h ^ h>>15
}
