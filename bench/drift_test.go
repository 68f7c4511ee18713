package bench

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeMachine is a machine whose speed changes while it runs, as real ones do:
// it slows down to half over the run, swings, has noise, and the first run of a
// round, which finds its code out of the cache, takes longer.
type fakeMachine struct {
	rng  *rand.Rand
	runs int
	of   int // runs of a round
}

// side does work that takes so many nanoseconds on the machine at its start.
func (m *fakeMachine) side(name string, ns float64) side {
	return side{name: name, run: func(batch int) (time.Duration, uint64, error) {
		at := float64(m.runs)
		ns := ns * (1 + at/1000) * (1 + 0.2*math.Sin(at/100)) * math.Exp(0.02*m.rng.NormFloat64())
		if m.runs%m.of == 0 {
			ns *= 1.3
		}
		m.runs++
		return time.Duration(ns), uint64(batch), nil
	}}
}

// On such a machine the instrument tells no difference where there is none, and
// finds the one that there is; and its intervals hold what is true in 95 of 100
// runs, of A/A as of peers.
func TestDriftIsNoDifference(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	const runs = 300
	var aaHolds, sameHolds, slowerHolds int
	for seed := range uint64(runs) {
		m := &fakeMachine{rng: rand.New(rand.NewPCG(seed, 8)), of: 4}
		g := &group{name: "one", keys: 100, batches: 9}
		g.ours = []side{m.side("ours", 1e6)}
		g.peers = []side{m.side("slower", 1.1e6), m.side("the same", 1e6)}
		r := &runner{rounds: 101, passes: 4, rng: rand.New(rand.NewPCG(seed, 1))}
		require.NoError(t, r.run(t.Context(), []*group{g}))

		count := func(n *int, holds bool) {
			if holds {
				*n++
			}
		}
		aa := aaOf([]*group{g})
		slower, same := g.rows()[0], g.rows()[1]
		require.InDelta(t, 1.1, slower.Ratio, 0.06)
		require.Greater(t, slower.CI[0], 1.0)
		require.InDelta(t, 1, same.Ratio, 0.06)
		count(&aaHolds, aa.Holds())
		count(&slowerHolds, slower.interval().Holds(1.1))
		count(&sameHolds, same.interval().Holds(1))
	}
	for name, held := range map[string]int{"A/A": aaHolds, "the same": sameHolds, "slower": slowerHolds} {
		assert.GreaterOrEqual(t, float64(held)/runs, 0.93, name)
		assert.LessOrEqual(t, float64(held)/runs, 0.995, "%s: an interval that holds everything says nothing", name)
	}
}
