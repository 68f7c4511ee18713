package keymill_test

import (
	"bytes"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
)

// chosen places n batches of so many keys, and says who had each.
func chosen(t testing.TB, d *keymill.Dispatcher, n, keys int, machines ...*machine) (names []string) {
	t.Helper()
	for range n {
		before := make([]int, len(machines))
		for i, m := range machines {
			before[i] = m.calls
		}
		place8(t, d, keys)
		for i, m := range machines {
			if m.calls > before[i] {
				names = append(names, m.name)
			}
		}
	}
	return names
}

func count(names []string, name string) (n int) {
	for _, s := range names {
		if s == name {
			n++
		}
	}
	return n
}

// A backend that becomes four times as slow is left within 20 batches, tried now and
// then, and has its batches back within 50 after it recovered; and neither goes to and fro.
func TestAdaptLeavesAndReturns(t *testing.T) {
	w, slow, fast := newWorld()
	d := w.dispatcher(t, keymill.Config{Adapt: true}, slow, fast)
	const keys = 50_000 // slow: 1.5 ms; fast: 0.7 ms, then 2.8 ms
	require.Equal(t, 30, count(chosen(t, d, 30, keys, slow, fast), "fast"))

	fast.slower = 4
	names := chosen(t, d, 20, keys, slow, fast)
	require.Equal(t, "slow", names[19])
	left := 0
	for left = range names {
		if names[left] == "slow" {
			break
		}
	}
	t.Logf("left after %d batches", left)
	busy := chosen(t, d, 400, keys, slow, fast)
	trials := count(busy, "fast")
	t.Logf("%d trials in 400 batches", trials)
	require.Positive(t, trials, "or it could not come back")
	require.LessOrEqual(t, trials, 400/15, "each takes 1.9 times as long")
	stats := d.Stats().Backends[1]
	require.Len(t, stats.Scales, 1)
	require.Equal(t, keymill.Op{Hash: hash.XXH3, Class: keymill.Width8}, stats.Scales[0].Op)
	require.InDelta(t, 4, stats.Scales[0].Times, 0.4)

	fast.slower = 1
	names = chosen(t, d, 50, keys, slow, fast)
	require.Equal(t, "fast", names[49])
	require.Equal(t, 200, count(chosen(t, d, 200, keys, slow, fast), "fast"), "it stays")
	require.Empty(t, d.Stats().Backends[1].Scales)
}

// What everybody says alike of the machine does not make the slower one win for long.
func TestAdaptToASlowMachine(t *testing.T) {
	w, slow, fast := newWorld()
	d := w.dispatcher(t, keymill.Config{Adapt: true}, slow, fast)
	slow.slower, fast.slower = 5, 5
	chosen(t, d, 100, 50_000, slow, fast)
	require.GreaterOrEqual(t, count(chosen(t, d, 100, 50_000, slow, fast), "fast"), 95)
}

// A single batch that took long changes nothing, nor does noise.
func TestAdaptIgnoresNoise(t *testing.T) {
	w, slow, fast := newWorld()
	d := w.dispatcher(t, keymill.Config{Adapt: true}, slow, fast)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		fast.slower = 1 + 0.08*rng.NormFloat64()
		slow.slower = 1 + 0.08*rng.NormFloat64()
		switch rng.IntN(40) {
		case 0:
			fast.slower = 20 // interrupted
		case 1:
			fast.slower = 0.05 // as if the clock had been put back
		}
		place8(t, d, 50_000)
	}
	require.Less(t, slow.calls, 20)
	require.Empty(t, d.Stats().Backends[0].Scales)
	for _, scale := range d.Stats().Backends[1].Scales {
		require.InDelta(t, 1, scale.Times, 0.15)
	}
}

// Without Adapt nothing is learnt, and batches that are too short to be measured do
// not teach.
func TestAdaptIsOptIn(t *testing.T) {
	w, slow, fast := newWorld()
	d := w.dispatcher(t, keymill.Config{}, slow, fast)
	fast.slower = 16
	require.Equal(t, 100, count(chosen(t, d, 100, 50_000, slow, fast), "fast"))
	require.Empty(t, d.Stats().Backends[1].Scales)

	w, slow, fast = newWorld()
	d = w.dispatcher(t, keymill.Config{Adapt: true}, slow, fast)
	slow.slower = 16
	chosen(t, d, 100, 60, slow, fast) // 1.8 µs
	require.Empty(t, d.Stats().Backends[0].Scales)
	chosen(t, d, 20, 100, slow, fast)
	require.NotEmpty(t, d.Stats().Backends[0].Scales, "each of 3 µs and more is measured")
}

// A scale is bounded, whatever the clock says.
func TestAdaptIsBounded(t *testing.T) {
	for _, slower := range []float64{0, 1e-6, 1e6} {
		w, slow, _ := newWorld()
		d := w.dispatcher(t, keymill.Config{Adapt: true}, slow)
		slow.slower = slower
		chosen(t, d, 100, 1000, slow)
		scale := d.Stats().Backends[0].Scales[0].Times
		require.GreaterOrEqual(t, scale, 1.0/16.1)
		require.LessOrEqual(t, scale, 16.1)
	}
}

// What adaptation changes is told, once.
func TestAdaptTells(t *testing.T) {
	w, slow, fast := newWorld()
	var text bytes.Buffer
	d := w.dispatcher(t, keymill.Config{Adapt: true, Log: slog.New(slog.NewTextHandler(&text, nil))}, slow, fast)
	fast.slower = 1.2
	chosen(t, d, 50, 50_000, slow, fast)
	require.Regexp(t, `(?s)^\S+ level=INFO msg="keymill: a backend takes another time than was predicted" backend=fast op=xxh3/8/none scale=1\.1\d+ before=1\n$`, text.String())
}

// Plan is Choose of Predict in any state: it depends on nothing else, and changes nothing.
func TestPlanIsAFunctionOfItsState(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	due, quarantined := 0, 0
	for range 12 {
		w, slow, fast := newWorld()
		third := &machine{name: "third", world: w, cost: keymill.Cost{Fixed: 50_000, PerKey: 20}, slower: 1}
		machines := []*machine{slow, fast, third}
		d := w.dispatcher(t, keymill.Config{Adapt: true}, machines...)
		// In so many batches no second is over: nothing leaves quarantine meanwhile.
		for range 150 {
			for _, m := range machines {
				switch rng.IntN(60) {
				case 0:
					m.slower = math.Exp2(4*rng.Float64() - 1)
				case 1:
					m.broken = m != slow && !m.broken && rng.IntN(3) == 0
				}
			}
			keys := int(math.Exp(5 + 5*rng.Float64()))
			op := keymill.Op{Hash: hash.XXH3, Class: keymill.Width8}
			snapshot := d.Predict(op, keys, 8*keys)
			want := snapshot[keymill.Choose(snapshot)]
			for range 2 {
				require.Equal(t, want.Backend, d.Plan(op, keys, 8*keys).Name())
				require.Equal(t, snapshot, d.Predict(op, keys, 8*keys))
			}
			for _, p := range snapshot {
				if p.Due {
					due++
				}
				if p.Quarantined {
					quarantined++
				}
			}
			i := slices.IndexFunc(machines, func(m *machine) bool { return m.name == want.Backend })
			calls := machines[i].calls
			place8(t, d, keys)
			require.Equal(t, calls+1, machines[i].calls, "what Plan names is what Place runs")
		}
		require.Less(t, w.clock(), time.Second)
	}
	require.Positive(t, due, "the states include trials")
	require.Positive(t, quarantined, "and quarantine")
}

// The choice changes exactly where the lines cross.
func TestPlanAtTheCrossover(t *testing.T) {
	w, slow, fast := newWorld()
	d := w.dispatcher(t, keymill.Config{}, slow, fast)
	require.Equal(t, []string{"slow", "slow", "fast"}, []string{
		chosen(t, d, 1, 9_999, slow, fast)[0], chosen(t, d, 1, 10_000, slow, fast)[0], chosen(t, d, 1, 10_001, slow, fast)[0],
	})

	// And where a piece begins.
	slow.cost = keymill.Cost{PerKey: 10, Beyond: []keymill.Piece{{From: 24 * 5000, PerKey: 100}, {From: 24 * 7000, PerKey: 1}}}
	d = w.dispatcher(t, keymill.Config{}, slow, fast)
	for keys, want := range map[int]string{4_999: "slow", 5_000: "fast", 6_999: "fast", 7_000: "slow"} {
		require.Equal(t, want, chosen(t, d, 1, keys, slow, fast)[0], "%d keys", keys)
	}
}
