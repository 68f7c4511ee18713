package plan

import "sync"

// Stamp tells two passes over the same rows from passes over different ones: it sums up
// the rows, in any order. Any number of goroutines may add to it at a time.
type Stamp struct {
	mu   sync.Mutex
	load Load
	sum  uint64
}

// Add adds rows, whose Hashes are there.
func (s *Stamp) Add(rows *Rows) error {
	if err := rows.checkHashes(); err != nil {
		return err
	}
	load, sum := Load{}, uint64(0)
	for i, h := range rows.Hashes {
		l := rows.Load(i)
		load = load.Plus(l)
		sum += mix(h + mix(l.Bytes+golden*l.Weight)) // which key has which load counts
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load, s.sum = s.load.Plus(load), s.sum+sum
	return nil
}

// Load returns what all rows have. Nobody may add meanwhile.
func (s *Stamp) Load() Load { return s.load }

// Equal says whether other had the same rows. Rows that differ have the same stamp with a
// chance of 1 in 2^64, if nobody chose them so.
func (s *Stamp) Equal(other *Stamp) bool { return s.load == other.load && s.sum == other.sum }
