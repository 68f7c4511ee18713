package main

import (
	"encoding/binary"
	"math/bits"

	"github.com/IBM/sarama"
	"github.com/cespare/xxhash/v2"
	"github.com/dgryski/go-jump"
	"github.com/mediocregopher/radix/v4"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"

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

func placements() []bench.PlacePeer {
	franz := kgo.StickyKeyPartitioner(nil).ForTopic("t")
	record := &kgo.Record{}
	saramaOf := sarama.NewHashPartitioner("t")
	reference := sarama.NewReferenceHashPartitioner("t")
	message := &sarama.ProducerMessage{}
	return []bench.PlacePeer{
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
		{Name: "go-jump on xxhash", Scheme: "jump", Parts: jumpParts, Place: loop(jumped)},
		{Name: "cespare/xxhash and fastrange", Scheme: "fastrange", Hash: hash.XXH64, Parts: deviceParts, Place: fastranged},
	}
}

// fastranged is the loop beside which the table device puts a device. It calls the
// function directly, as those of [each] do.
func fastranged(out []uint32, b *keymill.Batch) {
	for i := range out {
		high, _ := bits.Mul64(xxhash.Sum64(b.Data[i*b.Width:(i+1)*b.Width]), deviceParts)
		out[i] = uint32(high)
	}
}

// jumped is the scheme jump: a key of eight bytes is the number of the paper.
func jumped(key []byte) int {
	if len(key) == 8 {
		return int(jump.Hash(binary.LittleEndian.Uint64(key), jumpParts))
	}
	return int(jump.Hash(xxhash.Sum64(key), jumpParts))
}

func partition(p sarama.Partitioner, m *sarama.ProducerMessage, key []byte) int {
	m.Key = sarama.ByteEncoder(key)
	part, err := p.Partition(m, parts)
	if err != nil {
		panic(err) // its result is compared with ours: a wrong one would be found
	}
	return int(part)
}
