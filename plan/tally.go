package plan

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/keymill/keymill"
)

// Tally is what each partition has. It is exact. Any number of goroutines may add
// to it at a time.
type Tally struct {
	parts    uint32
	weighted bool
	total    total
	shards   *shards[*tally]
}

// tally is what one goroutine at a time adds to.
type tally struct {
	Loads
	unplaced Load
}

// Loads is what each of several partitions has: 16 bytes of memory each, 24 if rows
// are weighted. In JSON it is a column a measure.
type Loads struct {
	// Keys and bytes lie side by side, so that a row touches one line of the cache.
	of      []keysAndBytes
	weights []uint64 // nil: rows have none
}

type keysAndBytes struct{ keys, bytes uint64 }

// Len returns the number of partitions.
func (l *Loads) Len() int { return len(l.of) }

// At returns what partition p has.
func (l *Loads) At(p int) Load {
	load := Load{Keys: l.of[p].keys, Bytes: l.of[p].bytes}
	if l.weights != nil {
		load.Weight = l.weights[p]
	}
	return load
}

// Spread returns how unevenly the partitions have a measure.
func (l *Loads) Spread(by Measure) (Spread, error) {
	return spreadOf(l.Len(), func(p int) uint64 { return by.Of(l.At(p)) }, nil)
}

// MarshalJSON writes {"keys":[...],"bytes":[...],"weight":[...]}, the last only of
// weighted rows.
func (l *Loads) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	column := func(name string, of func(p int) uint64) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(strconv.AppendQuote(out, name), ':', '[')
		for p := range l.of {
			if p > 0 {
				out = append(out, ',')
			}
			out = strconv.AppendUint(out, of(p), 10)
		}
		out = append(out, ']')
	}
	column(string(ByKeys), func(p int) uint64 { return l.of[p].keys })
	column(string(ByBytes), func(p int) uint64 { return l.of[p].bytes })
	if l.weights != nil {
		column(string(ByWeight), func(p int) uint64 { return l.weights[p] })
	}
	return append(out, '}'), nil
}

var _ json.Marshaler = (*Loads)(nil)

// add adds what other has, and takes it from there.
func (l *Loads) take(other *Loads) {
	for p, load := range other.of {
		l.of[p].keys += load.keys
		l.of[p].bytes += load.bytes
	}
	for p, weight := range other.weights {
		l.weights[p] += weight
	}
	clear(other.of)
	clear(other.weights)
}

// tallyMemory is what a tally takes of memory if its partitions are few.
const tallyMemory = 8 << 20

// NewTally returns a tally of so many partitions: 16 bytes of memory each, 24 if
// rows are weighted; up to 8 MiB in all, several times that.
func NewTally(parts uint32, weighted bool) *Tally {
	size := 16 * int(parts)
	if weighted {
		size += 8 * int(parts)
	}
	return &Tally{parts: parts, weighted: weighted, shards: newShards(size, tallyMemory, func() *tally {
		t := &tally{Loads: Loads{of: make([]keysAndBytes, parts)}}
		if weighted {
			t.weights = make([]uint64, parts)
		}
		return t
	})}
}

// Add adds rows, each to its partition, of which there are as many; rows of
// [keymill.NoPartition] are summed up by themselves. If it fails it has added none.
func (t *Tally) Add(rows *Rows, parts []uint32) error {
	_, err := t.addRows(rows, parts)
	return err
}

// addRows is Add; unplaced says that some rows have no partition.
func (t *Tally) addRows(rows *Rows, parts []uint32) (unplaced bool, err error) {
	if unplaced, err = t.check(rows, parts); err != nil {
		return unplaced, err
	}
	all, err := rows.total()
	if err != nil {
		return unplaced, err
	}
	if err := t.total.add(all); err != nil {
		return unplaced, err
	}
	s := t.shards.take()
	defer t.shards.giveBack(s)
	var memory [block]uint64
	for lo := 0; lo < len(parts); lo += block {
		some := parts[lo:min(lo+block, len(parts))]
		lengths := memory[:len(some)]
		rows.lengths(lo, lengths)
		s.add(some, lengths)
		if rows.Weights != nil {
			s.weigh(some, rows.Weights[lo:])
		}
	}
	return unplaced, nil
}

func (t *tally) add(parts []uint32, lengths []uint64) {
	for i, p := range parts {
		if uint64(p) < uint64(len(t.of)) {
			of := &t.of[p]
			of.keys++
			of.bytes += lengths[i]
		} else {
			t.unplaced.Keys++
			t.unplaced.Bytes += lengths[i]
		}
	}
}

func (t *tally) weigh(parts []uint32, weights []uint64) {
	for i, p := range parts {
		if uint64(p) < uint64(len(t.weights)) {
			t.weights[p] += weights[i]
		} else {
			t.unplaced.Weight += weights[i]
		}
	}
}

func (t *Tally) check(rows *Rows, parts []uint32) (unplaced bool, err error) {
	if err := rows.check(); err != nil {
		return false, err
	}
	if len(parts) != rows.Keys.Len() {
		return false, fmt.Errorf("%d partitions for %d rows: each row has one", len(parts), rows.Keys.Len())
	}
	if rows.Weights != nil && !t.weighted {
		return false, fmt.Errorf("rows with weights, for a tally that was made without")
	}
	for i, p := range parts {
		if p < t.parts {
			continue
		}
		if p != keymill.NoPartition {
			return false, fmt.Errorf("row %d: partition %d, of a tally of %d", i, p, t.parts)
		}
		unplaced = true
	}
	return unplaced, nil
}

// Merge adds what other has, which is as large, and to which nobody may add meanwhile.
func (t *Tally) Merge(other *Tally) error {
	if t.parts != other.parts || t.weighted != other.weighted {
		return fmt.Errorf("a tally of %d partitions cannot take one of %d, nor weights what has none", t.parts, other.parts)
	}
	if err := t.total.add(other.total.load()); err != nil {
		return err
	}
	sum, unplaced := other.Sum()
	into := t.shards.take()
	defer t.shards.giveBack(into)
	into.unplaced = into.unplaced.Plus(unplaced)
	for p := range sum.of {
		into.of[p].keys += sum.of[p].keys
		into.of[p].bytes += sum.of[p].bytes
	}
	for p, weight := range sum.weights {
		into.weights[p] += weight
	}
	return nil
}

// Sum returns what each partition has, and what has none, in the memory of the tally:
// read it only, and before more is added. Nobody may add meanwhile.
func (t *Tally) Sum() (loads *Loads, unplaced Load) {
	var sum *tally
	t.shards.each(func(s *tally) {
		if sum == nil {
			sum = s
			return
		}
		sum.take(&s.Loads)
		sum.unplaced, s.unplaced = sum.unplaced.Plus(s.unplaced), Load{}
	})
	if sum == nil { // nobody has added
		sum = t.shards.take()
		t.shards.giveBack(sum)
	}
	return &sum.Loads, sum.unplaced
}

// Loads is [Tally.Sum] as a copy of 24 bytes a partition.
func (t *Tally) Loads() (loads []Load, unplaced Load) {
	sum, unplaced := t.Sum()
	loads = make([]Load, t.parts)
	for p := range loads {
		loads[p] = sum.At(p)
	}
	return loads, unplaced
}
