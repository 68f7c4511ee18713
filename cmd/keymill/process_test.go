package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The test binary is keymill itself when this is set: for what only a process
// of its own can show, such as signals and exit codes.
// It has no saved profile: that of whoever runs the tests is not theirs.
const beKeymill = "KEYMILL_TEST_BE_KEYMILL"

// andSayPeak is what it is set to for keymill to end with what Linux says of the process.
const andSayPeak = "peak"

func TestMain(m *testing.M) {
	switch os.Getenv(beKeymill) {
	case "":
	case andSayPeak:
		code := run(context.Background(), os.Args[1:], terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr})
		status, _ := os.ReadFile("/proc/self/status")
		_, _ = os.Stderr.Write(status)
		os.Exit(code)
	default:
		processMain("")
	}
	os.Exit(m.Run())
}

// process starts keymill as a process of its own.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), beKeymill+"=1")
	return cmd
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, i)
	}
	return b.String()
}

// A reader that has seen enough, such as head, ends keymill quietly.
func TestClosedPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // another kind of pipe
	}
	r, w, err := os.Pipe()
	require.NoError(t, err)
	var errs bytes.Buffer
	cmd := process(t, "hash", write(t, "keys", manyKeys(500_000)))
	cmd.Stdout, cmd.Stderr = w, &errs
	require.NoError(t, cmd.Start())
	require.NoError(t, w.Close())
	_, err = r.Read(make([]byte, 100))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.NoError(t, cmd.Wait())
	require.Empty(t, errs.String())
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		return // a device of Linux
	}
	defer func() { require.NoError(t, full.Close()) }()
	for _, args := range [][]string{{"hash"}, {"place", "--scheme", "redis"}, {"hash", "--digest"}, {"place", "--scheme", "redis", "--counts"},
		{"ingest", "--into", "mem:"}, {"devices"}, {"version"}, {"--version"},
		{"--help"}, {"help", "place"}, {"hash", "--help"}, {"demo", "--dir", t.TempDir()}} {
		var errs bytes.Buffer
		cmd := process(t, args...)
		cmd.Stdin = strings.NewReader("a\nb\n")
		cmd.Stdout, cmd.Stderr = full, &errs
		var exit *exec.ExitError
		require.ErrorAs(t, cmd.Run(), &exit, "%v", args)
		require.Equal(t, exitFailed, exit.ExitCode(), "%v", args)
		require.Contains(t, errs.String(), "no space left on device")
		require.Equal(t, 1, strings.Count(errs.String(), "\n"), errs.String())
	}
}

// Ctrl-C ends an ingest with what it did, and exit code 130.
func TestInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no signals
	}
	stdin, w, err := os.Pipe()
	require.NoError(t, err)
	var out, errs bytes.Buffer
	cmd := process(t, "ingest", "--into", "mem:", "--json", "-")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &errs
	require.NoError(t, cmd.Start())
	_, err = w.WriteString(manyKeys(200_000))
	require.NoError(t, err)
	time.Sleep(time.Second) // it waits for more of the input
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	var exit *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &exit)
	require.Equal(t, exitInterrupted, exit.ExitCode())
	require.NoError(t, w.Close())
	var report jsonIngest
	require.NoError(t, json.Unmarshal(out.Bytes(), &report), out.String())
	require.Contains(t, errs.String(), fmt.Sprintf("interrupted after %s", plural(report.Rows, "row")))
	require.Equal(t, "interrupted after 200,000 rows", report.Error, "what has come is handed on, though more may come")
}

func TestInterruptedBeforeItBegan(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"hash"}, terminal{in: strings.NewReader("a\n"), out: &out, err: &errs})
	require.Equal(t, exitInterrupted, code)
	require.Equal(t, "keymill: interrupted after 0 rows\n", errs.String())
}
