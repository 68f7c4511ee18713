package hash_test

import (
	"crypto/cipher"
	"crypto/des"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	xxhash32 "github.com/OneOfOne/xxhash"
	"github.com/cespare/xxhash/v2"
	"github.com/go-faster/city"
	"github.com/stretchr/testify/require"
	"github.com/twmb/murmur3"
	"github.com/zeebo/xxh3"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/vectors"
)

// oracles are implementations by other authors, under the function's seed.
var oracles = map[hash.Func]func(key []byte, seed uint64) uint64{
	hash.XXH3: xxh3.HashSeed,
	hash.XXH64: func(key []byte, seed uint64) uint64 {
		d := xxhash.NewWithSeed(seed)
		_, _ = d.Write(key)
		return d.Sum64()
	},
	hash.Murmur3x32: func(key []byte, seed uint64) uint64 {
		return uint64(murmur3.SeedSum32(uint32(seed), key))
	},
	hash.Murmur3x128: func(key []byte, seed uint64) uint64 {
		first, _ := murmur3.SeedSum128(seed, seed, key)
		return first
	},
	hash.CRC32:  func(key []byte, _ uint64) uint64 { return uint64(crc32.ChecksumIEEE(key)) },
	hash.CRC32C: func(key []byte, _ uint64) uint64 { return uint64(crc32.Checksum(key, castagnoli)) },
	hash.FNV1a32: func(key []byte, _ uint64) uint64 {
		h := fnv.New32a()
		_, _ = h.Write(key)
		return uint64(h.Sum32())
	},
	hash.FNV1a64: func(key []byte, _ uint64) uint64 {
		h := fnv.New64a()
		_, _ = h.Write(key)
		return h.Sum64()
	},
	hash.XXH32:       func(key []byte, seed uint64) uint64 { return uint64(xxhash32.Checksum32S(key, uint32(seed))) },
	hash.CityHash102: func(key []byte, _ uint64) uint64 { return city.CH64(key) },
	hash.MD5: func(key []byte, _ uint64) uint64 {
		digest := md5.Sum(key)
		return binary.LittleEndian.Uint64(digest[:])
	},
	hash.DES: func(key []byte, _ uint64) uint64 {
		full := make([]byte, max(8, (len(key)+7)/8*8))
		copy(full, key)
		cipher.NewCBCEncrypter(desOfZero, make([]byte, 8)).CryptBlocks(full, full)
		return binary.LittleEndian.Uint64(full[len(full)-8:])
	},
}

var desOfZero, _ = des.NewCipher(make([]byte, 8))

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// TestOracles compares with other authors' code over every length from 0 to
// 1024, and over random keys, under no seed and under random ones.
func TestOracles(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for f, oracle := range oracles {
		t.Run(f.String(), func(t *testing.T) {
			check := func(key []byte, seed hash.Seed) {
				t.Helper()
				want := oracle(key, f.ResolveSeed(seed).Lo)
				require.Equalf(t, want, f.Sum64(key, seed), "length %d, seed %q", len(key), seed)
			}
			for n := range 1025 {
				key := randomKey(rng, n)
				check(key, hash.Seed{})
				check(key, randomSeed(rng, f))
			}
			for range 2000 {
				check(randomKey(rng, rng.IntN(5000)), randomSeed(rng, f))
			}
		})
	}
}

// The second word of the 128-bit function, which Sum64 does not return.
func TestMurmur3x128SecondWord(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 1025 {
		key, seed := randomKey(rng, n), rng.Uint32()
		want1, want2 := murmur3.SeedSum128(uint64(seed), uint64(seed), key)
		first, second := hash.SumMurmur3x128(key, seed)
		require.Equal(t, [2]uint64{want1, want2}, [2]uint64{first, second}, "length %d", n)
	}
}

// TestGolden compares with testdata/golden.tsv, written by the Java classes of
// Kafka, Spark, Hive, Cassandra and others (testdata/golden/Golden.java): every
// length from 0 to 1024 and 300 random keys.
func TestGolden(t *testing.T) {
	type column struct {
		f    hash.Func
		seed func(id uint64) hash.Seed
	}
	unset := func(uint64) hash.Seed { return hash.Seed{} }
	seed32 := func(id uint64) hash.Seed { return hash.Seed64(uint64(uint32(^id * 0x9E3779B97F4A7C15))) }
	seed64 := func(id uint64) hash.Seed { return hash.Seed64(^id * 0x9E3779B97F4A7C15) }
	secret := func(id uint64) hash.Seed { return hash.SeedKey([16]byte(goldenKey(^id, 16))) }
	columns := []column{
		{hash.Murmur2, unset}, {hash.Murmur2, seed32},
		{hash.Murmur3Spark, unset}, {hash.Murmur3Spark, seed32},
		{hash.Murmur3Hive, unset}, {hash.Murmur3Hive, seed32},
		{hash.Murmur3Cassandra, unset}, {hash.Murmur3Cassandra, seed64},
		{hash.CRC16, unset}, {hash.SipHash13, secret}, {hash.SipHash24, secret},
		{hash.CassandraToken, unset},
		{hash.Java31, unset}, {hash.Java31Unsigned, unset}, {hash.Java31UTF16, unset},
		{hash.XXH32, unset}, {hash.XXH32, seed32},
	}
	text, err := os.ReadFile("testdata/golden.tsv")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
	require.Len(t, lines, 1025+300)
	for _, line := range lines {
		fields := strings.Split(line, "\t")
		require.Len(t, fields, 2+len(columns))
		id, err := strconv.ParseUint(fields[0], 10, 64)
		require.NoError(t, err)
		n, err := strconv.Atoi(fields[1])
		require.NoError(t, err)
		key := goldenKey(id, n)
		for i, c := range columns {
			want, err := strconv.ParseUint(fields[2+i], 16, 64)
			require.NoError(t, err)
			require.Equalf(t, want, c.f.Sum64(key, c.seed(id)), "%s, column %d, key %d of length %d", c.f, 2+i, id, n)
		}
	}
}

// Every function has an oracle: in TestOracles, in TestGolden or in a test that is named here.
func TestEveryFunctionHasAnOracle(t *testing.T) {
	golden := []hash.Func{
		hash.Murmur2, hash.Murmur3Spark, hash.Murmur3Hive, hash.Murmur3Cassandra,
		hash.CRC16, hash.SipHash13, hash.SipHash24,
		hash.CassandraToken, hash.Java31, hash.Java31Unsigned, hash.Java31UTF16,
		hash.Lookup3,      // TestPostgres
		hash.OneAtATime,   // TestHashkit
		hash.CephRJenkins, // TestCeph
		hash.FX64,         // TestVectors: its only independent implementation made those
	}
	for _, f := range hash.All() {
		_, inGo := oracles[f]
		require.True(t, inGo || slices.Contains(golden, f), "%s is checked by nobody", f)
	}
}

func TestVectors(t *testing.T) {
	cases := []struct {
		file, output string
		f            hash.Func
		seed         hash.Seed
	}{
		{"fx64", "hash", hash.FX64, hash.Seed{}},
		{"xxh64", "xxh64", hash.XXH64, hash.Seed{}},
		{"murmur3_x86_32", "seed0", hash.Murmur3x32, hash.Seed{}},
		{"murmur3_x86_32", "seed9747b28c", hash.Murmur3x32, hash.Seed64(0x9747b28c)},
		{"kafka_murmur2", "murmur2_u32", hash.Murmur2, hash.Seed{}},
		{"librdkafka_consistent_crc32", "crc32_u32", hash.CRC32, hash.Seed{}},
		{"sarama_hash_fnv1a", "fnv1a_u32", hash.FNV1a32, hash.Seed{}},
		{"cassandra_murmur3_token", "h1", hash.Murmur3Cassandra, hash.Seed{}},
		{"spark_hash_bytes", "spark_hash", hash.Murmur3Spark, hash.Seed{}},
		{"spark_hash_bytes", "std_m3_seed42", hash.Murmur3x32, hash.Seed64(42)},
		{"hive_bucket_bytes", "hive_v2", hash.Murmur3Hive, hash.Seed{}},
		{"hive_bucket_bytes", "hive_v1", hash.Java31, hash.Seed{}},
		{"pulsar_go_partition", "go_java_hash", hash.Java31Unsigned, hash.Seed{}},
		{"cassandra_murmur3_token", "server_token", hash.CassandraToken, hash.Seed{}},
		{"clickhouse_cityhash64", "ch64", hash.CityHash102, hash.Seed{}},
		{"clickhouse_hashes", "cityHash64", hash.CityHash102, hash.Seed{}},
		{"memcached_ketama", "one_at_a_time_u32", hash.OneAtATime, hash.Seed{}},
		{"memento_dx", "xxh32", hash.XXH32, hash.Seed{}},
	}
	for _, c := range cases {
		t.Run(c.file+"/"+c.output, func(t *testing.T) {
			file, err := vectors.Load(c.file)
			require.NoError(t, err)
			for _, v := range file.Vectors {
				want, ok := v.Uint(c.output)
				require.True(t, ok, v.ID)
				if c.f.Bits() == 32 {
					want = uint64(uint32(want)) // Java prints them signed
				}
				require.Equal(t, want, c.f.Sum64(v.Key(), c.seed), "%s: key %s", v.ID, v.KeyHex)
			}
		})
	}
}

// fx64 has no other Go implementation, so its definition is written here a
// second time, from the description and not from the code: a big integer
// product per word.
func TestFX64EveryLength(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for n := range 1025 {
		key := randomKey(rng, n)
		require.Equal(t, fx64ByHand(key), hash.SumFX64(key), "length %d", n)
	}
}

func fx64ByHand(key []byte) uint64 {
	words := []uint64{}
	for i := 0; i < len(key)/8*8; i += 8 {
		words = append(words, binary.LittleEndian.Uint64(key[i:]))
	}
	for i := len(key) / 8 * 8; i < len(key); i++ {
		words = append(words, uint64(key[i]))
	}
	h := uint64(0)
	for _, w := range words {
		rotated := h*32 | h/(1<<59)
		h = (rotated ^ w) * 5871781006564002453
	}
	return h
}

func TestBitBudget(t *testing.T) {
	require.Equal(t, 64, hash.ShardBits+hash.TagBits+hash.BucketBits)
}

func TestParse(t *testing.T) {
	for _, f := range hash.All() {
		got, err := hash.Parse(f.String())
		require.NoError(t, err)
		require.Equal(t, f, got)
	}
	got, err := hash.Parse("Murmur3_X64_128")
	require.NoError(t, err)
	require.Equal(t, hash.Murmur3x128, got)

	_, err = hash.Parse("xxh4")
	var unknown *hash.UnknownError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, "xxh3", unknown.Nearest)
	require.EqualError(t, err, `unknown hash "xxh4": did you mean "xxh3"?`)

	_, err = hash.Parse("whirlpool")
	require.ErrorContains(t, err, "use one of xxh3, xxh64,")
	_, err = hash.Parse("default")
	require.Error(t, err, "the zero value is a choice, not a function")
}

func TestSeeds(t *testing.T) {
	require.Equal(t, hash.XXH3.Sum64([]byte("k"), hash.Seed{}), hash.XXH3.Sum64([]byte("k"), hash.Seed64(0)))
	require.NotEqual(t, hash.Murmur2.Sum64([]byte("k"), hash.Seed{}), hash.Murmur2.Sum64([]byte("k"), hash.Seed64(0)),
		"an explicit 0 is not Kafka's default seed")

	refused := []struct {
		f    hash.Func
		seed hash.Seed
		says string
	}{
		{hash.FX64, hash.Seed64(0), "hash fx64 with seed 0x0: fx64 takes no seed: leave it out"},
		{hash.Murmur2, hash.Seed64(1 << 32), "hash murmur2 with seed 0x100000000: murmur2 takes a seed below 2^32"},
		{hash.XXH3, hash.SeedKey([16]byte{1}), "hash xxh3 takes a number, not a 16-byte key"},
		{hash.SipHash13, hash.Seed64(7), "hash siphash-1-3 with seed 0x7: siphash-1-3 takes a 16-byte key: give 32 hex digits"},
		{hash.Default, hash.Seed{}, "hash default is not a hash function: pick one from hash.All"},
		{hash.Func(hash.NumFuncs), hash.Seed{}, "hash hash.Func(28) is not a hash function: pick one from hash.All"},
		{hash.Func(200), hash.Seed{}, "hash hash.Func(200) is not a hash function: pick one from hash.All"},
	}
	for _, c := range refused {
		err := c.f.CheckSeed(c.seed)
		var seedErr *hash.SeedError
		require.ErrorAs(t, err, &seedErr)
		require.EqualError(t, err, c.says)
		require.Panics(t, func() { c.f.Sum64(nil, c.seed) })
	}
	err := hash.XXH3.CheckSeed(hash.SeedKey([16]byte{0xAB, 0xCD}))
	require.NotContains(t, err.Error(), "abcd", "a key may be a secret")
}

func TestParseSeed(t *testing.T) {
	for text, want := range map[string]hash.Seed{
		"":           {},
		"0":          hash.Seed64(0),
		"42":         hash.Seed64(42),
		"010":        hash.Seed64(10), // not octal
		"0XfF":       hash.Seed64(255),
		"0x9747b28c": hash.Seed64(0x9747b28c),
		"000102030405060708090a0b0c0d0e0f": hash.SeedKey([16]byte{
			0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}),
	} {
		got, err := hash.ParseSeed(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := hash.ParseSeed(got.String())
		require.NoError(t, err, text)
		require.Equal(t, got, again, text)
	}
	for _, text := range []string{"-1", "x", "0x", "0b11", "1_000", "+1", "0x-1", "0x1ffffffffffffffff", "18446744073709551616"} {
		_, err := hash.ParseSeed(text)
		require.ErrorContains(t, err, strconv.Quote(text))
	}
}

func FuzzOracles(f *testing.F) {
	f.Add([]byte("user:1001"), uint64(0))
	f.Add(make([]byte, 241), uint64(1)<<63)
	f.Fuzz(func(t *testing.T, key []byte, seed uint64) {
		for fn, oracle := range oracles {
			s := hash.Seed{}
			switch fn.SeedKind() {
			case hash.SeedBits32:
				s = hash.Seed64(uint64(uint32(seed)))
			case hash.SeedBits64:
				s = hash.Seed64(seed)
			}
			if got, want := fn.Sum64(key, s), oracle(key, fn.ResolveSeed(s).Lo); got != want {
				t.Errorf("%s of %x under %s: %#x, its oracle says %#x", fn, key, s, got, want)
			}
		}
	})
}

func ExampleFunc_Sum64() {
	key := []byte("session:abc123")
	fmt.Printf("%016x\n", hash.XXH3.Sum64(key, hash.Seed{}))
	fmt.Printf("%016x\n", hash.FX64.Sum64(key, hash.Seed{}))
	// Output:
	// 9ed279b904f8d999
	// e4a052110a2c4e33
}

// goldenKey is Golden.java's key: splitmix64 from the state id.
func goldenKey(id uint64, n int) []byte {
	key := make([]byte, 0, n+8)
	for len(key) < n {
		id += 0x9E3779B97F4A7C15
		z := id
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		key = binary.LittleEndian.AppendUint64(key, z^z>>31)
	}
	return key[:n]
}

func randomKey(rng *rand.Rand, n int) []byte {
	key := make([]byte, n)
	for i := range key {
		key[i] = byte(rng.Uint32())
	}
	return key
}

func randomSeed(rng *rand.Rand, f hash.Func) hash.Seed {
	switch f.SeedKind() {
	case hash.SeedBits32:
		return hash.Seed64(uint64(rng.Uint32()))
	case hash.SeedBits64:
		return hash.Seed64(rng.Uint64())
	}
	return hash.Seed{}
}
