package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

// servers returns a file of nodes, each made of its number.
func servers(t *testing.T, line string, first, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, line+"\n", first+i)
	}
	return write(t, "nodes.txt", b.String())
}

// The vectors of systems that place on members, as hex lines through `keymill place
// --nodes`: the third column is the key, the second the node's name.
func TestPlaceOnNodesReproducesVectors(t *testing.T) {
	weighted := write(t, "weighted.txt", "127.0.0.1:18101 weight=1\n# the second\n127.0.0.1:18102\tweight=2\n127.0.0.1:18103 weight=5")
	for _, c := range []struct{ scheme, file, output, nodes, name string }{
		{"rendezvous", "rendezvous_dgryski", "node", servers(t, "10.1.0.%d:8080", 1, 7), "%v"},
		{"ketama", "memcached_ketama", "kw8", servers(t, "10.0.1.%d:11211", 1, 8), "10.0.1.%d:11211"},
		{"ketama", "memcached_ketama", "kw5_weights", servers(t, "10.0.1.%[1]d weight=%[1]d00", 1, 5), "10.0.1.%d"},
		{"ketama-default", "memcached_ketama", "ketama5", servers(t, "10.0.1.%d", 1, 5), "10.0.1.%d"},
		{"nginx_consistent", "nginx_upstream_hash", "consistent3_w1_2_5", weighted, "127.0.0.1:1810%d"},
		{"nginx-hash", "nginx_upstream_hash", "plain5", servers(t, "127.0.0.1:%d", 18101, 5), "127.0.0.1:1810%d"},
		{"ring-hash", "grpc_ring_hash", "w1to7", servers(t, "10.1.0.%[1]d:8080 weight=%[1]d rack=r%[1]d", 1, 7), "%v"},
		{"bounded", "consistent_bounded_loads", "owner", servers(t, "node%d.olric.io", 0, 8), "%v"},
	} {
		file, err := vectors.Load(c.file)
		require.NoError(t, err)
		out := done(t, hexKeys(file), "place", "--scheme", c.scheme, "--nodes", c.nodes, "--key-encoding", "hex")
		lines := strings.Split(out, "\n")
		require.Len(t, lines, len(file.Vectors)+1)
		for i, v := range file.Vectors {
			name := v.Out[c.output]
			if number, ok := v.Uint(c.output); ok {
				name = number + 1
			}
			fields := strings.SplitN(lines[i], "\t", 3)
			require.Len(t, fields, 3)
			require.Equal(t, fmt.Sprintf(c.name, name), fields[1], "%s %s of %s", c.scheme, c.output, v.ID)
			require.Equal(t, v.KeyHex, fields[2])
		}
	}
}

// Of other schemes the nodes have ranges of partitions, or those that they list.
func TestPartitionsOfNodes(t *testing.T) {
	three := servers(t, "redis-%d", 1, 3)
	keys := "foo\nbar\nhello\n"
	require.Equal(t, "12182\tredis-3\tfoo\n5061\tredis-1\tbar\n866\tredis-1\thello\n", done(t, keys, "place", "--scheme", "redis", "--nodes", three))
	listed := write(t, "n", "a partitions=866,5000-5999\nb partitions=0-865,867-4999,6000-16383")
	require.Equal(t, "12182\tb\tfoo\n5061\ta\tbar\n866\ta\thello\n", done(t, keys, "place", "--scheme", "redis", "--nodes", listed))
	require.Equal(t, `{"partition":12182,"node":"b","key":"foo"}`+"\n", done(t, "foo\n", "place", "--scheme", "redis", "--nodes", listed, "--json"))

	quoted := write(t, "n", `a"<b`)
	unplaced := []string{"place", "--scheme", "librdkafka-random", "--partitions", "2", "--nodes", quoted}
	require.Equal(t, "-\t-\t\n", done(t, "\n", unplaced...))
	require.Equal(t, `{"partition":null,"node":null,"key":""}`+"\n", done(t, "\n", append(unplaced, "--json")...))
	require.Equal(t, "0\ta\"<b\t0\n1\ta\"<b\t1\n-\t-\t1\n", done(t, "b\n\n", append(unplaced, "--counts")...))
	var line struct{ Node string }
	require.NoError(t, json.Unmarshal([]byte(done(t, "b\n", append(unplaced, "--json")...)), &line))
	require.Equal(t, `a"<b`, line.Node)

	var report struct {
		Partitions int
		Counts     []int
		Nodes      []struct {
			Node             string
			Partitions, Keys int
		}
	}
	require.NoError(t, json.Unmarshal([]byte(done(t, keys, "place", "--scheme", "redis", "--nodes", three, "--counts", "--json")), &report))
	require.Len(t, report.Counts, place.RedisSlots)
	require.Equal(t, "[{redis-1 5461 2} {redis-2 5462 0} {redis-3 5461 1}]", fmt.Sprint(report.Nodes))
	require.NotContains(t, done(t, keys, "place", "--scheme", "mod", "--partitions", "3", "--counts", "--json"), "nodes")
}

func TestNodesThatAreWrong(t *testing.T) {
	two := servers(t, "n%d", 1, 2)
	for _, c := range []struct {
		says string
		code int
		args []string
	}{
		{"scheme ketama: it places by a list of members, which has to be given: give --nodes FILE", exitUsage, []string{"ketama"}},
		{`unknown scheme "ketma": did you mean "ketama"?`, exitUsage, []string{"ketma", "--nodes", two}},
		{"scheme ketama: --hash and --seed are fixed", exitUsage, []string{"ketama", "--nodes", two, "--hash", "xxh3"}},
		{"scheme ketama: --hash and --seed are fixed", exitUsage, []string{"ketama", "--nodes", two, "--seed", "1"}},
		{"scheme ketama: 3 partitions: it has one for each of the 2 nodes", exitUsage, []string{"ketama", "--nodes", two, "--partitions", "3"}},
		{"give --partitions", exitUsage, []string{"kafka", "--nodes", two}},
		{"--nodes: open gone: no such file", exitFailed, []string{"ketama", "--nodes", "gone"}},
		{"--nodes: open gone: no such file", exitFailed, []string{"redis", "--nodes", "gone"}},
		{"member n1 has no token", exitFailed, []string{"cassandra-ring", "--nodes", two}},
		{":2: weight=x: it is a number", exitFailed, []string{"redis", "--nodes", write(t, "n", "a\nb weight=x")}},
		{"partition 5 of 16384 belongs to no node", exitFailed, []string{"redis", "--nodes", write(t, "n", "a partitions=0-4,6-16383")}},
		{"node a has partitions=, but scheme ketama has none", exitFailed, []string{"ketama", "--nodes", write(t, "n", "a partitions=0")}},
		{"is a directory", exitFailed, []string{"redis", "--nodes", t.TempDir()}},
	} {
		out, errs, code := call(t, "a\n", append([]string{"place", "--scheme"}, c.args...)...)
		require.Equal(t, c.code, code, "%v: %s", c.args, errs)
		require.Contains(t, errs, c.says)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		require.Empty(t, out)
	}
	out, _, code := call(t, "a\n", "place", "--scheme", "ketama", "--nodes", two, "--partitions", "2")
	require.Zero(t, code)
	require.Contains(t, out, "\tn")
	require.Contains(t, done(t, "", "place", "--help"), "maglev-cilium")
	require.Contains(t, done2(t, "__complete", "place", "--scheme", "keta"), "ketama-default")
}
