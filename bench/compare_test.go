package bench

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reportOf is a report with rows of these ratios, each within the part of it.
func reportOf(commit string, within float64, ratios map[string]float64) *Report {
	r := &Report{Table: "hash", Commit: commit, Machine: Machine{Processor: "EPYC", Cores: 2, Go: "go1.26"}}
	for _, name := range []string{"a", "b", "c", "d"} {
		if ratio, ok := ratios[name]; ok {
			r.Rows = append(r.Rows, Row{
				Name: "xxh3 " + name, Ours: "cpu", Peer: "peer", Ratio: ratio, CI: [2]float64{ratio / (1 + within), ratio * (1 + within)},
			})
		}
	}
	return r
}

func compared(t *testing.T, before, after *Report) *Comparison {
	t.Helper()
	c, err := Compare(before, after)
	require.NoError(t, err)
	return c
}

// The verdict of a row, and that of all rows: slower if one is, else noisy if one
// is, else faster if one is.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		within   float64
		after    map[string]float64
		verdicts string
		all      string
	}{
		{0.001, map[string]float64{"a": 2, "b": 2}, "same same", Same},
		{0.001, map[string]float64{"a": 1.85, "b": 2}, "slower same", Slower},
		{0.001, map[string]float64{"a": 2.15, "b": 2}, "faster same", Faster},
		{0.001, map[string]float64{"a": 2.15, "b": 1.85}, "faster slower", Slower},
		{0.001, map[string]float64{"a": 2.06, "b": 1.94}, "same same", Same}, // within 4 %
		{0.001, map[string]float64{"a": 2.08, "b": 2}, "noisy same", Noisy},  // the tolerance is within the interval
		{0.1, map[string]float64{"a": 2, "b": 2}, "noisy noisy", Noisy},
		{0.1, map[string]float64{"a": 1.5, "b": 4}, "slower faster", Slower},
		{0.1, map[string]float64{"a": 2, "b": 4}, "noisy faster", Noisy},
		{0.1, map[string]float64{"a": 1.8, "b": 2}, "noisy noisy", Noisy}, // 10 % slower, but of intervals that wide
	} {
		got := compared(t, reportOf("old", c.within, map[string]float64{"a": 2, "b": 2}), reportOf("new", c.within, c.after))
		var verdicts []string
		for _, change := range got.Changes {
			verdicts = append(verdicts, change.Verdict)
		}
		assert.Equal(t, c.verdicts, strings.Join(verdicts, " "), "%+v", c)
		assert.Equal(t, c.all, got.Verdict, "%+v", c)
		assert.Empty(t, got.Notes)
	}
}

// What disturbs half of the rounds, and one side more than the other, changes the
// medians and not the verdict; what makes ours slower in every round does.
func TestCompareUndisturbed(t *testing.T) {
	run := func(disturbed, ours float64) *Report {
		rng := rand.New(rand.NewPCG(1, uint64(disturbed)))
		row, second := Row{Name: "a", Ours: "cpu", Peer: "x"}, Row{Name: "a", Ours: "cpu", Peer: "y"}
		for i := range 151 {
			slow := 1 + 0.01*rng.Float64()
			if i < 120 {
				slow *= disturbed
			}
			row.Samples.Ours = append(row.Samples.Ours, ours*slow*slow)
			row.Samples.Peer = append(row.Samples.Peer, 20*slow)
			second.Samples.Peer = append(second.Samples.Peer, 30*slow)
		}
		for _, r := range []*Row{&row, &second} {
			ratio := ratioOf(quotients(r.Samples.Peer, row.Samples.Ours))
			r.Ratio, r.CI = ratio.Median, [2]float64{ratio.Low, ratio.High}
		}
		return &Report{Table: "hash", Rows: []Row{row, second}}
	}
	quiet, loud := run(1, 10), run(1.4, 10)
	require.Greater(t, quiet.Rows[0].Ratio, 1.3*loud.Rows[0].Ratio)
	c := compared(t, quiet, loud)
	require.Equal(t, Same, c.Verdict, c.Changes)
	require.InDelta(t, 2, c.Changes[0].New, 0.02)
	require.InDelta(t, 3, c.Changes[1].New, 0.03, "ours stand in the row before")
	require.Equal(t, Slower, compared(t, loud, run(1, 11)).Verdict)
	require.Equal(t, Faster, compared(t, run(1, 11), loud).Verdict)
	require.Len(t, compared(t, loud, run(1, 11)).Slower(), 2)

	// With too few samples for that the medians speak.
	for _, r := range []*Report{quiet, loud} {
		for i := range r.Rows {
			r.Rows[i].Samples.Peer = r.Rows[i].Samples.Peer[:quietRounds-1]
		}
	}
	require.Equal(t, Slower, compared(t, quiet, loud).Verdict)
}

func TestCompareTellsHowMuch(t *testing.T) {
	c := compared(t, reportOf("old", 0, map[string]float64{"a": 4, "b": 2}), reportOf("new", 0, map[string]float64{"a": 3, "b": 3}))
	require.Equal(t, []Change{
		{"xxh3 a", "cpu", "peer", 4, 3, 0.75, [2]float64{0.75, 0.75}, Slower},
		{"xxh3 b", "cpu", "peer", 2, 3, 1.5, [2]float64{1.5, 1.5}, Faster},
	}, c.Changes)
	require.Equal(t, "old", c.Old)
	require.Equal(t, "new", c.New)
	require.Equal(t, []string{"xxh3 a against peer"}, c.Slower())

	var out bytes.Buffer
	require.NoError(t, c.WriteText(&out))
	var lines []string
	for line := range strings.Lines(out.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	require.Equal(t, []string{
		"old → new", "", "work ours against old ratio new ratio change 95 % verdict",
		"xxh3 a cpu peer 4.00 3.00 -25.0 % -25.0…-25.0 slower",
		"xxh3 b cpu peer 2.00 3.00 +50.0 % +50.0…+50.0 faster",
		"", "verdict: slower",
	}, lines)
}

// Rows that are in one report only are counted, wherever they are, and so are
// those of another peer or backend.
func TestCompareLeavesOut(t *testing.T) {
	before, after := reportOf("old", 0, map[string]float64{"a": 1, "b": 1, "c": 1}), reportOf("new", 0, map[string]float64{"a": 1, "d": 1})
	c := compared(t, before, after)
	require.Len(t, c.Changes, 1)
	require.Equal(t, []string{"3 rows are in one report only, and are left out"}, c.Notes)
	var out bytes.Buffer
	require.NoError(t, c.WriteText(&out))
	require.Contains(t, out.String(), "\nnote 3 rows are in one report only")

	after = reportOf("new", 0, map[string]float64{"a": 1, "b": 1, "c": 1})
	after.Rows[0].Peer, after.Rows[1].Ours = "another", "another"
	c = compared(t, before, after)
	require.Len(t, c.Changes, 1)
	require.Equal(t, "xxh3 c", c.Changes[0].Name)
	require.Equal(t, []string{"4 rows are in one report only, and are left out"}, c.Notes)
}

func TestCompareNotesOtherMachines(t *testing.T) {
	row := map[string]float64{"a": 1}
	for says, change := range map[string]func(m *Machine){
		"the machines differ: EPYC, 2 cores; Xeon, 2 cores": func(m *Machine) { m.Processor = "Xeon" },
		"the machines differ: EPYC, 2 cores; EPYC, 4 cores": func(m *Machine) { m.Cores = 4 },
		"the compilers differ: go1.26, go1.27":              func(m *Machine) { m.Go = "go1.27" },
	} {
		after := reportOf("new", 0, row)
		change(&after.Machine)
		require.Equal(t, []string{says}, compared(t, reportOf("old", 0, row), after).Notes)
	}
}

func TestCompareErrors(t *testing.T) {
	_, err := Compare(&Report{Table: "hash"}, &Report{Table: "kv"})
	require.EqualError(t, err, "one report is of table hash, the other of kv")
	_, err = Compare(reportOf("old", 0, map[string]float64{"a": 1}), reportOf("new", 0, map[string]float64{"b": 1}))
	require.EqualError(t, err, "the reports have no row in common")
	_, err = Compare(&Report{Table: "hash"}, &Report{Table: "hash"})
	require.EqualError(t, err, "the reports have no row in common")
}
