package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/vectors"
)

// call runs a command line in this process.
func call(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, terminal{in: strings.NewReader(stdin), out: &out, err: &errs})
	return out.String(), errs.String(), code
}

// done runs a command line that must succeed, and returns its output.
func done(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	out, errs, code := call(t, stdin, args...)
	require.Zero(t, code, errs)
	require.Empty(t, errs)
	return out
}

func write(t *testing.T, name, contents string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(contents), 0o600))
	return path
}

func hexKeys(file *vectors.File) string {
	var b strings.Builder
	for _, v := range file.Vectors {
		b.WriteString(v.KeyHex + "\n")
	}
	return b.String()
}

func TestVersion(t *testing.T) {
	require.Regexp(t, `^keymill \S+ \(go\S+, \w+/\w+\)\n$`, done(t, "", "version"))
	require.Equal(t, done(t, "", "version"), done(t, "", "--version"))
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"--help"}, {"help", "place"}, {"place", "--help"}, {"ingest", "-h"}, {"hash", "-h"}, {"demo", "-h"}, {"devices", "-h"}} {
		require.Contains(t, done(t, "", args...), "Usage:")
	}
	require.Contains(t, done(t, "", "place", "--help"), "sarama-reference")
	require.Contains(t, done(t, "", "completion", "bash"), "bash completion")
	require.Contains(t, done2(t, "__complete", "place", "--scheme", "lib"), "librdkafka-random")
	require.Contains(t, done2(t, "__complete", "hash", "--hash", ""), "siphash-2-4")
}

// done2 is done for commands of cobra that also speak on stderr.
func done2(t *testing.T, args ...string) string {
	t.Helper()
	out, _, code := call(t, "", args...)
	require.Zero(t, code)
	return out
}

// What README.md shows is what keymill prints.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	out := done(t, "user:1001\nuser:1002\norder:7\n", "place", "--scheme", "kafka", "--partitions", "12")
	require.Contains(t, string(readme), "keymill place --scheme kafka --partitions 12\n"+out)
	out = done(t, "34\n35\n\\N\n", "place", "--scheme", "iceberg", "--partitions", "16", "--key-type", "int64")
	require.Contains(t, string(readme), "--scheme iceberg --partitions 16 --key-type int64\n"+out)
	nodes := write(t, "nodes.txt", "cache-a weight=2\ncache-b\ncache-c\n")
	out = done(t, "user:1001\nuser:1002\norder:7\n", "place", "--scheme", "maglev-envoy", "--nodes", nodes)
	require.Contains(t, string(readme), "--scheme maglev-envoy --nodes nodes.txt\n"+out)
}
