package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/plan"
)

// python runs a script of testdata that shares no code with keymill, and returns what it says.
func python(t *testing.T, script string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("python3")
	require.NoError(t, err, "scripts/setup.sh installs it")
	out, err := exec.Command(program, append([]string{"-B", filepath.Join("testdata", script)}, args...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// Figures of `plan balance` and `plan compare` are those of a Python script, to the last digit.
func TestBalanceBesidePython(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	made := someRows()
	for name, rows := range map[string]string{
		"made":   made,
		"Debian": debianRows(t),
		// Keys that one of the schemes does not place, more of them than of any other.
		"empty": strings.Repeat("\tno key\n", 20_000) + made[:len(made)/3],
		"few":   "a\tb\na\tc\nb\t\n",
	} {
		if rows == "" {
			t.Log("no dataset of Debian here: scripts/dataset.sh fetches it")
			continue
		}
		t.Run(name, func(t *testing.T) {
			input := write(t, "rows.tsv", strings.TrimRight(rows, "\n")+"\n")
			names, placed := []string{"kafka", "redis"}, []string{"12:kafka", "redis"}
			for _, scheme := range []string{"mod", "jump", "rendezvous", "maglev", "librdkafka-random"} {
				names = append(names, scheme)
				if scheme == "librdkafka-random" {
					placed = append(placed, "12:"+write(t, "placed", done(t, "", "place", "--scheme", scheme, "--partitions", "12", input)))
				} else {
					placed = append(placed, "12:"+write(t, "placed", placedBy(t, scheme, 12, input)))
				}
			}
			check := func(report string, placed ...string) string {
				return python(t, "plan_check.py", append([]string{input, write(t, "report", report)}, placed...)...)
			}
			said := check(done(t, "", "plan", "compare", "--scheme", strings.Join(names, ","), "--partitions", "12", "--json", input), placed...)
			require.Equal(t, len(names), strings.Count(said, "max/mean"))
			if name != "Debian" { // where it is a key of very few rows
				require.NotContains(t, said, "bound", "the heaviest key was counted")
			}
			check(done(t, "", "plan", "compare", "--scheme", "kafka,redis", "--partitions", "12", "--by", "bytes", "--json", input), placed[:2]...)
			if name == "made" || name == "Debian" {
				check(done(t, "", "plan", "balance", "--scheme", "redis", "--json", input), "redis")
				return
			}
			balance := []string{"plan", "balance", "--scheme", "librdkafka-random", "--partitions", "12", "--json"}
			check(done(t, "", append(balance, input)...), placed[6])
			check(done(t, rows, append(balance, "--format", "tsv", "-")...), placed[6])
		})
	}
}

// The output is the same, byte for byte, for any number of workers and of files.
func TestBalanceIsTheSameForAnyWorkers(t *testing.T) {
	rows := someRows()
	folder := t.TempDir()
	lines := strings.SplitAfter(rows, "\n")
	for i := range 64 {
		part := strings.Join(lines[len(lines)*i/64:len(lines)*(i+1)/64], "")
		require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%02d.tsv", i)), []byte(part), 0o600))
	}
	one := write(t, "all.tsv", rows)
	for _, more := range [][]string{nil, {"--json"}} {
		args := append([]string{"plan", "compare", "--scheme", "kafka,redis,ketama", "--partitions", "7"}, more...)
		want := done(t, "", append(args, "--workers", "1", one)...)
		for _, workers := range []string{"1", "7", "64"} {
			require.Equal(t, want, done(t, "", append(args, "--workers", workers, filepath.Join(folder, "*.tsv"))...))
		}
	}
}

// Of nodes with weights the report has what each should have, and has.
func TestBalanceOfNodes(t *testing.T) {
	nodes := write(t, "nodes.txt", "a weight=2 partitions=0-3\nb partitions=4-5\nc partitions=6\n")
	rows := someRows()
	input := write(t, "rows.tsv", rows)
	var report struct {
		Stream, Placed plan.Load
		Spread         map[plan.Measure]plan.Beside
		NodeSpread     map[plan.Measure]plan.Beside `json:"node_spread"`
		Layout         float64                      `json:"node_partitions_max_over_mean"`
		Nodes          []plan.BalancedNode
		Loads          map[plan.Measure][]uint64
	}
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "plan", "balance", "--scheme", "kafka", "--partitions", "7", "--nodes", nodes, "--json", input)), &report))
	require.Len(t, report.Nodes, 3)
	owner := []int{0, 0, 0, 0, 1, 1, 2}
	for by, loads := range report.Loads {
		sums := make([]uint64, 3)
		for p, x := range loads {
			sums[owner[p]] += x
		}
		want, err := plan.NewSpread(sums, []uint64{2, 1, 1})
		require.NoError(t, err)
		require.Equal(t, want, report.NodeSpread[by].Spread)
		want, err = plan.NewSpread(loads, nil)
		require.NoError(t, err)
		require.Equal(t, want, report.Spread[by].Spread)
		for i, n := range report.Nodes {
			require.Equal(t, sums[i], by.Of(n.Load))
		}
	}
	require.InDelta(t, 8./7, report.Layout, 1e-12) // 4 of 7 partitions for half of the weight
	require.Equal(t, "a 2 4", fmt.Sprint(report.Nodes[0].Node, " ", report.Nodes[0].Share, " ", report.Nodes[0].Partitions))
	half := float64(report.Nodes[0].Load.Keys) / (float64(report.Placed.Keys) / 2)
	require.InDelta(t, half, report.Nodes[0].OverShare, 1e-12)
	require.Less(t, report.Nodes[0].Band.Low, report.Nodes[0].Band.High)

	// Of a scheme of members partitions are the nodes: their shares are the weights.
	members := write(t, "members.txt", "a weight=2\nb\nc\n")
	report.NodeSpread = nil
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "plan", "balance", "--scheme", "rendezvous", "--nodes", members, "--json", input)), &report))
	require.Nil(t, report.NodeSpread)
	want, err := plan.NewSpread(report.Loads[plan.ByKeys], []uint64{2, 1, 1})
	require.NoError(t, err)
	require.Equal(t, want, report.Spread[plan.ByKeys].Spread)
}
