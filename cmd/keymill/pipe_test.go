package main

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"
)

// closedPipe is an output whose reader has gone.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// intoClosedPipe runs a command line whose output nobody reads.
func intoClosedPipe(t *testing.T, args ...string) (stderr string, code int) {
	t.Helper()
	var errs bytes.Buffer
	code = run(t.Context(), args, terminal{in: strings.NewReader("a\nb\n"), out: closedPipe{}, err: &errs})
	return errs.String(), code
}

// damaged is a file of many rows that ends in the middle.
func damaged(t *testing.T) string {
	t.Helper()
	var file bytes.Buffer
	z := gzip.NewWriter(&file)
	_, err := z.Write([]byte(manyKeys(50_000)))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return write(t, "x.gz", file.String()[:file.Len()-100])
}

// A closed pipe is no failure, whatever was to be written.
func TestClosedPipeAlone(t *testing.T) {
	for _, args := range [][]string{{"hash"}, {"hash", "--digest"}, {"hash", "--digest", "--json"}, {"place", "--scheme", "redis"},
		{"place", "--scheme", "redis", "--counts"}, {"ingest", "--into", "mem:"}, {"ingest", "--into", "mem:", "--json"},
		{"devices"}, {"version"}, {"--version"}, {"--help"}, {"demo", "--dir", t.TempDir()}} {
		errs, code := intoClosedPipe(t, args...)
		require.Zero(t, code, "%v: %s", args, errs)
		require.Empty(t, errs, args)
	}
}

// It does not make good what failed before anything was written to it.
func TestClosedPipeAndAFailure(t *testing.T) {
	cut, gone := damaged(t), t.TempDir()+string(os.PathSeparator)+"gone"
	for _, c := range []struct {
		says string
		args []string
	}{
		{"the file is truncated", []string{"ingest", "--into", "mem:", cut}},
		{"the file is truncated", []string{"ingest", "--into", "mem:", "--json", cut}},
		{"the file is truncated", []string{"hash", "--digest", cut}},
		{"the file is truncated", []string{"place", "--scheme", "redis", "--counts", cut}},
		{"check the name", []string{"hash", gone}},
		{"check the name", []string{"ingest", "--into", "mem:", gone}},
	} {
		errs, code := intoClosedPipe(t, c.args...)
		require.Equal(t, exitFailed, code, "%v: %s", c.args, errs)
		require.Contains(t, errs, c.says)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
	}
}
