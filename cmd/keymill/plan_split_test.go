package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/plan"
)

func splitOf(t *testing.T, stdin string, args ...string) (s plan.Split) {
	t.Helper()
	out := done(t, stdin, append([]string{"plan", "split", "--json"}, args...)...)
	require.NoError(t, json.Unmarshal([]byte(out), &s))
	return s
}

type splitRow struct {
	key  string
	load plan.Load
}

// splitRows returns rows of a TSV file, of keys with long common beginnings and some heavy ones.
func splitRows(seed uint64, n int) (text string, rows []splitRow) {
	random := rand.New(rand.NewPCG(seed, 3))
	var b strings.Builder
	for range n {
		key := fmt.Sprintf("tenant/%03d/%x", random.IntN(40)*random.IntN(20), random.Uint64N(1<<40))
		if random.IntN(10) == 0 {
			key = fmt.Sprintf("tenant/%03d/", random.IntN(3))
		}
		weight := random.Uint64N(100)
		fmt.Fprintf(&b, "%s\t%d\n", key, weight)
		rows = append(rows, splitRow{key, plan.Load{Keys: 1, Bytes: uint64(len(key) + len(fmt.Sprint(weight))), Weight: weight}})
	}
	return b.String(), rows
}

// requireSplit counts each row by the starts of the ranges.
func requireSplit(t *testing.T, s plan.Split, rows []splitRow) {
	t.Helper()
	want := make([]plan.Load, len(s.Ranges))
	for _, row := range rows {
		at := 0
		for at+1 < len(s.Ranges) && string(s.Ranges[at+1].Start) <= row.key {
			at++
		}
		want[at] = want[at].Plus(row.load)
	}
	for i, r := range s.Ranges {
		has := s.By.Of(want[i])
		if s.Exact {
			require.Equal(t, want[i], *r.Load, "range %d", i)
			require.Equal(t, plan.Exactly(has), r.Has)
			continue
		}
		require.Nil(t, r.Load)
		require.LessOrEqual(t, r.Has.Low, has)
		require.GreaterOrEqual(t, r.Has.High, has)
	}
}

func TestSplit(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	text, rows := splitRows(1, 20_000)
	file := write(t, "x.tsv", text)
	for _, by := range []string{"keys", "bytes", "weight"} {
		args := []string{"--parts", "7", "--by", by, "--weights", file}
		s := splitOf(t, "", args...)
		require.True(t, s.Exact)
		require.Len(t, s.Ranges, 7)
		requireSplit(t, s, rows)
		require.Less(t, s.Spread.MaxMean, 1.03)
		require.LessOrEqual(t, s.AtBest, s.Spread.Max)
		require.Greater(t, float64(s.AtBest), 0.95*float64(s.Spread.Max))
		require.Equal(t, s, splitOf(t, "", append(args, "--workers", "5")...))

		// The same rows, read once.
		args = []string{"--parts", "7", "--by", by, "--weights", "--format", "tsv"}
		once := splitOf(t, text, args...)
		require.False(t, once.Exact)
		require.Len(t, once.Ranges, 7)
		requireSplit(t, once, rows)
		require.Equal(t, s.Total, once.Total)
		require.Equal(t, once, splitOf(t, text, append(args, "--workers", "5")...))
		if by != "bytes" {
			continue
		}
		require.Contains(t, done(t, text, append([]string{"plan", "split"}, args...)...), "read once: these are estimates")

		// Its boundaries, given back.
		for _, hex := range []string{"--hex=false", "--hex"} {
			bare := done(t, "", "plan", "split", "--parts", "7", "--by", by, "--weights", "--bare", hex, file)
			given := splitOf(t, text, "--boundaries", write(t, "bounds", bare), "--by", by, "--weights", "--format", "tsv", hex)
			require.Equal(t, s.Ranges, given.Ranges)
			require.Zero(t, given.Asked)
		}
	}
}

// Bytes that do not print, and line ends other than ours.
func TestSplitOfBinaryKeys(t *testing.T) {
	keys := "00\nff\n5c78\n0a\n"
	out := done(t, "", "plan", "split", "--parts", "4", "--key-encoding", "hex", "--bare", write(t, "x", keys))
	require.Equal(t, "\\x0A\n\\x5C\n\\xFF\n", out)
	file := write(t, "bounds", strings.ReplaceAll(strings.TrimSuffix(out, "\n"), "\n", "\r\n"))
	s := splitOf(t, keys, "--boundaries", file, "--key-encoding", "hex")
	for _, r := range s.Ranges {
		require.Equal(t, uint64(1), r.Load.Keys)
	}
	text := done(t, keys, "plan", "split", "--boundaries", file, "--key-encoding", "hex")
	require.Contains(t, text, `    2     1      2  25.00 %  \x5C             5c`+"\n")
}

func TestSplitThatCannotBe(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	file := write(t, "x", "a\na\nb\nb\n")
	s := splitOf(t, "", "--parts", "5", file)
	require.Len(t, s.Ranges, 2)
	require.Equal(t, "b", string(s.Ranges[1].Start))
	require.Contains(t, done(t, "", "plan", "split", "--parts", "5", file), "do not divide into more ranges, though 5 were asked for")
	require.Len(t, splitOf(t, "", "--parts", "1", file).Ranges, 1)
	require.Empty(t, done(t, "", "plan", "split", "--parts", "1", "--bare", file))
	for _, stdin := range []string{"", "\n\n\n"} {
		require.Len(t, splitOf(t, stdin, "--parts", "3").Ranges, 1)
		require.Len(t, splitOf(t, "", "--parts", "3", write(t, "x", stdin)).Ranges, 1)
	}
}

func TestSplitOfLongKeys(t *testing.T) {
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, "%s%02d%s\n", strings.Repeat("a", 1000), i, strings.Repeat("b", 100_000))
	}
	s := splitOf(t, "", "--parts", "4", write(t, "x", text.String()))
	require.Len(t, s.Ranges, 4)
	require.Equal(t, uint64(25), s.Spread.Max)
	require.Len(t, s.Ranges[1].Start, 1002)
}

func TestSplitUsage(t *testing.T) {
	file := write(t, "x", "a\n")
	for says, args := range map[string][]string{
		"either --parts N":                    {},
		"either --parts":                      {"--parts", "3", "--boundaries", file},
		"--parts -1":                          {"--parts", "-1"},
		"--parts 16385":                       {"--parts", "16385"},
		"--bare prints the boundaries":        {"--parts", "3", "--bare", "--json"},
		"--hex goes with":                     {"--parts", "3", "--hex"},
		"--key-type: ranges are of the bytes": {"--parts", "3", "--key-type", "int64"},
		"--by weight":                         {"--parts", "3", "--by", "weight"},
	} {
		_, errs, code := call(t, "a\n", append([]string{"plan", "split"}, args...)...)
		require.Equal(t, exitUsage, code, "%s: %s", says, errs)
		require.Contains(t, errs, says)
	}
	for says, lines := range map[string]string{
		":2: it is not above the line before": "b\na\n",
		":3: it is not above":                 "a\nb\nb\n",
		":2: the line is empty":               "a\n\nb\n",
		`:1: \xg0: two hex digits follow \x`:  "\\xg0\n",
	} {
		_, errs, code := call(t, "a\n", "plan", "split", "--boundaries", write(t, "bounds", lines))
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, says)
	}
	_, errs, code := call(t, "a\n", "plan", "split", "--hex", "--boundaries", write(t, "bounds", "xyz"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, `:1: "xyz" is not hex`)
	_, errs, code = call(t, "a\n", "plan", "split", "--boundaries", "/nowhere/to/be")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "--boundaries: open /nowhere/to/be")
}
