package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/plan"
)

// reshard runs `plan reshard` with --json.
func reshard(t *testing.T, stdin string, args ...string) *plan.Reshard {
	t.Helper()
	var r plan.Reshard
	out := done(t, stdin, append([]string{"plan", "reshard", "--json"}, args...)...)
	require.NoError(t, json.Unmarshal([]byte(out), &r), out)
	require.Equal(t, 1, strings.Count(out, "\n"))
	return &r
}

// byPlace holds the places of `keymill place`, one a line, to which rows move.
func byPlace(t *testing.T, stdin string, column int, args ...string) []string {
	t.Helper()
	var places []string
	for line := range strings.Lines(done(t, stdin, append([]string{"place"}, args...)...)) {
		places = append(places, strings.Split(line, "\t")[column])
	}
	return places
}

// Of each kind of change, the rows that --moved names are those of which place says
// another place after than before.
func TestMovedRowsAreThoseThatPlaceSays(t *testing.T) {
	keys := manyKeys(3000) + "\n{a}b\n" // an empty one, too
	three, four := servers(t, "n%d", 1, 3), write(t, "four", "n2\nn3 weight=2\nn4\nn1")
	listed := write(t, "listed", "a partitions=0-5,11\nb partitions=6-10")
	other := write(t, "other", "b partitions=0-3,6-11\nc partitions=4,5")
	for _, c := range []struct {
		column                 int
		reshard, before, after []string
	}{
		{0, []string{"--scheme", "kafka", "--from", "3", "--to", "7"}, []string{"--scheme", "kafka", "--partitions", "3"}, []string{"--scheme", "kafka", "--partitions", "7"}},
		{0, []string{"--scheme", "kafka", "--to-scheme", "librdkafka-random", "--partitions", "5"},
			[]string{"--scheme", "kafka", "--partitions", "5"}, []string{"--scheme", "librdkafka-random", "--partitions", "5"}},
		{0, []string{"--scheme", "mod", "--hash", "murmur2", "--to-hash", "xxh64", "--to-seed", "3", "--from", "5"},
			[]string{"--scheme", "mod", "--hash", "murmur2", "--partitions", "5"}, []string{"--scheme", "mod", "--hash", "xxh64", "--seed", "3", "--partitions", "5"}},
		{0, []string{"--scheme", "mod", "--hash", "xxh3", "--seed", "1", "--to-scheme", "fastrange", "--partitions", "6", "--to", "9"},
			[]string{"--scheme", "mod", "--hash", "xxh3", "--seed", "1", "--partitions", "6"}, []string{"--scheme", "fastrange", "--partitions", "9"}},
		{1, []string{"--scheme", "redis", "--nodes", three, "--to-nodes", four},
			[]string{"--scheme", "redis", "--nodes", three}, []string{"--scheme", "redis", "--nodes", four}},
		{1, []string{"--scheme", "ketama", "--nodes", three, "--to-nodes", four},
			[]string{"--scheme", "ketama", "--nodes", three}, []string{"--scheme", "ketama", "--nodes", four}},
		{1, []string{"--scheme", "rendezvous", "--to-scheme", "maglev", "--nodes", four},
			[]string{"--scheme", "rendezvous", "--nodes", four}, []string{"--scheme", "maglev-envoy", "--nodes", four}},
		{1, []string{"--scheme", "jump", "--partitions", "12", "--nodes", listed, "--to-nodes", other},
			[]string{"--scheme", "jump", "--partitions", "12", "--nodes", listed}, []string{"--scheme", "jump", "--partitions", "12", "--nodes", other}},
		{1, []string{"--scheme", "jump", "--from", "12", "--to", "20", "--nodes", three},
			[]string{"--scheme", "jump", "--partitions", "12", "--nodes", three}, []string{"--scheme", "jump", "--partitions", "20", "--nodes", three}},
	} {
		before, after := byPlace(t, keys, c.column, c.before...), byPlace(t, keys, c.column, c.after...)
		var want strings.Builder
		unplaced, moved := 0, 0
		for i, key := range strings.Split(strings.TrimSuffix(keys, "\n"), "\n") {
			if before[i] == "-" || after[i] == "-" {
				unplaced++
			} else if before[i] != after[i] {
				moved++
				fmt.Fprintf(&want, "%s\t%s\t%s\n", before[i], after[i], key)
			}
		}
		require.NotZero(t, moved)
		for _, workers := range []string{"1", "7"} {
			args := append([]string{"--workers", workers}, c.reshard...)
			require.Equal(t, want.String(), done(t, keys, append([]string{"plan", "reshard", "--moved", "-"}, args...)...), args)
			file := filepath.Join(t.TempDir(), "moved")
			r := reshard(t, keys, append([]string{"--moved", file}, args...)...)
			require.Equal(t, []uint64{3002, uint64(moved), uint64(unplaced)}, []uint64{uint64(r.Rows), r.Moved.Keys, r.Unplaced.Keys})
			require.Equal(t, 3002-uint64(unplaced), r.Total.Keys)
			inFile, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, moved, strings.Count(string(inFile), "\n"))
			require.True(t, json.Valid(inFile[:strings.Index(string(inFile), "\n")]))
		}
	}
}

func TestReshardText(t *testing.T) {
	rows := write(t, "rows.tsv", "a\t1\nb\t20\nc\t300\nd\t4\n")
	require.Equal(t, `moved     4 of 4 rows (100 %)          11 B of 11 B (100 %)
minimum   2 rows (50.0 %)              this moves 2.000 times that
most out  partition 0                  9 B, 3 rows
most in   partition 1                  6 B, 2 rows
max/mean  1.5000 before, 1.5000 after  CV 0.5000 before, 0.7071 after
minimum: what has to move so that each partition has the same part of all rows.

before  kafka, 2 partitions, hash murmur2
after   kafka, 3 partitions, hash murmur2

partition  rows before  after  out  in  bytes out  in
        0            3      0    3   0          9   0
        1            1      2    1   2          2   6
        2            0      2    0   2          0   5

from  to  rows  bytes  of all that move
   0   1     2      6            50.0 %
   0   2     1      3            25.0 %
   1   2     1      2            25.0 %
`, done(t, "", "plan", "reshard", "--scheme", "kafka", "--from", "2", "--to", "3", rows))

	weighed := done(t, "", "plan", "reshard", "--scheme", "kafka", "--from", "2", "--to", "3", "--weights", "--by", "weight", rows)
	for _, line := range []string{
		"moved     4 of 4 rows (100 %)          11 B of 11 B (100 %)  weight 325 of 325 (100 %)",
		"minimum   weight 213 (65.5 %)          this moves 1.526 times that", // 321 + 4 - 325/3, and so on: 212.67
		"most in   partition 1                  weight 301, 2 rows",
		"   0   1     301      6            92.6 %",
	} {
		require.Contains(t, weighed, line+"\n")
	}

	nothing := done(t, "", "plan", "reshard", "--scheme", "rendezvous", "--from", "2")
	require.Contains(t, nothing, "moved     0 of 0 rows (-)  0 B of 0 B (-)\nminimum   0 rows (-)\nmax/mean")
	require.Contains(t, nothing, "Members of a number have the names node-0, node-1 and so on")
	require.NotContains(t, nothing, "from  to")

	many := done(t, manyKeys(5000), "plan", "reshard", "--scheme", "mod", "--from", "700", "--to", "701")
	require.Contains(t, many, "... and 677 partitions that give and get less\n")
	require.Contains(t, many, " pairs of less; --json has all\n")
	require.Contains(t, done(t, "a\n", "plan", "reshard", "--scheme", "librdkafka", "--to-scheme", "librdkafka-random", "--partitions", "2"), "moved     0 of 1 rows")
	require.Contains(t, done(t, "\n", "plan", "reshard", "--scheme", "librdkafka", "--to-scheme", "librdkafka-random", "--partitions", "2"),
		"Left out, since the system has no place for them before or after: 1 row.\n")
}

// Partitions that stay get other owners, and the rows that move are those of the partitions that do.
func TestRebalanceOfRows(t *testing.T) {
	input := write(t, "rows.tsv", strings.ReplaceAll(manyKeys(4000), "\n", "\tvalue\n")+"hot\t"+strings.Repeat("x", 3000)+"\n")
	old, after := write(t, "old", "1 partitions=0-3,11\n2 partitions=4-7\n3 partitions=8-10"), write(t, "new", "1 rack=r\n2\n4 weight=2")
	for _, by := range []string{"keys", "bytes", "partitions"} {
		args := []string{"--scheme", "kafka", "--partitions", "12", "--nodes", old, "--to-nodes", after, "--rebalance", "--by", by, input}
		r := reshard(t, "", args...)
		require.Equal(t, by, r.Rebalanced.By)
		require.LessOrEqual(t, r.Rebalanced.Bound, r.Rebalanced.Moved)
		require.Less(t, r.Rebalanced.Spread.MaxMean, 1.2)
		require.Equal(t, "0-3,11", r.Before.Nodes[0].Partitions)
		require.Equal(t, plan.LayoutNode{Node: "1", Weight: 1, Rack: "r", Partitions: r.After.Nodes[0].Partitions}, r.After.Nodes[0])
		sum := plan.Load{}
		for _, p := range r.Partitions {
			sum = sum.Plus(p.Load)
			require.NotEqual(t, p.From, p.To)
		}
		require.Equal(t, r.Moved, sum)

		// The new owners as a list of nodes, given back, say the same without --rebalance.
		var lines strings.Builder
		for _, n := range r.After.Nodes {
			fmt.Fprintf(&lines, "%s weight=%d partitions=%s\n", n.Node, n.Weight, n.Partitions)
		}
		listed := write(t, "listed", lines.String())
		given := reshard(t, "", "--scheme", "kafka", "--partitions", "12", "--nodes", old, "--to-nodes", listed, "--by", strings.Replace(by, byPartitions, "keys", 1), input)
		require.Equal(t, r.Movement, given.Movement)
		require.Equal(t, r.Partitions, given.Partitions)
		require.Nil(t, given.Rebalanced)
		moved := done(t, "", append([]string{"plan", "reshard", "--moved", "-"}, args...)...)
		require.Equal(t, int(r.Moved.Keys), strings.Count(moved, "\n"))
		require.Equal(t, done(t, "", "plan", "reshard", "--moved", "-", "--scheme", "kafka", "--partitions", "12", "--nodes", old, "--to-nodes", listed, input), moved)
	}

	// A row without a partition belongs to no node.
	pulsar := reshard(t, "\na\nb\nc\n", "--scheme", "pulsar", "--partitions", "6", "--nodes", write(t, "n", "a"), "--to-nodes", write(t, "m", "b"), "--rebalance")
	require.Equal(t, []uint64{3, 3, 1}, []uint64{pulsar.Total.Keys, pulsar.Moved.Keys, pulsar.Unplaced.Keys})
	require.Equal(t, int64(4), pulsar.Rows)

	// Numbers of partitions are known before the input is read, which may come from a pipe.
	text := done(t, manyKeys(100), "plan", "reshard", "--scheme", "redis", "--nodes", write(t, "n", "a\nb\nc"), "--to-nodes", write(t, "m", "a\nb\nc\nd"),
		"--rebalance", "--by", "partitions")
	require.Contains(t, text, "\nrebalanced by partitions: 4,096 of 16,384 partitions move, 25.0 %; max/mean 1.0000 after.\n"+
		"No plan moves less that leaves nodes as near to their shares.\n")
	require.Contains(t, done(t, manyKeys(100), "plan", "reshard", "--scheme", "redis", "--nodes", write(t, "n", "a\nb\nc"), "--to-nodes", write(t, "m", "a\nb\nc\nd")),
		"--rebalance gives them others, so that less moves.\n")
}

func TestReshardThatIsWrong(t *testing.T) {
	two, three := servers(t, "n%d", 1, 2), servers(t, "n%d", 1, 3)
	keys := write(t, "keys", "a\n")
	for _, c := range []struct {
		says string
		code int
		args []string
	}{
		{"no --scheme", exitUsage, []string{"--from", "2"}},
		{"give --partitions", exitUsage, []string{"--scheme", "kafka"}},
		{"--partitions stands for both", exitUsage, []string{"--scheme", "kafka", "--from", "2", "--to", "3", "--partitions", "4"}},
		{"it always has 16384", exitUsage, []string{"--scheme", "redis", "--to", "3"}},
		{"give those before with --nodes", exitUsage, []string{"--scheme", "redis", "--to-nodes", two}},
		{"--seed are fixed by its members", exitUsage, []string{"--scheme", "ketama", "--from", "3", "--seed", "1"}},
		{"name the real ones with --nodes", exitUsage, []string{"--scheme", "cassandra-ring", "--from", "3"}},
		{"plans are of at most 16777216", exitUsage, []string{"--scheme", "mod", "--from", "3", "--to", "16777217"}},
		{"it takes at most 16777216", exitUsage, []string{"--scheme", "ketama", "--from", "3", "--to", "16777217"}},
		{"--by: unknown measure \"partitions\"", exitUsage, []string{"--scheme", "mod", "--from", "3", "--by", "partitions"}},
		{"--rebalance gives partitions to nodes", exitUsage, []string{"--scheme", "mod", "--from", "3", "--rebalance"}},
		{"itself says which node", exitUsage, []string{"--scheme", "ketama", "--nodes", two, "--to-nodes", three, "--rebalance"}},
		{"neither another scheme nor", exitUsage, []string{"--scheme", "mod", "--from", "3", "--to", "4", "--nodes", two, "--rebalance"}},
		{"which --rebalance computes", exitFailed, []string{"--scheme", "mod", "--from", "3", "--nodes", two, "--to-nodes", write(t, "n", "a partitions=0-2"), "--rebalance"}},
		{"is a file of the input", exitUsage, []string{"--scheme", "mod", "--from", "3", "--moved", keys}},
		{"--moved: stat", exitFailed, []string{"--scheme", "mod", "--from", "3", "--moved", filepath.Join(keys, "x")}},
		{"no such file", exitFailed, []string{"--scheme", "mod", "--from", "3", keys + "gone"}},
		{"reads the input twice, to plan and for the rows", exitFailed, []string{"--scheme", "mod", "--from", "3", "--nodes", two, "--rebalance", "--moved", "-", "-"}},
	} {
		args := append([]string{"plan", "reshard"}, c.args...)
		if !strings.HasSuffix(args[len(args)-1], "gone") && args[len(args)-1] != "-" {
			args = append(args, keys)
		}
		out, errs, code := call(t, "", args...)
		require.Contains(t, errs, c.says, args)
		require.Equal(t, c.code, code, errs)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		require.Empty(t, out)
	}
	left, err := os.ReadFile(keys)
	require.NoError(t, err)
	require.Equal(t, "a\n", string(left))
}

// Rows that are no values of the type are rejected once, though the input is read twice.
func TestReshardRejects(t *testing.T) {
	input := write(t, "keys", "1\nx\n2\n")
	two, three := servers(t, "n%d", 1, 2), servers(t, "n%d", 1, 3)
	out, errs, code := call(t, "", "plan", "reshard", "--scheme", "iceberg", "--partitions", "9", "--key-type", "int64",
		"--nodes", two, "--to-nodes", three, "--rebalance", "--moved", "-", input)
	require.Equal(t, exitRejected, code)
	require.Equal(t, 2, strings.Count(errs, "\n"), errs)
	require.Contains(t, errs, "keys:2")
	require.LessOrEqual(t, strings.Count(out, "\n"), 2)
	out, _, code = call(t, "1\nx\n2\n", "plan", "reshard", "--scheme", "iceberg", "--from", "9", "--to", "3", "--key-type", "int64", "--json")
	require.Equal(t, exitRejected, code)
	require.Contains(t, out, `"rows":2,`)
}

// changing is a stderr that, when something is written to it, changes a file.
type changing struct {
	bytes.Buffer
	file string
}

func (c *changing) Write(p []byte) (int, error) {
	if err := os.WriteFile(c.file, []byte("1\n2\n3\n4\n"), 0o600); err != nil {
		return 0, err
	}
	return c.Buffer.Write(p)
}

// Of an input that is another the second time, what was written is said to be worth nothing.
func TestReshardOfAnInputThatChanges(t *testing.T) {
	input := write(t, "keys", "1\nx\n2\n")
	two, three := servers(t, "n%d", 1, 2), servers(t, "n%d", 1, 3)
	var out bytes.Buffer
	errs := changing{file: input} // the rejected row is told when the file was read
	code := run(t.Context(), []string{"plan", "reshard", "--scheme", "iceberg", "--partitions", "9", "--key-type", "int64",
		"--nodes", two, "--to-nodes", three, "--rebalance", "--moved", "-", input}, terminal{in: strings.NewReader(""), out: &out, err: &errs})
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs.String(), "the input has changed while it was read")
}
