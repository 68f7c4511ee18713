package plan

import (
	"fmt"

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
// read only, and not kept.
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
	l := Load{Keys: 1, Bytes: uint64(len(r.Keys.Key(i)))}
	if r.Values != nil && r.Values.Len() > 0 {
		l.Bytes += uint64(len(r.Values.Key(i)))
	}
	if r.Weights != nil {
		l.Weight = r.Weights[i]
	}
	return l
}

// plain says that a row is its key: it has no value, no weight, and keys are of
// one width, which is returned.
func (r *Rows) plain() (width int, ok bool) {
	return r.Keys.Width, r.Keys.Width > 0 && r.Weights == nil && (r.Values == nil || r.Values.Len() == 0)
}

// checkHashes says whether each row has its hash.
func (r *Rows) checkHashes() error {
	if len(r.Hashes) != r.Keys.Len() {
		return fmt.Errorf("%d hashes for %d rows: each row has one", len(r.Hashes), r.Keys.Len())
	}
	return nil
}
