package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/bench"
)

// smallBench are the arguments of the smallest run of a table.
func smallBench(table string, args ...string) []string {
	return append([]string{"bench", table, "--quick", "--rounds", "6", "--keys", "32768", "--no-peers"}, args...)
}

// All three forms have the one row that is asked for, and say where the figures
// come from.
func TestBench(t *testing.T) {
	args := smallBench("hash", "--backend", "cpu", "--workload", "fixed16", "--only", "xxh3 fixed16")
	out := done(t, "", args...)
	require.Regexp(t, `(?m)^ +xxh3 fixed16 +cpu .* definition .*(info|noisy)$`, out)
	require.Contains(t, out, "note the other libraries are left out, as --no-peers says\n")
	require.Regexp(t, `(?m)^commit \S+, 20\S+Z, medians of 6 rounds, ns per key$`, out)

	out = done(t, "", append(args, "--json")...)
	report, err := bench.ReadReport(strings.NewReader(out))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(out, "\n"))
	require.Equal(t, "keymill bench hash --quick --rounds 6 --keys 32768 --no-peers --backend cpu --workload fixed16 --only xxh3 fixed16 --json", report.Command)
	require.NotEmpty(t, report.Commit)
	date, err := time.Parse(time.RFC3339, report.Date)
	require.NoError(t, err)
	require.Equal(t, time.UTC, date.Location())
	require.Len(t, report.Rows, 1)
	require.Len(t, report.Rows[0].Samples.Ours, 6)

	out = done(t, "", append(args, "--go")...)
	require.Contains(t, out, "goos: ")
	for _, by := range []string{"cpu", "definition"} {
		require.Equal(t, 6, strings.Count(out, "\nBenchmarkHash/work=xxh3_fixed16/by="+by+" 1 "))
	}
}

// The stores of a table run in processes of keymill itself.
func TestBenchStores(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	cmd := process(t, smallBench("kv", "--only", "hit", "--json")...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), errs.String())
	report, err := bench.ReadReport(&out)
	require.NoError(t, err)
	require.Len(t, report.Rows, 2)
	require.Equal(t, "hit user map and RWMutex", report.Rows[0].Name+" "+report.Rows[0].Peer)
	require.Equal(t, "kv/ref in batches", report.Rows[1].Ours)
	require.Len(t, report.Memory, 2)
}

func TestBenchWorker(t *testing.T) {
	out := done(t, "hello\nopen kv/ref gone\n", "bench", "worker")
	require.Regexp(t, `^error request \["hello"\] is unknown.*\nerror open gone: .*\n$`, out)
	require.NotContains(t, done(t, "", "bench"), "worker", "it is not for users")
}

func TestBenchUsage(t *testing.T) {
	for says, args := range map[string][]string{
		"5 rounds: it takes 6 or more":                      {"bench", "hash", "--rounds", "5"},
		"-1 keys: it takes 1 to":                            {"bench", "place", "--keys", "-1"},
		"100 rows: it takes 32768 or more":                  {"bench", "kv", "--keys", "100"},
		`unknown workload "usr": did you mean "user"?`:      {"bench", "hash", "--workload", "uuid,usr"},
		"--json and --go are two formats: give one of them": {"bench", "hash", "--json", "--go"},
		"unknown flag: --backend":                           {"bench", "kv", "--backend", "cpu"},
		"unknown flag: --disk":                              {"bench", "hash", "--disk"},
		"unknown flag: --workload":                          {"bench", "device", "--workload", "user"},
		"accepts 2 arg(s), received 1":                      {"bench", "compare", "x"},
		`unknown command "x" for "keymill bench hash"`:      {"bench", "hash", "x"},
	} {
		out, errs, code := call(t, "", args...)
		require.Equal(t, exitUsage, code, errs)
		require.Contains(t, errs, says)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		require.Empty(t, out)
	}
	for says, args := range map[string][]string{
		`no row of table hash has "nosuch" in its name`: smallBench("hash", "--only", "nosuch"),
		`backend "simdd" is not available here`:         smallBench("place", "--backend", "simdd"),
	} {
		out, errs, code := call(t, "", args...)
		require.Equal(t, exitFailed, code, errs)
		require.Contains(t, errs, says)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		require.Empty(t, out)
	}
}

// A device is measured where there is one; elsewhere the error says why not.
func TestBenchDevice(t *testing.T) {
	out, errs, code := call(t, "", smallBench("device", "--only", "placed from the host", "--json")...)
	if code != 0 {
		require.NotContains(t, os.Getenv("REQUIRE_BACKENDS"), "opencl", errs)
		require.Equal(t, exitFailed, code)
		require.Regexp(t, `^keymill: the table device takes an OpenCL device, and opencl:0 is not available here: OpenCL cannot be used: .*\n$`, errs)
		require.Empty(t, out)
		return
	}
	report, err := bench.ReadReport(strings.NewReader(out))
	require.NoError(t, err)
	require.Equal(t, "opencl:0", report.Rows[0].Ours)
	require.Contains(t, report.Notes[0], "opencl:0 is a ")
	require.Contains(t, report.Notes, "the other libraries are left out, as --no-peers says")

	_, errs, code = call(t, "", smallBench("device", "--backend", "simd")...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, `the table device takes an OpenCL device: unknown device "simd"`)
}

func TestBenchInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := run(ctx, smallBench("hash", "--workload", "fixed16"), terminal{in: strings.NewReader(""), out: &out, err: &errs})
	require.Equal(t, exitInterrupted, code)
	require.Regexp(t, "^keymill: interrupted, there is no report: .*\n$", errs.String())
	require.Empty(t, out.String())
}

// reportFile writes a report with rows of these ratios, and returns its name.
func reportFile(t *testing.T, table string, ratios ...float64) string {
	t.Helper()
	r := bench.Report{Table: table, Commit: fmt.Sprint("of ", ratios)}
	for i, ratio := range ratios {
		r.Rows = append(r.Rows, bench.Row{Name: fmt.Sprint("row ", i), Ours: "cpu", Peer: "peer", Ratio: ratio, CI: [2]float64{ratio * 0.99, ratio * 1.01}})
	}
	var out bytes.Buffer
	require.NoError(t, r.WriteJSON(&out))
	return write(t, "report.json", out.String())
}

// compare ends with 1, and names the rows, if one is slower; else with 0.
func TestBenchCompare(t *testing.T) {
	before := reportFile(t, "hash", 2, 2, 2)
	for verdict, after := range map[string]string{
		bench.Same: reportFile(t, "hash", 2, 2, 2.01), bench.Faster: reportFile(t, "hash", 2, 2, 3), bench.Noisy: reportFile(t, "hash", 2, 2, 2.08),
	} {
		require.Regexp(t, "(?s)^of .* → of .*\nverdict: "+verdict+"\n$", done(t, "", "bench", "compare", before, after))
	}
	after := reportFile(t, "hash", 1.5, 3, 1.8)
	out, errs, code := call(t, "", "bench", "compare", before, after)
	require.Equal(t, exitFailed, code)
	require.Equal(t, "keymill: slower than before: row 0 against peer, row 2 against peer\n", errs)
	require.Contains(t, out, "\nverdict: slower\n")

	out, _, code = call(t, "", "bench", "compare", "--json", before, after)
	require.Equal(t, exitFailed, code)
	var c bench.Comparison
	require.NoError(t, json.Unmarshal([]byte(out), &c))
	require.Equal(t, bench.Slower, c.Verdict)
	require.Len(t, c.Changes, 3)
	require.Equal(t, []string{"row 0 against peer", "row 2 against peer"}, c.Slower())
}

func TestBenchCompareErrors(t *testing.T) {
	good, gone := reportFile(t, "hash", 1), filepath.Join(t.TempDir(), "gone")
	none, other := write(t, "x", "no report\n"), write(t, "y.json", done(t, "", "devices", "--json"))
	for says, files := range map[string][]string{
		none + ": this is no report of keymill bench --json: ":  {none, good},
		other + ": this is no report of keymill bench --json: ": {good, other},
		"open " + gone + ": ":                          {good, gone},
		"one report is of table hash, the other of kv": {good, reportFile(t, "kv", 1)},
		"the reports have no row in common":            {good, reportFile(t, "hash")},
		t.TempDir():                                    nil,
	} {
		if files == nil { // a folder
			files = []string{good, says}
		}
		out, errs, code := call(t, "", append([]string{"bench", "compare"}, files...)...)
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, says)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		require.Empty(t, out)
	}
}

// fakeCheckout is a folder that looks like keymill's source, whose peers are
// this program.
func fakeCheckout(t *testing.T, program string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module github.com/keymill/keymill\n", "bench/peers/go.mod": "module peers\n\ngo 1.26\n", "bench/peers/main.go": program,
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	return folder
}

// Inside a checkout the peers are built, and what is measured is their report.
func TestBenchBuildsPeers(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		return // no peers here
	}
	t.Chdir(filepath.Join(fakeCheckout(t, `package main

import "fmt"

func main() {
	var config string
	fmt.Scanln(&config)
	fmt.Println(`+"`"+`{"done": 1, "total": 2}`+"`"+`)
	fmt.Printf(`+"`"+`{"report": {"table": "hash", "notes": [%q]}}`+"`"+`, config)
}
`), "bench"))
	report, err := bench.ReadReport(strings.NewReader(done(t, "", "bench", "hash", "--seed", "77", "--workload", "user", "--json")))
	require.NoError(t, err)
	require.Equal(t, "keymill bench hash --seed 77 --workload user --json", report.Command)
	require.NotEmpty(t, report.Commit)
	require.NotEmpty(t, report.Date)
	var config bench.Config
	require.NoError(t, json.Unmarshal([]byte(report.Notes[0]), &config))
	require.Equal(t, "hash 77 [user]", fmt.Sprint(config.Table, " ", config.Seed, " ", config.Workloads))

	t.Chdir(fakeCheckout(t, "this is no Go"))
	_, errs, code := call(t, "", "bench", "hash")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "(--no-peers leaves them out)")
	require.Equal(t, 1, strings.Count(errs, "\n"), errs)
}

// Outside of a checkout, or without Go, the peers are left out, and a note says
// why.
func TestCheckout(t *testing.T) {
	folder, why := checkout() // that of this test
	if folder != "" {
		require.FileExists(t, filepath.Join(folder, "bench", "peers", "go.mod"))
		require.Empty(t, why)
	}
	another := filepath.Join(fakeCheckout(t, ""), "bench")
	require.NoError(t, os.WriteFile(filepath.Join(another, "go.mod"), []byte("module example.com/x\n"), 0o600))
	t.Chdir(another)
	if folder, why = checkout(); why == "" {
		require.Equal(t, filepath.Base(filepath.Dir(another)), filepath.Base(folder), "the one around it")
	}
	t.Chdir(t.TempDir())
	folder, why = checkout()
	require.Empty(t, folder)
	require.Contains(t, why, "the other libraries are left out: ")
	t.Setenv("PATH", "")
	_, why = checkout()
	require.Equal(t, "the other libraries are left out: building them takes Go, which is not there", why)
}

// The commit of a report has a "+" if what was measured is not what was committed.
func TestCommitOf(t *testing.T) {
	folder := t.TempDir()
	require.Equal(t, "unknown", commitOf(t.Context(), folder))
	if _, err := exec.LookPath("git"); err != nil {
		return
	}
	file := filepath.Join(folder, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "."}, {"-c", "user.name=x", "-c", "user.email=x", "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", "x"}} {
		text, err := exec.Command("git", append([]string{"-C", folder}, args...)...).CombinedOutput()
		require.NoError(t, err, string(text))
	}
	commit := commitOf(t.Context(), folder)
	require.Regexp(t, "^[0-9a-f]{12}$", commit)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "new"), nil, 0o600))
	require.Equal(t, commit, commitOf(t.Context(), folder), "a file that is not part of it")
	require.NoError(t, os.WriteFile(file, []byte("changed"), 0o600))
	require.Equal(t, commit+"+", commitOf(t.Context(), folder))
}
