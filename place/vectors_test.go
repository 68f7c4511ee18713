package place_test

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

// preset returns what looks up the preset of a name with the number of partitions
// that an output's name ends with.
func preset(name string) func(t *testing.T, parts []uint32) place.Scheme {
	return func(t *testing.T, parts []uint32) place.Scheme {
		s, err := place.Lookup(name, parts[0])
		require.NoError(t, err)
		return s
	}
}

// utf16le returns text in the form that Elasticsearch hashes.
func utf16le(key []byte) (encoded []byte) {
	for _, unit := range utf16.Encode([]rune(string(key))) {
		encoded = binary.LittleEndian.AppendUint16(encoded, unit)
	}
	return encoded
}

func hazelcastString(key []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(key))), key...)
}

func mongoString(key []byte) []byte {
	encoded := []byte{0, 0, 0, 0, 15, 0, 0, 0}
	encoded = binary.LittleEndian.AppendUint32(encoded, uint32(len(key)+1))
	return append(append(encoded, key...), 0)
}

// vectorCases are the files, and how the scheme of an output is made of the numbers in
// its name.
var vectorCases = []struct {
	name, file, output string // output is a format of fmt.Sscanf
	numbers            int
	scheme             func(t *testing.T, numbers []uint32) place.Scheme
	encode             func(key []byte) []byte
}{
	{name: "kafka", file: "kafka_murmur2", output: "p%d", numbers: 1},
	{name: "librdkafka", file: "librdkafka_consistent_crc32", output: "p%d", numbers: 1},
	{name: "sarama", file: "sarama_hash_fnv1a", output: "p%d", numbers: 1},
	{name: "sarama-reference", file: "sarama_reference_fnv1a", output: "p%d", numbers: 1},
	{name: "pulsar", file: "pulsar_go_partition", output: "murmur_p%d", numbers: 1},
	{name: "pulsar-go", file: "pulsar_go_partition", output: "go_java_p%d", numbers: 1},
	{name: "pulsar-java", file: "pulsar_go_partition", output: "java_p%d", numbers: 1, encode: utf16le},
	{name: "nats", file: "nats_partition", output: "p%d", numbers: 1},
	{name: "kinesis", file: "kinesis_md5", output: "s%d", numbers: 1},
	{name: "jump", file: "jump_consistent_hash", output: "j%d", numbers: 1},
	{name: "redis", file: "redis_cluster_keyslot", output: "slot", scheme: func(*testing.T, []uint32) place.Scheme { return place.Redis() }},
	{name: "scylla", file: "scylla_shard_of", output: "s%d_m%d", numbers: 2, scheme: func(_ *testing.T, n []uint32) place.Scheme {
		s := place.Scylla(n[0])
		s.Drop = uint8(n[1])
		return s
	}},
	{name: "couchbase", file: "couchbase_vbucket", output: "vb%d", numbers: 1},
	{name: "ceph", file: "ceph_objects", output: "p%d", numbers: 1},
	{name: "hazelcast", file: "hazelcast_partition", output: "p%d", numbers: 1, encode: hazelcastString},
	{name: "elasticsearch", file: "elasticsearch_routing", output: "r%d_s%d", numbers: 2, encode: utf16le,
		scheme: func(_ *testing.T, n []uint32) place.Scheme { return place.ElasticsearchRouting(n[1], n[0]) }},
	{name: "postgres", file: "postgres_hash", output: "bytea_p%d", numbers: 1},
	{name: "citus", file: "citus_shard_text", output: "shard%d", numbers: 1},
	{name: "iceberg", file: "iceberg_bucket_binary", output: "b%d", numbers: 1},
	{name: "spark", file: "spark_hash_bytes", output: "spark_p%d", numbers: 1},
	{name: "hive", file: "hive_bucket_bytes", output: "hive2_b%d", numbers: 1},
	{name: "hive1", file: "hive_bucket_bytes", output: "hive1_b%d", numbers: 1},
	{name: "clickhouse", file: "clickhouse_hashes", output: "cityHash64_mod%d", numbers: 1},
}

// TestVectors reproduces what the systems' own code computed, for every number
// of partitions in the files.
func TestVectors(t *testing.T) {
	for _, c := range vectorCases {
		t.Run(c.name, func(t *testing.T) {
			file, err := vectors.Load(c.file)
			require.NoError(t, err)
			if c.scheme == nil {
				c.scheme = preset(c.name)
			}
			checked := 0
			for _, v := range file.Vectors {
				key := v.Key()
				if c.encode != nil {
					key = c.encode(key)
				}
				for output := range v.Out {
					numbers, ok := scan(output, c.output, c.numbers)
					if !ok {
						continue // an output of another kind, such as the hash
					}
					s := c.scheme(t, numbers)
					require.NoError(t, s.Check())
					want, _ := v.Uint(output)
					_, got := s.Place(key)
					if len(v.KeyHex) == 0 && s.EmptyUnplaced {
						want = uint64(place.NoPartition)
					}
					require.Equal(t, uint32(want), got, "%s: key %s, %s", v.ID, v.KeyHex, output)
					checked++
				}
			}
			require.GreaterOrEqual(t, checked, len(file.Vectors))
		})
	}
}

// scan returns the numbers in the name of an output.
func scan(output, format string, n int) (numbers []uint32, ok bool) {
	numbers = make([]uint32, n)
	into := make([]any, n)
	for i := range numbers {
		into[i] = &numbers[i]
	}
	got, err := fmt.Sscanf(output, format, into...)
	if n == 0 {
		return nil, output == format
	}
	return numbers, err == nil && got == n && fmt.Sprintf(format, derefs(numbers)...) == output
}

func derefs(numbers []uint32) (all []any) {
	for _, n := range numbers {
		all = append(all, n)
	}
	return all
}

// A shard of Vitess has a name: the range of its keyspace ids.
func TestVitessVectors(t *testing.T) {
	for _, c := range []struct {
		file, output string
		scheme       func(parts uint32) place.Scheme
		key          func(v vectors.Vector) []byte
	}{
		{"vitess_vindex_bytes", "xxhash", place.VitessXXHash, vectors.Vector.Key},
		{"vitess_vindex_int", "hash", place.VitessHash, func(v vectors.Vector) []byte {
			text := v.Out["value"].(string)
			number, err := strconv.ParseInt(text, 10, 64)
			if err != nil { // from 2^63 up it is unsigned
				unsigned, _ := strconv.ParseUint(text, 10, 64)
				number = int64(unsigned)
			}
			return binary.BigEndian.AppendUint64(nil, uint64(number))
		}},
	} {
		file, err := vectors.Load(c.file)
		require.NoError(t, err)
		checked := 0
		for _, v := range file.Vectors {
			for output, want := range v.Out {
				numbers, ok := scan(output, c.output+"_shard%d", 1)
				if !ok {
					continue
				}
				id, part := c.scheme(numbers[0]).Place(c.key(v))
				require.Equal(t, want, shardRange(part, numbers[0]), "%s %s", v.ID, output)
				ksid := fmt.Sprintf("%016x", binary.LittleEndian.AppendUint64(nil, id))
				require.Equal(t, v.Out[c.output], ksid, v.ID)
				checked++
			}
		}
		require.GreaterOrEqual(t, checked, len(file.Vectors))
	}
}

// shardRange is the name of a shard of up to 256.
func shardRange(part, of uint32) string {
	bound := func(i uint32) string {
		if i == 0 || i == of {
			return ""
		}
		return fmt.Sprintf("%02x", uint32(float64(i)*(256/float64(of))))
	}
	return bound(part) + "-" + bound(part+1)
}

// The hash of the schemes whose number users see elsewhere: a token, a chunk's bound.
func TestHashesOfPresets(t *testing.T) {
	for _, c := range []struct {
		scheme       place.Scheme
		file, output string
		encode       func([]byte) []byte
	}{
		{place.Cassandra(16), "cassandra_murmur3_token", "server_token", nil},
		{place.Scylla(16), "scylla_shard_of", "token", nil},
		{place.MongoDB(16), "mongodb_hashed", "string", mongoString},
		{place.Elasticsearch(5), "elasticsearch_routing", "hash", utf16le},
		{place.Hazelcast(271), "hazelcast_partition", "hash", hazelcastString},
		{place.Citus(32), "citus_shard_text", "worker_hash", nil},
		{place.PulsarJava(16), "pulsar_go_partition", "java_hashcode", utf16le},
	} {
		file, err := vectors.Load(c.file)
		require.NoError(t, err)
		checked := 0
		for _, v := range file.Vectors {
			want, ok := v.Uint(c.output)
			if !ok {
				continue
			}
			key := v.Key()
			if c.encode != nil {
				key = c.encode(key)
			}
			got := c.scheme.Sum64(key)
			if c.scheme.Fold == place.FoldLow32 || c.scheme.Hash.Bits() == 32 {
				want, got = uint64(uint32(want)), uint64(uint32(got))
			}
			require.Equal(t, want, got, "%s %s", c.scheme.Name, v.ID)
			checked++
		}
		require.Greater(t, checked, 100, c.scheme.Name)
	}
}

// Every preset is held to what its system computed, or is generic.
func TestEveryPresetHasVectors(t *testing.T) {
	elsewhere := "cassandra mongodb vitess-xxhash vitess-hash vitess-md5 librdkafka-random mod mask fastrange"
	for _, p := range place.Presets() {
		found := strings.Contains(" "+elsewhere+" ", " "+p.Name+" ")
		for _, c := range vectorCases {
			found = found || c.name == p.Name
		}
		require.True(t, found, "%s has no vectors", p.Name)
	}
}

// A number of shards that no vector has: the default number of routing shards at its bounds.
func TestElasticsearchRouting(t *testing.T) {
	for shards, routing := range map[uint32]uint32{1: 1024, 2: 1024, 3: 768, 5: 640, 512: 1024, 513: 1026, 600: 1200, 1024: 2048} {
		require.Equal(t, routing, place.Elasticsearch(shards).Route, "%d shards", shards)
	}
}

// The bounds of Citus' shards, by its formula: floor(2^32/N) numbers each, and the rest to the last.
func TestCitusBounds(t *testing.T) {
	for _, parts := range []uint32{1, 2, 3, 32, 33, 100, 1000} {
		s := place.Citus(parts)
		require.NoError(t, s.Check())
		size := uint64(1<<32) / uint64(parts)
		for i := range uint64(parts) {
			for _, signed := range []uint64{i * size, i*size + 1, (i+1)*size - 1, 1<<32 - 1} {
				want := min(signed/size, uint64(parts)-1)
				require.Equal(t, uint32(want), s.Partition(signed^1<<31|0xabcd<<32), "%d of %d shards", signed, parts)
			}
		}
	}
}
