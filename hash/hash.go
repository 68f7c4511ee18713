// Package hash is the definition of every hash function that keymill computes.
//
// Each family is written once, plainly, in a file of its own, and is checked
// against an implementation by other authors over every length from 0 to 1024.
// Everything fast in keymill (the cpu, simd and opencl backends) is judged by
// this package: a backend that differs from it in one bit is wrong.
//
// # The promise
//
// A name in this package never changes its output. xxh3 of a key with a seed
// is the same number in every release, on every platform and on every backend,
// because placements that were computed with it are written down in other
// systems. A better function gets a new name.
//
// # The bit budget
//
// Two hashes exist side by side, and they never share bits:
//
//   - The placement hash has a fixed seed and decides the partition. A [place]
//     scheme may use all of its bits: fastrange reads the high ones, mod and
//     mask the low ones, a 32-bit system only those 32.
//   - The table hash of a store is xxh3 under a random seed of that store. Each
//     of its 64 bits is spent once: the top [ShardBits] choose the shard; a
//     store with a table of its own keeps the next [TagBits] as the tag of an
//     entry, and chooses the bucket inside the shard by the low [BucketBits].
//
// Using the same bits twice is the classical silent error: if the shard came
// from the placement hash, all keys of one partition would meet in one shard;
// if the tag held bits that chose the bucket, it would tell nothing there.
//
// [place]: https://pkg.go.dev/github.com/keymill/keymill/place
package hash

import (
	"fmt"
	"strings"

	"github.com/keymill/keymill/internal/nearest"
)

// The bit budget of a store's 64-bit table hash, from the top bit down.
const (
	ShardBits  = 8  // bits 63..56: which shard, so fastrange(h, 256)
	TagBits    = 32 // bits 55..24: the tag kept beside each entry
	BucketBits = 24 // bits 23..0: which bucket of the shard
)

// Func names a hash function. It is a plain comparable value: use it as a map
// key, keep it in a config, print it. The zero value [Default] means "the one
// that the placement scheme names, else [XXH3]".
type Func uint8

// The hash functions. The comment gives the name that [Parse] and String use.
const (
	Default          Func = iota // "default": the scheme's own hash, else xxh3
	XXH3                         // "xxh3": 64 bits, seeded; keymill's default
	XXH64                        // "xxh64": 64 bits, seeded
	FX64                         // "fx64": 64 bits, no seed; weak, for compatibility
	Murmur2                      // "murmur2": 32 bits; Kafka's
	Murmur3x32                   // "murmur3-32": 32 bits (MurmurHash3_x86_32)
	Murmur3x128                  // "murmur3-x64-128": 128 bits (MurmurHash3_x64_128)
	Murmur3Cassandra             // "murmur3-cassandra": 64 bits, signed tail bytes
	Murmur3Spark                 // "murmur3-spark": 32 bits, each tail byte a block
	Murmur3Hive                  // "murmur3-hive": 32 bits, signed tail bytes
	CRC32                        // "crc32": 32 bits (IEEE 802.3)
	CRC32C                       // "crc32c": 32 bits (Castagnoli)
	CRC16                        // "crc16": 16 bits (XMODEM); Redis Cluster's
	FNV1a32                      // "fnv1a-32": 32 bits
	FNV1a64                      // "fnv1a-64": 64 bits
	SipHash13                    // "siphash-1-3": 64 bits, 16-byte key
	SipHash24                    // "siphash-2-4": 64 bits, 16-byte key
	CassandraToken               // "cassandra-token": 64 bits; what Cassandra's server makes of a key
	Lookup3                      // "lookup3": 64 bits, seeded; PostgreSQL's
	MD5                          // "md5": 128 bits
	DES                          // "des-mac": 64 bits, under a key of zeros; Vitess'
	CityHash102                  // "cityhash64-1.0.2": 64 bits; ClickHouse's
	Java31                       // "java31": 32 bits, signed bytes; Hive's version 1
	Java31Unsigned               // "java31-unsigned": 32 bits; Pulsar's Go client's
	Java31UTF16                  // "java31-utf16": 32 bits, 16-bit units; Java's String.hashCode
	OneAtATime                   // "one-at-a-time": 32 bits, signed bytes; libmemcached's
	XXH32                        // "xxh32": 32 bits, seeded
	CephRJenkins                 // "ceph-rjenkins": 32 bits; Ceph's, of object names
	numFuncs
)

// NumFuncs is one more than the largest Func, for arrays indexed by Func.
const NumFuncs = int(numFuncs)

// family is what the rest of the engine needs to know of a function.
type family struct {
	name   string
	bits   int
	seeds  SeedKind
	preset uint64 // the seed when none is given
}

var families = [numFuncs]family{
	Default:          {"default", 64, NoSeed, 0},
	XXH3:             {"xxh3", 64, SeedBits64, 0},
	XXH64:            {"xxh64", 64, SeedBits64, 0},
	FX64:             {"fx64", 64, NoSeed, 0},
	Murmur2:          {"murmur2", 32, SeedBits32, KafkaSeed},
	Murmur3x32:       {"murmur3-32", 32, SeedBits32, 0},
	Murmur3x128:      {"murmur3-x64-128", 128, SeedBits32, 0},
	Murmur3Cassandra: {"murmur3-cassandra", 64, SeedBits64, 0},
	Murmur3Spark:     {"murmur3-spark", 32, SeedBits32, SparkSeed},
	Murmur3Hive:      {"murmur3-hive", 32, SeedBits32, HiveSeed},
	CRC32:            {"crc32", 32, NoSeed, 0},
	CRC32C:           {"crc32c", 32, NoSeed, 0},
	CRC16:            {"crc16", 16, NoSeed, 0},
	FNV1a32:          {"fnv1a-32", 32, NoSeed, 0},
	FNV1a64:          {"fnv1a-64", 64, NoSeed, 0},
	SipHash13:        {"siphash-1-3", 64, SeedKey128, 0},
	SipHash24:        {"siphash-2-4", 64, SeedKey128, 0},
	CassandraToken:   {"cassandra-token", 64, NoSeed, 0},
	Lookup3:          {"lookup3", 64, SeedBits64, 0},
	MD5:              {"md5", 128, NoSeed, 0},
	DES:              {"des-mac", 64, NoSeed, 0},
	CityHash102:      {"cityhash64-1.0.2", 64, NoSeed, 0},
	Java31:           {"java31", 32, NoSeed, 0},
	Java31Unsigned:   {"java31-unsigned", 32, NoSeed, 0},
	Java31UTF16:      {"java31-utf16", 32, NoSeed, 0},
	OneAtATime:       {"one-at-a-time", 32, NoSeed, 0},
	XXH32:            {"xxh32", 32, SeedBits32, 0},
	CephRJenkins:     {"ceph-rjenkins", 32, NoSeed, 0},
}

// All returns every function of the package, without [Default], in the order
// of the constants.
func All() []Func {
	all := make([]Func, 0, numFuncs-1)
	for f := XXH3; f < numFuncs; f++ {
		all = append(all, f)
	}
	return all
}

// Valid reports whether f is one of the package's functions; [Default] is not,
// since it stands for a choice that a scheme makes.
func (f Func) Valid() bool { return f > Default && f < numFuncs }

// String returns the function's name, such as "xxh3".
func (f Func) String() string {
	if f >= numFuncs {
		return fmt.Sprintf("hash.Func(%d)", uint8(f))
	}
	return families[f].name
}

// Bits returns how many bits the function yields: 16, 32, 64 or 128.
func (f Func) Bits() int {
	if f >= numFuncs {
		return 0
	}
	return families[f].bits
}

// Parse returns the function with the given name. Case does not matter, nor do
// dashes and underscores: "Murmur3_32" is murmur3-32. An unknown name gives an
// [*UnknownError] that suggests the nearest one.
func Parse(name string) (Func, error) {
	plain := strings.NewReplacer("-", "", "_", "")
	want := plain.Replace(strings.ToLower(name))
	names := make([]string, 0, numFuncs-1)
	for _, f := range All() {
		if plain.Replace(families[f].name) == want {
			return f, nil
		}
		names = append(names, families[f].name)
	}
	return Default, nearest.Unknown("hash", name, names)
}

// UnknownError says that no hash function has the name that was asked for.
type UnknownError = nearest.UnknownError

// Sum64 returns the hash of key as a number, zero-extended where the function
// has fewer than 64 bits; of a 128-bit function it returns the first word. It
// is the reference that every backend is compared with, one key a call.
//
// The seed must be one that [Func.CheckSeed] accepts: like an index out of
// range, a wrong one is a mistake of the program, and panics.
func (f Func) Sum64(key []byte, seed Seed) uint64 {
	if err := f.CheckSeed(seed); err != nil {
		panic(err)
	}
	s := f.ResolveSeed(seed)
	switch f {
	case XXH3:
		return SumXXH3(key, s.Lo)
	case XXH64:
		return SumXXH64(key, s.Lo)
	case FX64:
		return SumFX64(key)
	case Murmur2:
		return uint64(SumMurmur2(key, uint32(s.Lo)))
	case Murmur3x32:
		return uint64(SumMurmur3x32(key, uint32(s.Lo)))
	case Murmur3x128:
		first, _ := SumMurmur3x128(key, uint32(s.Lo))
		return first
	case Murmur3Cassandra:
		return SumMurmur3Cassandra(key, s.Lo)
	case Murmur3Spark:
		return uint64(SumMurmur3Spark(key, uint32(s.Lo)))
	case Murmur3Hive:
		return uint64(SumMurmur3Hive(key, uint32(s.Lo)))
	case CRC32:
		return uint64(SumCRC32(key))
	case CRC32C:
		return uint64(SumCRC32C(key))
	case CRC16:
		return uint64(SumCRC16(key))
	case FNV1a32:
		return uint64(SumFNV1a32(key))
	case FNV1a64:
		return SumFNV1a64(key)
	case SipHash13:
		return SumSipHash13(key, s.Lo, s.Hi)
	case SipHash24:
		return SumSipHash24(key, s.Lo, s.Hi)
	case CassandraToken:
		return SumCassandraToken(key)
	case Lookup3:
		return SumLookup3(key, s.Lo)
	case MD5:
		first, _ := SumMD5(key)
		return first
	case DES:
		return SumDES(key)
	case CityHash102:
		return SumCityHash102(key)
	case Java31:
		return uint64(SumJava31(key))
	case Java31Unsigned:
		return uint64(SumJava31Unsigned(key))
	case Java31UTF16:
		return uint64(SumJava31UTF16(key))
	case OneAtATime:
		return uint64(SumOneAtATime(key))
	case XXH32:
		return uint64(SumXXH32(key, uint32(s.Lo)))
	case CephRJenkins:
		return uint64(SumCephRJenkins(key))
	}
	panic("unreachable: CheckSeed refuses " + f.String())
}
