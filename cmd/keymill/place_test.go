package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/internal/vectors"
)

// systemVectors are the files whose keys are bytes, or text, and what the names of the
// outputs begin with that are partitions; the rest of the name is their number.
var systemVectors = []struct{ scheme, file, prefix string }{
	{"kafka", "kafka_murmur2", "p"},
	{"librdkafka", "librdkafka_consistent_crc32", "p"},
	{"sarama", "sarama_hash_fnv1a", "p"},
	{"sarama-reference", "sarama_reference_fnv1a", "p"},
	{"pulsar", "pulsar_go_partition", "murmur_p"},
	{"pulsar-go", "pulsar_go_partition", "go_java_p"},
	{"pulsar-java", "pulsar_go_partition", "java_p"},
	{"nats", "nats_partition", "p"},
	{"kinesis", "kinesis_md5", "s"},
	{"redis", "redis_cluster_keyslot", "slot"},
	{"couchbase", "couchbase_vbucket", "vb"},
	{"hazelcast", "hazelcast_partition", "p"},
	{"ceph", "ceph_objects", "p"},
	{"elasticsearch", "elasticsearch_routing", "r640_s"}, // the default of 5 shards
	{"elasticsearch", "elasticsearch_routing", "r768_s"},
	{"postgres", "postgres_hash", "bytea_p"},
	{"citus", "citus_shard_text", "shard"},
	{"iceberg", "iceberg_bucket_binary", "b"},
	{"spark", "spark_hash_bytes", "spark_p"},
	{"hive", "hive_bucket_bytes", "hive2_b"},
	{"hive1", "hive_bucket_bytes", "hive1_b"},
	{"clickhouse", "clickhouse_hashes", "cityHash64_mod"},
	{"jump", "jump_consistent_hash", "j"},
}

// partsIn returns the numbers of partitions of a file's outputs; "" for that which the
// system fixes.
func partsIn(file *vectors.File, prefix string) (parts []string) {
	for output := range file.Vectors[0].Out {
		rest, ok := strings.CutPrefix(output, prefix)
		if _, err := strconv.Atoi(rest); ok && (err == nil || rest == "") {
			parts = append(parts, rest)
		}
	}
	slices.Sort(parts)
	return parts
}

// The vectors of the real systems, as hex lines through `keymill place`.
func TestPlaceReproducesVectors(t *testing.T) {
	for _, c := range systemVectors {
		file, err := vectors.Load(c.file)
		require.NoError(t, err)
		parts := partsIn(file, c.prefix)
		require.NotEmpty(t, parts, c.file)
		for _, n := range parts {
			requirePlaced(t, file, c.scheme, c.prefix, n)
		}
	}
}

// Each backend that works here, forced, gives the same.
func TestEveryBackendReproducesVectors(t *testing.T) {
	for _, e := range backend.List() {
		if e.Err != nil {
			continue
		}
		for _, c := range systemVectors {
			file, err := vectors.Load(c.file)
			require.NoError(t, err)
			parts := partsIn(file, c.prefix)
			requirePlaced(t, file, c.scheme, c.prefix, parts[len(parts)-1], "--backend", e.Name)
		}
	}
}

func requirePlaced(t *testing.T, file *vectors.File, scheme, prefix, parts string, more ...string) {
	t.Helper()
	args := append([]string{"place", "--scheme", scheme, "--key-encoding", "hex"}, more...)
	if parts != "" {
		args = append(args, "--partitions", parts)
	}
	lines := strings.Split(done(t, hexKeys(file), args...), "\n")
	require.Len(t, lines, len(file.Vectors)+1)
	for i, v := range file.Vectors {
		number, ok := v.Uint(prefix + parts)
		require.True(t, ok)
		want := strconv.FormatUint(number, 10)
		if v.KeyHex == "" && strings.HasPrefix(scheme, "pulsar") {
			want = "-" // which goes to any partition
		}
		require.Equal(t, want+"\t"+v.KeyHex, lines[i], "%v: %s%s of %s", args, prefix, parts, v.ID)
	}
}

func TestCounts(t *testing.T) {
	out := done(t, "a\nb\nc\n\n", "place", "--scheme", "librdkafka-random", "--partitions", "3", "--counts")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 4)
	require.Equal(t, "-\t1", lines[3], "the empty key is not placed")
	total := 0
	for part, line := range lines[:3] {
		var p, n int
		_, err := fmt.Sscanf(line, "%d\t%d", &p, &n)
		require.NoError(t, err)
		require.Equal(t, part, p)
		total += n
	}
	require.Equal(t, 3, total)

	var report struct {
		Scheme, Hash     string
		Partitions, Keys int
		Unplaced         int
		Counts           []int
	}
	require.NoError(t, json.Unmarshal([]byte(done(t, "a\nb\n", "place", "--scheme", "redis", "--counts", "--json")), &report))
	require.Equal(t, "redis crc16 16384 2 0", fmt.Sprint(report.Scheme, " ", report.Hash, " ", report.Partitions, " ", report.Keys, " ", report.Unplaced))
	require.Len(t, report.Counts, 16384)
}

// A weak pair that the user has chosen is warned of, on stderr and on one line;
// what is printed stays as it is. A real system is placed without a word.
func TestWarning(t *testing.T) {
	out, errs, code := call(t, "a\n", "place", "--scheme", "mask", "--partitions", "16", "--hash", "fx64", "--json")
	require.Zero(t, code)
	require.Equal(t, `{"partition":5,"key":"a"}`+"\n", out)
	require.Equal(t, "keymill: warning: fx64 with mask spreads keys like session:0000000000000412 worse than chance: "+
		"of 1024 partitions 1023 stay empty; use xxh3\n", errs)

	for _, args := range [][]string{
		{"--scheme", "mask", "--partitions", "16"},
		{"--scheme", "mask", "--partitions", "16", "--hash", "xxh64", "--seed", "7"},
		{"--scheme", "redis"},
		{"--scheme", "redis", "--hash", "crc16"},
		{"--scheme", "librdkafka", "--partitions", "16"},
		{"--scheme", "sarama", "--partitions", "12"},
	} {
		_, errs, code := call(t, "a\n", append([]string{"place"}, args...)...)
		require.Zero(t, code)
		require.Empty(t, errs, args)
	}
}
