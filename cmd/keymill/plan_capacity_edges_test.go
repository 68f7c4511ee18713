package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/plan"
)

func TestCapacityOfNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	empty := write(t, "x", "")
	for _, scheme := range []string{"kafka", "redis", "rendezvous"} {
		c := capacityOf(t, "", "--scheme", scheme, "--limit", "1", empty)
		require.Equal(t, 1, c.Nodes, scheme)
		require.Equal(t, 1, c.From)
		require.Contains(t, done(t, "", "plan", "capacity", "--scheme", scheme, "--limit", "1", empty), "1 node: the fullest has 0 rows, 0.0 %")
	}
	c := capacityOf(t, "", "--scheme", "kafka", "--limit", "1", "--racks", "2", empty)
	require.Equal(t, 1, c.Nodes, "what has nothing loses nothing")
}

// A key that is heavier than any node may be is named; where nodes share partitions, one that is
// fuller is.
func TestCapacityThatCannotBe(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	file := write(t, "x", strings.Repeat("hot\n", 50)+strings.Repeat("warm\n", 11)+"a\nb\nc\n")
	for _, scheme := range []string{"kafka", "rendezvous", "redis"} {
		c := capacityOf(t, "", "--scheme", scheme, "--limit", "10", file)
		require.Zero(t, c.Nodes)
		require.Empty(t, c.Tried)
		require.Equal(t, "hot", string(c.TooHeavy.Bytes()))
		require.Equal(t, uint64(50), c.TooHeavy.Has)
		require.Equal(t, scheme == "redis", c.TooFull != nil)
		require.Contains(t, done(t, "", "plan", "capacity", "--scheme", scheme, "--limit", "10", file),
			"No number of nodes is enough: the key hot alone has 50 rows.")
		require.Nil(t, capacityOf(t, "", "--scheme", scheme, "--limit", "50", file).TooHeavy, "it may have just that")
	}
	// No key is too heavy here, but the two together are in the one partition.
	file = write(t, "x", strings.Repeat("{x}a\n", 6)+strings.Repeat("{x}b\n", 5))
	c := capacityOf(t, "", "--scheme", "redis", "--limit", "10", file)
	require.Nil(t, c.TooHeavy)
	require.Equal(t, &plan.TooFull{Partition: 16287, Has: 11}, c.TooFull)
	require.Contains(t, done(t, "", "plan", "capacity", "--scheme", "redis", "--limit", "10", file), "partition 16,287 alone has 11 rows. It takes more partitions.")
	// A key without a partition is in nobody's way.
	file = write(t, "x", strings.Repeat("\n", 50)+"a\n")
	c = capacityOf(t, "", "--scheme", "librdkafka-random", "--limit", "10", file)
	require.Nil(t, c.TooHeavy)
	require.Equal(t, 1, c.Nodes)
	require.Equal(t, uint64(50), c.Unplaced.Keys)
	require.Contains(t, done(t, "", "plan", "capacity", "--scheme", "librdkafka-random", "--limit", "10", file), "besides 50 rows without a partition, which come on top")
}

func TestCapacityThatIsTooSmall(t *testing.T) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintln(&text, i)
	}
	file := write(t, "x", text.String())
	out := done(t, "", "plan", "capacity", "--scheme", "jump", "--limit", "100", "--up-to", "9", file)
	require.True(t, strings.HasPrefix(out, "Up to 9 nodes cannot hold it all.\n"), out)
	c := capacityOf(t, "", "--scheme", "jump", "--limit", "100", "--up-to", "10", file)
	require.Equal(t, []int{0, 10, 10}, []int{c.Nodes, c.From, c.Tried[0].Nodes}, "ten are full only in the mean")
	require.Contains(t, done(t, "", "plan", "capacity", "--scheme", "jump", "--limit", "100", "--up-to", "10", file),
		"None of the numbers of nodes that were tried is enough, up to 10.\n")
	// A scheme that takes powers of two only.
	c = capacityOf(t, "", "--scheme", "mask", "--limit", "100", "--racks", "2", file)
	require.True(t, c.Gaps)
	require.Equal(t, 32, c.Nodes)
	require.Contains(t, done(t, "", "plan", "capacity", "--scheme", "mask", "--limit", "100", file), "Fewer than 16 cannot hold it all, or the scheme does not take so many.")
}

// The loss of the only rack leaves nobody.
func TestCapacityOfOneRack(t *testing.T) {
	list := write(t, "nodes", "a rack=x\nb rack=x\nc rack=y\n")
	file := write(t, "x", "1\n2\n3\n")
	c := capacityOf(t, "", "--scheme", "rendezvous", "--limit", "3", "--racks", "named", "--nodes", list, "--try", "1,2,3", file)
	require.Equal(t, 3, c.Nodes)
	require.Equal(t, []int{0, 0}, []int{c.Tried[0].Lost.Left, c.Tried[1].Lost.Left})
	require.False(t, c.Tried[1].Fits)
}

func TestCapacityOfTypedAndRejectedKeys(t *testing.T) {
	file := write(t, "x", "1\n2\nx\n\\N\n3\n")
	out, errs, code := call(t, "", "plan", "capacity", "--scheme", "iceberg", "--limit", "2", "--key-type", "int64", file)
	require.Equal(t, exitRejected, code)
	require.Equal(t, 1, strings.Count(errs, `"x" is no int64`), errs)
	require.Contains(t, out, "4 rows; iceberg, by keys; besides 1 row without a partition")
	out, errs, code = call(t, "", "plan", "capacity", "--scheme", "spark", "--limit", "2", "--weights", "--by", "weight", "--key-type", "int32",
		write(t, "x.tsv", "1\t1\n2\tw\nx\t1\n3\t1\n"))
	require.Equal(t, exitRejected, code, errs)
	require.Contains(t, errs, "2 rows rejected")
	require.Contains(t, out, "2 rows; spark, by weight")
}

func TestCapacityUsage(t *testing.T) {
	file, list := write(t, "x", "a\n"), write(t, "nodes", "a\nb\n")
	for says, args := range map[string][]string{
		"no --limit":                   {"--scheme", "kafka"},
		"no --scheme":                  {"--limit", "1"},
		"--limit x: a number above 0":  {"--scheme", "kafka", "--limit", "x"},
		"goes with --by bytes":         {"--scheme", "kafka", "--limit", "1GB"},
		"a node may have 1 to 2^64-1":  {"--scheme", "kafka", "--limit", "0.5"},
		"and this is 0.800":            {"--scheme", "kafka", "--limit", "1", "--fill", "0.8"},
		"--fill 1.1: it is above 0":    {"--scheme", "kafka", "--limit", "1", "--fill", "1.1"},
		"--growth 0: it is a number":   {"--scheme", "kafka", "--limit", "1", "--growth", "0"},
		"--racks 1: it takes 2":        {"--scheme", "kafka", "--limit", "1", "--racks", "1"},
		"--racks x: it takes 2":        {"--scheme", "kafka", "--limit", "1", "--racks", "x"},
		"node a has no rack=":          {"--scheme", "rendezvous", "--nodes", list, "--limit", "1", "--racks", "named"},
		"node node-0 has no rack=":     {"--scheme", "rendezvous", "--limit", "1", "--racks", "named"},
		"--up-to 0":                    {"--scheme", "kafka", "--limit", "1", "--up-to", "0"},
		"--up-to 65537":                {"--scheme", "kafka", "--limit", "1", "--up-to", "65537"},
		"--try: it takes numbers from": {"--scheme", "kafka", "--limit", "1", "--try", "0,4"},
		"from 1 to 2 (":                {"--scheme", "rendezvous", "--nodes", list, "--limit", "1", "--try", "3"},
		"try fewer":                    {"--scheme", "rendezvous", "--racks", "50", "--limit", "1", "--try", "60"},
		"leave --partitions out":       {"--scheme", "rendezvous", "--partitions", "3", "--limit", "1"},
		"leave --nodes out":            {"--scheme", "jump", "--nodes", list, "--limit", "1"},
		"leave them out":               {"--scheme", "rendezvous", "--seed", "3", "--limit", "1"},
		`unknown scheme "kafak"`:       {"--scheme", "kafak", "--limit", "1"},
	} {
		_, errs, code := call(t, "", append([]string{"plan", "capacity", file}, args...)...)
		require.Equal(t, exitUsage, code, "%s: %s", says, errs)
		require.Contains(t, errs, says)
	}
	for says, args := range map[string][]string{
		"has no token: `nodetool ring` lists them (members node-0, node-1 ...: name the real ones": {"--scheme", "cassandra-ring", "--limit", "1"},
		"has partitions=": {"--scheme", "redis", "--limit", "1", "--nodes", write(t, "n", "a partitions=0-99\n")},
		"nowhere":         {"--scheme", "redis", "--limit", "1", "--nodes", "/nowhere"},
	} {
		_, errs, code := call(t, "", append([]string{"plan", "capacity", file}, args...)...)
		require.NotZero(t, code)
		require.Contains(t, errs, says)
	}
}
