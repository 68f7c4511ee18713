package backendtest

import (
	"slices"
	"sync"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// paint fills memory with a pattern of period 251: a prime, so that no word, no
// lane and no page of it equals its neighbour, with bytes above and below 0x80.
func paint(b []byte) {
	for i := range b {
		b[i] = byte(i%251) * 73
	}
}

func painted(n int) []byte {
	b := make([]byte, n)
	paint(b)
	return b
}

// ragged returns a batch of painted keys of the given lengths.
func ragged(lengths ...int) keymill.Batch {
	b := keymill.Batch{Offsets: make([]uint32, 1, len(lengths)+1)}
	total := 0
	for _, n := range lengths {
		total += n
		b.Offsets = append(b.Offsets, uint32(total))
	}
	b.Data = painted(total)
	return b
}

// fixed returns a batch of n painted keys of that width.
func fixed(n, width int) keymill.Batch {
	return keymill.Batch{Data: painted(n * width), Width: width}
}

// upTo returns 0, 1, ... n.
func upTo(n int) []int {
	all := make([]int, n+1)
	for i := range all {
		all[i] = i
	}
	return all
}

// equal returns n times the same length.
func equal(n, length int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = length
	}
	return all
}

// mixed returns n lengths that no branch predictor learns, from 0 to 40.
func mixed(n int) []int {
	lengths := make([]int, n)
	state := uint32(1)
	for i := range lengths {
		state = state*1664525 + 1013904223
		lengths[i] = int(state >> 16 % 41)
	}
	return lengths
}

// schemes are the presets, each with a number of partitions that is no power of
// two where it may be, and every other field of a Scheme in use somewhere.
var schemes = sync.OnceValue(func() []place.Scheme {
	return []place.Scheme{
		place.Mod(1000), place.Mask(64), place.Fastrange(1000), place.Jump(1000), place.Redis(),
		place.Kafka(12), place.Librdkafka(7), place.LibrdkafkaRandom(7), place.Sarama(100), place.SaramaReference(3),
		{Name: "tagged jump of 31 bits", Span: place.SpanHashTag, Fold: place.FoldLow31, Reduce: place.ReduceJump, Parts: 77},
		{Name: "words of 31 bits", Word8: true, Fold: place.FoldLow31, Reduce: place.ReduceFastrange, Parts: 100,
			EmptyUnplaced: true},
		{Name: "tagged words", Span: place.SpanHashTag, Word8: true, Reduce: place.ReduceMod, Parts: 100, Null: place.NullAsEmpty},
		{Name: "absolute of 31 bits", Fold: place.FoldLow31, Reduce: place.ReduceAbsMod, Parts: 7},
		{Name: "masked of 31 bits", Fold: place.FoldLow31, Reduce: place.ReduceMask, Parts: place.MaxParts},
		place.Scylla(14), place.Spark(7), place.Couchbase(1000), bytesOf(place.Elasticsearch(7)), place.VitessXXHash(3),
		place.VitessXXHash(300), bytesOf(place.Hazelcast(271)),
		{Name: "swapped jump", Fold: place.FoldSwap, Add: 0x123456789abcdef, Reduce: place.ReduceJump, Parts: 100, Null: place.NullZero},
		{Name: "low half of the range", Fold: place.FoldLow32, Drop: 3, Reduce: place.ReduceFastrange, Parts: 1000},
		{Name: "high 15 of a table", Fold: place.FoldHigh15, Reduce: place.ReduceTable, Parts: 7, Table: TableOf(place.ReduceTable, 7)},
		{Name: "absolute, routed", Fold: place.FoldNoMin, Reduce: place.ReduceAbsMod, Parts: 5, Route: 35, Null: place.NullSeed},
		place.Ceph(100), {Name: "stable of 31 bits", Fold: place.FoldLow31, Reduce: place.ReduceStableMod, Parts: 1<<20 + 1},
		{Name: "routed", Add: 1 << 63, Reduce: place.ReduceMod, Parts: 5, Route: 40, EmptyUnplaced: true},
		tableScheme(place.ReduceTable, 1000), tableScheme(place.ReduceRing, 1000), tableScheme(place.ReduceRendezvous, 20),
		tableScheme(place.ReduceRendezvous, 3), tableScheme(place.ReduceRing, 1),
	}
})

// countable are the schemes whose partitions can be counted in little memory.
func countable() []place.Scheme {
	return slices.DeleteFunc(slices.Clone(schemes()), func(s place.Scheme) bool { return s.Parts > 1<<20 })
}

// paramsOf returns the scheme under another hash, without what needs more bits than
// that has.
func paramsOf(f hash.Func, s place.Scheme) keymill.Params {
	if f != hash.Default && f.Bits() < 64 {
		s.Add = 0
		if s.Fold == place.FoldSwap {
			s.Fold = place.FoldNone
		}
	}
	return keymill.Params{Hash: f, Scheme: s}
}

// SmallestToken returns a key whose murmur3-cassandra under seed 0 is the smallest signed
// number, which Cassandra keeps for the empty key: found by computing the function backwards.
func SmallestToken() []byte {
	return []byte("\xdf\xe7\x6f\x52\x02\x3f\xad\x4c\x82\xb8\x61\xc2\xc6\x5c\x7a\x6b")
}

// keySeed is a 16-byte key for the functions that take one.
var keySeed = hash.SeedKey([16]byte{1, 0xFF, 3, 0x80, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})

// seedsOf returns the seeds worth trying on a function: none, an explicit 0,
// and one with bits everywhere.
func seedsOf(f hash.Func) []hash.Seed {
	switch f.SeedKind() {
	case hash.SeedBits32:
		return []hash.Seed{{}, hash.Seed64(0), hash.Seed64(0xFEDCBA98)}
	case hash.SeedBits64:
		return []hash.Seed{{}, hash.Seed64(0), hash.Seed64(0xFEDCBA9876543210)}
	case hash.SeedKey128:
		return []hash.Seed{{}, hash.SeedKey([16]byte{}), keySeed}
	}
	return []hash.Seed{{}}
}
