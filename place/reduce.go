package place

import (
	"bytes"
	"math/bits"

	"github.com/keymill/keymill/hash"
)

// Partition reduces a hash of [Scheme.Sum64] to the partition: below Parts, or
// NoPartition if the scheme does not reduce.
func (s Scheme) Partition(h uint64) uint32 {
	h = s.Folded(h)
	n := uint64(s.Parts)
	if s.Route != 0 {
		n = uint64(s.Route)
	}
	switch s.Reduce {
	case ReduceMod:
		return s.routed(h % n)
	case ReduceAbsMod:
		rest := int64(int32(h)) % int64(n)
		return s.routed(uint64(max(rest, -rest)))
	case ReducePmod:
		rest := int64(int32(h)) % int64(n)
		if rest < 0 {
			rest += int64(n)
		}
		return s.routed(uint64(rest))
	case ReduceMask:
		return uint32(h & (n - 1))
	case ReduceFastrange:
		hi, _ := bits.Mul64(h<<(64-s.Bits()+int(s.Drop)), n)
		return uint32(hi)
	case ReduceJump:
		return jump(h, n)
	case ReduceTable:
		return s.Table.owners[h%uint64(len(s.Table.owners))]
	case ReduceRing:
		return s.Table.owner(h)
	case ReduceRendezvous:
		return s.Table.Best(h)
	case ReduceStableMod:
		return stableMod(h, n)
	}
	return NoPartition
}

// Folded returns what of a hash is reduced: its bits that Fold keeps, and Add
// added.
func (s Scheme) Folded(h uint64) uint64 {
	switch s.Fold {
	case FoldLow31:
		h &= 1<<31 - 1
	case FoldLow32:
		h &= 1<<32 - 1
	case FoldHigh15:
		h = h >> 16 & (1<<15 - 1)
	case FoldSwap:
		h = bits.ReverseBytes64(h)
	case FoldNoMin:
		if h == 1<<31 {
			h = 0
		}
	}
	return h + s.Add
}

// routed returns the partition of one of Route numbers, or of Parts.
func (s Scheme) routed(i uint64) uint32 {
	if s.Route != 0 {
		i /= uint64(s.Route / s.Parts)
	}
	return uint32(i)
}

// Bits returns how many bits of the hash reach the reduction, 1 to 64: those
// that fastrange scales.
func (s Scheme) Bits() int {
	width := 64
	if s.Hash != hash.Default {
		width = min(s.Hash.Bits(), 64)
	}
	switch s.Fold {
	case FoldLow31:
		return 31
	case FoldLow32:
		return min(width, 32)
	case FoldHigh15:
		return 15
	}
	return width
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

// stableMod is ceph_stable_mod of Ceph's src/include/rados.h: when n grows to the
// next power of two, what moves are the numbers of one partition at a time.
func stableMod(h, n uint64) uint32 {
	mask := uint64(1)<<bits.Len64(n-1) - 1
	if h&mask < n {
		return uint32(h & mask)
	}
	return uint32(h & (mask >> 1))
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
