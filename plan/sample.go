package plan

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync/atomic"

	"gonum.org/v1/gonum/mathext"
)

// Sample is a sample of the distinct keys of a stream, each as likely as any
// other, and says how many there are: the k keys of the smallest hashes. Which
// those are depends on nothing but the set of keys. Any number of goroutines may
// add to it at a time.
//
// Source: Bar-Yossef and others, "Counting distinct elements in a data stream"
// (2002); the estimate is that of Beyer and others, "On synopses for
// distinct-value estimation under multiset operations" (2007).
type Sample struct {
	k    int
	keep bool
	// limit: k keys of smaller hashes, or of this one, are known, so that none above gets in. It only falls.
	limit  atomic.Uint64
	shards *shards[*sampled]
}

// Sampled is a key of a sample.
type Sampled struct {
	Hash uint64 // as [Identity] says
	Key  []byte // nil if the sample does not keep keys
}

// sampled is what one goroutine at a time adds to: different hashes, and where each
// stands, so that a key that occurs often is found and not added again.
type sampled struct {
	keys  []Sampled
	slots []uint32 // a power of two; 0 is free, else one more than the number of the key
}

const sampleMemory = 8 << 20

// NewSample returns a sample of up to k keys, 8 at least; keep says that it keeps their
// bytes, not only their hashes. It takes about 100 bytes of memory a key, and the keys,
// up to 8 MiB in all several times that.
func NewSample(k int, keep bool) *Sample {
	k = max(k, 8)
	s := &Sample{k: k, keep: keep, shards: newShards(100*k, sampleMemory, func() *sampled {
		return &sampled{slots: make([]uint32, 4<<bits.Len(uint(k-1)))}
	})}
	s.limit.Store(math.MaxUint64)
	return s
}

// Add adds the keys of rows, whose Hashes are there.
func (s *Sample) Add(rows *Rows) error {
	if err := rows.checkHashes(); err != nil {
		return err
	}
	var of *sampled
	limit := s.limit.Load()
	for i, h := range rows.Hashes {
		if h > limit {
			continue
		}
		if of == nil {
			of = s.shards.take()
			defer s.shards.giveBack(of)
		}
		key := []byte(nil)
		if s.keep {
			key = rows.Keys.Key(i)
		}
		s.add(of, Sampled{h, key}, true)
		limit = s.limit.Load()
	}
	return nil
}

// add takes a key in, as a copy if asked. The keys grow to twice what is kept before the
// larger half goes, so that each costs little.
func (s *Sample) add(to *sampled, key Sampled, clone bool) {
	slot := to.find(key.Hash)
	if at := *slot; at > 0 {
		// Two keys of one hash: always the same stays.
		if of := &to.keys[at-1]; s.keep && bytes.Compare(key.Key, of.Key) < 0 {
			of.Key = bytes.Clone(key.Key)
		}
		return
	}
	if clone {
		key.Key = bytes.Clone(key.Key)
	}
	to.keys = append(to.keys, key)
	*slot = uint32(len(to.keys))
	if len(to.keys) < 2*s.k {
		return
	}
	to.keys = smallest(to.keys, s.k)
	for limit := s.limit.Load(); to.keys[s.k-1].Hash < limit; limit = s.limit.Load() {
		s.limit.CompareAndSwap(limit, to.keys[s.k-1].Hash)
	}
	clear(to.slots)
	for i, key := range to.keys {
		*to.find(key.Hash) = uint32(i + 1)
	}
}

// find returns the slot of the hash, or the free one where it belongs. Small hashes differ in
// their lower bits.
func (s *sampled) find(hash uint64) *uint32 {
	mask := uint64(len(s.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if at := s.slots[i]; at == 0 || s.keys[at-1].Hash == hash {
			return &s.slots[i]
		}
	}
}

// smallest sorts the keys, and leaves those of the k smallest different hashes.
func smallest(keys []Sampled, k int) []Sampled {
	slices.SortFunc(keys, func(a, b Sampled) int {
		switch {
		case a.Hash < b.Hash:
			return -1
		case a.Hash > b.Hash:
			return 1
		}
		return bytes.Compare(a.Key, b.Key)
	})
	keys = slices.CompactFunc(keys, func(a, b Sampled) bool { return a.Hash == b.Hash })
	kept := min(k, len(keys))
	clear(keys[kept:])
	return keys[:kept]
}

// Merge adds the keys of other, which keeps keys if s does, and to which nobody may add meanwhile.
func (s *Sample) Merge(other *Sample) error {
	if s.keep && !other.keep {
		return fmt.Errorf("a sample that keeps keys cannot take one that has only their hashes")
	}
	of := s.shards.take()
	defer s.shards.giveBack(of)
	for _, key := range other.Keys() {
		if !s.keep {
			key.Key = nil
		}
		if key.Hash <= s.limit.Load() {
			s.add(of, key, false)
		}
	}
	return nil
}

// Keys returns the sample in the order of the hashes. Nobody may add meanwhile.
func (s *Sample) Keys() []Sampled {
	var all []Sampled
	s.shards.each(func(of *sampled) { all = append(all, of.keys...) })
	return smallest(all, s.k)
}

// Distinct is how many distinct keys a stream has: Low to High with a
// confidence of 99.9 %, or exactly.
type Distinct struct {
	Estimate uint64 `json:"estimate"`
	Low      uint64 `json:"low"`
	High     uint64 `json:"high"`
}

// Exact says that the estimate is none: that many there are.
func (d Distinct) Exact() bool { return d.Low == d.High }

// Distinct returns how many distinct keys there are: exactly, if they are fewer than k.
func (s *Sample) Distinct() Distinct {
	keys := s.Keys()
	if len(keys) < s.k {
		n := uint64(len(keys))
		return Distinct{n, n, n}
	}
	// The k-th smallest of D even numbers below 1 is at u, where D·u has the gamma distribution of k.
	u := (float64(keys[s.k-1].Hash) + 1) / (1 << 64)
	const confidence = 0.999
	k := float64(s.k)
	return Distinct{
		Estimate: max(whole((k-1)/u), uint64(s.k)),
		Low:      max(whole(mathext.GammaIncRegInv(k, (1-confidence)/2)/u), uint64(s.k)),
		High:     whole(math.Ceil(mathext.GammaIncRegInv(k, (1+confidence)/2) / u)),
	}
}

// whole returns a number without its fraction; one that is too large for a uint64 is the largest.
func whole(x float64) uint64 {
	if x >= 1<<64 {
		return math.MaxUint64
	}
	return uint64(x)
}
