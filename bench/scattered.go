package bench

import (
	"math/rand/v2"
	"strings"
	"unsafe"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
)

// heapKeys is how many strings there are: a million, as a large program has.
const heapKeys = 1 << 20

// scattered hashes strings that lie in memory in another order than in their slice,
// as those of a program that has run for a while do.
func (c *columns) scattered(f hash.Func) (*group, error) {
	g := &group{name: f.String() + " scattered16", promises: promisesOf("hash"), keys: c.Keys}
	if !strings.Contains(g.name, c.Only) {
		return nil, nil
	}
	w, err := c.workload(g, "fixed16")
	if err != nil {
		return nil, err
	}
	g.batches = max(1, min(len(w.Batches), heapKeys/c.Keys))
	keys := shuffled(w.Batches[:g.batches], rand.New(rand.NewPCG(c.Seed, 2)))
	batch := func(i int) []string { return keys[i*c.Keys : (i+1)*c.Keys] }
	out, params := &keymill.Placement{Hashes: c.hashes}, keymill.Params{Hash: f}
	for _, b := range c.Backends {
		g.ours = append(g.ours, sideOf(b.Name(), false, c.hashes, func(i int) error {
			return keymill.PlaceStrings(b, out, batch(i), params)
		}))
	}
	peers := append([]HashPeer{{Name: definition, Func: f, Strings: definedStrings(f)}}, c.Peers.Hash...)
	for _, p := range peers {
		if p.Func == f && p.Strings != nil {
			g.peers = append(g.peers, sideOf(p.Name, p.Own, c.hashes, func(i int) error {
				p.Strings(c.hashes, batch(i))
				return nil
			}))
		}
	}
	return g, nil
}

// shuffled returns the keys of batches of fixed width as strings, in any order.
func shuffled(batches []keymill.Batch, rng *rand.Rand) (keys []string) {
	for _, b := range batches {
		text := unsafe.String(unsafe.SliceData(b.Data), len(b.Data))
		for ; len(text) > 0; text = text[b.Width:] {
			keys = append(keys, text[:b.Width])
		}
	}
	rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return keys
}

// definedStrings hashes strings by the definition.
func definedStrings(f hash.Func) func(out []uint64, keys []string) {
	return func(out []uint64, keys []string) {
		for i, key := range keys {
			out[i] = f.Sum64(unsafe.Slice(unsafe.StringData(key), len(key)), hash.Seed{})
		}
	}
}
