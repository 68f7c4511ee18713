package backendtest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

// vectorsHold: the hashes and partitions that other authors' code computed.
func vectorsHold(b keymill.Backend) error {
	for _, c := range []struct {
		file, output string // an output that ends in * stands for any number of partitions
		params       func(parts uint32) keymill.Params
	}{
		{"fx64", "hash", hashOnly(hash.FX64)},
		{"xxh64", "xxh64", hashOnly(hash.XXH64)},
		{"murmur3_x86_32", "seed0", hashOnly(hash.Murmur3x32)},
		{"cassandra_murmur3_token", "h1", hashOnly(hash.Murmur3Cassandra)},
		{"spark_hash_bytes", "spark_hash", hashOnly(hash.Murmur3Spark)},
		{"hive_bucket_bytes", "hive_v2", hashOnly(hash.Murmur3Hive)},
		{"kafka_murmur2", "p*", schemeOnly(place.Kafka)},
		{"librdkafka_consistent_crc32", "p*", schemeOnly(place.Librdkafka)},
		{"sarama_hash_fnv1a", "p*", schemeOnly(place.Sarama)},
		{"sarama_reference_fnv1a", "p*", schemeOnly(place.SaramaReference)},
		{"jump_consistent_hash", "j*", schemeOnly(place.Jump)},
		{"pulsar_go_partition", "murmur_p*", schemeOnly(place.Pulsar)},
		{"iceberg_bucket_binary", "b*", schemeOnly(place.Iceberg)},
		{"spark_hash_bytes", "spark_p*", schemeOnly(place.Spark)},
		{"hive_bucket_bytes", "hive2_b*", schemeOnly(place.Hive2)},
		{"couchbase_vbucket", "vb*", schemeOnly(place.Couchbase)},
		{"ceph_objects", "p*", schemeOnly(place.Ceph)},
		{"scylla_shard_of", "token", hashOnly(hash.Murmur3Cassandra)},
		{"postgres_hash", "bytea_p*", schemeOnly(place.Postgres)},
		{"citus_shard_text", "shard*", schemeOnly(place.Citus)},
		{"clickhouse_hashes", "cityHash64_mod*", schemeOnly(place.ClickHouse)},
		{"hive_bucket_bytes", "hive1_b*", schemeOnly(place.Hive1)},
		{"pulsar_go_partition", "go_java_p*", schemeOnly(place.PulsarGo)},
		{"nats_partition", "p*", schemeOnly(place.NATS)},
		{"kinesis_md5", "s*", schemeOnly(place.Kinesis)},
		{"cassandra_murmur3_token", "server_token", hashOnly(hash.CassandraToken)},
		{"redis_cluster_keyslot", "slot", schemeOnly(func(uint32) place.Scheme { return place.Redis() })},
	} {
		if err := vectorsOf(b, c.file, c.output, c.params); err != nil {
			return fmt.Errorf("%s: %w", c.file, err)
		}
	}
	return nil
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

func isNumber(text string) bool { return text != "" && strings.IndexFunc(text, notDigit) < 0 }

func hashOnly(f hash.Func) func(uint32) keymill.Params {
	return func(uint32) keymill.Params { return keymill.Params{Hash: f} }
}

func schemeOnly(preset func(uint32) place.Scheme) func(uint32) keymill.Params {
	return func(parts uint32) keymill.Params { return keymill.Params{Scheme: preset(parts)} }
}

func vectorsOf(b keymill.Backend, name, output string, params func(uint32) keymill.Params) error {
	file, err := vectors.Load(name)
	if err != nil {
		return err
	}
	var batch keymill.Batch
	for _, v := range file.Vectors {
		if err := batch.Append(v.Key()); err != nil {
			return err
		}
	}
	outputs := []string{output}
	if prefix, ok := strings.CutSuffix(output, "*"); ok {
		outputs = outputs[:0]
		for name := range file.Vectors[0].Out {
			if number, ok := strings.CutPrefix(name, prefix); ok && isNumber(number) {
				outputs = append(outputs, name)
			}
		}
	}
	if len(outputs) == 0 {
		return fmt.Errorf("no output is called %s", output)
	}
	for _, output := range outputs {
		parts, _ := strconv.Atoi(output[strings.LastIndexFunc(output, notDigit)+1:])
		if err := vectorsOfOutput(b, file, &batch, output, params(uint32(parts))); err != nil {
			return err
		}
	}
	return nil
}

func vectorsOfOutput(b keymill.Backend, file *vectors.File, batch *keymill.Batch, output string, p keymill.Params) error {
	s, err := p.Resolve()
	if err != nil {
		return err
	}
	want := keymill.OutHashes
	if s.Reduce != place.ReduceNone {
		want = keymill.OutParts
	}
	var got keymill.Placement
	got.Resize(want, batch.Len(), 0)
	if err := b.Place(&got, batch, p); err != nil {
		return describe(err, batch, p)
	}
	for i, v := range file.Vectors {
		expect, ok := v.Uint(output)
		if !ok {
			return fmt.Errorf("vector %s has no number %q", v.ID, output)
		}
		var computed uint64
		if want == keymill.OutParts {
			computed = uint64(got.Parts[i])
		} else {
			computed = got.Hashes[i]
		}
		if s.EmptyUnplaced && v.KeyHex == "" {
			expect = uint64(place.NoPartition)
		}
		if s.Hash.Bits() == 32 {
			expect, computed = uint64(uint32(expect)), uint64(uint32(computed))
		}
		if computed != expect {
			return fmt.Errorf("%s of vector %s, key %s: %d, want %d", output, v.ID, v.KeyHex, computed, expect)
		}
	}
	return nil
}
