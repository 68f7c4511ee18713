package bench

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// syntheticWork is the one work of synthetic timings.
var syntheticWork = &dispatchWorks[0]

// synthetic are the timings of backends that take exactly what a cost says, or so many
// times as much, one for each number of noise. The built-in costs are the same.
func synthetic(noise []float64, costs ...keymill.Cost) *Timings {
	t := &Timings{Source: "a test"}
	for i, c := range costs {
		builtIn := BuiltInCost(c)
		timings := func(sizes []int) (all []Timing) {
			for _, n := range sizes {
				timing := Timing{Keys: n}
				for _, x := range noise {
					timing.NS = append(timing.NS, x*c.Nanos(n, 16*n))
				}
				all = append(all, timing)
			}
			return all
		}
		t.Backends = append(t.Backends, BackendTimings{Name: string(rune('a' + i)), Works: []WorkTimings{{
			Op: syntheticWork.op().String(), KeyBytes: 16, BuiltIn: &builtIn, Fit: timings(fitSizes(streamKeys)), Replay: timings(denseSizes(streamKeys, fitSizes(streamKeys))),
		}}})
	}
	return t
}

var (
	exact = []float64{1}

	// quickStart is best for few keys, fewNanos for many: they meet at 20,000.
	quickStart = keymill.Cost{Fixed: 100, PerKey: 2}
	fewNanos   = keymill.Cost{Fixed: 20_100, PerKey: 1}
)

// logUniformOf replays the log-uniform stream.
func logUniformOf(t *testing.T, timings *Timings) Simulated {
	t.Helper()
	require.NoError(t, timings.check())
	all, err := simulate(timings, 1)
	require.NoError(t, err)
	require.Len(t, all, 4, "a result for each stream")
	require.Equal(t, logUniformName, all[1].Stream)
	return all[1]
}

func choiceNamed(t *testing.T, s Simulated, profile string) SimulatedChoice {
	t.Helper()
	for _, c := range s.Choices {
		if c.Profile == profile {
			return c
		}
	}
	t.Fatalf("no choice is called %s", profile)
	return SimulatedChoice{}
}

// Who knows the exact costs regrets nothing; with the costs of one another every choice is
// wrong.
func TestSimulatedExactAndSwapped(t *testing.T) {
	t.Parallel()
	timings := synthetic(exact, quickStart, fewNanos)
	s := logUniformOf(t, timings)
	builtIn := choiceNamed(t, s, builtInSide)
	require.InDelta(t, 1, builtIn.Regret, 1e-4, "but for what interpolation errs by at the crossover")
	require.InDelta(t, 1, builtIn.Worst, 0.01)
	require.Equal(t, Met, builtIn.Verdict)
	share := math.Log(20_000) / math.Log(streamKeys) // of the sizes below the crossover
	require.InDelta(t, share, builtIn.Shares[0], 0.03)
	require.InDelta(t, 1-share, builtIn.Shares[1], 0.03)
	require.Equal(t, []string{"a", "b"}, s.Backends)

	timings.Backends[0].Works[0].BuiltIn = &BuiltInCost{Fixed: quickStart.Fixed, PerByte: quickStart.PerKey / 16}
	require.Equal(t, builtIn, choiceNamed(t, logUniformOf(t, timings), builtInSide), "the same, by bytes")

	timings = synthetic(exact, quickStart, fewNanos)
	a, b := &timings.Backends[0].Works[0], &timings.Backends[1].Works[0]
	a.BuiltIn, b.BuiltIn = b.BuiltIn, a.BuiltIn
	s = logUniformOf(t, timings)
	swapped := choiceNamed(t, s, builtInSide)
	require.Greater(t, swapped.Regret, 1.8)
	require.InDelta(t, 20_101.0/102, swapped.Worst, 2, "the regret of one key")
	require.Less(t, swapped.WorstKeys, 5)
	require.Equal(t, Missed, swapped.Verdict)
	require.InDelta(t, share, swapped.Shares[1], 0.03)
	require.InDelta(t, 1, choiceNamed(t, s, calibratedSide).Regret, 0.001, "it is not what was swapped")
}

// A profile that is fitted on some sizes is right at the others, where lines are.
func TestSimulatedCalibrated(t *testing.T) {
	t.Parallel()
	c := choiceNamed(t, logUniformOf(t, synthetic(exact, quickStart, fewNanos)), calibratedSide)
	require.InDelta(t, 1, c.Regret, 0.001)
	require.InDelta(t, 1, c.Worst, 0.01)
	require.Equal(t, Met, c.Verdict)
}

// A candidate that no profile knows is not chosen, and that costs what it would have saved.
func TestSimulatedWithoutAProfile(t *testing.T) {
	t.Parallel()
	timings := synthetic(exact, quickStart, fewNanos)
	timings.Backends[1].Works[0].BuiltIn = nil
	s := logUniformOf(t, timings)
	builtIn := choiceNamed(t, s, builtInSide)
	require.Equal(t, []float64{1, 0}, rounded(builtIn.Shares))
	require.Equal(t, choiceNamed(t, s, "always a").Regret, builtIn.Regret)
	require.Greater(t, builtIn.Regret, 1.8)
	require.Greater(t, choiceNamed(t, s, calibratedSide).Shares[1], 0.2, "the other profile knows it")
}

// Always the same backend costs what the timings say.
func TestSimulatedAlways(t *testing.T) {
	t.Parallel()
	s := logUniformOf(t, synthetic(exact, quickStart, fewNanos, keymill.Cost{Fixed: 1e6, PerKey: 100}))
	require.Len(t, s.Choices, 5)
	slow := choiceNamed(t, s, "always c")
	require.Greater(t, slow.Regret, 90.0)
	require.Equal(t, []float64{0, 0, 1}, rounded(slow.Shares))
	require.Empty(t, slow.Verdict, "nothing is promised of it")
	require.Less(t, choiceNamed(t, s, "always b").Regret, 1.1)
	require.Equal(t, "always b", s.bestSingle().Profile)
}

// A choice is judged by what is typical; the noise is in the other figure, and does not
// change with who chooses.
func TestSimulatedNoise(t *testing.T) {
	t.Parallel()
	noise := []float64{0.8, 0.9, 1, 1.2, 5}
	s := logUniformOf(t, synthetic(noise, quickStart, fewNanos))
	builtIn := choiceNamed(t, s, builtInSide)
	require.InDelta(t, 1, builtIn.Regret, 1e-4)
	require.InDelta(t, 1, builtIn.WithNoise, 0.02)
	always := choiceNamed(t, s, "always a")
	require.NotEqual(t, always.Regret, always.WithNoise)
	require.InDelta(t, always.Regret, always.WithNoise, 0.3)
	require.Equal(t, s, logUniformOf(t, synthetic(noise, quickStart, fewNanos)), "the same seed draws the same noise")

	other, err := simulate(synthetic(noise, quickStart, fewNanos), 2)
	require.NoError(t, err)
	require.NotEqual(t, always.WithNoise, choiceNamed(t, other[1], "always a").WithNoise)
}

// At a size that was recorded a batch takes what was recorded, between two the logarithm is
// interpolated, and beyond the last it goes on.
func TestNanosOf(t *testing.T) {
	t.Parallel()
	short := WorkTimings{KeyBytes: 10, Replay: []Timing{{1, []float64{100, 200, 400}}, {100, []float64{1000, 2000, 4000}}, {1000, []float64{10_000, 20_000, 30_000}}}}
	long := WorkTimings{KeyBytes: 40, Replay: []Timing{{1, []float64{400}}, {1000, []float64{80_000}}}}
	for _, c := range []struct {
		keys, bytes int
		noise, want float64
	}{
		{1, 10, 0.5, 200}, {1, 10, 0, 100}, {1, 10, 1, 400}, {1, 10, 0.75, 300},
		{100, 1000, 0.5, 2000}, {1000, 10_000, 0.5, 20_000},
		{10, 100, 0.5, math.Sqrt(200 * 2000)},
		{10_000, 100_000, 0.5, 200_000},
	} {
		assert.InEpsilon(t, c.want, nanosOf([]WorkTimings{short}, BatchSize{c.keys, c.bytes}, c.noise), 1e-9, "%+v", c)
	}
	both := []WorkTimings{short, long}
	assert.InEpsilon(t, 200, nanosOf(both, BatchSize{1, 10}, 0.5), 1e-9)
	assert.InEpsilon(t, 400, nanosOf(both, BatchSize{1, 40}, 0.5), 1e-9)
	assert.InEpsilon(t, math.Sqrt(20_000*80_000), nanosOf(both, BatchSize{1000, 20_000}, 0.5), 1e-9)
	assert.InEpsilon(t, 160_000, nanosOf(both, BatchSize{1000, 80_000}, 0.5), 1e-9)
	three := []WorkTimings{short, long, {KeyBytes: 80, Replay: long.Replay}}
	assert.InEpsilon(t, 80_000, nanosOf(three, BatchSize{1000, 60_000}, 0.5), 1e-9)
}

// Fitting finds the lines that there are, and never one that goes down.
func TestFitted(t *testing.T) {
	t.Parallel()
	want := keymill.Cost{Fixed: 300, PerKey: 2, PerByte: 0.25}
	works := slices.Concat(synthetic(exact, want).Backends[0].Works, synthetic(exact, want).Backends[0].Works)
	works[1].KeyBytes = 50
	for i := range works[1].Fit {
		n := works[1].Fit[i].Keys
		works[1].Fit[i].NS = []float64{want.Nanos(n, 50*n)}
	}
	got := fitted(works)
	for _, n := range []int{1, 10, 1000, 1_000_000} {
		assert.InEpsilon(t, want.Nanos(n, 30*n), got.Nanos(n, 30*n), 1e-3, "lengths between those that were fitted")
	}
	knee := keymill.Cost{Fixed: 300, PerKey: 1, Beyond: []keymill.Piece{{From: 1 << 21, PerKey: 3}}}
	got = fitted(synthetic(exact, knee).Backends[0].Works)
	assert.InEpsilon(t, knee.Nanos(1000, 16_000), got.Nanos(1000, 16_000), 0.02)
	assert.InEpsilon(t, knee.Nanos(5_000_000, 80_000_000), got.Nanos(5_000_000, 80_000_000), 0.02)
}
