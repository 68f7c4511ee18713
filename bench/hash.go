package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
)

// allFamilies are the workloads of the function that is the default, mostFamilies
// those of the others, and someFamilies those of placements.
var (
	allFamilies  = []string{"fixed8", "fixed16", "fixed32", "fixed64", "uniform1-32", "zipf8-256", "user", "uuid", "url", "paths"}
	mostFamilies = []string{"fixed8", "fixed16", "uniform1-32", "zipf8-256", "user"}
	someFamilies = []string{"fixed16", "uniform1-32", "user"}
)

// definition is the name of the peer that is always there: package hash, or
// place, called once a key.
const definition = "definition"

// hashTable hashes batches, with every function.
func (c Config) hashTable(ctx context.Context, report *Report) (t table, err error) {
	columns := c.columns(report)
	t.close = columns.close
	defer func() {
		if err != nil {
			err = joined(err, t.close())
		}
	}()
	for _, f := range hash.All() {
		families := c.Workloads
		switch {
		case families != nil:
		case c.Quick && f == hash.XXH3:
			families = someFamilies
		case c.Quick && !slices.Contains([]hash.Func{hash.XXH64, hash.Murmur3x32, hash.CRC32C}, f):
			continue
		case c.Quick:
			families = someFamilies[:1]
		case f == hash.XXH3:
			families = allFamilies
		default:
			families = mostFamilies
		}
		for _, family := range families {
			g, err := columns.hashGroup(ctx, f, family)
			if err != nil {
				return t, err
			}
			if g != nil {
				t.groups = append(t.groups, g)
			}
		}
	}
	if c.Quick || c.Workloads != nil {
		return t, nil
	}
	for _, family := range []string{"fixed16", "uniform1-32"} {
		groups, err := c.twoCores(report, hash.XXH3, family)
		if err != nil {
			return t, err
		}
		t.groups = append(t.groups, groups...)
	}
	g, err := columns.scattered(hash.XXH3)
	if g != nil {
		t.groups = append(t.groups, g)
	}
	return t, err
}

// twoCores compares each backend on two goroutines with itself on one, on batches
// four times as large: to wake a core takes a tenth of a millisecond.
func (c Config) twoCores(report *Report, f hash.Func, family string) (groups []*group, err error) {
	c.Keys = 4 * cmp.Or(c.Keys, columnKeys)
	columns := c.columns(report)
	out, params := &keymill.Placement{Hashes: columns.hashes}, keymill.Params{Hash: f}
	if runtime.GOMAXPROCS(0) < 2 {
		return nil, nil
	}
	for _, b := range c.Backends {
		g := &group{name: fmt.Sprintf("%s %s on 2 cores", f, family), promises: promisesOf("hash")}
		w, err := columns.workload(g, family)
		if w == nil {
			return nil, err
		}
		g.keys, g.batches = w.Keys, len(w.Batches)
		both := keymill.Parallel(b, 2)
		g.ours = []side{sideOf(both.Name(), false, columns.hashes, func(batch int) error { return both.Place(out, &w.Batches[batch], params) })}
		g.peers = []side{sideOf(b.Name(), false, columns.hashes, func(batch int) error { return b.Place(out, &w.Batches[batch], params) })}
		g.roofs = columns.roofsOn(2, w, asBytes(columns.hashes))
		groups = append(groups, g)
	}
	return groups, nil
}

func (c *columns) hashGroup(ctx context.Context, f hash.Func, family string) (*group, error) {
	g := &group{name: f.String() + " " + family, promises: promisesOf("hash")}
	w, err := c.workload(g, family)
	if w == nil {
		return nil, err
	}
	peers := []columnPeer[uint64]{{definition, false, defined(f)}}
	var workers []side
	for _, p := range c.Peers.Hash {
		switch {
		case p.Func != f || p.Width != 0 && p.Width != w.Batches[0].Width:
		case p.Command != nil && !utf8.Valid(w.Batches[0].Data):
		case p.Command != nil:
			worker, err := c.worker(ctx, p, w)
			if err != nil {
				return nil, err
			}
			workers = append(workers, worker)
		default:
			peers = append(peers, columnPeer[uint64]{p.Name, p.Own, p.Hash})
		}
	}
	out := &keymill.Placement{Hashes: c.hashes}
	g = columnGroup(c, g, w, c.hashes, func(b keymill.Backend, batch *keymill.Batch) error {
		return b.Place(out, batch, keymill.Params{Hash: f})
	}, peers)
	if g != nil {
		g.peers = append(g.peers, workers...)
	}
	return g, nil
}

// worker starts a worker that has the keys of the workload.
func (c *columns) worker(ctx context.Context, p HashPeer, w *Workload) (s side, err error) {
	file, err := os.CreateTemp("", "keymill-bench-*")
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }() // the worker has read it by then
	rows, err := keysOnly(w)
	if err = errors.Join(err, rows.write(file), file.Close()); err != nil {
		return s, err
	}
	worker, err := startWorker(ctx, p.Command, p.Name, file.Name())
	if err != nil {
		return s, err
	}
	c.workers = append(c.workers, worker)
	return side{name: p.Name, own: p.Own, run: func(batch int) (time.Duration, uint64, error) {
		return worker.run("hash", false, batch*w.Keys, (batch+1)*w.Keys, 1)
	}}, nil
}

// defined hashes by the definition, a call per key.
func defined(f hash.Func) func(out []uint64, b *keymill.Batch) {
	return func(out []uint64, b *keymill.Batch) {
		for i := range out {
			out[i] = f.Sum64(b.Key(i), hash.Seed{})
		}
	}
}
