package plan

import (
	"fmt"

	"github.com/keymill/keymill"
)

// Tally is what each partition has. It is exact. Any number of goroutines may add
// to it at a time.
type Tally struct {
	parts    uint32
	weighted bool
	shards   *shards[*tally]
}

// tally is what one goroutine at a time adds to. Keys and bytes lie side by side,
// so that a row touches one line of the cache.
type tally struct {
	loads    []keysAndBytes
	weights  []uint64 // nil: rows have none
	unplaced Load
}

type keysAndBytes struct{ keys, bytes uint64 }

// tallyMemory is what a tally takes of memory if its partitions are few.
const tallyMemory = 8 << 20

// NewTally returns a tally of so many partitions: 16 bytes of memory each, 24 if
// rows are weighted; up to 8 MiB in all, several times that.
func NewTally(parts uint32, weighted bool) *Tally {
	size := 16 * int(parts)
	if weighted {
		size += 8 * int(parts)
	}
	return &Tally{parts, weighted, newShards(size, tallyMemory, func() *tally {
		t := &tally{loads: make([]keysAndBytes, parts)}
		if weighted {
			t.weights = make([]uint64, parts)
		}
		return t
	})}
}

// Add adds rows, each to its partition, of which there are as many; rows of
// [keymill.NoPartition] are summed up by themselves.
func (t *Tally) Add(rows *Rows, parts []uint32) error {
	if err := t.check(rows, parts); err != nil {
		return err
	}
	s := t.shards.take()
	defer t.shards.giveBack(s)
	if width, plain := rows.plain(); plain {
		s.addPlain(parts, uint64(width))
		return nil
	}
	for i, p := range parts {
		l := rows.Load(i)
		if p == keymill.NoPartition {
			s.unplaced = s.unplaced.Plus(l)
			continue
		}
		of := &s.loads[p]
		of.keys++
		of.bytes += l.Bytes
		if s.weights != nil {
			s.weights[p] += l.Weight
		}
	}
	return nil
}

// addPlain adds rows that are keys of one width.
func (s *tally) addPlain(parts []uint32, width uint64) {
	for _, p := range parts {
		if p == keymill.NoPartition {
			s.unplaced.Keys++
			s.unplaced.Bytes += width
			continue
		}
		of := &s.loads[p]
		of.keys++
		of.bytes += width
	}
}

func (t *Tally) check(rows *Rows, parts []uint32) error {
	if len(parts) != rows.Keys.Len() {
		return fmt.Errorf("%d partitions for %d rows: each row has one", len(parts), rows.Keys.Len())
	}
	if rows.Weights != nil && !t.weighted {
		return fmt.Errorf("rows with weights, for a tally that was made without")
	}
	for i, p := range parts {
		if p >= t.parts && p != keymill.NoPartition {
			return fmt.Errorf("row %d: partition %d, of a tally of %d", i, p, t.parts)
		}
	}
	return nil
}

// Merge adds what other has, which is as large.
func (t *Tally) Merge(other *Tally) error {
	if t.parts != other.parts || t.weighted != other.weighted {
		return fmt.Errorf("a tally of %d partitions cannot take one of %d, nor weights what has none", t.parts, other.parts)
	}
	sum, unplaced := other.Loads()
	into := t.shards.take()
	defer t.shards.giveBack(into)
	into.unplaced = into.unplaced.Plus(unplaced)
	for p, l := range sum {
		into.loads[p].keys += l.Keys
		into.loads[p].bytes += l.Bytes
		if into.weights != nil {
			into.weights[p] += l.Weight
		}
	}
	return nil
}

// Loads returns what each partition has, and what has none. Nobody may add meanwhile.
func (t *Tally) Loads() (loads []Load, unplaced Load) {
	loads = make([]Load, t.parts)
	t.shards.each(func(s *tally) {
		unplaced = unplaced.Plus(s.unplaced)
		for p, l := range s.loads {
			loads[p].Keys += l.keys
			loads[p].Bytes += l.bytes
			if s.weights != nil {
				loads[p].Weight += s.weights[p]
			}
		}
	})
	return loads, unplaced
}
