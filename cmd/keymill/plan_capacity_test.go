package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

func capacityOf(t *testing.T, stdin string, args ...string) (c plan.Capacity) {
	t.Helper()
	out := done(t, stdin, append([]string{"plan", "capacity", "--json"}, args...)...)
	require.NoError(t, json.Unmarshal([]byte(out), &c))
	return c
}

// cluster is a way to place keys on nodes, as a test does it: key by key.
type cluster struct {
	sums  map[string]plan.Load
	by    plan.Measure
	list  []nodes.Node
	racks func(i int) string // of node i; nil: no rack is lost
	// place returns the node of each key among these.
	place func(list []nodes.Node) func(key string) int
	limit uint64
}

// most returns what the node has that has the most for its weight, and whether it is within the limit.
func (c *cluster) most(list []nodes.Node) (fullest uint64, fits bool) {
	loads := make([]uint64, len(list))
	place := c.place(list)
	for key, load := range c.sums {
		loads[place(key)] += c.by.Of(load)
	}
	fits = true
	ratio := -1.0
	for i, load := range loads {
		weight := max(list[i].Weight, 1)
		if r := float64(load) / float64(weight); r > ratio {
			ratio, fullest = r, load
		}
		fits = fits && load <= c.limit*uint64(weight)
	}
	return fullest, fits
}

// fits says whether the first n nodes are enough, and any rack can be lost.
func (c *cluster) fits(n int) (fullest uint64, fits bool) {
	fullest, fits = c.most(c.list[:n])
	seen := map[string]bool{}
	for i := range n {
		if c.racks == nil || seen[c.racks(i)] {
			continue
		}
		seen[c.racks(i)] = true
		var left []nodes.Node
		for j := range n {
			if c.racks(j) != c.racks(i) {
				left = append(left, c.list[j])
			}
		}
		if len(left) == 0 {
			return fullest, false
		}
		_, fit := c.most(left)
		fits = fits && fit
	}
	return fullest, fits
}

// requireCapacity holds a report to what single keys do.
func requireCapacity(t *testing.T, c *cluster, got plan.Capacity) {
	t.Helper()
	require.NotEmpty(t, got.Tried)
	smallest := 0
	for n := 1; n <= min(got.Nodes+6, len(c.list)); n++ { // of those far away it is enough that they are more
		fullest, fits := c.fits(n)
		if fits && smallest == 0 {
			smallest = n
		}
		for _, f := range got.Tried {
			if f.Nodes == n {
				require.Equal(t, fits, f.Fits, "%d nodes", n)
				require.Equal(t, fullest, f.Fullest, "%d nodes", n)
			}
		}
	}
	require.Equal(t, smallest, got.Nodes)
	require.Zero(t, got.Skipped)
}

func listOf(n int) (list []nodes.Node) {
	for i := range n {
		list = append(list, nodes.Node{Member: place.Member{Name: fmt.Sprint("node-", i)}})
	}
	return list
}

func byCount(scheme func(uint32) place.Scheme) func([]nodes.Node) func(string) int {
	return func(list []nodes.Node) func(string) int {
		s := scheme(uint32(len(list)))
		return func(key string) int {
			_, part := s.Place([]byte(key))
			return int(part)
		}
	}
}

func byMembers(t *testing.T, name string) func([]nodes.Node) func(string) int {
	return func(list []nodes.Node) func(string) int {
		s, err := place.LookupMembers(name, nodes.Members(list))
		require.NoError(t, err)
		return func(key string) int {
			_, part := s.Place([]byte(key))
			return int(part)
		}
	}
}

func byShare(t *testing.T, scheme place.Scheme) func([]nodes.Node) func(string) int {
	return func(list []nodes.Node) func(string) int {
		owners, err := nodes.Assign(list, scheme.Parts)
		require.NoError(t, err)
		return func(key string) int {
			_, part := scheme.Place([]byte(key))
			return owners.Owner(part)
		}
	}
}

func roundRobin(racks int) func(int) string {
	return func(i int) string { return fmt.Sprint(i % racks) }
}

// Every number that is tried, and the one that is found, under every kind of scheme, with racks and
// without.
func TestCapacity(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	text, sums := zipfRows(11, 6000, 2000)
	file := write(t, "x.tsv", text)
	for name, c := range map[string]struct {
		cluster cluster
		args    []string
	}{
		"counts":           {cluster{by: plan.ByKeys, limit: 1050, place: byCount(place.Kafka)}, []string{"--scheme", "kafka", "--limit", "1.05k"}},
		"counts, racks":    {cluster{by: plan.ByBytes, limit: 9000, place: byCount(place.Jump), racks: roundRobin(4)}, []string{"--scheme", "jump", "--limit", "9kB", "--racks", "4", "--by", "bytes"}},
		"members":          {cluster{by: plan.ByWeight, limit: 450_000, place: byMembers(t, "rendezvous")}, []string{"--scheme", "rendezvous", "--limit", "450k", "--by", "weight"}},
		"members, racks":   {cluster{by: plan.ByKeys, limit: 1200, place: byMembers(t, "maglev-envoy"), racks: roundRobin(3)}, []string{"--scheme", "maglev", "--limit", "1200", "--racks", "3"}},
		"partitions":       {cluster{by: plan.ByKeys, limit: 1200, place: byShare(t, place.Redis())}, []string{"--scheme", "redis", "--limit", "1200"}},
		"partitions, rack": {cluster{by: plan.ByKeys, limit: 1350, place: byShare(t, place.Kafka(64)), racks: roundRobin(2)}, []string{"--scheme", "kafka", "--partitions", "64", "--limit", "1350", "--racks", "2"}},
		"filled, grown":    {cluster{by: plan.ByKeys, limit: 1107, place: byCount(place.Kafka)}, []string{"--scheme", "kafka", "--limit", "1.8k", "--fill", "0.8", "--growth", "1.3"}},
	} {
		c.cluster.sums, c.cluster.list = sums, listOf(100)
		got := capacityOf(t, "", append(c.args, "--weights", file)...)
		require.Equal(t, c.cluster.limit, got.Usable, name)
		require.Positive(t, got.Nodes, name)
		requireCapacity(t, &c.cluster, got)
		require.Equal(t, got, capacityOf(t, "", append(c.args, "--weights", file, "--workers", "5")...), name)
	}
}

// Nodes of a file, with weights and the racks that it names.
func TestCapacityOfNamedNodes(t *testing.T) {
	text, sums := zipfRows(12, 6000, 2000)
	var list []nodes.Node
	var lines strings.Builder
	for i := range 24 {
		n := nodes.Node{Member: place.Member{Name: fmt.Sprintf("host-%d:11211", i*i), Weight: uint32(1 + i%3), Rack: string(rune('a' + i*i%4))}}
		list = append(list, n)
		fmt.Fprintf(&lines, "%s weight=%d rack=%s\n", n.Name, n.Weight, n.Rack)
	}
	file := write(t, "nodes", lines.String())
	for scheme, c := range map[string]*cluster{
		"rendezvous": {limit: 780, place: byMembers(t, "rendezvous")},
		"redis":      {limit: 780, place: byShare(t, place.Redis())},
	} {
		for _, named := range []bool{false, true} {
			c.sums, c.by, c.list, c.racks = sums, plan.ByKeys, list, nil
			args := []string{"--scheme", scheme, "--nodes", file, "--limit", fmt.Sprint(c.limit), "--format", "tsv", write(t, "x", text)}
			if named {
				args = append(args, "--racks", "named")
				c.racks = func(i int) string { return list[i].Rack }
			}
			got := capacityOf(t, "", args...)
			require.Positive(t, got.Nodes)
			require.LessOrEqual(t, got.UpTo, 24)
			requireCapacity(t, c, got)
		}
	}
}

// Given numbers take one pass, of the standard input, too.
func TestCapacityOfStdin(t *testing.T) {
	text, sums := zipfRows(13, 6000, 1000)
	c := &cluster{sums: sums, by: plan.ByKeys, limit: 1100, list: listOf(30), place: byMembers(t, "ketama"), racks: roundRobin(3)}
	got := capacityOf(t, text, "--scheme", "ketama", "--limit", "1100", "--racks", "3", "--format", "tsv", "--try", "30,3,11,12")
	require.Len(t, got.Tried, 4)
	for _, f := range got.Tried {
		fullest, fits := c.fits(f.Nodes)
		require.Equal(t, fullest, f.Fullest)
		require.Equal(t, fits, f.Fits)
	}
	require.Equal(t, 30, got.Tried[3].Nodes)
	require.Positive(t, got.Skipped)
	require.Equal(t, got, capacityOf(t, "", "--scheme", "ketama", "--limit", "1100", "--racks", "3", "--try", "30,3,11,12", write(t, "x.tsv", text)))

	// Partitions that are shared out take no more than one pass anyway.
	share := &cluster{sums: sums, by: plan.ByKeys, limit: 1200, list: listOf(64), place: byShare(t, place.Redis())}
	requireCapacity(t, share, capacityOf(t, text, "--scheme", "redis", "--limit", "1200", "--format", "tsv"))

	_, errs, code := call(t, "a\n", "plan", "capacity", "--scheme", "kafka", "--limit", "10")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "give a file, or the numbers of nodes to be tried in one pass")
}
