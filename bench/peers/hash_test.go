package peers

import (
	"testing"

	"github.com/cespare/xxhash/v2"
	"github.com/segmentio/kafka-go"
	"github.com/zeebo/xxh3"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// placer returns a function that places batch i with the backend; sum reads
// what was computed, so that both sides can be held to the same result.
func placer(b *testing.B, all []keymill.Batch, want keymill.Output, p keymill.Params) (place func(i int), out *keymill.Placement) {
	backend := cpu.New()
	out = &keymill.Placement{}
	out.Resize(want, keysPerBatch, p.Scheme.Parts)
	return func(i int) {
		if err := backend.Place(out, &all[i], p); err != nil {
			b.Fatal(err)
		}
	}, out
}

// hashes compares a hash function with a library's, a call per key.
func hashes(b *testing.B, all []keymill.Batch, f hash.Func, peer func(key []byte) uint64) {
	ours, out := placer(b, all, keymill.OutHashes, keymill.Params{Hash: f})
	theirs := make([]uint64, keysPerBatch)
	run := func(i int) {
		batch := &all[i]
		for k := range theirs {
			theirs[k] = peer(batch.Key(k))
		}
	}
	if all[0].Width > 0 { // the loop that a user would write
		run = func(i int) {
			data, width := all[i].Data, all[i].Width
			for k := range theirs {
				theirs[k] = peer(data[k*width : (k+1)*width])
			}
		}
	}
	ours(0)
	run(0)
	for k := range theirs {
		if theirs[k] != out.Hashes[k] {
			b.Fatalf("key %d: the peer computes something else", k)
		}
	}
	sideBySide(b, ours, run)
}

// partitions compares a scheme with a library's, a call per key.
func partitions(b *testing.B, all []keymill.Batch, s place.Scheme, peer func(key []byte) int) {
	ours, out := placer(b, all, keymill.OutParts, keymill.Params{Scheme: s})
	theirs := make([]uint32, keysPerBatch)
	run := func(i int) {
		batch := &all[i]
		for k := range theirs {
			theirs[k] = uint32(peer(batch.Key(k)))
		}
	}
	ours(0)
	run(0)
	for k := range theirs {
		if theirs[k] != out.Parts[k] {
			b.Fatalf("key %d: the peer computes something else", k)
		}
	}
	sideBySide(b, ours, run)
}

// The xxh3 of zeebo is called directly, not through a function value, so that
// the compiler may do for it what it can.
func zeeboFixed(b *testing.B, width int) {
	all := random(width)
	ours, out := placer(b, all, keymill.OutHashes, keymill.Params{Hash: hash.XXH3})
	theirs := make([]uint64, keysPerBatch)
	run := func(i int) {
		data := all[i].Data
		for k := range theirs {
			theirs[k] = xxh3.Hash(data[k*width : (k+1)*width])
		}
	}
	ours(0)
	run(0)
	for k := range theirs {
		if theirs[k] != out.Hashes[k] {
			b.Fatalf("key %d: the peer computes something else", k)
		}
	}
	sideBySide(b, ours, run)
}

func BenchmarkXXH3Fixed8VsZeebo(b *testing.B)  { zeeboFixed(b, 8) }
func BenchmarkXXH3Fixed16VsZeebo(b *testing.B) { zeeboFixed(b, 16) }
func BenchmarkXXH3Fixed32VsZeebo(b *testing.B) { zeeboFixed(b, 32) }
func BenchmarkXXH3MixedVsZeebo(b *testing.B)   { hashes(b, mixed(), hash.XXH3, xxh3.Hash) }
func BenchmarkXXH3UsersVsZeebo(b *testing.B)   { hashes(b, users(), hash.XXH3, xxh3.Hash) }
func BenchmarkXXH64Fixed16VsCespare(b *testing.B) {
	hashes(b, random(16), hash.XXH64, xxhash.Sum64)
}

var twelve = func() (p []int) {
	for i := range 12 {
		p = append(p, i)
	}
	return p
}()

func kafkaGo(key []byte) int {
	return kafka.Murmur2Balancer{Consistent: true}.Balance(kafka.Message{Key: key}, twelve...)
}

func BenchmarkKafkaFixed16VsKafkaGo(b *testing.B) {
	partitions(b, random(16), place.Kafka(12), kafkaGo)
}
func BenchmarkKafkaMixedVsKafkaGo(b *testing.B) {
	partitions(b, mixed(), place.Kafka(12), kafkaGo)
}

// The byte-table loop that every Redis client has; without the search for the
// hash tag, which keymill's slots include.
func byteTable(key []byte) int { return int(hash.SumCRC16(key)) % place.RedisSlots }

// untagged takes the braces out of random keys, so that no key has a hash tag.
func untagged(all []keymill.Batch) []keymill.Batch {
	for _, batch := range all {
		for i, c := range batch.Data {
			if c == '{' {
				batch.Data[i] = '-'
			}
		}
	}
	return all
}

func BenchmarkRedisFixed16VsByteTable(b *testing.B) {
	partitions(b, untagged(random(16)), place.Redis(), byteTable)
}
func BenchmarkRedisUsersVsByteTable(b *testing.B) {
	partitions(b, users(), place.Redis(), byteTable)
}
