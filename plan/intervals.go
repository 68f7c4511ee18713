package plan

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
)

// Intervals counts what the keys of a stream have between boundaries, in the order
// of their bytes, exactly. Interval 0 is all keys below the first boundary; interval i has boundary
// i-1 and what follows it, up to boundary i. Any number of goroutines may add to it at a time.
type Intervals struct {
	starts [][]byte
	// prefix is what all boundaries begin with, and words are the 8 bytes that follow in each,
	// so that a search hardly looks at the boundaries themselves.
	prefix []byte
	words  []uint64

	tally  *Tally
	shared *shards[*shared]
}

// shared has of each boundary how many bytes it shares with the key next below it, and with the
// next from there on, plus one; 0: there is none in that interval.
type shared struct {
	below, above []uint32
	parts        []uint32 // memory of Add: of each row its interval
}

// sharedMemory is what the counts of shared bytes take of memory if boundaries are few.
const sharedMemory = 4 << 20

// NewIntervals returns the intervals of boundaries, which ascend and are kept, not copied.
func NewIntervals(boundaries [][]byte, weighted bool) (*Intervals, error) {
	for i := range boundaries {
		if i > 0 && bytes.Compare(boundaries[i-1], boundaries[i]) >= 0 {
			return nil, fmt.Errorf("boundary %d is %q, after %q: they ascend", i, boundaries[i], boundaries[i-1])
		}
		if len(boundaries[i]) == 0 {
			return nil, fmt.Errorf("boundary 0 is empty: no key is below it")
		}
	}
	n := &Intervals{starts: boundaries, tally: NewTally(uint32(len(boundaries)+1), weighted)}
	if len(boundaries) > 0 {
		first, last := boundaries[0], boundaries[len(boundaries)-1]
		n.prefix = first[:common(first, last)]
	}
	n.words = make([]uint64, len(boundaries))
	for i, b := range boundaries {
		n.words[i] = word(b[len(n.prefix):])
	}
	n.shared = newShards(8*len(boundaries), sharedMemory, func() *shared {
		return &shared{below: make([]uint32, len(boundaries)), above: make([]uint32, len(boundaries))}
	})
	return n, nil
}

// word returns the first 8 bytes as a number, which orders as they do; zeros stand for those
// that are not there.
func word(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.BigEndian.Uint64(b)
	}
	var padded [8]byte
	copy(padded[:], b)
	return binary.BigEndian.Uint64(padded[:])
}

// common returns how many bytes a and b begin with that are the same.
func common(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		if binary.BigEndian.Uint64(a[i:]) != binary.BigEndian.Uint64(b[i:]) {
			break
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// Find returns the interval of a key.
func (n *Intervals) Find(key []byte) int {
	if len(n.starts) == 0 {
		return 0
	}
	if begin := common(key, n.prefix); begin < len(n.prefix) {
		if begin == len(key) || key[begin] < n.prefix[begin] {
			return 0
		}
		return len(n.starts)
	}
	w := word(key[len(n.prefix):])
	low := sort.Search(len(n.words), func(i int) bool { return n.words[i] >= w })
	high := low + sort.Search(len(n.words)-low, func(i int) bool { return n.words[low+i] > w })
	return low + sort.Search(high-low, func(i int) bool { return bytes.Compare(n.starts[low+i], key) > 0 })
}

// Add adds rows. If it fails it has added none.
func (n *Intervals) Add(rows *Rows) error {
	s := n.shared.take()
	defer n.shared.giveBack(s)
	s.parts = slices.Grow(s.parts[:0], rows.Keys.Len())
	for i := range rows.Keys.Len() {
		s.parts = append(s.parts, uint32(n.Find(rows.Keys.Key(i))))
	}
	if err := n.tally.Add(rows, s.parts); err != nil {
		return err
	}
	for i, p := range s.parts {
		key := rows.Keys.Key(i)
		if int(p) < len(n.starts) {
			s.below[p] = max(s.below[p], uint32(common(key, n.starts[p]))+1)
		}
		if p > 0 {
			s.above[p-1] = max(s.above[p-1], uint32(common(key, n.starts[p-1]))+1)
		}
	}
	return nil
}

// Merge adds what other has, whose boundaries are the same, and to which nobody may add meanwhile.
func (n *Intervals) Merge(other *Intervals) error {
	if !slices.EqualFunc(n.starts, other.starts, bytes.Equal) {
		return fmt.Errorf("intervals cannot take those of other boundaries")
	}
	if err := n.tally.Merge(other.tally); err != nil {
		return err
	}
	into := n.shared.take()
	defer n.shared.giveBack(into)
	other.shared.each(into.take)
	return nil
}

// take adds what other has.
func (s *shared) take(other *shared) {
	for i := range s.below {
		s.below[i], s.above[i] = max(s.below[i], other.below[i]), max(s.above[i], other.above[i])
	}
}

// Loads returns what each interval has, in memory that is the intervals'. Nobody may add meanwhile.
func (n *Intervals) Loads() *Loads {
	loads, _ := n.tally.Sum()
	return loads
}

// Separators returns for each boundary the shortest one that divides the keys as it does: no
// key lies between the two. Nobody may add meanwhile.
//
// Source: Bayer and Unterauer, "Prefix B-trees" (1977).
func (n *Intervals) Separators() [][]byte {
	all := &shared{below: make([]uint32, len(n.starts)), above: make([]uint32, len(n.starts))}
	n.shared.each(all.take)
	below, above := all.below, all.above
	// If no key is in an interval, the next one is in one beyond, and shares with this boundary
	// what it shares with the one between them, as far as that goes.
	through := func(beyond uint32, i int) uint32 {
		return min(beyond, uint32(common(n.starts[i-1], n.starts[i]))+1)
	}
	for i := 1; i < len(below); i++ {
		if below[i] == 0 {
			below[i] = through(below[i-1], i)
		}
	}
	for i := len(above) - 1; i > 0; i-- {
		if above[i-1] == 0 {
			above[i-1] = through(above[i], i)
		}
	}
	separators := make([][]byte, len(n.starts))
	for i, start := range n.starts {
		separators[i] = start[:max(below[i], 1)]
		if above[i] > 0 && above[i] < below[i] {
			// Where the key above is greater than the boundary, the boundary and the key below are still the same.
			separators[i] = bytes.Clone(start[:above[i]])
			separators[i][above[i]-1]++
		}
	}
	return separators
}
