package plan

import (
	"bytes"
	"cmp"
	"slices"
)

// Heavy counts in a second pass over the rows of a stream what its heaviest keys
// have: exactly, and all of them that have the threshold. Any number of goroutines
// may add to it at a time.
type Heavy struct {
	bounds    *Bounds
	total     total
	threshold uint64
	shards    *shards[map[string]*HeavyKey]
}

// HeavyKey is a key and what it has.
type HeavyKey struct {
	Key  []byte
	Hash uint64 // as [Identity] says
	Load Load
}

// heavyShards is how many goroutines count at a time, each in a map of its own.
const heavyShards = 16

// Heavy returns what counts the heaviest keys exactly, about so many: those
// from [Bounds.Threshold] on.
func (b *Bounds) Heavy(keys int) *Heavy {
	return &Heavy{bounds: b, threshold: b.Threshold(keys), shards: newShards(1, heavyShards, func() map[string]*HeavyKey { return map[string]*HeavyKey{} })}
}

// Threshold is the load from which every key is counted.
func (h *Heavy) Threshold() uint64 { return h.threshold }

// Add adds rows, whose Hashes are there. If it fails it has added none.
func (h *Heavy) Add(rows *Rows) error {
	if err := rows.checkHashes(); err != nil {
		return err
	}
	if err := rows.check(); err != nil {
		return err
	}
	all, err := rows.total()
	if err != nil {
		return err
	}
	if err := h.total.add(all); err != nil {
		return err
	}
	var keys map[string]*HeavyKey
	for i, hash := range rows.Hashes {
		if h.bounds.Of(hash) < h.threshold {
			continue
		}
		if keys == nil {
			keys = h.shards.take()
			defer h.shards.giveBack(keys)
		}
		key := rows.Keys.Key(i)
		of := keys[string(key)]
		if of == nil {
			of = &HeavyKey{Key: bytes.Clone(key), Hash: hash}
			keys[string(key)] = of
		}
		of.Load = of.Load.Plus(rows.Load(i))
	}
	return nil
}

// Keys returns every key that has the threshold, the heaviest first. Nobody may add meanwhile.
func (h *Heavy) Keys() []HeavyKey {
	sum := map[string]*HeavyKey{}
	h.shards.each(func(keys map[string]*HeavyKey) {
		for text, key := range keys {
			if of := sum[text]; of != nil {
				of.Load = of.Load.Plus(key.Load)
			} else {
				copied := *key
				sum[text] = &copied
			}
		}
	})
	measure := h.bounds.measure
	var all []HeavyKey
	for _, key := range sum {
		if measure.Of(key.Load) >= h.threshold {
			all = append(all, *key)
		}
	}
	slices.SortFunc(all, func(a, b HeavyKey) int {
		return cmp.Or(cmp.Compare(measure.Of(b.Load), measure.Of(a.Load)), bytes.Compare(a.Key, b.Key))
	})
	return all
}
