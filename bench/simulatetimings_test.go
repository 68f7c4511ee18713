package bench

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

func TestTimingsRoundTrip(t *testing.T) {
	t.Parallel()
	timings := synthetic([]float64{1, 1.5}, quickStart, fewNanos)
	var out bytes.Buffer
	require.NoError(t, timings.WriteJSON(&out))
	read, err := ReadTimings(&out)
	require.NoError(t, err)
	require.Equal(t, timings, read)
}

// What the simulator cannot use is refused, with the backend and the work.
func TestTimingsErrors(t *testing.T) {
	t.Parallel()
	for says, change := range map[string]func(w *WorkTimings){
		"timings of b, xxh3/16/none, keys of 0 bytes: keys have a length above 0": func(w *WorkTimings) { w.KeyBytes = 0 },
		"it takes two sizes or more":                 func(w *WorkTimings) { w.Fit = w.Fit[:1] },
		"size 2 of 2 keys does not rise":             func(w *WorkTimings) { w.Replay[2].Keys = 2 },
		"size 0 of 0 keys":                           func(w *WorkTimings) { w.Fit[0].Keys = 0 },
		"the times of 3 keys are not above 0":        func(w *WorkTimings) { w.Fit[0].NS = nil },
		"the times of 6 keys are not above 0":        func(w *WorkTimings) { w.Fit[1].NS = []float64{0, 1} },
		"the times of 12 keys are not above 0, and ": func(w *WorkTimings) { w.Fit[2].NS = []float64{2, 1} },
		"the times of 24 keys are not above 0, and":  func(w *WorkTimings) { w.Fit[3].NS = []float64{math.NaN()} },
		"the times of 48 keys are not above 0":       func(w *WorkTimings) { w.Fit[4].NS = []float64{1, math.Inf(1)} },
		"3 keys are replayed, and fitted on":         func(w *WorkTimings) { w.Replay = append([]Timing{w.Fit[0]}, w.Replay[5:]...) },
	} {
		timings := synthetic(exact, quickStart, fewNanos)
		change(&timings.Backends[1].Works[0])
		require.ErrorContains(t, timings.check(), says)
	}
	for says, text := range map[string]string{
		"these are no timings: ":           "x",
		`unknown field "PerKey"`:           `{"backends": [{"name": "a", "works": [{"built_in": {"fixed": 1, "PerKey": 2}}]}]}`,
		"these timings have no backend":    "{}",
		"timings of a, , keys of 0 bytes:": `{"backends": [{"name": "a", "works": [{}]}]}`,
	} {
		_, err := ReadTimings(strings.NewReader(text))
		require.ErrorContains(t, err, says)
	}
}

// What is recorded is every candidate at every size of both lists, and the simulator takes
// it: so does what comes with the program.
func TestRecord(t *testing.T) {
	t.Parallel()
	c := onFakes()
	c.Rounds = minRounds
	total := 0
	c.Progress = func(done, of int) { total = of }
	timings, err := Record(t.Context(), c)
	require.NoError(t, err)
	const rows = 7 * (4 + 7) // works, those with keys of any length twice; sizes
	require.Equal(t, rows*(minRounds+warmRounds), total)
	require.Contains(t, timings.Source, ThisMachine().Processor)
	require.False(t, timings.Modelled)
	require.Len(t, timings.Backends, 2)
	for i, b := range timings.Backends {
		require.Equal(t, []string{"a", "b"}[i], b.Name)
		require.Len(t, b.Works, 7)
		for _, w := range b.Works {
			require.Equal(t, float64(i+1), w.BuiltIn.Fixed)
			require.Equal(t, []int{3, 6, 12, 24}, keysOfAll(w.Fit))
			require.Equal(t, []int{1, 2, 4, 8, 16, 32, 40}, keysOfAll(w.Replay))
			require.Len(t, w.Fit[0].NS, minRounds)
		}
		require.Equal(t, 16.0, b.Works[0].KeyBytes)
		require.Equal(t, b.Works[1].Op, b.Works[2].Op)
		require.Less(t, b.Works[1].KeyBytes, b.Works[2].KeyBytes)
		require.Len(t, b.of(dispatchWorks[1].op()), 2)
	}
	all, err := simulate(timings, 1)
	require.NoError(t, err)
	require.Len(t, all, 16)

	c.Only = "nothing"
	_, err = Record(t.Context(), c)
	require.EqualError(t, err, `no row of table dispatch has "nothing" in its name`)
	c.Only, c.Rounds = "", 1
	_, err = Record(t.Context(), c)
	require.ErrorContains(t, err, "1 rounds: it takes 6 or more")
	c.Rounds = 0
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Record(ctx, c)
	require.ErrorIs(t, err, context.Canceled)
}

func keysOfAll(timings []Timing) (keys []int) {
	for _, t := range timings {
		keys = append(keys, t.Keys)
	}
	return keys
}

// A backend that does not do a work has no timings of it, and is no candidate there.
func TestRecordWithoutUnsupported(t *testing.T) {
	t.Parallel()
	c := onFakes()
	c.Only = "kafka uniform1-32"
	c.Candidates[0] = candidate("a", nil, func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return keymill.ErrUnsupported })
	timings, err := Record(t.Context(), c)
	require.NoError(t, err)
	require.Empty(t, timings.Backends[0].Works)
	require.Len(t, timings.Backends[1].Works, 2)
	require.Nil(t, timings.Backends[0].of(dispatchWorks[2].op()))
	all, err := simulate(timings, 1)
	require.NoError(t, err)
	require.Len(t, all, 4)
	require.Equal(t, []string{"b"}, all[0].Backends)
}

// What is recorded is the time of a whole batch, whatever its size.
func TestRecordedTimes(t *testing.T) {
	t.Parallel()
	c := onFakes()
	c.Only = "xxh3 fixed16"
	const pause = 100 * time.Microsecond
	c.Candidates[1] = candidate("b", nil, func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		time.Sleep(pause)
		return c.Candidates[0].Place(dst, b, p)
	})
	timings, err := Record(t.Context(), c)
	require.NoError(t, err)
	for _, list := range [][]Timing{timings.Backends[1].Works[0].Fit, timings.Backends[1].Works[0].Replay} {
		for _, timing := range list {
			require.GreaterOrEqual(t, timing.NS[0], 0.999*float64(pause), "%d keys", timing.Keys)
		}
	}
}

// The timings of the program are replayed for the works that are asked for: the processor
// alone, and with the model beside it, which says so.
func TestSimulations(t *testing.T) {
	t.Parallel()
	all, err := simulations(1, []string{"kafka uniform1-32"}, nil)
	require.NoError(t, err)
	require.Len(t, all, 8)
	for i, s := range all {
		require.Equal(t, "kafka uniform1-32", s.Work)
		require.Equal(t, i >= 4, s.Modelled)
		require.Equal(t, i >= 4, strings.Contains(s.Timings, "modelled"))
		require.Equal(t, i >= 4, s.Backends[len(s.Backends)-1] == "opencl:0")
		for _, c := range s.Choices {
			require.GreaterOrEqual(t, c.Regret, 0.99999)
			require.GreaterOrEqual(t, c.Worst, 1.0)
			sum := 0.0
			for _, share := range c.Shares {
				sum += share
			}
			require.InDelta(t, 1, sum, 1e-9)
		}
	}
	withGPU := choiceNamed(t, all[5], calibratedSide)
	require.Greater(t, withGPU.Shares[len(withGPU.Shares)-1], 0.1, "it is used for large batches")
	require.Less(t, withGPU.Shares[len(withGPU.Shares)-1], 0.9, "and not for small ones")
	require.Greater(t, choiceNamed(t, all[5], "always opencl:0").Worst, 100.0)
}

// A change of the built-in costs shows, though the timings are old.
func TestSimulationsOfThisProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	t.Parallel()
	works := []string{"redis user"}
	recorded, err := simulations(1, works, nil)
	require.NoError(t, err)
	changed, err := simulations(1, works, []keymill.Candidate{candidate("cpu", flat(0), nil), candidate("simd/none", flat(0), nil)})
	require.NoError(t, err)
	last := len(recorded[5].Backends) - 1
	require.Less(t, choiceNamed(t, recorded[5], builtInSide).Shares[last], 0.5)
	others, err := simulations(1, works, []keymill.Candidate{candidate("opencl:0", flat(0), nil)})
	require.NoError(t, err)
	require.Equal(t, 1.0, choiceNamed(t, others[5], builtInSide).Shares[last])
	for i := range recorded {
		require.Equal(t, 1.0, choiceNamed(t, changed[i], builtInSide).Shares[0], "it costs nothing now")
		require.Less(t, choiceNamed(t, recorded[i], builtInSide).Shares[0], 1.0)
		require.Equal(t, choiceNamed(t, recorded[i], calibratedSide), choiceNamed(t, changed[i], calibratedSide))
	}
}
