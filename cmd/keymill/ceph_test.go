package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/vectors"
)

// cephMap writes the CRUSH map of the vectors to a file.
func cephMap(t *testing.T) string {
	text, err := os.ReadFile("../../internal/vectors/testdata/ceph_objects.json")
	require.NoError(t, err)
	var file struct{ Map string }
	require.NoError(t, json.Unmarshal(text, &file))
	return write(t, "crushmap.txt", file.Map)
}

// What osdmaptool says of 316 names: the placement group and its OSDs.
func TestPlaceOnOSDsReproducesVectors(t *testing.T) {
	file, err := vectors.Load("ceph_objects")
	require.NoError(t, err)
	crushMap := cephMap(t)
	for output, more := range map[string][]string{
		"osds192":       nil,
		"osds192_pgp96": {"--pgp-num", "96", "--replicas", "3", "--rule", "0"},
		"osds192_out5":  {"--reweight", "osd.5=0,3=1"},
	} {
		args := append([]string{"place", "--scheme", "ceph", "--partitions", "192", "--nodes", crushMap, "--pool", "1", "--key-encoding", "hex"}, more...)
		if len(more) < 4 {
			args = append(args, "--rule", "replicated_rule")
		}
		lines := strings.Split(done(t, hexKeys(file), args...), "\n")
		asJSON := strings.Split(done(t, hexKeys(file), append(args, "--json")...), "\n")
		require.Len(t, lines, len(file.Vectors)+1)
		for i, v := range file.Vectors {
			pg, ok := v.Uint("p192")
			require.True(t, ok)
			want := strings.ReplaceAll(strings.Trim(fmt.Sprint(v.Out[output]), "[]"), " ", ",")
			require.Equal(t, fmt.Sprintf("%d\t%s\t%s", pg, want, v.KeyHex), lines[i], "%s of %s", output, v.ID)
			require.Contains(t, asJSON[i], fmt.Sprintf(`{"partition":%d,"osds":[%s],"key`, pg, want))
		}
	}
}

// An erasure code of more chunks than there are hosts has holes; a replica that is not
// found is left out.
func TestHoles(t *testing.T) {
	crushMap := cephMap(t)
	args := []string{"place", "--scheme", "ceph", "--partitions", "8", "--nodes", crushMap, "--pool", "2", "--replicas", "5"}
	erasure := append(args, "--rule", "erasure_rule")
	for _, line := range strings.Split(strings.TrimSpace(done(t, "a\nb\nc\n", erasure...)), "\n") {
		osds := strings.Split(strings.Split(line, "\t")[1], ",")
		require.LessOrEqual(t, len(osds), 5)
		require.LessOrEqual(t, len(osds)-strings.Count(line, "-"), 4, "there are four hosts")
	}
	text, numbers := done(t, "a\nb\nc\nd\ne\nf\n", erasure...), done(t, "a\nb\nc\nd\ne\nf\n", append(erasure, "--json")...)
	require.Contains(t, text, ",-,")
	require.Equal(t, strings.Count(text, ",-,"), strings.Count(numbers, ",null,"))

	replicated := append(args, "--rule", "replicated_rule")
	for _, line := range strings.Split(strings.TrimSpace(done(t, "a\nb\nc\n", replicated...)), "\n") {
		require.NotContains(t, line, "-")
		require.Equal(t, 3, strings.Count(strings.Split(line, "\t")[1], ","))
	}
	out := append(replicated, "--reweight", "0=0,1=0,2=0,3=0,4=0,5=0,6=0,7=0,8=0,9=0,10=0,11=0")
	require.Equal(t, "-", strings.Split(done(t, "a\n", out...), "\t")[1])
	require.Contains(t, done(t, "a\n", append(out, "--json")...), `"osds":[],"key":"a"`)
}

// Of --counts, each OSD has the groups and keys of which it has a replica.
func TestCountsOfOSDs(t *testing.T) {
	args := []string{"place", "--scheme", "ceph", "--partitions", "4", "--nodes", cephMap(t), "--pool", "1", "--rule", "0", "--counts"}
	lines := strings.Split(strings.TrimSpace(done(t, "a\nb\nc\nd\ne\n", args...)), "\n")
	require.Len(t, lines, 4)
	var report struct {
		Counts []uint64
		Nodes  []nodeCount
	}
	require.NoError(t, json.Unmarshal([]byte(done(t, "a\nb\nc\nd\ne\n", append(args, "--json")...)), &report))
	require.Len(t, report.Nodes, 12)
	groups, keys := uint64(0), uint64(0)
	for i, n := range report.Nodes {
		require.Equal(t, fmt.Sprintf("osd.%d", i), n.Node)
		groups, keys = groups+n.Partitions, keys+n.Keys
		has := uint64(0)
		for pg, line := range lines {
			fields := strings.Split(line, "\t")
			require.Equal(t, []string{fmt.Sprint(pg), fmt.Sprint(report.Counts[pg])}, []string{fields[0], fields[2]})
			if strings.Contains(","+fields[1]+",", fmt.Sprintf(",%d,", i)) {
				has += report.Counts[pg]
			}
		}
		require.Equal(t, has, n.Keys)
	}
	require.Equal(t, uint64(3*4), groups)
	require.Equal(t, uint64(3*5), keys)
}

func TestPoolsThatAreWrong(t *testing.T) {
	crushMap := cephMap(t)
	text, err := os.ReadFile(crushMap)
	require.NoError(t, err)
	buckets := write(t, "buckets.txt", strings.Replace(string(text), "step chooseleaf firstn", "step choose firstn", 1))
	one := write(t, "one.txt", string(text)[:strings.Index(string(text), "rule erasure_rule")])
	require.NotEmpty(t, done(t, "a\n", "place", "--scheme", "ceph", "--partitions", "8", "--nodes", one, "--pool", "0"), "the only rule is taken")
	for _, c := range []struct {
		says string
		code int
		args []string
	}{
		{"scheme ceph with --nodes: give --pool, its number in `ceph osd pool ls detail`", exitUsage, []string{"--nodes", crushMap}},
		{"--pool x: it is the pool's number, from 0", exitUsage, []string{"--nodes", crushMap, "--pool", "x"}},
		{"--pool -1: it is the pool's number, from 0", exitUsage, []string{"--nodes", crushMap, "--pool", "-1"}},
		{"the map has 2 rules: choose one by --rule: replicated_rule, erasure_rule", exitUsage, []string{"--nodes", crushMap, "--pool", "1"}},
		{`--rule: unknown rule "replicated": did you mean "replicated_rule"?`, exitUsage, []string{"--nodes", crushMap, "--pool", "1", "--rule", "replicated"}},
		{`--rule: unknown rule "7"`, exitUsage, []string{"--nodes", crushMap, "--pool", "1", "--rule", "7"}},
		{"--replicas: 1025 replicas: it takes 1 to 1024", exitUsage, []string{"--nodes", crushMap, "--pool", "1", "--rule", "0", "--replicas", "1025"}},
		{"--replicas: -1 replicas", exitUsage, []string{"--nodes", crushMap, "--pool", "1", "--rule", "0", "--replicas", "-1"}},
		{"--pgp-num 9: it is at most pg_num, 8", exitUsage, []string{"--nodes", crushMap, "--pool", "1", "--rule", "0", "--pgp-num", "9"}},
		{"--reweight 3: it is OSD=W with W from 0 to 1", exitUsage, []string{"--nodes", crushMap, "--pool", "1", "--rule", "0", "--reweight", "3"}},
		{"--reweight 3=2: it is OSD=W with W from 0 to 1", exitUsage, []string{"--nodes", crushMap, "--pool", "1", "--rule", "0", "--reweight", "3=2"}},
		{"--reweight 3=nan: it is OSD=W", exitUsage, []string{"--nodes", crushMap, "--pool", "1", "--rule", "0", "--reweight", "3=nan"}},
		{"--reweight 12=1: the map has no OSD 12", exitUsage, []string{"--nodes", crushMap, "--pool", "1", "--rule", "0", "--reweight", "12=1"}},
		{"--pool goes with --scheme ceph and --nodes", exitUsage, []string{"--pool", "1"}},
		{"--pgp-num goes with --scheme ceph and --nodes", exitUsage, []string{"--scheme", "mod", "--nodes", crushMap, "--pgp-num", "1"}},
		{"1048577 placement groups with --nodes: it places at most 1048576 on OSDs", exitUsage, []string{"--nodes", crushMap, "--pool", "1", "--partitions", "1048577"}},
		{"--nodes: open gone: no such file", exitFailed, []string{"--nodes", "gone", "--pool", "1"}},
		{"nodes.txt: no CRUSH map as `crushtool -d` prints it: line 1: \"a\": neither tunable, device", exitFailed, []string{"--nodes", write(t, "nodes.txt", "a weight=1"), "--pool", "1"}},
		{"rule 0 emits bucket -", exitFailed, []string{"--nodes", buckets, "--pool", "1", "--rule", "0"}},
	} {
		args := append([]string{"place", "--scheme", "ceph", "--partitions", "8"}, c.args...)
		out, errs, code := call(t, "a\n", args...)
		require.Equal(t, c.code, code, "%v: %s", c.args, errs)
		require.Contains(t, errs, c.says)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		require.Empty(t, out)
	}
}

// A plan has one node for a key, Ceph several OSDs.
func TestPlansOfPlacementGroups(t *testing.T) {
	require.Contains(t, done(t, "a\nb\n", "plan", "balance", "--scheme", "ceph", "--partitions", "8"), "ceph")
	_, errs, code := call(t, "a\n", "plan", "balance", "--scheme", "ceph", "--partitions", "8", "--nodes", cephMap(t))
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "leave --nodes out")
}
