package place

import (
	"bytes"
	"math/bits"

	"github.com/keymill/keymill/hash"
)

// Partition reduces a hash of [Scheme.Sum64] to the partition: below Parts, or
// NoPartition if the scheme does not reduce.
func (s Scheme) Partition(h uint64) uint32 {
	if s.Fold == FoldLow31 {
		h &= 1<<31 - 1
	}
	if s.Fold == FoldLow32 {
		h &= 1<<32 - 1
	}
	n := uint64(s.Parts)
	switch s.Reduce {
	case ReduceMod:
		return uint32(h % n)
	case ReduceAbsMod:
		rest := int64(int32(h)) % int64(n)
		return uint32(max(rest, -rest))
	case ReduceMask:
		return uint32(h & (n - 1))
	case ReduceFastrange:
		hi, _ := bits.Mul64(h<<(64-s.Bits()), n)
		return uint32(hi)
	case ReduceJump:
		return jump(h, n)
	}
	return NoPartition
}

// Bits returns how many bits of the hash reach the reduction, 1 to 64: those
// that fastrange scales.
func (s Scheme) Bits() int {
	switch {
	case s.Fold == FoldLow31:
		return 31
	case s.Fold == FoldLow32:
		return 32
	case s.Hash == hash.Default:
		return 64
	}
	return min(s.Hash.Bits(), 64)
}

// jump is the loop of "A Fast, Minimal Memory, Consistent Hash Algorithm"
// (Lamping, Veach, 2014): a linear congruential generator jumps forward to the
// next partition count at which the key would move.
func jump(key, n uint64) uint32 {
	var b, next uint64
	for next < n {
		b = next
		key = key*2862933555777941757 + 1
		next = uint64(float64(b+1) * (float64(1<<31) / float64(key>>33+1)))
	}
	return uint32(b)
}

// HashTag returns the part of a key that Redis and Valkey Cluster hash: what
// stands between the first '{' and the first '}' after it, if something does,
// else the whole key. The result aliases key.
func HashTag(key []byte) []byte {
	open := bytes.IndexByte(key, '{')
	if open < 0 {
		return key
	}
	if n := bytes.IndexByte(key[open+1:], '}'); n > 0 {
		return key[open+1 : open+1+n]
	}
	return key
}
