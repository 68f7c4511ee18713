package identify

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/keymill/keymill/hash"
)

// pairs are the different pairs, in the order of their keys' hashes: as good as a
// random one, and the same for any order of the input.
type pairs struct {
	keys     [][]byte
	parts    []uint32
	order    []int // what number each had in the input
	repeated uint64
}

// searchPairs is how many pairs candidates are searched with. What is found is
// counted on all of them.
const searchPairs = 256

func newPairs(keys [][]byte, parts []uint32) *pairs {
	type pair struct {
		hash  uint64
		key   []byte
		part  uint32
		order int
	}
	all := make([]pair, len(keys))
	for i, key := range keys {
		all[i] = pair{hash.SumXXH3(key, 0x9e3779b97f4a7c15), key, parts[i], i}
	}
	slices.SortFunc(all, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), bytes.Compare(a.key, b.key), cmp.Compare(a.part, b.part), cmp.Compare(a.order, b.order))
	})
	p := &pairs{}
	for i, x := range all {
		if i > 0 && x.part == all[i-1].part && bytes.Equal(x.key, all[i-1].key) {
			p.repeated++
			continue
		}
		p.keys, p.parts, p.order = append(p.keys, x.key), append(p.parts, x.part), append(p.order, x.order)
	}
	return p
}

func (p *pairs) len() int { return len(p.keys) }

// byKey returns the numbers of some pairs in the order of their keys.
func (p *pairs) byKey(some []int) []int {
	all := slices.Clone(some)
	slices.SortFunc(all, func(a, b int) int { return cmp.Or(bytes.Compare(p.keys[a], p.keys[b]), a-b) })
	return all
}

// all returns the numbers of all pairs.
func (p *pairs) all() []int {
	all := make([]int, p.len())
	for i := range all {
		all[i] = i
	}
	return all
}

// sample returns the pairs to search with.
func (p *pairs) sample() *pairs {
	n := min(p.len(), searchPairs)
	return &pairs{keys: p.keys[:n], parts: p.parts[:n]}
}

// different returns how many partitions the pairs have.
func (p *pairs) different() int {
	parts := slices.Clone(p.parts)
	slices.Sort(parts)
	return len(slices.Compact(parts))
}

// contradictions returns the keys that have several partitions: how many, and the first.
func (p *pairs) contradictions() (n int, first []Contradiction) {
	for i := 0; i < p.len(); {
		end := i + 1
		for end < p.len() && bytes.Equal(p.keys[i], p.keys[end]) {
			end++
		}
		if end > i+1 {
			n++
			if len(first) < maxListed {
				first = append(first, Contradiction{NewKey(p.keys[i]), p.parts[i:end]})
			}
		}
		i = end
	}
	return n, first
}

// maxListed is how many pairs or keys of a kind a report has at most.
const maxListed = 100
