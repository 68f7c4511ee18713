package hash

import "math/bits"

// Seeds that systems fix for their variant of MurmurHash3.
const (
	SparkSeed = 42     // Spark SQL's hash() and its partitioners
	HiveSeed  = 104729 // Hive bucketing, version 2
)

// "Murmur3" is several functions. They agree on keys whose length is a
// multiple of the block size and differ in how the last bytes, the tail, are
// taken: the standard reads them as unsigned, three systems do not.

// SumMurmur3x32 is MurmurHash3_x86_32 by Austin Appleby: Iceberg's buckets,
// Elasticsearch's routing, Pulsar's partitions.
//
// Its output never changes. Checked against github.com/twmb/murmur3 and
// vectors of Apache Lucene.
func SumMurmur3x32(key []byte, seed uint32) uint32 {
	h, tail := murmur3x32Blocks(key, seed)
	if len(tail) > 0 {
		word := uint32(0)
		for i, c := range tail {
			word |= uint32(c) << (8 * i)
		}
		h ^= murmur3x32Scramble(word)
	}
	return murmur3x32Finish(h, len(key))
}

// SumMurmur3Spark is Spark's variant (Murmur3_x86_32.hashUnsafeBytes): each
// byte of the tail is sign-extended to a word and mixed as a full block. Spark
// runs it with seed 42.
//
// Its output never changes. Checked against Spark's own class
// (testdata/golden.tsv).
func SumMurmur3Spark(key []byte, seed uint32) uint32 {
	h, tail := murmur3x32Blocks(key, seed)
	for _, c := range tail {
		h = murmur3x32Mix(h, uint32(int8(c)))
	}
	return murmur3x32Finish(h, len(key))
}

// SumMurmur3Hive is Hive's variant (org.apache.hive.common.util.Murmur3.hash32
// as bucketing version 2 calls it, seed 104729): the standard, but with the
// bytes of the tail sign-extended before they are shifted into place, so that
// a byte from 0x80 up also flips every bit above its own.
//
// Its output never changes. Checked against Hive's own class
// (testdata/golden.tsv).
func SumMurmur3Hive(key []byte, seed uint32) uint32 {
	h, tail := murmur3x32Blocks(key, seed)
	if len(tail) > 0 {
		word := uint32(0)
		for i, c := range tail {
			word ^= uint32(int8(c)) << (8 * i)
		}
		h ^= murmur3x32Scramble(word)
	}
	return murmur3x32Finish(h, len(key))
}

// murmur3x32Blocks mixes the whole 4-byte blocks and returns the 0 to 3 bytes
// that are left.
func murmur3x32Blocks(key []byte, h uint32) (uint32, []byte) {
	for ; len(key) >= 4; key = key[4:] {
		h = murmur3x32Mix(h, le32(key))
	}
	return h, key
}

func murmur3x32Mix(h, word uint32) uint32 {
	return bits.RotateLeft32(h^murmur3x32Scramble(word), 13)*5 + 0xe6546b64
}

func murmur3x32Scramble(word uint32) uint32 {
	return bits.RotateLeft32(word*0xcc9e2d51, 15) * 0x1b873593
}

func murmur3x32Finish(h uint32, n int) uint32 {
	h ^= uint32(n)
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}

// SumMurmur3x128 is MurmurHash3_x64_128 by Austin Appleby. It returns both
// words in the order of the original; placement uses the first.
//
// Its output never changes. Checked against github.com/twmb/murmur3.
func SumMurmur3x128(key []byte, seed uint32) (first, second uint64) {
	h1, h2, tail := murmur3x128Blocks(key, uint64(seed), uint64(seed))
	var k1, k2 uint64
	for i, c := range tail {
		if i < 8 {
			k1 |= uint64(c) << (8 * i)
		} else {
			k2 |= uint64(c) << (8 * (i - 8))
		}
	}
	return murmur3x128Finish(h1, h2, k1, k2, len(key))
}

// SumMurmur3Cassandra is the token hash of Cassandra's Murmur3Partitioner: the
// first word of MurmurHash3_x64_128 (seed 0) with the bytes of the tail
// sign-extended before they are shifted into place. ScyllaDB and the drivers use
// it as it is; for what Cassandra's server does on top, see [SumCassandraToken].
//
// Its output never changes. Checked against Cassandra's own class
// (testdata/golden.tsv) and vectors of gocql.
func SumMurmur3Cassandra(key []byte, seed uint64) uint64 {
	h1, h2, tail := murmur3x128Blocks(key, seed, seed)
	var k1, k2 uint64
	for i, c := range tail {
		if i < 8 {
			k1 ^= uint64(int8(c)) << (8 * i)
		} else {
			k2 ^= uint64(int8(c)) << (8 * (i - 8))
		}
	}
	first, _ := murmur3x128Finish(h1, h2, k1, k2, len(key))
	return first
}

// SumCassandraToken is the token that Cassandra's server gives a key
// (Murmur3Partitioner.getToken), as the bits of a signed number: the smallest
// one, which [MinToken] is, for the empty key, the largest for a key whose
// [SumMurmur3Cassandra] under seed 0 is the smallest, else that hash.
//
// Its output never changes. Checked against Cassandra's own class
// (testdata/golden.tsv).
func SumCassandraToken(key []byte) uint64 {
	if len(key) == 0 {
		return MinToken
	}
	return NormalToken(SumMurmur3Cassandra(key, 0))
}

// MinToken is Cassandra's smallest token, Long.MIN_VALUE: that of the empty key
// and of no other.
const MinToken = uint64(1) << 63

// NormalToken returns the token of a key that is not empty, given its
// [SumMurmur3Cassandra].
func NormalToken(h uint64) uint64 {
	if h == MinToken {
		return MinToken - 1 // Long.MAX_VALUE
	}
	return h
}

func murmur3x128Blocks(key []byte, h1, h2 uint64) (uint64, uint64, []byte) {
	for ; len(key) >= 16; key = key[16:] {
		h1 ^= murmur3x128Scramble1(le64(key))
		h1 = (bits.RotateLeft64(h1, 27)+h2)*5 + 0x52dce729
		h2 ^= murmur3x128Scramble2(le64(key[8:]))
		h2 = (bits.RotateLeft64(h2, 31)+h1)*5 + 0x38495ab5
	}
	return h1, h2, key
}

// murmur3x128Finish takes the tail as two words (0 where it has no byte: a
// zero word scrambles to zero, so an absent one changes nothing).
func murmur3x128Finish(h1, h2, k1, k2 uint64, n int) (first, second uint64) {
	h1 ^= murmur3x128Scramble1(k1) ^ uint64(n)
	h2 ^= murmur3x128Scramble2(k2) ^ uint64(n)
	h1 += h2
	h2 += h1
	h1 = murmur3Avalanche64(h1)
	h2 = murmur3Avalanche64(h2)
	h1 += h2
	h2 += h1
	return h1, h2
}

func murmur3x128Scramble1(word uint64) uint64 {
	return bits.RotateLeft64(word*0x87c37b91114253d5, 31) * 0x4cf5ad432745937f
}

func murmur3x128Scramble2(word uint64) uint64 {
	return bits.RotateLeft64(word*0x4cf5ad432745937f, 33) * 0x87c37b91114253d5
}

func murmur3Avalanche64(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
