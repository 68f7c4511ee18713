package plan

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
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
	// limit: no hash above it gets in. It is read without the lock, and only falls.
	limit atomic.Uint64

	mu   sync.Mutex
	keys []Sampled
}

// Sampled is a key of a sample.
type Sampled struct {
	Hash uint64 // as [Identity] says
	Key  []byte // nil if the sample does not keep keys
}

// NewSample returns a sample of up to k keys, 8 at least; keep says that it keeps their
// bytes, not only their hashes.
func NewSample(k int, keep bool) *Sample {
	s := &Sample{k: max(k, 8), keep: keep}
	s.limit.Store(math.MaxUint64)
	return s
}

// Add adds the keys of rows, whose Hashes are there.
func (s *Sample) Add(rows *Rows) error {
	if err := rows.checkHashes(); err != nil {
		return err
	}
	limit := s.limit.Load()
	for i, h := range rows.Hashes {
		if h <= limit {
			s.mu.Lock()
			key := Sampled{Hash: h}
			if s.keep {
				key.Key = slices.Clone(rows.Keys.Key(i))
			}
			s.add(key)
			limit = s.limit.Load()
			s.mu.Unlock()
		}
	}
	return nil
}

// add takes a key in. The keys grow to twice what is kept before the larger half
// goes, so that each costs little.
func (s *Sample) add(key Sampled) {
	if key.Hash > s.limit.Load() {
		return
	}
	s.keys = append(s.keys, key)
	if len(s.keys) >= 2*s.k {
		s.shrink()
	}
}

// shrink sorts the keys, and leaves the k smallest different ones.
func (s *Sample) shrink() {
	slices.SortFunc(s.keys, func(a, b Sampled) int {
		return cmp.Or(cmp.Compare(a.Hash, b.Hash), bytes.Compare(a.Key, b.Key)) // of two keys of one hash always the same stays
	})
	s.keys = slices.CompactFunc(s.keys, func(a, b Sampled) bool { return a.Hash == b.Hash })
	if len(s.keys) >= s.k {
		clear(s.keys[s.k:])
		s.keys = s.keys[:s.k]
		s.limit.Store(s.keys[s.k-1].Hash)
	}
}

// Merge adds the keys of other, which keeps keys if s does.
func (s *Sample) Merge(other *Sample) error {
	if s.keep && !other.keep {
		return fmt.Errorf("a sample that keeps keys cannot take one that has only their hashes")
	}
	keys := other.Keys()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if !s.keep {
			key.Key = nil
		}
		s.add(key)
	}
	return nil
}

// Keys returns the sample in the order of the hashes. Nobody may add meanwhile.
func (s *Sample) Keys() []Sampled {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shrink()
	return slices.Clone(s.keys)
}

// Distinct is how many distinct keys a stream has: Low to High with a
// confidence of 99.9 %, or exactly.
type Distinct struct {
	Estimate uint64 `json:"estimate"`
	Low      uint64 `json:"low"`
	High     uint64 `json:"high"`
}

// Distinct returns how many distinct keys there are: exactly, if they are fewer than k.
func (s *Sample) Distinct() Distinct {
	keys := s.Keys()
	n := uint64(len(keys))
	if len(keys) < s.k {
		return Distinct{n, n, n}
	}
	// The k-th smallest of D even numbers is at k/D of their range.
	part := float64(keys[s.k-1].Hash) / (1 << 64)
	estimate := float64(s.k-1) / part
	off := 3.29 / math.Sqrt(float64(s.k-2)) // standard errors
	return Distinct{uint64(estimate), uint64(estimate / (1 + off)), uint64(math.Ceil(estimate / max(1-off, 0.01)))}
}
