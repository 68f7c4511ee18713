package keymill_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// world is a clock that stands still but for the backends of the world, which take
// the time that they are told to, and compute nothing.
type world struct{ nanos atomic.Int64 }

func (w *world) clock() time.Duration { return time.Duration(w.nanos.Load()) }

// machine is a backend of a world.
type machine struct {
	name   string
	world  *world
	cost   keymill.Cost
	slower float64 // 1 is as its cost says
	broken bool
	calls  int
	keys   int
}

func (m *machine) Name() string { return m.name }

func (m *machine) Place(_ *keymill.Placement, b *keymill.Batch, _ keymill.Params) error {
	m.calls++
	m.keys += b.Len()
	if m.broken {
		return errors.New("lost")
	}
	m.world.nanos.Add(int64(m.slower * m.cost.Nanos(b.Len(), b.Size())))
	return nil
}

// newWorld returns a world of a slow and a fast machine. The lines of their costs cross
// at 10,000 keys.
func newWorld() (w *world, slow, fast *machine) {
	w = &world{}
	slow = &machine{name: "slow", world: w, cost: keymill.Cost{PerKey: 30}, slower: 1}
	fast = &machine{name: "fast", world: w, cost: keymill.Cost{Fixed: 200_000, PerKey: 10}, slower: 1}
	return w, slow, fast
}

// dispatcher returns one over machines, with their costs for profiles.
func (w *world) dispatcher(t testing.TB, config keymill.Config, machines ...*machine) *keymill.Dispatcher {
	t.Helper()
	config.Clock = w.clock
	for _, m := range machines {
		config.Candidates = append(config.Candidates, keymill.Candidate{Backend: m, Profile: line(m.cost)})
	}
	d, err := keymill.NewDispatcher(config)
	require.NoError(t, err)
	return d
}

// place places a batch of n keys of 8 bytes.
func place8(t testing.TB, d keymill.Backend, n int) {
	t.Helper()
	b := keymill.Batch{Width: 8, Data: make([]byte, 8*n)}
	require.NoError(t, d.Place(&keymill.Placement{Hashes: make([]uint64, n)}, &b, keymill.Params{}))
}
