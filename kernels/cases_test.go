//go:build linux && cgo && !race && !purego

package kernels_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/kernels"
	"github.com/keymill/keymill/place"
)

// paint fills memory with a pattern of period 251, a prime, with bytes above and below 0x80.
func paint(b []byte) []byte {
	for i := range b {
		b[i] = byte(i%251) * 73
	}
	return b
}

// ragged returns painted keys of the lengths, behind `before` bytes that belong to no key.
func ragged(before int, lengths ...int) *keymill.Batch {
	b := &keymill.Batch{Offsets: []uint32{uint32(before)}}
	for _, n := range lengths {
		before += n
		b.Offsets = append(b.Offsets, uint32(before))
	}
	b.Data = paint(make([]byte, before))
	return b
}

func fixed(n, width int) *keymill.Batch {
	return &keymill.Batch{Data: paint(make([]byte, n*width)), Width: width}
}

// withNulls returns the batch with a bitmap that starts inside of a word.
func withNulls(b *keymill.Batch) *keymill.Batch {
	nulls := *b
	nulls.ValidOffset = 61
	for i := range (61+b.Len())/64 + 1 {
		nulls.Valid = append(nulls.Valid, 0xF0F7_7FFF_A5FE_0FED>>(i%7))
	}
	return &nulls
}

// tagged returns keys with braces in every place that a tag scan may miss.
func tagged() *keymill.Batch {
	var b keymill.Batch
	for _, n := range []int{0, 1, 2, 3, 6, 7, 8, 9, 15, 16, 17, 33} {
		for _, form := range []string{"{%s}", "%s{tag}", "{tag}%s", "%[1]s{%[1]s}%[1]s", "{}%s", "%s{", "}%s{", "a{b%s}{c}", "{{%s}}", "%s{x}", "{12345678}%s"} {
			if err := b.Append(fmt.Appendf(nil, form, paint(make([]byte, n)))); err != nil {
				panic(err) // the keys are few
			}
		}
	}
	return &b
}

// upTo returns 0, 1, ... n.
func upTo(n int) (all []int) {
	for i := range n + 1 {
		all = append(all, i)
	}
	return all
}

// schemes use every field of a Scheme somewhere.
func schemes(f hash.Func) []place.Scheme {
	all := []place.Scheme{
		{}, place.Mod(1000), place.Mask(64), place.Fastrange(1000), place.Jump(1000), place.Redis(),
		place.Kafka(12), place.Librdkafka(7), place.LibrdkafkaRandom(7), place.Sarama(100), place.SaramaReference(3),
		{Span: place.SpanHashTag, Fold: place.FoldLow31, Reduce: place.ReduceJump, Parts: 77},
		{Word8: true, Fold: place.FoldLow31, Reduce: place.ReduceFastrange, Parts: 100, EmptyUnplaced: true},
		{Span: place.SpanHashTag, Word8: true, Reduce: place.ReduceMod, Parts: 100, Null: place.NullAsEmpty, EmptyUnplaced: true},
		{Fold: place.FoldLow31, Reduce: place.ReduceAbsMod, Parts: 7},
		{Fold: place.FoldLow31, Reduce: place.ReduceMask, Parts: place.MaxParts},
		{Fold: place.FoldSwap, Add: 0x123456789ABCDEF, Reduce: place.ReduceJump, Parts: 100, Null: place.NullZero},
		{Fold: place.FoldLow32, Drop: 3, Reduce: place.ReduceFastrange, Parts: 1000},
		{Fold: place.FoldHigh15, Reduce: place.ReduceMod, Parts: 1000},
		{Fold: place.FoldNoMin, Reduce: place.ReduceAbsMod, Parts: 5, Route: 35, Null: place.NullSeed},
		{Add: 1 << 63, Reduce: place.ReduceMod, Parts: 5, Route: 40, EmptyUnplaced: true},
		{Reduce: place.ReducePmod, Parts: 6, Route: 600},
		{Reduce: place.ReduceStableMod, Parts: 100},
		{Reduce: place.ReduceTable, Parts: 70, Table: backendtest.TableOf(place.ReduceTable, 70)},
		{Add: 1 << 63, Reduce: place.ReduceRing, Parts: 70, Table: backendtest.TableOf(place.ReduceRing, 70)},
		{Reduce: place.ReduceRendezvous, Parts: 3, Table: backendtest.TableOf(place.ReduceRendezvous, 3)},
		{Reduce: place.ReduceRendezvous, Parts: 20, Table: backendtest.TableOf(place.ReduceRendezvous, 20)},
		rendezvous([]uint64{9, 7, 7, 9}, nil), rendezvous([]uint64{9, 7, 7, 9}, []uint32{3, 2, 2, 3}), // of equal scores the first
	}
	seeds := seedsOf(f)
	for i := range all {
		all[i] = fitting(all[i], f)
		all[i].Seed = seeds[i%len(seeds)]
	}
	return all
}

func rendezvous(hashes []uint64, weights []uint32) place.Scheme {
	t, err := place.NewRendezvous(hashes, weights)
	if err != nil {
		panic(err) // ours
	}
	return place.Scheme{Hash: hash.XXH3, Reduce: place.ReduceRendezvous, Parts: t.Members(), Table: t}
}

// fitting returns the scheme under a hash, without what that has not the bits for.
func fitting(s place.Scheme, f hash.Func) place.Scheme {
	s.Hash = f
	if f.Bits() < 64 {
		s.Word8, s.Add = false, 0
		if s.Fold == place.FoldSwap {
			s.Fold = place.FoldNone
		}
	}
	return s
}

// seedsOf returns no seed, and one with bits everywhere.
func seedsOf(f hash.Func) []hash.Seed {
	switch f.SeedKind() {
	case hash.SeedBits32:
		return []hash.Seed{{}, hash.Seed64(0xFEDCBA98)}
	case hash.SeedBits64:
		return []hash.Seed{{}, hash.Seed64(0xFEDCBA9876543210)}
	case hash.SeedKey128:
		return []hash.Seed{{}, hash.SeedKey([16]byte{1, 0xFF, 3, 0x80, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})}
	}
	return []hash.Seed{{}}
}

// everyWay checks the batch under the scheme in every LOAD, with and without COUNT, and xxh3 with and
// without RUNS, which have nothing to do with what is hashed.
func (h *host) everyWay(t *testing.T, b *keymill.Batch, s place.Scheme, turn int) {
	e := expect(b, s)
	o := kernels.Options{Hash: s.Hash, Width: kernels.ArgsOf(s).WidthFor(b.Width), Group: hostGroup, FP64: true}
	for o.Load = range kernels.Load(kernels.NumLoads) {
		for _, o.Runs = range []bool{false, true}[:1+bit(s.Hash == hash.XXH3)] {
			turn++
			l := launch{Options: o, want: e, flags: kernels.FlagParts}
			if turn%3 > 0 {
				l.flags = kernels.FlagHashes | uint32(turn%3-1)*kernels.FlagParts
			}
			if o.Runs {
				l.groups = 1 + turn%5
			}
			h.check(t, l)
			if e.counts != nil && s.Reduce != place.ReduceNone {
				l.Count, l.groups, l.local, l.flags = true, 1+turn%3, turn%2 == 0, uint32(turn)%4
				h.check(t, l)
			}
		}
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestKeys: every function and scheme on keys of every length, of every width that has a program, and
// of some that have none, with nulls and without.
func TestKeys(t *testing.T) {
	h := startHost(t)
	batches := []*keymill.Batch{
		ragged(3, append(upTo(260), 1024, 1025, 4096, 0, 2049, 1)...), fixed(23, 1), fixed(9, 13), fixed(7, 64), fixed(3, 250), tagged(),
	}
	for _, width := range kernels.Widths() {
		batches = append(batches, fixed(265, width))
	}
	token := backendtest.SmallestToken()
	batches = append(batches, &keymill.Batch{Data: token, Width: 16}, &keymill.Batch{Data: token, Offsets: []uint32{0, 0, 16}})
	batches = append(batches,
		&keymill.Batch{Data: []byte("{abc}def12345678{abcdef}"), Width: 8}, &keymill.Batch{Data: []byte("0123{56}89abcdef"), Width: 16})
	for i, b := range batches {
		nulls := withNulls(b)
		for _, f := range hash.All() {
			for j, s := range schemes(f) {
				turn := i + j + int(f)
				switch turn % 6 { // every scheme under every function, on a third of the batches
				case 0:
					h.everyWay(t, b, s, turn/6)
				case 3:
					h.everyWay(t, nulls, s, turn/6)
				}
			}
		}
	}
}

// TestAlone: one key a launch, so that a byte read behind it is a byte behind the buffer, and one
// before it where the buffer starts with the key. Every length, at every place in a word.
func TestAlone(t *testing.T) {
	h := startHost(t)
	for _, n := range append(upTo(68), 95, 96, 97, 127, 128, 129, 240, 241, 255, 256, 257, 1024, 1025) {
		for before := range 8 {
			b := ragged(before, n)
			for _, f := range hash.All() {
				e := expect(b, place.Scheme{Hash: f})
				for load := range kernels.Load(kernels.NumLoads) {
					l := launch{Options: kernels.Options{Hash: f, Load: load}, want: e, flags: kernels.FlagHashes}
					if load != kernels.LoadWords {
						l.lead = before
					} else if before > 3 {
						continue
					}
					h.check(t, l)
				}
			}
		}
	}
	for _, width := range kernels.Widths() {
		b := fixed(1, width)
		for _, f := range hash.All() {
			e := expect(b, place.Scheme{Hash: f})
			for load := range kernels.Load(kernels.NumLoads) {
				h.check(t, launch{Options: kernels.Options{Hash: f, Width: width, Load: load}, want: e, flags: kernels.FlagHashes})
			}
		}
	}
}

// edges are numbers of partitions where a reduction may go wrong.
var edges = []uint32{1, 2, 3, 7, 641, 65536, 1<<31 - 1, 1 << 31}

// TestReductions: every reduction and fold, on the numbers where they may go wrong. A word that is its
// own hash puts any number there is into the reduction.
func TestReductions(t *testing.T) {
	h := startHost(t)
	random, turn := rand.New(rand.NewPCG(1, 2)), 0
	for _, parts := range edges {
		words := []uint64{0, 1, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 1, 1 << 32, 1<<63 - 1, 1 << 63, 1<<63 + 1, math.MaxUint64, math.MaxUint64 - 1, 0xFFFFFFFF_80000000}
		for range 50 {
			multiple := random.Uint64() / uint64(parts) * uint64(parts)
			words = append(words, multiple-1, multiple, multiple+1, multiple&math.MaxUint32, uint64(-uint32(multiple)))
		}
		last := math.MaxUint64 / uint64(parts) * uint64(parts)
		words = append(words, last-1, last, last+1, uint64(parts), uint64(parts)-1, uint64(parts)+1, 2*uint64(parts), 2*uint64(parts)-1)
		own := &keymill.Batch{Width: 8}
		for _, word := range words {
			own.Data = binary.LittleEndian.AppendUint64(own.Data, word)
		}
		for reduce := range place.Reduce(place.NumReduces) {
			if reduce.LooksUp() && parts > 1000 {
				continue // a table of millions
			}
			table := backendtest.TableOf(reduce, parts)
			own := &keymill.Batch{Width: 8, Data: own.Data}
			if table != nil {
				for _, point := range table.Points() { // where a search may be off by one
					own.Data = binary.LittleEndian.AppendUint64(own.Data, point-1)
					own.Data = binary.LittleEndian.AppendUint64(own.Data, point)
				}
			}
			for fold := place.FoldNone; fold <= place.FoldNoMin; fold++ {
				s := place.Scheme{Hash: hash.XXH3, Word8: true, Reduce: reduce, Fold: fold, Parts: parts, Table: table}
				if s.Check() != nil { // mask takes powers of two
					continue
				}
				h.everyWay(t, own, s, int(reduce))
				s.Word8 = false
				for _, f := range hash.All() {
					if turn++; !reduce.LooksUp() || turn%7 == 0 {
						h.everyWay(t, fixed(40, 16), fitting(s, f), int(f)+int(reduce))
					}
				}
			}
		}
	}
}

// TestCloseRaces: two members whose weights are all but in the ratio of their surprises, so that a bit of
// a logarithm decides who wins. Such weights are the convergents of the ratio.
func TestCloseRaces(t *testing.T) {
	h := startHost(t)
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		key, points := random.Uint64(), []uint64{random.Uint64(), random.Uint64()}
		a, b := place.Surprise(place.Score(key, points[0])), place.Surprise(place.Score(key, points[1]))
		last, weights := [2]uint64{0, 1}, [2]uint64{1, 0}
		for b > 0 {
			next := [2]uint64{a/b*weights[0] + last[0], a/b*weights[1] + last[1]}
			if max(next[0], next[1]) > math.MaxUint32 {
				break
			}
			a, b, last, weights = b, a%b, weights, next
			if weights[0] == 0 || weights[0] == weights[1] { // no weight, or as good as none
				continue
			}
			s := rendezvous(points, []uint32{uint32(weights[0]), uint32(weights[1])})
			s.Word8 = true
			e := expect(&keymill.Batch{Width: 8, Data: binary.LittleEndian.AppendUint64(nil, key)}, s)
			h.check(t, launch{Options: kernels.Options{Hash: s.Hash, Width: 8}, want: e, flags: kernels.FlagParts})
		}
	}
}

// TestRandom: batches, schemes and ways that a seed chooses: first one that is always the same, then
// another for some time.
func TestRandom(t *testing.T) {
	h := startHost(t)
	for _, seed := range []uint64{1, uint64(time.Now().UnixNano())} {
		random := rand.New(rand.NewPCG(seed, 0))
		for range 150 {
			f := hash.All()[random.IntN(len(hash.All()))]
			all := schemes(f)
			s := all[random.IntN(len(all))]
			if s.Reduce != place.ReduceNone && s.Reduce != place.ReduceMask && s.Route == 0 && s.Table == nil && random.IntN(2) == 0 {
				s.Parts = 1 + random.Uint32N(1<<(1+random.IntN(30)))
			}
			h.everyWay(t, randomBatch(random), s, random.IntN(12))
			require.False(t, t.Failed(), "seed %d", seed)
		}
	}
}

func randomBatch(random *rand.Rand) *keymill.Batch {
	n, b := 1+random.IntN(200), &keymill.Batch{}
	if random.IntN(2) == 0 {
		widths := append(kernels.Widths(), 1+random.IntN(100))
		b = fixed(n, widths[random.IntN(len(widths))])
	} else {
		lengths := make([]int, n)
		for i := range lengths {
			lengths[i] = random.IntN(1 + random.IntN(1<<random.IntN(11)))
		}
		b = ragged(random.IntN(9), lengths...)
	}
	for i := range b.Data {
		b.Data[i] = byte(random.Uint32())
		if random.IntN(8) == 0 {
			b.Data[i] = "{}"[random.IntN(2)]
		}
	}
	if random.IntN(2) == 0 {
		b.ValidOffset = random.IntN(130)
		b.Valid = make([]uint64, (b.ValidOffset+n+63)/64)
		for i := range b.Valid {
			b.Valid[i] = random.Uint64() | random.Uint64()
		}
	}
	return b
}
