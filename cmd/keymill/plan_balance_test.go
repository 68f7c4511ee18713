package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/plan"
)

// fewRows are six rows of three keys, one of them empty.
const fewRows = "a\t4\na\t4\na\t4\nb\t10\n\t1\nb\t12\n"

func TestBalanceText(t *testing.T) {
	input := write(t, "rows.tsv", fewRows)
	nodes := write(t, "nodes.txt", "x partitions=0\ny weight=2 partitions=1-2\n")
	require.Equal(t, `librdkafka-random (crc32): 6 rows of 3 distinct keys; 13 B; without a partition: 1 row
On 3 partitions: max/mean by keys is 1.8000, where chance alone gives 1.5000 to 3.0000: as even as chance.
On 2 nodes: max/mean by keys is 1.8000, where chance alone gives 1.5000 to 3.0000: as even as chance.
The heaviest key, a, has 3 rows: no function brings max/mean below 1.8000.

3 partitions    keys      chance alone   bytes      chance alone
max/mean      1.8000  1.5000 to 3.0000  1.5000  1.5000 to 3.0000
p99/mean      1.8000  1.5000 to 3.0000  1.5000  1.5000 to 3.0000
CV            0.7483  0.7071 to 1.4142  0.7071  0.7071 to 1.4142
Gini          0.4000  0.3333 to 0.6667  0.3333  0.3333 to 0.6667
chi-square p  0.7148                    0.7357
empty              1                         1

2 nodes         keys      chance alone   bytes      chance alone
max/mean      1.8000  1.5000 to 3.0000  1.5000  1.5000 to 3.0000
p99/mean      1.8000  1.5000 to 3.0000  1.5000  1.5000 to 3.0000
CV            0.5657  0.3536 to 1.4142  0.3536  0.3536 to 1.4142
Gini          0.2667  0.1667 to 0.6667  0.1667  0.1667 to 0.6667
chi-square p  0.5092                    0.7284
empty              0                         0
By their numbers of partitions alone the nodes have a max/mean of 1.0000.
Chance alone: in 99 of 100 cases, if each key went anywhere. Unequal keys count as fewer equal ones: 1.9 by keys, 2.0 by bytes.

node  weight  partitions  keys  bytes  keys/share      chance alone
x          1           1     3      6      1.8000  0.0000 to 3.0000
y          2           2     2      6      0.6000  0.0000 to 1.5000

partition  node  keys   /mean  bytes   /mean
        0  x        3  1.8000      6  1.5000
        1  y        0  0.0000      0  0.0000
        2  y        2  1.2000      6  1.5000
`, done(t, "", "plan", "balance", "--scheme", "librdkafka-random", "--partitions", "3", "--nodes", nodes, input))
}

// Of many partitions those at both ends are listed, and by weight there is a column of that.
func TestBalanceListsBothEnds(t *testing.T) {
	args := []string{"plan", "balance", "--scheme", "kafka", "--partitions", "40", "--weights", "--by", "weight", write(t, "rows.tsv", fewRows)}
	out := done(t, "", args...)
	require.Contains(t, out, "6 rows of 3 distinct keys; 13 B, weight 35\nOn 40 partitions: max/mean by weight is 25.14")
	require.Contains(t, out, "The heaviest key, b, has 22 of weight: no function brings max/mean below 25.14.\n")
	_, list, found := strings.Cut(out, "The fullest and the emptiest of 40 partitions by weight; --all lists all:\n")
	require.True(t, found)
	require.Equal(t, 1+2*listedEnd, strings.Count(list, "\n"))
	require.True(t, strings.HasPrefix(list, `partition  keys   /mean  bytes   /mean  weight   /mean
       36     2   13.33      6   18.46      22   25.14
        4     3   20.00      6   18.46      12   13.71
        1     1  6.6667      1  3.0769       1  1.1429
        0     0  0.0000      0  0.0000       0  0.0000
`), list)
	require.True(t, strings.HasSuffix(list, "\n       39     0  0.0000      0  0.0000       0  0.0000\n"), list)
	_, list, _ = strings.Cut(done(t, "", append(args, "--all")...), "\n\npartition")
	require.Equal(t, 1+40, strings.Count(list, "\n"))
}

func TestCompareText(t *testing.T) {
	require.Equal(t, `6 rows of 3 distinct keys, 13 B; by bytes
No scheme is less even than chance.

scheme             partitions  max/mean            chance  p99/mean      CV            chance    Gini       p     floor  empty  rows not placed
kafka                       3    1.3846  1.0000 to 3.0000    1.3846  0.5439  0.0000 to 1.4142  0.2564  0.8258  ≤ 1.3846      0                0
librdkafka-random           3    1.5000  1.5000 to 3.0000    1.5000  0.7071  0.7071 to 1.4142  0.3333  0.7357  ≤ 1.5000      1                1
maglev-envoy                3    2.7692  1.0000 to 3.0000    2.7692  1.2546  0.0000 to 1.4142  0.6154  0.1303  ≤ 1.3846      1                0

chance: what chance alone makes of max/mean and of CV, in 99 of 100 cases. p: how likely chance is as uneven as this.
floor: no function brings max/mean below it, for the heaviest key; ≤: or below this, for that key is known by a bound.
The members of maglev-envoy are node-0, node-1 and so on, of equal weight, for --nodes names none.
`, done(t, fewRows, "plan", "compare", "--scheme", "kafka, librdkafka-random,maglev", "--partitions", "3", "--format", "tsv", "--by", "bytes"))

	// With nodes these come first. Java's hash of numbers is uneven, and fx64 with mask is warned of.
	var rows strings.Builder
	for i := range 4096 {
		fmt.Fprintf(&rows, "%d\n", i)
	}
	nodes := write(t, "nodes.txt", "x weight=2\ny\nz\n")
	out := done(t, rows.String(), "plan", "compare", "--scheme", "redis,rendezvous,hive1", "--partitions", "64", "--nodes", nodes)
	require.Contains(t, out, "\nLess even on nodes than chance: hive1. The others are as even as chance, or more so.\n\nscheme      nodes")
	require.Contains(t, out, "\n\nscheme      partitions")
	rows.Reset()
	for i := range 4096 {
		fmt.Fprintf(&rows, "session:%016d\n", i)
	}
	out = done(t, rows.String(), "plan", "balance", "--scheme", "mask", "--hash", "fx64", "--partitions", "1024")
	require.Contains(t, out, ": less even than chance.\n")
	require.Contains(t, out, "\nWarning: mask: fx64 with mask spreads ")
}

func TestBalanceOfLittle(t *testing.T) {
	for _, c := range []struct {
		stdin string
		args  []string
		want  string
	}{
		{"", []string{"balance", "--scheme", "redis"}, "redis (crc16): 0 rows of 0 distinct keys; 0 B\nNo row has a partition.\n"},
		{"\n\n", []string{"balance", "--scheme", "pulsar", "--partitions", "3"}, "2 rows of 1 distinct key; 0 B; without a partition: 2 rows\nNo row has a partition.\n"},
		{"a\na\n", []string{"balance", "--scheme", "kafka", "--partitions", "1"}, "On 1 partition: all is on one.\nNo key has more than 2 rows, by a bound: less than the mean, so that no key stands in the way.\n"},
		{"a\na\n", []string{"balance", "--scheme", "kafka", "--partitions", "4"}, "No key has more than 2 rows, by a bound: the floor of max/mean is at most 4.0000.\n"},
		{"", []string{"compare", "--scheme", "redis,kafka", "--partitions", "3"}, "0 rows of 0 distinct keys, 0 B; by keys\n"},
		{"7\nx\\N\n\\N\n", []string{"compare", "--scheme", "iceberg,postgres", "--partitions", "3", "--key-type", "string"}, "3 rows of 3 distinct keys"},
	} {
		require.Contains(t, done(t, c.stdin, append([]string{"plan"}, c.args...)...), c.want)
	}
	// JSON has no NaN, and nobody's figures.
	var report map[string]any
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "plan", "balance", "--scheme", "kafka", "--partitions", "2", "--json")), &report))
	require.Equal(t, map[string]any{"keys": []any{0., 0.}, "bytes": []any{0., 0.}}, report["loads"])
}

func TestBalanceRefuses(t *testing.T) {
	file := write(t, "keys", "a\n")
	heavy := write(t, "heavy.tsv", strings.Repeat("a\t281474976710655\n", 1<<16+2))
	for _, c := range []struct {
		args    string
		code    int
		message string
	}{
		{"balance", exitUsage, "no --scheme"},
		{"compare", exitUsage, "no --scheme"},
		{"balance --scheme kafka", exitUsage, "give --partitions"},
		{"compare --scheme redis,kafka", exitUsage, "give --partitions"},
		{"compare --scheme kafka,kafca --partitions 3", exitUsage, "kafka"},
		{"compare --scheme maglev,maglev-envoy --partitions 3", exitUsage, "maglev-envoy is there twice"},
		{"balance --scheme kafka --partitions 16777217", exitUsage, "plans are of at most 16777216"},
		{"balance --scheme ketama", exitUsage, "--nodes"},
		{"balance --scheme kafka --partitions 3 --by weight", exitUsage, "only with --weights"},
		{"balance --scheme kafka --partitions 3 --by rows", exitUsage, "keys, bytes, weight"},
		{"balance --scheme kafka --partitions 3 --nodes nosuch", exitFailed, "nosuch"},
		{"balance --scheme kafka --partitions 3 --weights " + heavy, exitFailed, "the weights of all rows are 2^64 or more"},
	} {
		args := append([]string{"plan"}, strings.Fields(c.args)...)
		if c.code == exitUsage {
			args = append(args, file)
		}
		out, errs, code := call(t, "", args...)
		require.Equal(t, c.code, code, "%s: %s", c.args, errs)
		require.Empty(t, out)
		require.Contains(t, errs, c.message, c.args)
	}
	var schemes []string
	for i := range maxCompared + 1 {
		schemes = append(schemes, fmt.Sprint("s", i))
	}
	_, errs, code := call(t, "", "plan", "compare", "--scheme", strings.Join(schemes, ","), file)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "it compares at most 64")
}

// Rows that are rejected are told once, although the input is read twice, and the rest is planned.
func TestBalanceWithoutRejectedRows(t *testing.T) {
	input := write(t, "rows.tsv", "a\t4\nb\tmany\nc\t-1\nd\t5\n")
	out, errs, code := call(t, "", "plan", "balance", "--scheme", "kafka", "--partitions", "2", "--weights", "--by", "weight", "--json", input)
	require.Equal(t, exitRejected, code)
	require.Equal(t, 2, strings.Count(errs, "no whole number below 2^48"))
	var report struct {
		Stream   plan.Load
		Heaviest struct {
			plan.KeyName
			AtMost uint64 `json:"at_most"`
			Exact  bool
		} `json:"heaviest_key"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, plan.Load{Keys: 2, Bytes: 4, Weight: 9}, report.Stream)
	require.Equal(t, "d 5 true", fmt.Sprint(string(report.Heaviest.Bytes()), " ", report.Heaviest.AtMost, " ", report.Heaviest.Exact))
}

// Of an input that is another the second time there is no report.
func TestBalanceOfAnInputThatChanges(t *testing.T) {
	input := write(t, "keys", "1\nx\n2\n")
	var out bytes.Buffer
	errs := changing{file: input} // the rejected row is told when the file was read
	code := run(t.Context(), []string{"plan", "balance", "--scheme", "iceberg", "--partitions", "9", "--key-type", "int64", input},
		terminal{in: strings.NewReader(""), out: &out, err: &errs})
	require.Equal(t, exitFailed, code)
	require.Empty(t, out.String())
	require.Contains(t, errs.String(), "the input changed while it was read twice, 2 rows and then 4 rows")
}

func TestBalanceInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"plan", "balance", "--scheme", "redis", write(t, "keys", "1\n2\n")}, terminal{in: strings.NewReader(""), out: &out, err: &errs})
	require.Equal(t, exitInterrupted, code)
	require.Empty(t, out.String())
	require.Contains(t, errs.String(), "interrupted")
}
