package plan

import (
	"errors"
	"fmt"
	"math/bits"
	"sync/atomic"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/nearest"
)

// Load is what a partition, a node or a key has of the rows of a stream. A row
// counts each time it occurs.
type Load struct {
	Keys   uint64 `json:"keys"`             // rows
	Bytes  uint64 `json:"bytes"`            // of their keys and values
	Weight uint64 `json:"weight,omitempty"` // the sum of their weights, of a stream that has them
}

// Plus returns the sum of both.
func (l Load) Plus(m Load) Load {
	return Load{l.Keys + m.Keys, l.Bytes + m.Bytes, l.Weight + m.Weight}
}

// minus returns what is left of l without m, which is a part of it.
func (l Load) minus(m Load) Load {
	return Load{l.Keys - m.Keys, l.Bytes - m.Bytes, l.Weight - m.Weight}
}

// Measure is what a plan balances: which number of a [Load].
type Measure string

// The measures.
const (
	ByKeys   Measure = "keys"
	ByBytes  Measure = "bytes"
	ByWeight Measure = "weight"
)

// ParseMeasure returns the measure of that name.
func ParseMeasure(name string) (Measure, error) {
	switch m := Measure(name); m {
	case ByKeys, ByBytes, ByWeight:
		return m, nil
	}
	return "", nearest.Unknown("measure", name, []string{string(ByKeys), string(ByBytes), string(ByWeight)})
}

// Of returns that number of the load.
func (m Measure) Of(l Load) uint64 {
	switch m {
	case ByKeys:
		return l.Keys
	case ByBytes:
		return l.Bytes
	case ByWeight:
		return l.Weight
	}
	panic(fmt.Sprintf("plan: no measure %q", string(m)))
}

// Rows are some rows of a stream: their keys, and what else a plan looks at. All is
// read only, and not kept. The batches are valid, as those are that were placed.
type Rows struct {
	Keys    *keymill.Batch
	Values  *keymill.Batch // as many as Keys; nil or empty if there are none
	Weights []uint64       // as many as Keys; nil if every row weighs nothing
	Hashes  []uint64       // [Identity] of the keys; what looks at single keys needs them
	Serials []uint64       // a number of each row that no other has; only [Draws] look at them
}

// Identity is how the keys of Rows.Hashes are hashed. Two keys of the same hash
// count as one key, which among 10^8 keys has a chance of 1 in 3,700.
func Identity() keymill.Params {
	// A seed of its own, so that a stream that was sorted or split by xxh3 is as good as any.
	return keymill.Params{Hash: hash.XXH3, Seed: hash.Seed64(0x6b65796d696c6c21)}
}

// Load returns what row i is.
func (r *Rows) Load(i int) Load {
	l := Load{Keys: 1, Bytes: length(r.Keys, i)}
	if r.hasValues() {
		l.Bytes += length(r.Values, i)
	}
	if r.Weights != nil {
		l.Weight = r.Weights[i]
	}
	return l
}

func length(b *keymill.Batch, i int) uint64 {
	if b.Width > 0 {
		return uint64(b.Width)
	}
	return uint64(b.Offsets[i+1] - b.Offsets[i])
}

func (r *Rows) hasValues() bool { return r.Values != nil && r.Values.Size() > 0 }

// total returns what all rows are together.
func (r *Rows) total() (Load, error) {
	l := Load{Keys: uint64(r.Keys.Len()), Bytes: uint64(r.Keys.Size())}
	if r.hasValues() {
		l.Bytes += uint64(r.Values.Size())
	}
	wrapped := uint64(0)
	for _, w := range r.Weights {
		carry := uint64(0)
		l.Weight, carry = bits.Add64(l.Weight, w, 0)
		wrapped |= carry
	}
	if wrapped > 0 {
		return l, errWeights
	}
	return l, nil
}

// block is how many rows are looked at together, in memory on the stack.
const block = 256

// amounts returns what rows lo and on have of the measure, in the memory of into.
func (r *Rows) amounts(measure Measure, lo int, into []uint64) {
	switch measure {
	case ByKeys:
		fill(into, 1)
	case ByBytes:
		r.lengths(lo, into)
	case ByWeight:
		if r.Weights == nil {
			clear(into)
			return
		}
		copy(into, r.Weights[lo:])
	default:
		panic(fmt.Sprintf("plan: no measure %q", string(measure)))
	}
}

// lengths returns the bytes of rows lo and on, in the memory of into.
func (r *Rows) lengths(lo int, into []uint64) {
	clear(into)
	addLengths(r.Keys, lo, into)
	if r.hasValues() {
		addLengths(r.Values, lo, into)
	}
}

func addLengths(b *keymill.Batch, lo int, into []uint64) {
	if b.Width > 0 {
		for i := range into {
			into[i] += uint64(b.Width)
		}
		return
	}
	offsets := b.Offsets[lo : lo+len(into)+1]
	start := offsets[0]
	for i, end := range offsets[1:] {
		into[i] += uint64(end - start)
		start = end
	}
}

func fill(into []uint64, x uint64) {
	for i := range into {
		into[i] = x
	}
}

// checkHashes says whether each row has its hash.
func (r *Rows) checkHashes() error {
	if len(r.Hashes) != r.Keys.Len() {
		return fmt.Errorf("%d hashes for %d rows: each row has one", len(r.Hashes), r.Keys.Len())
	}
	return nil
}

// check says whether each row has what it should have.
func (r *Rows) check() error {
	n := r.Keys.Len()
	if r.hasValues() && r.Values.Len() != n {
		return fmt.Errorf("%d values for %d rows: each row has one", r.Values.Len(), n)
	}
	if r.Weights != nil && len(r.Weights) != n {
		return fmt.Errorf("%d weights for %d rows: each row has one", len(r.Weights), n)
	}
	return nil
}

// total is what has been added to something. No sum of what some rows have is above
// it, so where it stays below 2^64, they all do.
type total struct{ keys, bytes, weight atomic.Uint64 }

var (
	errBytes   = errors.New("the bytes of all rows are 2^64 or more: plan a part of them")
	errWeights = errors.New("the weights of all rows are 2^64 or more: give them in a larger unit")
)

// add adds a load, or fails.
func (t *total) add(l Load) error {
	t.keys.Add(l.Keys) // it would take a century
	if !addBelow(&t.bytes, l.Bytes) {
		return errBytes
	}
	if !addBelow(&t.weight, l.Weight) {
		return errWeights
	}
	return nil
}

// load returns what has been added.
func (t *total) load() Load { return Load{t.keys.Load(), t.bytes.Load(), t.weight.Load()} }

// addBelow adds n, or returns false if the sum would be 2^64 or more.
func addBelow(sum *atomic.Uint64, n uint64) bool {
	for {
		before := sum.Load()
		after, carry := bits.Add64(before, n, 0)
		if carry > 0 {
			return false
		}
		if sum.CompareAndSwap(before, after) {
			return true
		}
	}
}
