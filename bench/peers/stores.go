package main

import (
	"bytes"
	"context"
	"hash/maphash"
	"sync"
	"time"

	"github.com/VictoriaMetrics/fastcache"
	"github.com/allegro/bigcache/v3"
	"github.com/alphadose/haxmap"
	"github.com/coocood/freecache"
	"github.com/maypok86/otter/v2"
	cmap "github.com/orcaman/concurrent-map/v2"
	"github.com/puzpuzpuz/xsync/v4"

	"github.com/keymill/keymill/bench"
)

// stores are those in memory. Maps hold a copy of key and value, which a store
// that owns its memory needs. A hint of the number of keys flatters the maps, so
// the fastest two are there without one too. The caches are made so large that
// they drop nothing: they would be faster, and wrong, if they did.
var stores = []bench.StoreSide{
	{Name: "sharded maps", Open: func(hint int) (bench.Subject, error) { return newSharded(hint), nil }},
	{Name: "sync.Map", Open: func(int) (bench.Subject, error) { return &syncMap{}, nil }},
	{Name: "xsync", Open: func(hint int) (bench.Subject, error) {
		return xsyncMap{xsync.NewMap[string, []byte](xsync.WithPresize(hint))}, nil
	}},
	{Name: "xsync without hint", Open: func(int) (bench.Subject, error) { return xsyncMap{xsync.NewMap[string, []byte]()}, nil }},
	{Name: "haxmap", Open: func(hint int) (bench.Subject, error) { return haxMap{haxmap.New[string, []byte](uintptr(hint))}, nil }},
	{Name: "concurrent-map", Open: func(int) (bench.Subject, error) { return concurrentMap{cmap.New[[]byte]()}, nil }},
	{Name: "otter", Open: openOtter},
	{Name: "bigcache", Open: openBigcache},
	{Name: "freecache", Open: func(hint int) (bench.Subject, error) { return free{freecache.NewCache(hint * 512)}, nil }},
	{Name: "fastcache", Open: func(hint int) (bench.Subject, error) { return fast{fastcache.New(hint * 512)}, nil }},
}

// sharded is the builtin map, 256 of them, each with a lock.
type sharded struct {
	seed   maphash.Seed
	shards [256]struct {
		sync.RWMutex
		m map[string][]byte
		_ [32]byte // a line of the cache each
	}
}

func newSharded(hint int) *sharded {
	s := &sharded{seed: maphash.MakeSeed()}
	for i := range s.shards {
		s.shards[i].m = make(map[string][]byte, hint/len(s.shards))
	}
	return s
}

func (s *sharded) Set(key, value []byte) error {
	shard := &s.shards[maphash.Bytes(s.seed, key)>>56]
	value = bytes.Clone(value)
	shard.Lock()
	defer shard.Unlock()
	shard.m[string(key)] = value
	return nil
}

func (s *sharded) Get(key []byte) ([]byte, bool) {
	shard := &s.shards[maphash.Bytes(s.seed, key)>>56]
	shard.RLock()
	defer shard.RUnlock()
	value, found := shard.m[string(key)]
	return value, found
}

func (s *sharded) Close() error { return nil }

type syncMap struct{ m sync.Map }

func (s *syncMap) Set(key, value []byte) error {
	s.m.Store(string(key), bytes.Clone(value))
	return nil
}

func (s *syncMap) Get(key []byte) ([]byte, bool) {
	value, found := s.m.Load(string(key))
	if !found {
		return nil, false
	}
	return value.([]byte), true
}

func (s *syncMap) Close() error { return nil }

type xsyncMap struct{ m *xsync.Map[string, []byte] }

func (x xsyncMap) Set(key, value []byte) error {
	x.m.Store(string(key), bytes.Clone(value))
	return nil
}
func (x xsyncMap) Get(key []byte) ([]byte, bool) { return x.m.Load(string(key)) }
func (x xsyncMap) Close() error                  { return nil }

type haxMap struct{ m *haxmap.Map[string, []byte] }

func (h haxMap) Set(key, value []byte) error {
	h.m.Set(string(key), bytes.Clone(value))
	return nil
}
func (h haxMap) Get(key []byte) ([]byte, bool) { return h.m.Get(string(key)) }
func (h haxMap) Close() error                  { return nil }

type concurrentMap struct {
	m cmap.ConcurrentMap[string, []byte]
}

func (c concurrentMap) Set(key, value []byte) error {
	c.m.Set(string(key), bytes.Clone(value))
	return nil
}
func (c concurrentMap) Get(key []byte) ([]byte, bool) { return c.m.Get(string(key)) }
func (c concurrentMap) Close() error                  { return nil }

type otterCache struct{ c *otter.Cache[string, []byte] }

func openOtter(hint int) (bench.Subject, error) {
	c, err := otter.New(&otter.Options[string, []byte]{MaximumSize: 2 * hint, InitialCapacity: hint})
	return otterCache{c}, err
}

func (o otterCache) Set(key, value []byte) error {
	o.c.Set(string(key), bytes.Clone(value))
	return nil
}
func (o otterCache) Get(key []byte) ([]byte, bool) { return o.c.GetIfPresent(string(key)) }
func (o otterCache) Close() error                  { o.c.StopAllGoroutines(); return nil }

type big struct{ c *bigcache.BigCache }

func openBigcache(hint int) (bench.Subject, error) {
	config := bigcache.DefaultConfig(1000 * time.Hour)
	config.CleanWindow, config.MaxEntriesInWindow, config.MaxEntrySize, config.Verbose = 0, hint, 128, false
	c, err := bigcache.New(context.Background(), config)
	return big{c}, err
}

func (b big) Set(key, value []byte) error { return b.c.Set(string(key), value) }
func (b big) Get(key []byte) ([]byte, bool) {
	value, err := b.c.Get(string(key))
	return value, err == nil
}
func (b big) Close() error { return b.c.Close() }

type free struct{ c *freecache.Cache }

func (f free) Set(key, value []byte) error { return f.c.Set(key, value, 0) }
func (f free) Get(key []byte) ([]byte, bool) {
	value, err := f.c.Get(key)
	return value, err == nil
}
func (f free) Close() error { return nil }

type fast struct{ c *fastcache.Cache }

func (f fast) Set(key, value []byte) error {
	f.c.Set(key, value)
	return nil
}
func (f fast) Get(key []byte) ([]byte, bool) { return f.c.HasGet(nil, key) }
func (f fast) Close() error                  { f.c.Reset(); return nil }
