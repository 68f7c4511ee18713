// Package ref is the plain store: sharded builtin maps, each behind a lock. It
// is correct before it is fast, so that it can serve as the oracle of the
// stores that are both, and as the peer that they must beat.
package ref

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"strings"
	"sync"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/place"
)

// Options configures a store; the zero value is good.
type Options struct {
	// Backend places the keys of batches. nil is the cpu backend.
	Backend keymill.Backend
}

// Store is a [kv.Store] in memory, and a [kv.PlacedSetter]. Values are never
// changed in place, so the callbacks of View and Scan run without a lock, and
// may call the store.
type Store struct {
	backend keymill.Backend
	params  keymill.Params
	scheme  place.Scheme // what params amount to, for single keys
	shards  [numShards]shard
	scratch sync.Pool // of *scratch
}

// numShards is what the bit budget of package hash gives to the shard.
const numShards = 1 << hash.ShardBits

type shard struct {
	mu     sync.RWMutex
	values map[string][]byte // nil: the store is closed
	_      [64]byte          // neighbours do not share a cache line
}

// scratch is the memory of one batch call.
type scratch struct {
	placement keymill.Placement
	groups    keymill.Groups
	values    [][]byte
}

var _ kv.PlacedSetter = (*Store)(nil)

// New returns an empty store. Its hash has a seed of its own, drawn at random,
// so that nobody can craft keys that meet in one shard.
func New(opts Options) *Store {
	var seed [8]byte
	_, _ = rand.Read(seed[:]) // never fails
	s := &Store{backend: opts.Backend, params: keymill.Params{
		Hash:   hash.XXH3,
		Seed:   hash.Seed64(binary.LittleEndian.Uint64(seed[:])),
		Scheme: place.Fastrange(numShards), // the top bits: see hash's bit budget
	}}
	s.scheme = s.params.Scheme.With(s.params.Hash, s.params.Seed)
	if s.backend == nil {
		s.backend = cpu.New()
	}
	s.scratch.New = func() any { return new(scratch) }
	for i := range s.shards {
		s.shards[i].values = map[string][]byte{}
	}
	return s
}

// Params implements [kv.PlacedSetter].
func (s *Store) Params() keymill.Params { return s.params }

func (s *Store) shard(key []byte) *shard {
	_, i := s.scheme.Place(key)
	return &s.shards[i]
}

// lookup returns the value of the key, the store's own memory.
func (s *Store) lookup(ctx context.Context, key []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sh := s.shard(key)
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	value, ok := sh.values[string(key)]
	switch {
	case sh.values == nil:
		return nil, kv.ErrClosed
	case !ok:
		return nil, kv.ErrNotFound
	}
	return value, nil
}

// Get implements [kv.Store].
func (s *Store) Get(ctx context.Context, key, dst []byte) ([]byte, error) {
	value, err := s.lookup(ctx, key)
	if err != nil {
		return dst, err
	}
	if dst == nil { // an empty value is not nil
		dst = make([]byte, 0, len(value))
	}
	return append(dst, value...), nil
}

// View implements [kv.Store]; f may call the store.
func (s *Store) View(ctx context.Context, key []byte, f func(value []byte) error) error {
	value, err := s.lookup(ctx, key)
	if err != nil {
		return err
	}
	return f(value[:len(value):len(value)])
}

// Exists implements [kv.Store].
func (s *Store) Exists(ctx context.Context, key []byte) (bool, error) {
	_, err := s.lookup(ctx, key)
	if err == kv.ErrNotFound {
		return false, nil
	}
	return err == nil, err
}

// Set implements [kv.Store].
func (s *Store) Set(ctx context.Context, key, value []byte, _ kv.SetOptions) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := kv.CheckSize(key, value); err != nil {
		return err
	}
	sh := s.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.values == nil {
		return kv.ErrClosed
	}
	sh.values[string(key)] = copied(value)
	return nil
}

// copied returns a copy that is not nil.
func copied(value []byte) []byte { return append(make([]byte, 0, len(value)), value...) }

// Delete implements [kv.Store].
func (s *Store) Delete(ctx context.Context, key []byte) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	sh := s.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.values == nil {
		return false, kv.ErrClosed
	}
	_, ok := sh.values[string(key)]
	delete(sh.values, string(key))
	return ok, nil
}

// Scan implements [kv.Store]. It sees each shard as it was at one moment.
func (s *Store) Scan(ctx context.Context, prefix []byte, f func(key, value []byte) error) error {
	type entry struct {
		key   string
		value []byte
	}
	var entries []entry
	var key []byte
	for i := range s.shards {
		if err := ctx.Err(); err != nil {
			return err
		}
		sh := &s.shards[i]
		entries = entries[:0]
		sh.mu.RLock()
		closed := sh.values == nil
		for key, value := range sh.values {
			if strings.HasPrefix(key, string(prefix)) {
				entries = append(entries, entry{key, value})
			}
		}
		sh.mu.RUnlock()
		if closed {
			return kv.ErrClosed
		}
		for _, e := range entries {
			if err := ctx.Err(); err != nil {
				return err
			}
			key = append(key[:0], e.key...)
			if err := f(key, e.value[:len(e.value):len(e.value)]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Len implements [kv.Store].
func (s *Store) Len() int {
	n := 0
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.RLock()
		n += len(sh.values)
		sh.mu.RUnlock()
	}
	return n
}

// Close implements [kv.Store].
func (s *Store) Close() error {
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		sh.values = nil
		sh.mu.Unlock()
	}
	return nil
}
