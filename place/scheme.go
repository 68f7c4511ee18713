// Package place is the definition of every placement scheme: the rule by which
// a system says where a key lives.
//
// A scheme is data, not code. It names four stages, and each stage is one of a
// few choices:
//
//	key ─ Span ─► bytes ─ Hash, Seed ─► number ─ Fold, Add ─► number ─ Reduce ─► partition
//
// so a backend that runs a few hashes and a few reductions runs every preset of
// a real system. Where a system hashes typed values, a stage in front of these,
// Keys, says how a value becomes bytes; package columns does that. [Scheme.Place] is the reference: one key a call, written
// plainly. Backends do the same for whole batches, and are compared with it bit
// for bit.
//
// The presets ([Kafka], [Redis], ...) name the source that they follow, and
// reproduce conformance vectors that those systems' own code computed.
//
// Any hash goes with any reduction, but not all go well together:
// [Scheme.Weakness] knows the pairs that spread ordinary keys worse than chance.
package place

import (
	"encoding/binary"
	"fmt"

	"github.com/keymill/keymill/hash"
)

// NoPartition stands for the partition of a key that the system cannot place
// by its hash, such as Kafka's absent key, which goes to any partition.
const NoPartition = ^uint32(0)

// MaxParts is the largest number of partitions of a scheme.
const MaxParts = 1 << 31

// Scheme says how a partition is computed from a key. It is a comparable
// value; the zero Scheme hashes whole keys and places nothing.
type Scheme struct {
	Name   string    // of the preset, for messages; it changes nothing
	Keys   Encoding  // what of a value the key is: its bytes, or a system's own form of it
	Span   Span      // which bytes of the key are hashed
	Hash   hash.Func // hash.Default is hash.XXH3
	Seed   hash.Seed // unset is the hash function's own default
	Word8  bool      // a span of exactly 8 bytes is its own hash, little-endian, under any seed
	Fold   Fold      // which bits of the hash are kept
	Add    uint64    // added to the folded hash, modulo 2^64; only where all 64 bits are kept
	Reduce Reduce    // how the hash becomes a partition
	Drop   uint8     // ReduceFastrange: so many of the highest bits do not count
	Parts  uint32    // number of partitions, 1 to MaxParts (unless Reduce is ReduceNone)
	Table  *Table    // ReduceTable, ReduceRing, ReduceRendezvous: what is looked up or searched
	Null   Null      // what becomes of an absent key

	// Route, if it is not 0, is a multiple of Parts: ReduceMod, ReduceAbsMod and
	// ReducePmod reduce to Route numbers in place of Parts, of which each partition
	// has the next Route/Parts.
	Route uint32

	// EmptyUnplaced says that the system does not place the empty key by its
	// hash: its partition is NoPartition.
	EmptyUnplaced bool
}

// Span selects the bytes of a key that are hashed.
type Span uint8

// The spans.
const (
	SpanWholeKey Span = iota // all bytes
	SpanHashTag              // Redis Cluster's hash tag, see [HashTag]
	numSpans
)

// Fold selects the bits of the hash that are reduced.
type Fold uint8

// The folds.
const (
	FoldNone   Fold = iota // all bits
	FoldLow31              // h & 0x7fffffff: Java's way to a number that is not negative
	FoldLow32              // h & 0xffffffff, of a hash that has more
	FoldHigh15             // (h >> 16) & 0x7fff, of a hash of 32 bits: Couchbase, nginx
	FoldSwap               // the 8 bytes of the hash in reverse: the number that they are big-endian
	FoldNoMin              // 0 in place of 0x80000000, the one int32 that has no absolute value: Hazelcast
	numFolds
)

// Reduce is the way from a hash to a partition below N = Parts.
type Reduce uint8

// The reductions. h is the folded hash, unsigned.
const (
	ReduceNone       Reduce = iota // no partition
	ReduceMod                      // h % N
	ReduceAbsMod                   // |int32(h) % N|, the remainder signed as h is
	ReduceMask                     // h & (N-1); N is a power of two
	ReduceFastrange                // (h * N) >> bits of h: the high bits choose
	ReduceJump                     // jump consistent hash of Lamping and Veach
	ReducePmod                     // int32(h) mod N, never negative: Java's Math.floorMod
	ReduceTable                    // Table's owner number h % its length
	ReduceRing                     // the owner of the first point of Table that is >= h, else of its first point
	ReduceRendezvous               // the member of Table with the highest score
	ReduceStableMod                // h & m, or h & m>>1 if that is not below N: m+1 is the next power of two; Ceph
	numReduces
)

// NumReduces is one more than the largest Reduce, for arrays indexed by it.
const NumReduces = int(numReduces)

var reduceNames = [numReduces]string{"none", "mod", "absmod", "mask", "fastrange", "jump", "pmod", "table", "ring", "rendezvous", "stablemod"}

// String returns the reduction's name, such as "fastrange".
func (r Reduce) String() string {
	if r >= numReduces {
		return fmt.Sprintf("place.Reduce(%d)", uint8(r))
	}
	return reduceNames[r]
}

// LooksUp reports whether the reduction needs a [Table].
func (r Reduce) LooksUp() bool { return r >= ReduceTable && r <= ReduceRendezvous }

// Null is what a scheme does with an absent key, which is something else than
// the empty key.
type Null uint8

// The rules for absent keys.
const (
	NullUnplaced Null = iota // hash 0 and NoPartition: the system picks a partition by chance
	NullAsEmpty              // as the empty key
	NullZero                 // hash 0 and partition 0
	NullSeed                 // its hash is the seed, which the reduction places
	numNulls
)

// With returns the scheme with a hash function and a seed chosen by the user.
// hash.Default keeps the function, and then an unset seed keeps the seed. Either
// choice also ends Word8, since it asks that every key be hashed so.
func (s Scheme) With(f hash.Func, seed hash.Seed) Scheme {
	if f != hash.Default {
		s.Hash, s.Seed, s.Word8 = f, hash.Seed{}, false
	}
	if s.Hash == hash.Default {
		s.Hash = hash.XXH3
	}
	if seed.IsSet() {
		s.Seed, s.Word8 = seed, false
	}
	return s
}

func (s Scheme) label() string {
	if s.Name == "" {
		return s.Reduce.String()
	}
	return s.Name
}

// Place returns the hash of the key and its partition: NoPartition if the
// system cannot place the key or the scheme does not reduce. The scheme must
// pass [Scheme.Check].
func (s Scheme) Place(key []byte) (h uint64, part uint32) {
	h = s.Sum64(key)
	if len(key) == 0 && s.EmptyUnplaced {
		return h, NoPartition
	}
	return h, s.Partition(h)
}

// PlaceNull returns what [Scheme.Place] does, for the absent key.
func (s Scheme) PlaceNull() (h uint64, part uint32) {
	s = s.With(hash.Default, hash.Seed{})
	switch s.Null {
	case NullAsEmpty:
		return s.Place(nil)
	case NullSeed:
		h = s.Hash.ResolveSeed(s.Seed).Lo
		return h, s.Partition(h)
	case NullZero:
		if s.Reduce != ReduceNone {
			return 0, 0
		}
	}
	return 0, NoPartition
}

// Sum64 returns the hash of the key under the scheme's span, function and
// seed, before the fold.
func (s Scheme) Sum64(key []byte) uint64 {
	if s.Span == SpanHashTag {
		key = HashTag(key)
	}
	if s.Word8 && len(key) == 8 {
		return binary.LittleEndian.Uint64(key)
	}
	s = s.With(hash.Default, hash.Seed{})
	return s.Hash.Sum64(key, s.Seed)
}
