package place

import (
	"fmt"

	"github.com/keymill/keymill/internal/nearest"
)

// Preset is a scheme by name, as the command line offers it.
type Preset struct {
	Name  string
	About string // one line: the rule
	Parts uint32 // the number of partitions if the system fixes it, else 0
	make  func(parts uint32) Scheme
}

var presets = []Preset{
	{"kafka", "Kafka's Java producer, librdkafka murmur2, franz-go: (murmur2 & 0x7fffffff) % N", 0, Kafka},
	{"librdkafka", "librdkafka consistent: crc32 % N", 0, Librdkafka},
	{"librdkafka-random", "librdkafka consistent_random, its default: empty keys are not placed", 0, LibrdkafkaRandom},
	{"sarama", "Sarama's default: |int32(fnv1a-32) % N|", 0, Sarama},
	{"sarama-reference", "Sarama's reference partitioner: (fnv1a-32 & 0x7fffffff) % N", 0, SaramaReference},
	{"redis", "Redis and Valkey Cluster slot: crc16 of the hash tag & 16383", RedisSlots, func(uint32) Scheme { return Redis() }},
	{"pulsar", "Pulsar, Murmur3_32Hash: (murmur3-32 & 0x7fffffff) % N", 0, Pulsar},
	{"pulsar-go", "Pulsar's Go client, JavaStringHash: java31 of the UTF-8 % N", 0, PulsarGo},
	{"pulsar-java", "Pulsar's Java client, JavaStringHash: (String.hashCode & 0x7fffffff) % N", 0, PulsarJava},
	{"nats", "NATS {{partition(N,1)}}: fnv1a-32 % N", 0, NATS},
	{"kinesis", "Kinesis, N equal shards: MD5 * N >> 128", 0, Kinesis},
	{"cassandra", "Cassandra's token; N equal ranges of the ring", 0, Cassandra},
	{"scylla", "ScyllaDB, the shard of a node: the token's high bits but 12", 0, Scylla},
	{"couchbase", "Couchbase vBucket: (crc32 >> 16 & 0x7fff) % N; 1024 of them", 0, Couchbase},
	{"hazelcast", "Hazelcast, of a string: |murmur3-32| % N; 271 by default", 0, Hazelcast},
	{"mongodb", "MongoDB hashed shard key: 64 bits of MD5; N equal chunks", 0, MongoDB},
	{"elasticsearch", "Elasticsearch and OpenSearch: murmur3-32 of UTF-16, N shards", 0, Elasticsearch},
	{"postgres", "PostgreSQL PARTITION BY HASH: lookup3, modulus N", 0, Postgres},
	{"citus", "Citus, hash-distributed table with N shards", 0, Citus},
	{"vitess-xxhash", "Vitess vindex xxhash: xxh64; N equal shards", 0, VitessXXHash},
	{"vitess-hash", "Vitess vindex hash, of 8-byte integers: DES; N equal shards", 0, VitessHash},
	{"vitess-md5", "Vitess vindex binary_md5; N equal shards", 0, VitessMD5},
	{"iceberg", "Iceberg bucket[N]: (murmur3-32 & 0x7fffffff) % N", 0, Iceberg},
	{"spark", "Spark SQL hash, repartition and buckets: murmur3-spark mod N", 0, Spark},
	{"hive", "Hive bucketing, version 2: (murmur3-hive & 0x7fffffff) % N", 0, Hive2},
	{"hive1", "Hive bucketing, version 1: (java31 & 0x7fffffff) % N", 0, Hive1},
	{"clickhouse", "ClickHouse cityHash64 as sharding key: cityhash64-1.0.2 % N", 0, ClickHouse},
	{"jump", "jump consistent hash of xxh64 (an 8-byte key is the number itself)", 0, Jump},
	{"mod", "hash % N", 0, Mod},
	{"mask", "the low bits of the hash; N is a power of two", 0, Mask},
	{"fastrange", "the high bits of the hash: (hash * N) >> 64", 0, Fastrange},
}

// Presets returns all presets, in the order that help lists them.
func Presets() []Preset { return append([]Preset(nil), presets...) }

// Lookup returns the preset of that name with that many partitions; 0 stands
// for the number that the system fixes, where it fixes one. An unknown name
// gives an [*UnknownError] that suggests the nearest one, and one of
// [MemberPresets] an error that matches [ErrMembers]. The scheme returned passes [Scheme.Check].
func Lookup(name string, parts uint32) (Scheme, error) {
	names := make([]string, 0, len(presets)+len(memberPresets))
	for _, p := range presets {
		if p.Name == plainName(name) {
			return p.scheme(parts)
		}
		names = append(names, p.Name)
	}
	for _, p := range memberPresets {
		if p.Name == plainName(name) {
			return Scheme{}, fmt.Errorf("scheme %s: %w", p.Name, ErrMembers)
		}
		names = append(names, p.Name)
	}
	return Scheme{}, nearest.Unknown("scheme", name, names)
}

func (p Preset) scheme(parts uint32) (Scheme, error) {
	if p.Parts != 0 && parts != 0 && parts != p.Parts {
		return Scheme{}, fmt.Errorf("scheme %s: %d partitions: it always has %d", p.Name, parts, p.Parts)
	}
	s := p.make(parts)
	return s, s.Check()
}

// UnknownError says that no preset has the name that was asked for.
type UnknownError = nearest.UnknownError
