package plan

import "sync/atomic"

// Stamp tells two passes over the same rows from passes over different ones: it sums up
// the rows, in any order. Any number of goroutines may add to it at a time.
type Stamp struct {
	total total
	sum   atomic.Uint64
}

// Add adds rows, whose Hashes are there. If it fails it has added none.
func (s *Stamp) Add(rows *Rows) error {
	if err := s.total.addRows(rows); err != nil {
		return err
	}
	sum := uint64(0)
	for i, h := range rows.Hashes {
		load := rows.Load(i)
		sum += mix(h + mix(load.Bytes+golden*load.Weight)) // which key has which load counts
	}
	s.sum.Add(sum)
	return nil
}

// Merge adds the rows of other.
func (s *Stamp) Merge(other *Stamp) error {
	if err := s.total.add(other.Load()); err != nil {
		return err
	}
	s.sum.Add(other.sum.Load())
	return nil
}

// Load returns what all rows have. Nobody may add meanwhile.
func (s *Stamp) Load() Load { return s.total.load() }

// Equal says whether other had the same rows. Rows that differ have the same stamp with a
// chance of 1 in 2^64, if nobody chose them so.
func (s *Stamp) Equal(other *Stamp) bool {
	return s.Load() == other.Load() && s.sum.Load() == other.sum.Load()
}
