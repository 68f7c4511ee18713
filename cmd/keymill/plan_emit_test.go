package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A plan is emitted in each form from what reshard prints, and the list of nodes leads where
// the plan does.
func TestEmit(t *testing.T) {
	input := write(t, "keys", manyKeys(2000))
	old, after := write(t, "old", "h1:1\nh2:2\nh3:3"), write(t, "new", "h1:1\nh2:2\nh3:3\nh4:4")
	args := []string{"plan", "reshard", "--scheme", "redis", "--nodes", old, "--to-nodes", after, "--rebalance", input}
	text := done(t, "", append(args, "--json")...)
	file := write(t, "plan.json", text)
	script := done(t, "", "plan", "emit", "--to", "redis-cli", file)
	require.True(t, strings.HasPrefix(script, "#!/bin/sh\n# Moves "), script)
	require.Equal(t, script, done(t, text, "plan", "emit", "--to", "redis-cli"))
	require.Equal(t, script, done(t, text, "plan", "emit", "--to", "redis-cli", "-"))

	moved := done(t, "", append(args, "--moved", "-")...)
	listed := write(t, "listed", done(t, "", "plan", "emit", "--to", "nodes", file))
	require.Equal(t, moved, done(t, "", "plan", "reshard", "--scheme", "redis", "--nodes", old, "--to-nodes", listed, "--moved", "-", input))
	table := strings.Split(done(t, text, "plan", "emit", "--to", "csv", "--max-moves", "3"), "\n")
	require.Len(t, table, 5)
	require.Equal(t, "partition,from,to,keys,bytes", table[0])
	require.Contains(t, table[1], ",h1:1,h4:4,")

	// Nothing moves.
	same := done(t, "", "plan", "reshard", "--scheme", "redis", "--nodes", old, "--to-nodes", old, "--json", input)
	require.Equal(t, "partition,from,to,keys,bytes\n", done(t, same, "plan", "emit", "--to", "csv"))
}

func TestEmitForKafka(t *testing.T) {
	input := write(t, "keys", manyKeys(2000))
	text := done(t, "", "plan", "reshard", "--scheme", "kafka", "--partitions", "4", "--nodes", write(t, "old", "1 partitions=0,2\n2 partitions=1,3"),
		"--to-nodes", write(t, "new", "1 partitions=0\n3 partitions=1-3"), "--json", input)
	current := write(t, "current", `{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,2]},{"topic":"t","partition":1,"replicas":[2,1]},
		{"topic":"t","partition":2,"replicas":[1,3]},{"topic":"t","partition":3,"replicas":[2,1]}]}`)
	out, errs, code := call(t, text, "plan", "emit", "--to", "kafka", "--current", current)
	require.Zero(t, code, errs)
	require.Equal(t, `{"version":1,"partitions":[
{"topic":"t","partition":1,"replicas":[3,1]},
{"topic":"t","partition":2,"replicas":[3,1]},
{"topic":"t","partition":3,"replicas":[3,1]}
]}
`, out)
	require.Equal(t, "keymill: 1 partition still has a replica on a broker that is not among the nodes after: followers are not planned, so move those too\n", errs)
	require.Contains(t, done(t, text, "plan", "emit", "--to", "kafka", "--single-replica", "--topic", "x", "--max-moves", "1"), `{"topic":"x","partition":1,"replicas":[3]}`)
}

func TestEmitThatIsWrong(t *testing.T) {
	moving := done(t, "a\n", "plan", "reshard", "--scheme", "mod", "--from", "2", "--to", "3", "--json")
	good := done(t, "a\n", "plan", "reshard", "--scheme", "mod", "--partitions", "2", "--nodes", write(t, "n", "a\nb"), "--to-nodes", write(t, "m", "b\na"), "--json")
	for _, c := range []struct {
		says, plan string
		code       int
		args       []string
	}{
		{`unknown format of --to "redis": did you mean "redis-cli"?`, good, exitUsage, []string{"--to", "redis"}},
		{"unknown format of --to", good, exitUsage, nil},
		{"--max-moves -1", good, exitUsage, []string{"--to", "csv", "--max-moves", "-1"}},
		{"it has neither --max-moves nor", good, exitUsage, []string{"--to", "nodes", "--max-moves", "1"}},
		{"redis-cli takes slots in ascending order", good, exitUsage, []string{"--to", "redis-cli", "--largest-first"}},
		{"go with --to kafka", good, exitUsage, []string{"--to", "csv", "--topic", "t"}},
		{"others would be lost", good, exitUsage, []string{"--to", "kafka", "--topic", "t"}},
		{"takes --topic", good, exitUsage, []string{"--to", "kafka", "--single-replica"}},
		{"2 plans: it takes one", good, exitUsage, []string{"--to", "csv", "a", "b"}},
		{"no such file", good, exitFailed, []string{"--to", "csv", "gone"}},
		{"--current: open gone", good, exitFailed, []string{"--to", "kafka", "--current", "gone"}},
		{"it has no JSON", good, exitFailed, []string{"--to", "kafka", "--current", write(t, "c", "x")}},
		{"a broker goes by its id", good, exitFailed, []string{"--to", "kafka", "--single-replica", "--topic", "t"}},
		{"the plan is of mod with 2 partitions", good, exitFailed, []string{"--to", "redis-cli"}},
		{"only partitions that go from node to node", moving, exitFailed, []string{"--to", "csv"}},
		{"stdin is not what 'keymill plan reshard --json' prints: it is empty", "", exitFailed, []string{"--to", "csv"}},
		{"is not what 'keymill plan reshard --json' prints: json: unknown field", `{"x":1}`, exitFailed, []string{"--to", "csv"}},
	} {
		out, errs, code := call(t, c.plan, append([]string{"plan", "emit"}, c.args...)...)
		require.Contains(t, errs, c.says, c.args)
		require.Equal(t, c.code, code, errs)
		require.Empty(t, out)
	}
	require.Contains(t, done2(t, "__complete", "plan", "emit", "--to", ""), "redis-cli")
}
