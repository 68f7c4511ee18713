package bench

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/keymill/keymill"
)

// columns makes the groups of a table whose sides read a column of keys and
// write a column of results. All sides write to the same memory, so that none
// has the better pages.
type columns struct {
	Config
	report    *Report
	workloads map[string]*Workload
	hashes    []uint64
	parts     []uint32
	workers   []*client
	seen      atomic.Uint64 // keeps the compiler from leaving out what nobody looks at
}

// columnKeys is how many keys a batch has, unless the config says.
const columnKeys = 1 << 18

func (c Config) columns(report *Report) *columns {
	if c.Keys == 0 {
		c.Keys = pick(c.Quick, columnKeys/4, columnKeys)
	}
	return &columns{
		Config: c, report: report, workloads: map[string]*Workload{},
		hashes: make([]uint64, c.Keys), parts: make([]uint32, c.Keys),
	}
}

func (c *columns) close() error { return closeAll(c.workers) }

// outOfCache is how many bytes of keys a workload has at least: so many that
// its beginning has left the cache when the end is read.
func outOfCache(l3 int) int { return min(max(64<<20, 2*l3), 1<<30) }

// workload returns the keys of a family for a group; nil if nobody wants the
// group, or the family needs a file that is not there.
func (c *columns) workload(g *group, family string) (*Workload, error) {
	if !strings.Contains(g.name, c.Only) {
		return nil, nil
	}
	if w, ok := c.workloads[family]; ok {
		return w, nil
	}
	if family == "paths" && c.Paths == "" {
		c.note("the workload paths is left out: scripts/dataset.sh makes its file, --paths names it")
		return nil, nil
	}
	config := WorkloadConfig{Keys: c.Keys, Batches: 2, Seed: c.Seed, Paths: c.Paths}
	config.Batches = max(config.Batches, (minKeys+c.Keys-1)/c.Keys)
	sample, err := NewWorkload(family, WorkloadConfig{Keys: minKeys, Batches: 1, Seed: c.Seed, Paths: c.Paths})
	if err != nil {
		return nil, err
	}
	bytes := int(sample.PerKey() * float64(c.Keys))
	config.Batches = max(config.Batches, (cmp.Or(c.memory, outOfCache(c.report.Machine.L3))+bytes-1)/bytes)
	w, err := NewWorkload(family, config)
	c.workloads[family] = w
	return w, err
}

// note adds a note to the report, once.
func (c *columns) note(text string) {
	if !slices.Contains(c.report.Notes, text) {
		c.report.Notes = append(c.report.Notes, text)
	}
}

// roofs are sides that move the bytes of the keys and of the results. (The
// offsets of keys of variable width are read too.)
func (c *columns) roofs(w *Workload, out []byte) []side { return c.roofsOn(1, w, out) }

// roofsOn are roofs on so many cores, a part of the memory each.
func (c *columns) roofsOn(cores int, w *Workload, out []byte) []side {
	stream := func(name string, write func([]byte)) side {
		return side{name: name, own: true, run: func(batch int) (time.Duration, uint64, error) {
			b := &w.Batches[batch]
			var wg sync.WaitGroup
			start := time.Now()
			for i := range cores {
				move := func() {
					seen := stream(part(out, i, cores), part(b.Data, i, cores), write)
					if b.Width == 0 {
						seen ^= read(part(asBytes(b.Offsets), i, cores))
					}
					c.seen.Add(seen)
				}
				if i == cores-1 {
					move()
				} else {
					wg.Go(move)
				}
			}
			wg.Wait()
			return time.Since(start), 0, nil
		}}
	}
	moved := fmt.Sprintf("%s: %.3g bytes read and %d written a key", w.Name, w.PerKey(), len(out)/w.Keys)
	if cores > 1 {
		moved += fmt.Sprintf(", on %d cores", cores)
	}
	sides := []side{stream(moved, write)}
	if hasNonTemporal {
		sides = append(sides, stream(moved+" past the cache", writeNonTemporal))
	}
	return sides
}

// columnPeer is one of the peers of a group, for results of either kind.
type columnPeer[T uint32 | uint64] struct {
	name string
	own  bool
	run  func(out []T, b *keymill.Batch)
}

// columnGroup makes the group of a workload: the backends, the peers, and the
// roof. It is nil where the workload is left out, or no backend does the work.
func columnGroup[T uint32 | uint64](c *columns, g *group, w *Workload, out []T,
	place func(b keymill.Backend, batch *keymill.Batch) error, peers []columnPeer[T]) *group {
	g.keys, g.batches = w.Keys, len(w.Batches)
	for _, b := range c.Backends {
		if err := place(b, &w.Batches[0]); errors.Is(err, keymill.ErrUnsupported) {
			c.note(fmt.Sprintf("%s is without %s, which does not compute it", g.name, b.Name()))
			continue
		}
		g.ours = append(g.ours, sideOf(b.Name(), false, out, func(batch int) error { return place(b, &w.Batches[batch]) }))
	}
	if len(g.ours) == 0 {
		return nil
	}
	for _, p := range peers {
		g.peers = append(g.peers, sideOf(p.name, p.own, out, func(batch int) error {
			p.run(out, &w.Batches[batch])
			return nil
		}))
	}
	g.roofs = c.roofs(w, asBytes(out))
	return g
}

// sideOf makes a side of a function that computes the results of a batch into
// out.
func sideOf[T uint32 | uint64](name string, own bool, out []T, run func(batch int) error) side {
	return side{name: name, own: own, run: func(batch int) (time.Duration, uint64, error) {
		clear(out) // what another side left there is not this one's result
		took, err := timed(func() error { return run(batch) })
		return took, digestOf(out), err
	}}
}

// part returns part i of n of some memory, in whole cache lines but for the last.
func part(memory []byte, i, n int) []byte {
	lines := len(memory) / lineBytes
	lo, hi := lines*i/n*lineBytes, lines*(i+1)/n*lineBytes
	if i == n-1 {
		hi = len(memory)
	}
	return memory[lo:hi]
}

func asBytes[T uint32 | uint64](words []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), len(words)*int(unsafe.Sizeof(T(0))))
}
