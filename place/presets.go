package place

import "github.com/keymill/keymill/hash"

// Kafka places as Kafka's Java producer does by default, and with it
// librdkafka's murmur2 partitioners, franz-go and kafka-go's Murmur2Balancer:
// (murmur2(key) & 0x7fffffff) % N. A record without a key goes to any
// partition; the empty key is hashed.
//
// Source: org.apache.kafka.clients.producer.internals.BuiltInPartitioner.
func Kafka(parts uint32) Scheme {
	return Scheme{
		Name: "kafka", Hash: hash.Murmur2, Fold: FoldLow31, Reduce: ReduceMod, Parts: parts,
	}
}

// Librdkafka places as librdkafka's `consistent` partitioner does: crc32(key)
// unsigned % N, where a record without a key counts as the empty key.
//
// Source: librdkafka src/rdkafka_msg.c, rd_kafka_msg_partitioner_consistent.
func Librdkafka(parts uint32) Scheme {
	return Scheme{Name: "librdkafka", Hash: hash.CRC32, Reduce: ReduceMod, Parts: parts, Null: NullAsEmpty}
}

// LibrdkafkaRandom places as librdkafka's default, `consistent_random`: as
// [Librdkafka], but absent and empty keys go to any partition.
//
// Source: librdkafka src/rdkafka_msg.c, rd_kafka_msg_partitioner_consistent_random.
func LibrdkafkaRandom(parts uint32) Scheme {
	s := Librdkafka(parts)
	s.Name, s.Null, s.EmptyUnplaced = "librdkafka-random", NullUnplaced, true
	return s
}

// Sarama places as Sarama's default NewHashPartitioner does:
// |int32(fnv1a32(key)) % N|. A record without a key goes to any partition.
//
// Source: IBM/sarama partitioner.go.
func Sarama(parts uint32) Scheme {
	return Scheme{
		Name: "sarama", Hash: hash.FNV1a32, Reduce: ReduceAbsMod, Parts: parts,
	}
}

// SaramaReference places as Sarama's NewReferenceHashPartitioner does:
// (fnv1a32(key) & 0x7fffffff) % N. A record without a key goes to any
// partition.
//
// Source: IBM/sarama partitioner.go.
func SaramaReference(parts uint32) Scheme {
	return Scheme{
		Name: "sarama-reference", Hash: hash.FNV1a32, Fold: FoldLow31, Reduce: ReduceMod, Parts: parts,
	}
}

// RedisSlots is the number of slots of a Redis or Valkey Cluster.
const RedisSlots = 16384

// Redis places as Redis Cluster and Valkey Cluster do: CRC16 of the [HashTag]
// & 16383. The empty key has slot 0.
//
// Source: the Redis Cluster specification, "Key distribution model".
func Redis() Scheme {
	return Scheme{
		Name: "redis", Span: SpanHashTag, Hash: hash.CRC16, Reduce: ReduceMask, Parts: RedisSlots,
	}
}

// Pulsar places as Pulsar's clients do under Murmur3_32Hash:
// (murmur3-32(key) & 0x7fffffff) % N. A message without a key, or with an empty
// one, goes to any partition.
//
// Source: apache/pulsar-client-go pulsar/internal/hash.go, default_router.go.
func Pulsar(parts uint32) Scheme {
	return Scheme{
		Name: "pulsar", Hash: hash.Murmur3x32, Fold: FoldLow31, Reduce: ReduceMod, Parts: parts, EmptyUnplaced: true,
	}
}

// PulsarGo places as Pulsar's Go client does under its default, JavaStringHash,
// which is not that of the Java client: 31h + byte of the UTF-8, unsigned % N.
//
// Source: apache/pulsar-client-go pulsar/internal/hash.go.
func PulsarGo(parts uint32) Scheme {
	return Scheme{Name: "pulsar-go", Hash: hash.Java31Unsigned, Reduce: ReduceMod, Parts: parts, EmptyUnplaced: true}
}

// PulsarJava places as Pulsar's Java client does under its default,
// JavaStringHash: (String.hashCode & 0x7fffffff) % N, over UTF-16.
//
// Source: apache/pulsar JavaStringHash.java, SinglePartitionMessageRouterImpl.java.
func PulsarJava(parts uint32) Scheme {
	return Scheme{
		Name: "pulsar-java", Keys: KeysUTF16, Hash: hash.Java31UTF16, Fold: FoldLow31, Reduce: ReduceMod, Parts: parts,
		EmptyUnplaced: true,
	}
}

// NATS places as the subject mapping {{partition(N,...)}} of a NATS server does:
// fnv1a-32 of the chosen tokens, end to end, unsigned % N.
//
// Source: nats-io/nats-server server/subject_transform.go.
func NATS(parts uint32) Scheme {
	return Scheme{Name: "nats", Hash: hash.FNV1a32, Reduce: ReduceMod, Parts: parts}
}

// Kinesis places as a stream of N shards with equal ranges does, as CreateStream
// makes them: the MD5 of the key as a big-endian number, times N, over 2^128. The
// first 64 bits decide; the others could only for a key that has those of a
// boundary, once in 2^64/N keys.
//
// Source: Amazon Kinesis Data Streams API reference, PutRecord.
func Kinesis(parts uint32) Scheme {
	return Scheme{Name: "kinesis", Hash: hash.MD5, Fold: FoldSwap, Reduce: ReduceFastrange, Parts: parts}
}
