package plan

import "sync"

// shards is memory of one kind for goroutines that add up at a time: each takes
// one for as long as it adds, and nobody waits unless all that may be made are
// taken.
type shards[T any] struct {
	make func() T
	most int // how many may be made

	mu   sync.Mutex
	back sync.Cond // L is mu: a shard has come back
	all  []T
	free []T
}

// newShards returns shards of size bytes each, of which together about most bytes are made,
// and at least one.
func newShards[T any](size, most int, make func() T) *shards[T] {
	s := &shards[T]{make: make, most: max(most/max(size, 1), 1)}
	s.back.L = &s.mu
	return s
}

// take returns a shard that nobody has, to be given back.
func (s *shards[T]) take() T {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.free) == 0 && len(s.all) == s.most {
		s.back.Wait()
	}
	if n := len(s.free); n > 0 {
		shard := s.free[n-1]
		s.free = s.free[:n-1]
		return shard
	}
	shard := s.make()
	s.all = append(s.all, shard)
	return shard
}

func (s *shards[T]) giveBack(shard T) {
	s.mu.Lock()
	s.free = append(s.free, shard)
	s.mu.Unlock()
	s.back.Signal()
}

// each calls f with every shard, none of which may be taken meanwhile.
func (s *shards[T]) each(f func(T)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, shard := range s.all {
		f(shard)
	}
}
