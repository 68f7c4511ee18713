package plan

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// Heavy counts in a second pass over the rows of a stream what its heaviest keys
// have: exactly, and all of them that have the threshold. Any number of goroutines
// may add to it at a time.
type Heavy struct {
	bounds    *Bounds
	total     total
	threshold atomic.Uint64

	mu     sync.Mutex
	counts keyCounts
}

// HeavyKey is a key and what it has.
type HeavyKey struct {
	Key  []byte
	Hash uint64 // as [Identity] says
	Load Load
}

// Memory of a Heavy or a Census: so many keys, and so many bytes of those, which are there twice.
const (
	countedKeys  = 1 << 15
	countedBytes = 4 << 20
)

// Heavy returns what counts the heaviest keys exactly, about so many: those
// from [Bounds.Threshold] on.
func (b *Bounds) Heavy(keys int) *Heavy { return b.HeavyFrom(b.Threshold(keys)) }

// HeavyFrom returns what counts every key exactly that has the threshold, at least 1. If those are
// too many for its memory, 32,768 keys or 4 MiB of keys, it raises the threshold until they are not.
func (b *Bounds) HeavyFrom(threshold uint64) *Heavy {
	h := &Heavy{bounds: b, counts: keyCounts{}}
	h.threshold.Store(max(threshold, 1))
	return h
}

// Threshold is the load from which every key is counted. It is final when all rows are added.
func (h *Heavy) Threshold() uint64 { return h.threshold.Load() }

// Add adds rows, whose Hashes are there. If it fails it has added none.
func (h *Heavy) Add(rows *Rows) error {
	if err := h.total.addRows(rows); err != nil {
		return err
	}
	threshold := h.threshold.Load()
	var keys keyCounts
	for i, hash := range rows.Hashes {
		if h.bounds.Of(hash) >= threshold {
			keys.add(rows, i)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts.merge(keys, func(key *HeavyKey) bool { return h.bounds.Of(key.Hash) >= h.threshold.Load() })
	if h.counts.tooMany() {
		h.raise()
	}
	return nil
}

// raise sets the threshold to the smallest with which the keys that are there fit in. As more
// keys come it only rises, and at the end it is the smallest for all keys, whoever came first.
func (h *Heavy) raise() {
	keys := h.counts.sorted(func(key *HeavyKey) uint64 { return h.bounds.Of(key.Hash) })
	fit := keyCounts{}
	i := 0
	for ; i < len(keys); i++ {
		fit.insert(keys[i])
		if fit.tooMany() {
			break
		}
	}
	threshold := h.bounds.Of(keys[i].Hash) + 1
	h.threshold.Store(threshold)
	h.counts = keyCounts{}
	for _, key := range keys[:i] {
		if h.bounds.Of(key.Hash) >= threshold {
			h.counts.insert(key)
		}
	}
}

// Keys returns every key that has the threshold, the heaviest first. Nobody may add meanwhile.
func (h *Heavy) Keys() []HeavyKey {
	h.mu.Lock()
	defer h.mu.Unlock()
	measure, threshold := h.bounds.measure, h.threshold.Load()
	return slices.DeleteFunc(h.counts.heaviest(measure), func(key HeavyKey) bool { return measure.Of(key.Load) < threshold })
}

// Census counts every key of a stream exactly, for as long as they are few. Any
// number of goroutines may add to it at a time.
type Census struct {
	over  atomic.Bool // the keys were too many
	total total

	mu     sync.Mutex
	counts keyCounts
}

// NewCensus returns a census of up to 32,768 keys, which have 4 MiB at most.
func NewCensus() *Census { return &Census{} }

// Add adds rows, whose Hashes are there. If it fails it has added none.
func (c *Census) Add(rows *Rows) error {
	if err := c.total.addRows(rows); err != nil {
		return err
	}
	if c.over.Load() {
		return nil
	}
	var keys keyCounts
	for i := range rows.Hashes {
		keys.add(rows, i)
	}
	c.take(keys)
	return nil
}

// take adds keys, which are not used any more.
func (c *Census) take(keys keyCounts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.merge(keys, func(*HeavyKey) bool { return true })
	if c.over.Load() || c.counts.tooMany() {
		c.over.Store(true)
		c.counts = keyCounts{}
	}
}

// Merge adds what other has counted, which is of no use after that.
func (c *Census) Merge(other *Census) error {
	if err := c.total.add(other.total.load()); err != nil {
		return err
	}
	if other.over.Load() {
		c.over.Store(true)
	}
	c.take(other.counts)
	return nil
}

// Keys returns every key of the stream, the heaviest first; false if they were too many.
// Nobody may add meanwhile.
func (c *Census) Keys(measure Measure) ([]HeavyKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts.heaviest(measure), !c.over.Load()
}

// addRows adds all rows, or fails if one of them lacks something, its hash too, or if a sum would be
// 2^64 or more.
func (t *total) addRows(rows *Rows) error {
	if err := errors.Join(rows.checkHashes(), rows.check()); err != nil {
		return err
	}
	all, err := rows.total()
	if err != nil {
		return err
	}
	return t.add(all)
}

// keyCounts are keys and what they have. The zero keyCounts has none.
type keyCounts struct {
	keys  map[string]*HeavyKey
	bytes int // of the keys
}

// tooMany says that the keys take more memory than they may.
func (k *keyCounts) tooMany() bool { return len(k.keys) > countedKeys || k.bytes > countedBytes }

// add adds row i.
func (k *keyCounts) add(rows *Rows, i int) {
	key := rows.Keys.Key(i)
	of := k.keys[string(key)]
	if of == nil {
		of = &HeavyKey{Key: bytes.Clone(key), Hash: rows.Hashes[i]}
		k.insert(of)
	}
	of.Load = of.Load.Plus(rows.Load(i))
}

// insert takes a key in that is not there.
func (k *keyCounts) insert(key *HeavyKey) {
	if k.keys == nil {
		k.keys = map[string]*HeavyKey{}
	}
	k.keys[string(key.Key)] = key
	k.bytes += len(key.Key)
}

// merge adds those of other that are wanted. other is not used any more.
func (k *keyCounts) merge(other keyCounts, wanted func(*HeavyKey) bool) {
	for text, key := range other.keys {
		switch of := k.keys[text]; {
		case of != nil:
			of.Load = of.Load.Plus(key.Load)
		case wanted(key):
			k.insert(key)
		}
	}
}

// sorted returns the keys, those with the most first, and of those with as much in the order of
// their bytes.
func (k *keyCounts) sorted(has func(*HeavyKey) uint64) []*HeavyKey {
	all := make([]*HeavyKey, 0, len(k.keys))
	for _, key := range k.keys {
		all = append(all, key)
	}
	slices.SortFunc(all, func(a, b *HeavyKey) int {
		return cmp.Or(cmp.Compare(has(b), has(a)), bytes.Compare(a.Key, b.Key))
	})
	return all
}

// heaviest returns the keys, the heaviest first.
func (k *keyCounts) heaviest(measure Measure) []HeavyKey {
	all := make([]HeavyKey, 0, len(k.keys))
	for _, key := range k.sorted(func(key *HeavyKey) uint64 { return measure.Of(key.Load) }) {
		all = append(all, *key)
	}
	return all
}
