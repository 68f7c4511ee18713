package place

import (
	"fmt"
	"strings"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/nearest"
)

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

// Jump places by jump consistent hash: growing from N to M partitions moves
// only the keys that must move, and only to new partitions. The key of the
// paper is a 64-bit number: here a key of exactly 8 bytes is that number,
// little-endian, and any other key is hashed by XXH64.
//
// Source: Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash
// Algorithm", 2014.
func Jump(parts uint32) Scheme {
	return Scheme{
		Name: "jump", Hash: hash.XXH64, Word8: true, Reduce: ReduceJump, Parts: parts,
	}
}

// Mod places by hash % N.
func Mod(parts uint32) Scheme {
	return Scheme{Name: "mod", Reduce: ReduceMod, Parts: parts}
}

// Mask places by the low bits of the hash; N is a power of two.
func Mask(parts uint32) Scheme {
	return Scheme{Name: "mask", Reduce: ReduceMask, Parts: parts}
}

// Fastrange places by the high word of hash * N: the range of the hash cut in
// N equal parts, without a division.
//
// Source: Lemire, "Fast Random Integer Generation in an Interval", 2019.
func Fastrange(parts uint32) Scheme {
	return Scheme{Name: "fastrange", Reduce: ReduceFastrange, Parts: parts}
}

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
	{"jump", "jump consistent hash of xxh64 (an 8-byte key is the number itself)", 0, Jump},
	{"mod", "hash % N", 0, Mod},
	{"mask", "the low bits of the hash; N is a power of two", 0, Mask},
	{"fastrange", "the high bits of the hash: (hash * N) >> 64", 0, Fastrange},
}

// Presets returns all presets, in the order that help lists them.
func Presets() []Preset { return append([]Preset(nil), presets...) }

// Lookup returns the preset of that name with that many partitions; 0 stands
// for the number that the system fixes, where it fixes one. An unknown name
// gives an [*UnknownError] that suggests the nearest one. The scheme returned
// passes [Scheme.Check].
func Lookup(name string, parts uint32) (Scheme, error) {
	plain := strings.ReplaceAll(strings.ToLower(name), "_", "-")
	names := make([]string, 0, len(presets))
	for _, p := range presets {
		if p.Name == plain {
			return p.scheme(parts)
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
