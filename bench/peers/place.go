package main

import (
	"math"
	"math/bits"

	"github.com/IBM/sarama"
	"github.com/apache/iceberg-go"
	"github.com/mediocregopher/radix/v4"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/murmur3"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// parts is how many partitions the peers are asked for, as keymill's table is.
const (
	parts     = 12
	jumpParts = 1000

	deviceParts = 1000 // of the table device
)

var twelve = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}

// loop makes the loop that a user writes of a function.
func loop(place func(key []byte) int) func(out []uint32, b *keymill.Batch) {
	return func(out []uint32, b *keymill.Batch) {
		for i := range out {
			out[i] = uint32(place(b.Key(i)))
		}
	}
}

// placements are those of queues, caches and warehouses, and of what is in functions.go and
// members.go.
func placements() []bench.PlacePeer {
	franz := kgo.StickyKeyPartitioner(nil).ForTopic("t")
	record := &kgo.Record{}
	saramaOf := sarama.NewHashPartitioner("t")
	reference := sarama.NewReferenceHashPartitioner("t")
	message := &sarama.ProducerMessage{}
	bucket := iceberg.BucketTransform{NumBuckets: parts}.Transformer(iceberg.PrimitiveTypes.Binary)
	all := []bench.PlacePeer{
		{Name: "kafka-go", Scheme: "kafka", Parts: parts, Place: loop(func(key []byte) int {
			return kafka.Murmur2Balancer{Consistent: true}.Balance(kafka.Message{Key: key}, twelve...)
		})},
		{Name: "franz-go", Scheme: "kafka", Parts: parts, Place: loop(func(key []byte) int {
			record.Key = key
			return franz.Partition(record, parts)
		})},
		{Name: "kafka-go", Scheme: "librdkafka", Parts: parts, Place: loop(func(key []byte) int {
			return kafka.CRC32Balancer{Consistent: true}.Balance(kafka.Message{Key: key}, twelve...)
		})},
		{Name: "sarama", Scheme: "sarama", Parts: parts, Place: loop(func(key []byte) int { return partition(saramaOf, message, key) })},
		{Name: "sarama", Scheme: "sarama-reference", Parts: parts, Place: loop(func(key []byte) int { return partition(reference, message, key) })},
		// The loop that every client has; without the search for a hash tag.
		{Name: "byte table", Scheme: "redis", Parts: place.RedisSlots, Untagged: true, Place: loop(func(key []byte) int {
			return int(hash.SumCRC16(key)) % place.RedisSlots
		})},
		{Name: "radix", Scheme: "redis", Parts: place.RedisSlots, Place: loop(func(key []byte) int { return int(radix.ClusterSlot(key)) })},
		// Its function alone: a user builds a command, which asks for the slot on the way.
		{Name: "rueidis", Scheme: "redis", Parts: place.RedisSlots, Place: loop(func(key []byte) int { return int(rueidisSlot(text(key))) })},
		// Its values are of any type, and so are boxed.
		{Name: "iceberg-go", Scheme: "iceberg", Parts: parts, Place: loop(func(key []byte) int { return int(bucket(key).Val) })},
		{Name: "twmb/murmur3", Scheme: "pulsar", Parts: parts, Place: loop(func(key []byte) int {
			return int(murmur3.Sum32(key)&math.MaxInt32) % parts
		})},
	}
	return append(append(all, ofFunctions()...), ofMembers()...)
}

func partition(p sarama.Partitioner, m *sarama.ProducerMessage, key []byte) int {
	m.Key = sarama.ByteEncoder(key)
	part, err := p.Partition(m, parts)
	if err != nil {
		panic(err) // its result is compared with ours: a wrong one would be found
	}
	return int(part)
}

// ranged is which of so many equal ranges of 64-bit numbers one is in.
func ranged(h uint64, parts uint64) int {
	high, _ := bits.Mul64(h, parts)
	return int(high)
}
