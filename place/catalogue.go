package place

import "strconv"

// About says what a preset is.
type About struct {
	Name   string // as the command line takes it
	System string // whose placement it is, one line
	Rule   string // how it places, one line
	Source string // the file or the paper that says so
	Form   Form   // how the system writes the number that is reduced
}

// Form is how a system writes the number that it reduces to a partition.
type Form uint8

// The forms.
const (
	FormUnsigned Form = iota // decimal
	FormInt32                // the low 32 bits are a signed number: Spark's hash(), Java's hash codes
	FormInt64                // the number less 2^63: a signed token to which the scheme adds that
	FormBytes                // 16 hex digits, the bytes as they stand in a digest or a keyspace id
)

// Append appends a number of [Scheme.Folded] in that form.
func (f Form) Append(out []byte, number uint64) []byte {
	switch f {
	case FormInt32:
		return strconv.AppendInt(out, int64(int32(number)), 10)
	case FormInt64:
		return strconv.AppendInt(out, int64(number^1<<63), 10)
	case FormBytes:
		const digits = "0123456789abcdef"
		for shift := 60; shift >= 0; shift -= 4 {
			out = append(out, digits[number>>shift&15])
		}
		return out
	}
	return strconv.AppendUint(out, number, 10)
}

// Find returns what the preset of that name is, of either kind, and an example of
// it. An unknown name gives an [*UnknownError] that suggests the nearest one.
func Find(name string) (About, Scheme, error) {
	for _, p := range presets {
		if p.Name == plainName(name) {
			s, err := p.Example()
			return p.About, s, err
		}
	}
	if p := memberPreset(name); p != nil {
		s, err := p.Example()
		return p.About, s, err
	}
	_, err := Lookup(name, 1)
	return About{}, Scheme{}, err
}

// Sources of several presets.
const (
	inSarama    = "IBM/sarama partitioner.go"
	inPulsarGo  = "apache/pulsar-client-go pulsar/internal/hash.go, default_router.go"
	inHive      = "org.apache.hadoop.hive.serde2.objectinspector.ObjectInspectorUtils"
	inVindexes  = "vitessio/vitess go/vt/vtgate/vindexes/"
	inHosts     = "libmemcached 1.1.4 src/libmemcached/hosts.cc, update_continuum"
	inNginxHash = "nginx src/http/modules/ngx_http_upstream_hash_module.c"
)

var presets = []Preset{
	{About{"kafka", "Kafka's Java producer; librdkafka's murmur2, franz-go",
		"(murmur2 & 0x7fffffff) % N",
		"org.apache.kafka.clients.producer.internals.BuiltInPartitioner", FormUnsigned}, 0, Kafka},
	{About{"librdkafka", "Kafka by librdkafka, partitioner consistent",
		"crc32 % N",
		"librdkafka src/rdkafka_msg.c, rd_kafka_msg_partitioner_consistent", FormUnsigned}, 0, Librdkafka},
	{About{"librdkafka-random", "Kafka by librdkafka, consistent_random: its default",
		"crc32 % N; empty keys are not placed",
		"librdkafka src/rdkafka_msg.c, rd_kafka_msg_partitioner_consistent_random", FormUnsigned}, 0, LibrdkafkaRandom},
	{About{"sarama", "Kafka by Sarama: its default",
		"|int32(fnv1a-32) % N|", inSarama + ", NewHashPartitioner", FormInt32}, 0, Sarama},
	{About{"sarama-reference", "Kafka by Sarama, the reference partitioner",
		"(fnv1a-32 & 0x7fffffff) % N", inSarama + ", NewReferenceHashPartitioner", FormUnsigned}, 0, SaramaReference},
	{About{"redis", "Redis and Valkey Cluster, the slot",
		"crc16 of the hash tag & 16383",
		"Redis Cluster specification, Key distribution model", FormUnsigned}, RedisSlots, func(uint32) Scheme { return Redis() }},
	{About{"pulsar", "Pulsar, Murmur3_32Hash",
		"(murmur3-32 & 0x7fffffff) % N; empty keys are not placed", inPulsarGo, FormUnsigned}, 0, Pulsar},
	{About{"pulsar-go", "Pulsar's Go client, JavaStringHash",
		"java31 of the UTF-8 % N; empty keys are not placed", inPulsarGo, FormUnsigned}, 0, PulsarGo},
	{About{"pulsar-java", "Pulsar's Java client, JavaStringHash",
		"(String.hashCode & 0x7fffffff) % N; empty keys are not placed",
		"apache/pulsar JavaStringHash.java, SinglePartitionMessageRouterImpl.java", FormUnsigned}, 0, PulsarJava},
	{About{"nats", "NATS, subject mapping {{partition(N,...)}}",
		"fnv1a-32 % N", "nats-io/nats-server server/subject_transform.go", FormUnsigned}, 0, NATS},
	{About{"kinesis", "Kinesis, N equal shards",
		"MD5 * N >> 128", "Amazon Kinesis Data Streams API reference, PutRecord", FormBytes}, 0, Kinesis},
	{About{"cassandra", "Cassandra, N equal ranges of the ring of tokens",
		"(token + 2^63) * N >> 64; the token is murmur3-cassandra's",
		"org.apache.cassandra.dht.Murmur3Partitioner.getToken", FormInt64}, 0, Cassandra},
	{About{"scylla", "ScyllaDB, the shard of a node",
		"((token + 2^63) << 12) * N >> 64",
		"scylladb/scylladb dht/token-sharding.cc, shard_of", FormInt64}, 0, Scylla},
	{About{"couchbase", "Couchbase, the vBucket: N is 1024, on macOS 64",
		"(crc32 >> 16 & 0x7fff) % N", "couchbase/gocbcore crc.go, vbucketmap.go", FormUnsigned}, 0, Couchbase},
	{About{"hazelcast", "Hazelcast, of a string key: N is 271 unless set",
		"|murmur3-32 of the serialised string| % N",
		"com.hazelcast.internal.util.HashUtil.hashToIndex", FormInt32}, 0, Hazelcast},
	{About{"ceph", "Ceph, the placement group of an object: N is pg_num",
		"ceph_stable_mod of ceph-rjenkins by N", "ceph src/common/ceph_hash.cc, src/include/rados.h", FormUnsigned}, 0, Ceph},
	{About{"mongodb", "MongoDB, hashed shard key, N equal chunks",
		"(64 bits of MD5 + 2^63) * N >> 64", "mongodb/mongo src/mongo/db/hasher.cpp", FormInt64}, 0, MongoDB},
	{About{"elasticsearch", "Elasticsearch and OpenSearch, the shard of an id or routing value",
		"(murmur3-32 of the UTF-16 mod R) / (R/N), R by default",
		"org.elasticsearch.cluster.routing.IndexRouting, MetadataCreateIndexService", FormInt32}, 0, Elasticsearch},
	{About{"postgres", "PostgreSQL, PARTITION BY HASH, modulus N",
		"(lookup3 + 0x49a0f4dd15e5a8e3) % N",
		"PostgreSQL src/backend/partitioning/partbounds.c, src/common/hashfn.c", FormUnsigned}, 0, Postgres},
	{About{"citus", "Citus, hash-distributed table of N shards",
		"N ranges of the low 32 bits of lookup3, signed",
		"citusdata/citus src/backend/distributed/utils/shardinterval_utils.c", FormInt32}, 0, Citus},
	{About{"vitess-xxhash", "Vitess, vindex xxhash, N equal shards",
		"N ranges of the bytes of xxh64", inVindexes + "xxhash.go", FormBytes}, 0, VitessXXHash},
	{About{"vitess-hash", "Vitess, vindex hash, of integers, N equal shards",
		"N ranges of the DES of 8 bytes", inVindexes + "hash.go", FormBytes}, 0, VitessHash},
	{About{"vitess-md5", "Vitess, vindex binary_md5, N equal shards",
		"N ranges of MD5", inVindexes + "binarymd5.go", FormBytes}, 0, VitessMD5},
	{About{"iceberg", "Iceberg, partition transform bucket[N]",
		"(murmur3-32 & 0x7fffffff) % N", "Iceberg table specification, appendix B", FormUnsigned}, 0, Iceberg},
	{About{"spark", "Spark SQL, repartition(N, ...) and bucketBy",
		"murmur3-spark mod N, never negative",
		"org.apache.spark.sql.catalyst.expressions.Murmur3Hash, HashPartitioning", FormInt32}, 0, Spark},
	{About{"hive", "Hive, buckets, bucketing_version 2",
		"(murmur3-hive & 0x7fffffff) % N", inHive, FormUnsigned}, 0, Hive2},
	{About{"hive1", "Hive, buckets, bucketing_version 1",
		"(java31 & 0x7fffffff) % N", inHive, FormUnsigned}, 0, Hive1},
	{About{"clickhouse", "ClickHouse, Distributed by cityHash64(key), N shards of weight 1",
		"cityhash64-1.0.2 % N", "ClickHouse src/Storages/StorageDistributed.cpp, createBlockSelector.cpp", FormUnsigned}, 0, ClickHouse},
	{About{"jump", "jump consistent hash",
		"jump of xxh64; an 8-byte key is the number itself",
		"Lamping, Veach: A Fast, Minimal Memory, Consistent Hash Algorithm, 2014", FormUnsigned}, 0, Jump},
	{About{"mod", "no system: any hash",
		"hash % N", "its definition in Go: place/reduce.go", FormUnsigned}, 0, Mod},
	{About{"mask", "no system: any hash, N a power of two",
		"hash & (N-1)", "its definition in Go: place/reduce.go", FormUnsigned}, 0, Mask},
	{About{"fastrange", "no system: any hash",
		"hash * N >> 64", "Lemire: Fast Random Integer Generation in an Interval, 2019", FormUnsigned}, 0, Fastrange},
}

var memberPresets = []MemberPreset{
	{About{"rendezvous", "rendezvous hashing, weighted",
		"the member with the highest score of xxh64(key) and xxh64(name)",
		"Thaler, Ravishankar: Using Name-Based Mappings to Increase Hit Rates, 1998", FormUnsigned}, true, false, Rendezvous},
	{About{"ketama", "memcached by libmemcached, weighted ketama",
		"ring of MD5, 160 points a server", inHosts, FormUnsigned}, true, false, Ketama},
	{About{"ketama-default", "memcached by libmemcached, ketama without weights",
		"ring of one-at-a-time, 100 points a server", inHosts, FormUnsigned}, false, false, KetamaDefault},
	{About{"nginx-consistent", "nginx, hash $key consistent",
		"ring of crc32, 160 points a weight", inNginxHash + ", ngx_http_upstream_init_chash", FormUnsigned}, true, false, NginxConsistent},
	{About{"nginx-hash", "nginx, hash $key",
		"(crc32 >> 16 & 0x7fff) % the sum of the weights",
		inNginxHash + ", ngx_http_upstream_get_hash_peer", FormUnsigned}, true, false, NginxHash},
	{About{"ring-hash", "xDS RING_HASH: gRPC and Envoy",
		"ring of xxh64, 1024 points or more", "gRFC A42; Envoy ring_hash_lb.cc", FormUnsigned}, true, false,
		func(members []Member) (Scheme, error) { return RingHash(members, 1024, 4096) }},
	{About{"maglev-cilium", "Cilium's Maglev",
		"table of 16381 entries, with its default seed",
		"cilium/cilium pkg/maglev/maglev.go, GetLookupTable", FormUnsigned}, true, false,
		func(members []Member) (Scheme, error) { return MaglevCilium(members, 16381, CiliumSeed) }},
	{About{"maglev-envoy", "Envoy's Maglev",
		"table of 65537 entries",
		"Envoy source/extensions/load_balancing_policies/maglev/maglev_lb.cc", FormUnsigned}, true, false,
		func(members []Member) (Scheme, error) { return MaglevEnvoy(members, 65537) }},
	{About{"bounded", "Olric, consistent hashing with bounded loads of 1.25",
		"xxh64 % 271 partitions, spread over the members",
		"github.com/buraksezer/consistent, distributePartitions", FormUnsigned}, false, false,
		func(members []Member) (Scheme, error) { return Bounded(members, 271, 20, 1.25) }},
	{About{"cassandra-ring", "Cassandra, the ring with its nodes' tokens",
		"the member with the first token >= the key's",
		"org.apache.cassandra.locator.TokenMetadata, firstToken", FormInt64}, false, true, CassandraRing},
}
