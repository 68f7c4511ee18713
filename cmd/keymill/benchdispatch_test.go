package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/bench"
)

// smallDispatch are the arguments of the smallest run of the table dispatch.
func smallDispatch(args ...string) []string {
	return append([]string{"bench", "dispatch", "--quick", "--rounds", "6", "--keys", "16", "--only", "xxh3 fixed16", "--backend", "cpu"}, args...)
}

// The table has regret for people, and the same for scripts; what is modelled says so.
func TestBenchDispatch(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	out, _, code := call(t, "", smallDispatch()...) // a slow machine shows its progress on stderr
	require.Zero(t, code)
	require.Regexp(t, `(?m)^ +10 +\*?[\d.]+ .* (met|missed|noisy) +cpu`, out)
	require.Regexp(t, `(?m)^calibrated: regret \d\.\d+ over all sizes, .*, target ≤ 1\.05: (met|missed|noisy)$`, out)
	require.Contains(t, out, "simulated (modelled GPU, not measured): ")
	require.NotContains(t, out, "other libraries", "there are none to compare with")

	out, _, code = call(t, "", smallDispatch("--json")...)
	require.Zero(t, code)
	report, err := bench.ReadReport(strings.NewReader(out))
	require.NoError(t, err)
	require.Equal(t, "dispatch", report.Table)
	require.Equal(t, "cpu", report.Regret[0].Candidates[0])
	require.Len(t, report.Simulated, 8)
	require.Len(t, report.Rows, 2*(2+1), "two profiles, two sizes and the sum")
}

// What is recorded can be read again; where it cannot be written, there is an error.
func TestBenchDispatchRecord(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "timings.json")
	out, _, code := call(t, "", smallDispatch("--record", name)...)
	require.Zero(t, code)
	require.Empty(t, out)
	file, err := os.Open(name)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	timings, err := bench.ReadTimings(file)
	require.NoError(t, err)
	require.Equal(t, "cpu", timings.Backends[0].Name)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs bytes.Buffer
	code = run(ctx, smallDispatch("--record", name), terminal{in: strings.NewReader(""), out: io.Discard, err: &errs})
	require.Equal(t, exitInterrupted, code)
	require.Regexp(t, "^keymill: interrupted, nothing is recorded: .*\n$", errs.String())
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 1, "what was there, and nothing else")

	_, text, code := call(t, "", smallDispatch("--record", filepath.Join(folder, "no", "such"))...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, text, "no such file")
	for says, args := range map[string][]string{
		"5 rounds: it takes 6 or more":           {"--rounds", "5"},
		"unknown flag: --workload":               {"--workload", "user"},
		"--record takes the place of the table:": {"--json"},
	} {
		_, text, code := call(t, "", append(smallDispatch("--record", name), args...)...)
		require.Equal(t, exitUsage, code)
		require.Contains(t, text, says)
	}
}
