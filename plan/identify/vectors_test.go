package identify_test

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/plan/identify"
)

// Of what other authors' code has computed, 200 pairs are given, and nothing else.
func TestFindsWhatSystemsComputed(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	for _, c := range []struct {
		file, output string
		parts        uint32 // with which output is a number of a hash, else the partitions that it has
		of           func(number uint64, parts uint32) uint32
		typed        string // what out["type"] is; then out["value"] is the key
		want, keys   string
	}{
		{file: "kafka_murmur2", output: "p12", parts: 12, want: "kafka"},
		{file: "kafka_murmur2", output: "p2", parts: 2, want: "kafka"},
		{file: "kafka_murmur2", output: "p65536", parts: 65536, want: "kafka"},
		{file: "kafka_murmur2", output: "murmur2_u32", parts: 12, of: mod, want: "murmur2 % N"},
		{file: "librdkafka_consistent_crc32", output: "p50", parts: 50, want: "librdkafka"},
		{file: "sarama_hash_fnv1a", output: "p12", parts: 12, want: "sarama"},
		{file: "sarama_reference_fnv1a", output: "p100", parts: 100, want: "sarama-reference"},
		{file: "pulsar_go_partition", output: "murmur_p7", parts: 7, want: "pulsar"},
		{file: "pulsar_go_partition", output: "go_java_p100", parts: 100, want: "pulsar-go"},
		{file: "pulsar_go_partition", output: "java_p100", parts: 100, want: "pulsar-java"},
		{file: "nats_partition", output: "p10", parts: 10, want: "nats"},
		{file: "kinesis_md5", output: "s7", parts: 7, want: "kinesis"},
		{file: "redis_cluster_keyslot", output: "slot", parts: 16384, want: "redis"},
		{file: "cassandra_murmur3_token", output: "server_token", parts: 12, of: signedRanges, want: "cassandra"},
		{file: "scylla_shard_of", output: "s30_m12", parts: 30, want: "scylla"},
		{file: "couchbase_vbucket", output: "vb1024", parts: 1024, want: "couchbase"},
		{file: "hazelcast_partition", output: "p271", parts: 271, want: "hazelcast"},
		{file: "mongodb_hashed", output: "string", parts: 20, of: signedRanges, want: "mongodb"},
		{file: "elasticsearch_routing", output: "r640_s5", parts: 5, want: "elasticsearch"},
		{file: "elasticsearch_routing", output: "hash", parts: 6, of: pmod, want: "elasticsearch, number_of_routing_shards N"},
		{file: "postgres_hash", output: "bytea_p16", parts: 16, want: "postgres"},
		{file: "postgres_hash_typed", output: "p64", parts: 64, typed: "int8", want: "postgres", keys: "int64"},
		{file: "postgres_hash_typed", output: "p7", parts: 7, typed: "uuid", want: "postgres", keys: "uuid"},
		{file: "citus_shard_text", output: "shard33", parts: 33, want: "citus"},
		{file: "vitess_vindex_bytes", output: "xxhash", parts: 12, of: vitessRanges, want: "vitess-xxhash"},
		{file: "vitess_vindex_bytes", output: "binary_md5", parts: 100, of: vitessRanges, want: "vitess-md5"},
		{file: "vitess_vindex_int", output: "hash", parts: 16, of: vitessRanges, typed: "any", want: "vitess-hash", keys: "int64"},
		{file: "iceberg_bucket_binary", output: "b16", parts: 16, want: "iceberg"},
		{file: "iceberg_bucket_typed", output: "b100", parts: 100, typed: "long", want: "iceberg", keys: "int64"},
		{file: "iceberg_bucket_typed", output: "b128", parts: 128, typed: "uuid", want: "iceberg", keys: "uuid"},
		{file: "spark_hash_bytes", output: "spark_p200", parts: 200, want: "spark"},
		{file: "spark_hive_typed", output: "spark_int_p100", parts: 100, typed: "any", want: "spark", keys: "int32"},
		{file: "spark_hive_typed", output: "spark_long_p16", parts: 16, typed: "any", want: "spark", keys: "int64"},
		{file: "spark_hive_typed", output: "hive2_bigint_b7", parts: 7, typed: "any", want: "hive", keys: "int64"},
		{file: "hive_bucket_bytes", output: "hive2_b16", parts: 16, want: "hive"},
		{file: "hive_bucket_bytes", output: "hive1_b7", parts: 7, want: "hive1"},
		{file: "clickhouse_hashes", output: "cityHash64_mod100", parts: 100, want: "clickhouse"},
		{file: "jump_consistent_hash", output: "j10", parts: 10, want: "jump"},
		{file: "jump_consistent_hash", output: "j1000", parts: 1000, want: "jump"},
		{file: "xxh64", output: "xxh64", parts: 12, of: mod, want: "xxh64 % N"},
		{file: "murmur3_x86_32", output: "seed9747b28c", parts: 100, of: mod32, want: "murmur3-32 % N, seed 0x9747b28c"},
		{file: "librdkafka_consistent_crc32", output: "crc32_u32", parts: 16, of: highBits, want: "N equal ranges of crc32"},
	} {
		t.Run(c.file+" "+c.output, func(t *testing.T) {
			file, err := vectors.Load(c.file)
			require.NoError(t, err)
			keys, parts := pairsOf(t, file, c.output, c.typed, c.parts, c.of)
			r, err := identify.Find(t.Context(), keys, parts, identify.Options{})
			require.NoError(t, err)
			require.Equal(t, identify.Found, r.Verdict, "%+v", r.Best)
			i := slices.IndexFunc(r.Named, func(n identify.Candidate) bool { return nameOf(n) == c.want && n.KeyType == c.keys })
			require.GreaterOrEqual(t, i, 0, "%s %s is not among %+v", c.want, c.keys, r.Named)
			require.LessOrEqual(t, r.Named[i].Low, c.parts)
			require.GreaterOrEqual(t, r.Named[i].High, c.parts)
			require.Equal(t, len(keys), r.Named[i].Explained+r.Named[i].Unplaced)
			for _, n := range r.Named[:i] { // only what is that, too
				require.True(t, n.Scheme != "" && r.Named[i].Scheme != "" && n.Missed == 0, "before %s: %+v", c.want, n)
			}
			require.Less(t, r.Named[i].Log10Chance, -6.0)
		})
	}
}

func nameOf(c identify.Candidate) string {
	name := c.Scheme
	if name == "" {
		name = c.Rule
	}
	if c.Variant != "" {
		name += ", " + c.Variant
	}
	if c.Seed != "" {
		name += ", seed " + c.Seed
	}
	return name
}

// pairsOf returns up to 200 pairs of a file. The output is a partition, or what of makes one of.
func pairsOf(t *testing.T, file *vectors.File, output, typed string, n uint32, of func(uint64, uint32) uint32) (keys [][]byte, parts []uint32) {
	for _, v := range file.Vectors {
		key := v.Key()
		if typed != "" {
			if kind, _ := v.Out["type"].(string); kind != typed && typed != "any" {
				continue
			}
			key = []byte(v.Out["value"].(string))
			if value, err := strconv.ParseInt(string(key), 10, 64); err != nil && len(key) < 30 || strings.Contains(output, "int_") && int64(int32(value)) != value {
				continue // no value of the type
			}
		}
		number, ok := v.Uint(output)
		if text, is := v.Out[output].(string); is && !ok {
			wide, isHex := new(big.Int).SetString(text[:16], 16)
			require.True(t, isHex, text)
			number, ok = wide.Uint64(), true
		}
		if !ok || len(keys) == 200 {
			continue
		}
		part := uint32(number)
		if of != nil {
			part = of(number, n)
		}
		keys, parts = append(keys, key), append(parts, part)
	}
	require.Greater(t, len(keys), 20)
	return keys, parts
}

func mod(h uint64, n uint32) uint32 { return uint32(h % uint64(n)) }

func pmod(h uint64, n uint32) uint32 {
	m := new(big.Int).Mod(big.NewInt(int64(int32(h))), big.NewInt(int64(n))) // Euclid's, never negative
	return uint32(m.Int64())
}

// signedRanges returns which of n equal ranges of the signed numbers has h.
func signedRanges(h uint64, n uint32) uint32 {
	x := new(big.Int).Add(big.NewInt(int64(h)), new(big.Int).Lsh(big.NewInt(1), 63))
	return uint32(x.Rsh(x.Mul(x, big.NewInt(int64(n))), 64).Int64())
}

// vitessRanges returns which shard has a keyspace id, by the bounds that Vitess writes: 256/n
// of the first byte, rounded down.
func vitessRanges(h uint64, n uint32) uint32 {
	first := uint32(h >> 56)
	for shard := n - 1; shard > 0; shard-- {
		if first >= uint32(float64(shard)*(256/float64(n))) {
			return shard
		}
	}
	return 0
}

func highBits(h uint64, n uint32) uint32 { return uint32(h * uint64(n) >> 32) }

func mod32(h uint64, n uint32) uint32 { return uint32(h) % n }
