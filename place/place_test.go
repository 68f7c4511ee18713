package place_test

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

func TestAbsentKeys(t *testing.T) {
	cases := []struct {
		scheme      place.Scheme
		null, empty uint32
	}{
		{place.Kafka(12), place.NoPartition, 9},
		{place.Librdkafka(12), 0, 0},
		{place.LibrdkafkaRandom(12), place.NoPartition, place.NoPartition},
		{place.Sarama(12), place.NoPartition, 3},
		{place.SaramaReference(12), place.NoPartition, 5},
		{place.Redis(), place.NoPartition, 0},
		{place.Pulsar(16), place.NoPartition, place.NoPartition},
		{place.PulsarGo(16), place.NoPartition, place.NoPartition},
		{place.PulsarJava(16), place.NoPartition, place.NoPartition},
		{place.NATS(16), place.NoPartition, 5},
		{place.Kinesis(7), place.NoPartition, 5},
		{place.Cassandra(16), place.NoPartition, 0},
		{place.Scylla(16), place.NoPartition, 0},
		{place.Couchbase(1024), place.NoPartition, 0},
		{place.Hazelcast(271), place.NoPartition, 238},
		{place.Ceph(16), place.NoPartition, 13},
		{place.MongoDB(16), place.NoPartition, 8},
		{place.Elasticsearch(3), place.NoPartition, 0},
		{place.Postgres(16), 0, 6},
		{place.Citus(32), place.NoPartition, 4},
		{place.VitessXXHash(16), place.NoPartition, 9},
		{place.VitessHash(16), place.NoPartition, 8},
		{place.VitessMD5(16), place.NoPartition, 13},
		{place.Iceberg(16), place.NoPartition, 0},
		{place.Spark(16), 10, 12},
		{place.Hive2(16), 0, 6},
		{place.Hive1(16), 0, 0},
		{place.ClickHouse(16), place.NoPartition, 15},
		{place.Jump(10), place.NoPartition, 7},
		{place.Mod(1), place.NoPartition, 0},
		{place.Mask(1), place.NoPartition, 0},
		{place.Fastrange(1), place.NoPartition, 0},
	}
	for _, c := range cases {
		nullHash, null := c.scheme.PlaceNull()
		emptyHash, empty := c.scheme.Place([]byte{})
		require.Equal(t, c.null, null, c.scheme.Name)
		require.Equal(t, c.empty, empty, c.scheme.Name)
		want := uint64(0)
		switch c.scheme.Null {
		case place.NullAsEmpty:
			want = emptyHash
		case place.NullSeed:
			want = hash.SparkSeed
		}
		require.Equal(t, want, nullHash, c.scheme.Name)
	}
	require.Equal(t, len(place.Presets()), len(cases), "a preset is missing here")
}

// Between two powers of two, each new placement group takes keys of one old one.
func TestStableModSplits(t *testing.T) {
	for n := uint32(1); n < 70; n++ {
		for h := range uint64(1000) {
			before, after := place.Ceph(n).Partition(h), place.Ceph(n+1).Partition(h)
			if before != after {
				require.Equal(t, n, after)
				require.Equal(t, place.Ceph(n).Partition(uint64(n)), before, "the old one is the same for all")
			}
		}
	}
	most := place.Ceph(place.MaxParts)
	require.NoError(t, most.Check())
	require.Equal(t, uint32(1<<31-1), most.Partition(1<<32-1))
	require.Equal(t, uint32(1<<30), place.Ceph(place.MaxParts-1).Partition(1<<31+1<<30))
	require.Equal(t, uint32(1<<30-1), place.Ceph(place.MaxParts-1).Partition(1<<32-1))
}

// librdkafka's default differs from its consistent partitioner only for keys
// that have no bytes.
func TestLibrdkafkaRandom(t *testing.T) {
	file, err := vectors.Load("librdkafka_consistent_crc32")
	require.NoError(t, err)
	for _, v := range file.Vectors {
		want, ok := v.Uint("p100")
		require.True(t, ok)
		if v.KeyHex == "" {
			want = uint64(place.NoPartition)
		}
		_, got := place.LibrdkafkaRandom(100).Place(v.Key())
		require.Equal(t, uint32(want), got, v.ID)
	}
}

// The generic reductions, by exact arithmetic.
func TestReductionsByBigNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	two64 := new(big.Int).Lsh(big.NewInt(1), 64)
	for range 20_000 {
		h, n := rng.Uint64(), 1+rng.Uint32N(place.MaxParts)>>rng.IntN(31)
		H, N := new(big.Int).SetUint64(h), new(big.Int).SetUint64(uint64(n))
		require.Equal(t, new(big.Int).Mod(H, N).Uint64(), uint64(place.Mod(n).Partition(h)), "%d mod %d", h, n)
		fast := new(big.Int).Mul(H, N)
		require.Equal(t, fast.Div(fast, two64).Uint64(), uint64(place.Fastrange(n).Partition(h)), "%d fastrange %d", h, n)
		power := uint32(1) << rng.IntN(32)
		require.Equal(t, h%uint64(power), uint64(place.Mask(power).Partition(h)), "%d mask %d", h, power)
	}
}

// The three ways to a number that is not negative differ, though not at powers
// of two: a test with N = 16 alone would pass with the wrong one.
func TestReductionsOfNegativeHashes(t *testing.T) {
	h := uint64(0xfffffff6) // int32 -10
	for _, c := range []struct{ parts, mod, absMod, low31 uint32 }{
		{3, 0, 1, 1}, {7, 1, 3, 6}, {12, 6, 10, 10}, {100, 86, 10, 38}, {16, 6, 10, 6},
	} {
		scheme := place.Scheme{Hash: hash.FNV1a32, Reduce: place.ReduceMod, Parts: c.parts}
		require.Equal(t, c.mod, scheme.Partition(h))
		scheme.Fold = place.FoldLow31
		require.Equal(t, c.low31, scheme.Partition(h))
		scheme.Fold, scheme.Reduce = place.FoldNone, place.ReduceAbsMod
		require.Equal(t, c.absMod, scheme.Partition(h))
	}
}

// Fastrange takes the high bits of as many bits as the hash has.
func TestFastrangeScalesByWidth(t *testing.T) {
	for f, half := range map[hash.Func]uint64{
		hash.CRC16: 1 << 15, hash.CRC32: 1 << 31, hash.XXH3: 1 << 63, hash.Murmur3x128: 1 << 63,
	} {
		s := place.Fastrange(10).With(f, hash.Seed{})
		require.Equal(t, uint32(0), s.Partition(0), f)
		require.Equal(t, uint32(4), s.Partition(half-1), f)
		require.Equal(t, uint32(5), s.Partition(half), f)
		require.Equal(t, uint32(9), s.Partition(2*half-1), f)
	}
	s := place.Scheme{Hash: hash.CRC32, Fold: place.FoldLow31, Reduce: place.ReduceFastrange, Parts: 10}
	require.Equal(t, uint32(5), s.Partition(1<<30))
}

// A store's shard is the top of the bit budget.
func TestFastrangeIsTheTopBits(t *testing.T) {
	s := place.Fastrange(1 << hash.ShardBits)
	for _, h := range []uint64{0, 1, 1 << 56, 0xABCDEF << 40, ^uint64(0)} {
		require.Equal(t, uint32(h>>(64-hash.ShardBits)), s.Partition(h))
	}
}

func TestWith(t *testing.T) {
	word := binary.LittleEndian.AppendUint64(nil, 0x0123456789abcdef)
	require.Equal(t, uint64(0x0123456789abcdef), place.Jump(8).Sum64(word))
	other := place.Jump(8).With(hash.XXH3, hash.Seed64(5))
	require.Equal(t, hash.SumXXH3(word, 5), other.Sum64(word), "an override hashes 8-byte keys too")
	require.Equal(t, hash.SumXXH64([]byte("k"), 9), place.Jump(8).With(hash.Default, hash.Seed64(9)).Sum64([]byte("k")))
	require.Equal(t, hash.SumXXH64(word, 9), place.Jump(8).With(hash.Default, hash.Seed64(9)).Sum64(word), "a seed, too")
	require.Equal(t, hash.SumXXH3([]byte("k"), 0), place.Mod(8).Sum64([]byte("k")))
	require.Equal(t, hash.Seed{}, place.Scheme{Hash: hash.XXH3, Seed: hash.Seed64(1)}.With(hash.CRC32, hash.Seed{}).Seed,
		"a seed does not outlive the function that it was for")
}

func TestHashTag(t *testing.T) {
	for key, want := range map[string]string{
		"user:1001":     "user:1001",
		"{user1}.a":     "user1",
		"a{user1}b":     "user1",
		"a{}b":          "a{}b",
		"a{}{b}":        "a{}{b}",
		"a{{b}}c":       "{b",
		"a{b}{c}":       "b",
		"a}b{c":         "a}b{c",
		"a}{b}":         "b",
		"{":             "{",
		"}":             "}",
		"":              "",
		"{\x00}":        "\x00",
		"foo{bar}{zap}": "bar",
	} {
		require.Equal(t, want, string(place.HashTag([]byte(key))), key)
	}
}

func FuzzHashTag(f *testing.F) {
	f.Add("a{b}{c}")
	f.Add("a{}b}")
	f.Fuzz(func(t *testing.T, key string) {
		want := key
		if _, after, ok := strings.Cut(key, "{"); ok {
			if tag, _, ok := strings.Cut(after, "}"); ok && tag != "" {
				want = tag
			}
		}
		if got := string(place.HashTag([]byte(key))); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	})
}

// Growth moves keys only to new partitions: what jump is for.
func TestJumpMovesOnlyToNewPartitions(t *testing.T) {
	moved := 0
	for i := range uint64(10_000) {
		h := hash.SumXXH64(binary.BigEndian.AppendUint64(nil, i), 0)
		from, to := place.Jump(12).Partition(h), place.Jump(16).Partition(h)
		if from != to {
			moved++
			require.GreaterOrEqual(t, to, uint32(12))
		}
	}
	require.InDelta(t, 2500, moved, 250, "4 of 16 partitions are new")
}

func TestLookup(t *testing.T) {
	for _, p := range place.Presets() {
		s, err := place.Lookup(strings.ToUpper(p.Name), max(p.Parts, 8))
		require.NoError(t, err)
		require.Equal(t, p.Name, s.Name)
		for _, line := range []string{p.System, p.Rule, p.Source} {
			require.NotEmpty(t, line, p.Name)
			require.LessOrEqual(t, len(line), 90, line)
		}
		require.Empty(t, s.Warning(), "a preset is what its system computes")
	}
	for says, lookup := range map[string]func() (place.Scheme, error){
		`unknown scheme "kafak": did you mean "kafka"?`:    func() (place.Scheme, error) { return place.Lookup("kafak", 1) },
		`scheme kafka: 0 partitions: it takes at least 1`:  func() (place.Scheme, error) { return place.Lookup("kafka", 0) },
		`scheme redis: 12 partitions: it always has 16384`: func() (place.Scheme, error) { return place.Lookup("redis", 12) },
		`scheme mask: 12 partitions: mask takes a power of two (mod takes any number)`: func() (place.Scheme, error) {
			return place.Lookup("mask", 12)
		},
		`scheme jump: 2147483649 partitions: it takes at most 2147483648`: func() (place.Scheme, error) {
			return place.Lookup("jump", 1<<31+1)
		},
	} {
		_, err := lookup()
		require.EqualError(t, err, says)
	}
	s, err := place.Lookup("sarama_reference", 5)
	require.NoError(t, err)
	require.Equal(t, place.SaramaReference(5), s)
	_, err = place.Lookup("whatever", 1)
	require.ErrorContains(t, err, "use one of kafka, librdkafka")
}

func TestCheck(t *testing.T) {
	require.NoError(t, place.Scheme{}.Check())
	require.Error(t, place.Mod(8).With(hash.FX64, hash.Seed64(1)).Check(), "fx64 takes no seed")
	for _, s := range []place.Scheme{{Keys: 99}, {Span: 2}, {Fold: 99}, {Reduce: place.Reduce(place.NumReduces)}, {Null: 99}} {
		s.Parts, s.Seed = 1, hash.Seed64(0xabcdef)
		err := s.Check()
		require.ErrorContains(t, err, "is none of its constants")
		require.NotContains(t, err.Error(), "abcdef", "a seed may be a secret")
	}
	require.EqualError(t, place.Scheme{Name: "x", Word8: true, Hash: hash.CRC32}.Check(),
		"scheme x: Word8 needs a hash of 64 bits, as wide as the words, not crc32")
	_, part := place.Scheme{}.Place([]byte("k"))
	require.Equal(t, place.NoPartition, part)
}

// What weak.go has is measured by TestWeaknesses; this is what users read of it.
func TestWarnings(t *testing.T) {
	word8 := place.Scheme{Word8: true, Reduce: place.ReduceMask, Parts: 16}
	for says, s := range map[string]place.Scheme{
		"fx64 with mask spreads keys like session:0000000000000412 worse than chance: of 1024 partitions 1023 stay empty; use xxh3":                               place.Mask(16).With(hash.FX64, hash.Seed{}),
		"fx64 with kafka spreads keys like session:0000000000000412 worse than chance: of 1021 partitions 1020 stay empty; use xxh3":                              place.Kafka(701).With(hash.FX64, hash.Seed{}),
		"fnv1a-64 with fastrange spreads IPv4 addresses of 4 bytes worse than chance: of 1000 partitions 993 stay empty; use xxh3, or mod":                        place.Fastrange(1024).With(hash.FNV1a64, hash.Seed{}),
		"fnv1a-64 with mod spreads little-endian counters of 8 bytes worse than chance: the sizes of 1021 partitions vary 1.6 times as much; use xxh3, or jump":   place.Mod(13).With(hash.FNV1a64, hash.Seed{}),
		"an 8-byte key as its own hash with mask spreads big-endian counters of 8 bytes worse than chance: of 1024 partitions 1023 stay empty; use xxh3, or jump": word8,
		"crc16 has only 65536 values: at least 34464 of 100000 partitions stay empty; use xxh3":                                                                   place.Jump(100_000).With(hash.CRC16, hash.Seed{}),
	} {
		require.Equal(t, says, s.Warning())
		require.True(t, strings.HasPrefix(says, s.Weakness()+"; use"))
	}
	for _, s := range []place.Scheme{
		{}, {Hash: hash.FX64}, place.Mod(1).With(hash.FX64, hash.Seed{}), place.Mask(1024), place.Fastrange(1024), place.Jump(100_000),
		place.Mod(1000).With(hash.CRC32, hash.Seed{}), place.Mask(16).With(hash.Murmur2, hash.Seed64(7)),
	} {
		require.Empty(t, s.Weakness(), s)
		require.Empty(t, s.Warning(), s)
	}
	for _, preset := range []place.Scheme{place.Redis(), place.Librdkafka(16), place.Sarama(12)} {
		require.NotEmpty(t, preset.Weakness(), preset.Name)
		require.Empty(t, preset.Warning(), "%s is what its system computes", preset.Name)
		require.Empty(t, preset.With(preset.Hash, hash.Seed{}).Warning(), "the hash that it has anyway")
		preset.Name = "mine"
		require.NotEmpty(t, preset.Warning(), "the same by the user's own choice")
	}
}

func ExampleScheme_Place() {
	for _, key := range []string{"user:1001", "user:1002"} {
		_, partition := place.Kafka(12).Place([]byte(key))
		_, slot := place.Redis().Place([]byte(key))
		fmt.Println(key, partition, slot)
	}
	// Output:
	// user:1001 5 5712
	// user:1002 5 9779
}
