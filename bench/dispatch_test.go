package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
)

// flat is a profile in which every work of the table costs so many nanoseconds a batch.
func flat(nanos float64) keymill.Profile {
	p := keymill.Profile{}
	for i := range dispatchWorks {
		p[dispatchWorks[i].op()] = keymill.Cost{Fixed: nanos}
	}
	return p
}

// candidate is cpu under a name, but for what place does.
func candidate(name string, p keymill.Profile, place func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error) keymill.Candidate {
	return keymill.Candidate{Backend: fake(name, place), Profile: p}
}

// onFakes is the smallest run of the table, with candidates a and b: a is chosen by the
// built-in profile, b by the calibrated one, which was fitted on batches of 10 keys.
func onFakes() Config {
	c := quick(Config{Table: "dispatch"})
	c.Keys = 40
	c.Candidates = []keymill.Candidate{candidate("a", flat(1), nil), candidate("b", flat(2), nil)}
	c.calibrate = func(_ context.Context, of []keymill.Candidate) ([]keymill.Candidate, []int, error) {
		return []keymill.Candidate{{Backend: of[0].Backend, Profile: flat(5)}, of[1]}, []int{10}, nil
	}
	return c
}

// Every work is measured at every size, with each candidate forced and with both profiles,
// each of which makes its own choice; the sizes are none that a profile was fitted on.
func TestDispatchTable(t *testing.T) {
	t.Parallel()
	report, err := Run(t.Context(), onFakes())
	require.NoError(t, err)
	sound(t, report)
	var want []string
	for _, work := range []string{"xxh3 fixed16", "xxh3 uniform1-32", "kafka uniform1-32", "redis user"} {
		for _, size := range []string{"5 keys", "11 keys", "31 keys", allSizes} {
			want = append(want, work+", "+size)
		}
	}
	require.Equal(t, want, names(report))
	require.Len(t, report.Regret, 4)
	for i, table := range report.Regret {
		require.Equal(t, dispatchWorks[i].name, table.Work)
		require.Equal(t, []string{"a", "b"}, table.Candidates)
		require.Len(t, table.Sizes, 3)
		for _, size := range table.Sizes {
			require.Len(t, size.NS, 2)
			require.Equal(t, "b", size.Choices[0].Chosen, "the calibrated profile")
			require.Equal(t, "a", size.Choices[1].Chosen, "the built-in profile")
			require.InDelta(t, 1.15, *size.Choices[0].Target, 1e-9)
			require.Nil(t, size.Choices[1].Target)
		}
		require.InDelta(t, 1.05, *table.Total[0].Target, 1e-9)
		require.InDelta(t, 1.5, *table.Total[1].Target, 1e-9)
	}
	for _, row := range report.Rows {
		require.Contains(t, []string{calibratedSide, builtInSide}, row.Ours)
		require.Equal(t, hindsight, row.Peer)
		require.Len(t, row.Samples.Ours, minRounds)
	}
	require.NotEmpty(t, report.Simulated)
	require.Empty(t, report.Notes, "all rows have the same rounds")

	c := onFakes()
	c.Only = "redis user, 31"
	report, err = Run(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, []string{"redis user, 31 keys", "redis user, all sizes"}, names(report))
	for _, s := range report.Simulated {
		require.Equal(t, "redis user", s.Work)
	}
}

// What a dispatcher runs is what it chose, and what is forced is forced.
func TestDispatchForces(t *testing.T) {
	t.Parallel()
	var a, b atomic.Int64
	c := onFakes()
	count := func(n *atomic.Int64) func(*keymill.Placement, *keymill.Batch, keymill.Params) error {
		return func(dst *keymill.Placement, batch *keymill.Batch, p keymill.Params) error {
			n.Add(1)
			return cpu.New().Place(dst, batch, p)
		}
	}
	c.Candidates = []keymill.Candidate{candidate("a", nil, count(&a)), candidate("b", nil, count(&b))}
	c.calibrate = func(_ context.Context, of []keymill.Candidate) ([]keymill.Candidate, []int, error) {
		return of, nil, nil
	}
	_, err := Run(t.Context(), c)
	require.NoError(t, err)
	require.Positive(t, a.Load())
	require.Positive(t, b.Load(), "no profile knows it, and it runs all the same")
}

func TestDispatchErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("it is broken")
	for says, change := range map[string]func(c *Config){
		"the table dispatch has keys of its own":                        func(c *Config) { c.Workloads = []string{"user"} },
		`no row of table dispatch has "nosuch" in its name`:             func(c *Config) { c.Only = "nosuch" },
		"5 keys: the largest batch of the table dispatch has 6 or more": func(c *Config) { c.Keys = 5 },
		`backend "simdd" is not available here`:                         func(c *Config) { c.Candidates, c.Backend = nil, "simdd" },
		"xxh3 fixed16, 5 keys: a: it is broken": func(c *Config) {
			c.Candidates[0] = candidate("a", nil, func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return broken })
		},
		"xxh3 fixed16, 5 keys: no candidate computes it": func(c *Config) {
			for i, name := range []string{"a", "b"} {
				c.Candidates[i] = candidate(name, nil, func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return keymill.ErrUnsupported })
			}
		},
		"what differs cannot be compared": func(c *Config) {
			c.Candidates[1] = candidate("b", flat(2), func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
				err := cpu.New().Place(dst, b, p)
				if dst.Hashes != nil {
					dst.Hashes[0]++
				}
				return err
			})
		},
		"its result for batch 0 is not that of": func(c *Config) {
			c.Candidates[1] = candidate("lazy", nil, func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return nil })
		},
		"it cannot be measured": func(c *Config) {
			c.calibrate = func(context.Context, []keymill.Candidate) ([]keymill.Candidate, []int, error) {
				return nil, nil, errors.New("it cannot be measured")
			}
		},
	} {
		c := onFakes()
		change(&c)
		report, err := Run(t.Context(), c)
		require.ErrorContains(t, err, says)
		require.Nil(t, report)
	}
}

// A candidate that does not do a work is left out of that work, and a note says so, once.
func TestDispatchWithoutUnsupported(t *testing.T) {
	t.Parallel()
	c := onFakes()
	c.Candidates[1] = candidate("b", flat(2), func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if dst.Parts != nil {
			return keymill.ErrUnsupported
		}
		return cpu.New().Place(dst, b, p)
	})
	report, err := Run(t.Context(), c)
	require.NoError(t, err)
	for _, table := range report.Regret {
		if strings.HasPrefix(table.Work, "xxh3") {
			require.Equal(t, []string{"a", "b"}, table.Candidates)
		} else {
			require.Equal(t, []string{"a"}, table.Candidates)
		}
	}
	require.Equal(t, []string{
		"kafka uniform1-32 is without b, which does not compute it", "redis user is without b, which does not compute it",
	}, report.Notes)
}

// The sizes rise evenly on a logarithmic scale to the largest, and none is in the list of
// what profiles were fitted on.
func TestDispatchSizes(t *testing.T) {
	t.Parallel()
	var fitted []int
	for n := 1; n <= dispatchKeys; n *= 2 {
		fitted = append(fitted, n, 3*n, 10*n)
	}
	for _, quick := range []bool{true, false} {
		most := pick(quick, dispatchKeysQuick, dispatchKeys)
		for _, leaveOut := range [][]int{nil, fitted} {
			sizes := dispatchSizes(most, quick, leaveOut)
			require.True(t, slices.IsSorted(sizes))
			for i, n := range sizes {
				require.NotContains(t, leaveOut, n)
				if i > 0 {
					require.Less(t, math.Log10(float64(n)/float64(sizes[i-1])), pick(quick, 0.53, 0.35))
				}
			}
			require.Equal(t, 5, sizes[0])
			require.GreaterOrEqual(t, sizes[len(sizes)-1], most/2)
		}
		require.Contains(t, dispatchSizes(most, quick, nil), most)
		require.NotContains(t, dispatchSizes(most, quick, []int{most}), most)
	}
}

// measuredSize is a row as it is after some rounds: candidates a and b, and one dispatcher.
func measuredSize(work *dispatchWork, n int, took, a, b []float64) *dispatchRow {
	g := &group{name: fmt.Sprintf("%s, %d keys", work.name, n), peers: []side{{name: "a"}, {name: "b"}}, promises: promisesOf("dispatch"), rounds: len(took)}
	g.samples = samples{ours: [][]float64{took}, peers: [][]float64{a, b}, again: took}
	return &dispatchRow{g, work, n}
}

// Regret is the dispatcher's time over that of the best candidate of each size; of all
// sizes together the large ones count as much as they take.
func TestRegret(t *testing.T) {
	t.Parallel()
	same := func(x float64, n int) []float64 { return slices.Repeat([]float64{x}, n) }
	work := &dispatchWorks[0]
	dispatcher, err := keymill.NewDispatcher(keymill.Config{Candidates: []keymill.Candidate{candidate("a", flat(1), nil)}})
	require.NoError(t, err)
	d := &dispatchTable{
		report: &Report{}, choosers: []chooser{{dispatcher, calibratedSide}},
		columns: map[string]*keymill.Batch{work.family: {Width: 16, Data: make([]byte, 160)}},
	}
	table := d.regret(work, []*dispatchRow{
		measuredSize(work, 10, same(60, 21), same(50, 21), same(80, 21)),
		measuredSize(work, 1000, []float64{2.1, 2.2, 2.4, 2.2, 2.2, 2.2, 2.2}, same(4, 7), same(2, 7)),
	})
	require.Equal(t, []string{"a", "b"}, table.Candidates)
	require.Equal(t, RegretSize{Keys: 10, NS: []float64{50, 80}, Best: "a"}, withoutChoices(table.Sizes[0]))
	require.Equal(t, RegretSize{Keys: 1000, NS: []float64{4, 2}, Best: "b"}, withoutChoices(table.Sizes[1]))
	small, large, all := table.Sizes[0].Choices[0], table.Sizes[1].Choices[0], table.Total[0]
	assert.InDelta(t, 1.2, small.Regret, 1e-9)
	assert.Equal(t, Missed, small.Verdict)
	assert.Equal(t, "a", small.Chosen)
	assert.InDelta(t, 1.1, large.Regret, 1e-9)
	assert.InDelta(t, 1.05, large.CI[0], 1e-9)
	assert.InDelta(t, 1.2, large.CI[1], 1e-9)
	assert.Equal(t, Noisy, large.Verdict, "1.15 is in the interval")
	assert.InDelta(t, (10*60+1000*2.2)/(10*50+1000*2), all.Regret, 1e-9)
	assert.Equal(t, Missed, all.Verdict)
	assert.InDelta(t, (10*60+1000*2.2)/1010, all.NS, 1e-9)
	require.Len(t, d.report.Rows, 3)
	require.InDelta(t, 1/1.1, d.report.Rows[1].Ratio, 1e-9)
	require.Len(t, d.report.Rows[2].Samples.Ours, 7, "the rounds that both sizes have")
}

func withoutChoices(s RegretSize) RegretSize {
	s.Choices = nil
	return s
}

func TestThinned(t *testing.T) {
	t.Parallel()
	require.Equal(t, []float64{1, 4, 5}, thinned([]float64{1, 9, 1, 4, 4, 0, 9, 5, 5}, 3))
	require.Equal(t, []float64{2, 1, 3}, thinned([]float64{2, 1, 3}, 3))
	require.Len(t, thinned(make([]float64, 151), 31), 31)
}

// A slow side makes fewer calls than a fast one, its time counts for as many, and both end
// with the same keys.
func TestRepeatedCalls(t *testing.T) {
	t.Parallel()
	w, err := NewWorkload("fixed16", WorkloadConfig{Keys: minKeys, Batches: 1, Seed: 1})
	require.NoError(t, err)
	r := newRepeated(dispatchWorks[0].task, &w.Batches[0], 7)
	var slowCalls int
	var lastFast, lastSlow []byte
	fast, err := r.add(fake("fast", func(_ *keymill.Placement, b *keymill.Batch, _ keymill.Params) error {
		lastFast = b.Key(0)
		return nil
	}))
	require.NoError(t, err)
	slow, err := r.add(fake("slow", func(_ *keymill.Placement, b *keymill.Batch, _ keymill.Params) error {
		slowCalls++
		lastSlow = b.Key(0)
		time.Sleep(2 * leastSample)
		return nil
	}))
	require.NoError(t, err)
	slowCalls, r.calls = 0, max(r.calls, 2) // the fast one has more calls, unless the machine was busy
	last := w.Keys/(7*r.calls) - 1
	_, _, err = fast.run(last)
	require.NoError(t, err)
	took, _, err := slow.run(last)
	require.NoError(t, err)
	require.Equal(t, 1, slowCalls)
	require.GreaterOrEqual(t, took, time.Duration(r.calls)*2*leastSample, "as if it had made as many")
	require.Equal(t, lastFast, lastSlow)
	require.Equal(t, w.Batches[0].Key((last+1)*r.calls*7-7), lastSlow)

	right, err := r.add(cpu.New())
	require.NoError(t, err)
	lazy, err := r.add(fake("lazy", func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return nil }))
	require.NoError(t, err)
	_, want, err := right.run(0)
	require.NoError(t, err)
	_, got, err := lazy.run(0)
	require.NoError(t, err)
	require.NotEqual(t, want, got, "what another left in memory is not its result")

	failure := errors.New("no")
	_, err = r.add(fake("broken", func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return failure }))
	require.ErrorIs(t, err, failure)
}
