package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Each wrong command line gives one line that says what is wrong, and exit
// code 2.
func TestUsageErrors(t *testing.T) {
	for says, args := range map[string][]string{
		`unknown command "hahs": did you mean "hash"?`:                  {"hahs"},
		`unknown command "nosuch": use one of `:                         {"help", "nosuch"},
		`the standard input is named twice, and can be read once`:       {"hash", "-", "-"},
		`--workers 1025: it takes 1 to 1024`:                            {"hash", "--workers", "1025"},
		`--key-encoding does not go with --format tree`:                 {"hash", "--format", "tree", "--key-encoding", "hex"},
		`unknown flag: --hsah`:                                          {"hash", "--hsah"},
		`unknown hash "xxh4": did you mean "xxh3"?`:                     {"hash", "--hash", "xxh4"},
		`unknown scheme "kafak": did you mean "kafka"?`:                 {"place", "--scheme", "kafak", "--partitions", "3"},
		`no --scheme: use one of kafka, librdkafka`:                     {"place"},
		`scheme kafka: 0 partitions: it takes at least 1`:               {"place", "--scheme", "kafka", "--partitions", "0"},
		`give --partitions`:                                             {"place", "--scheme", "kafka"},
		`scheme redis: 7 partitions: it always has 16384`:               {"place", "--scheme", "redis", "--partitions", "7"},
		`invalid argument "-1" for "--partitions"`:                      {"place", "--scheme", "mod", "--partitions", "-1"},
		`murmur2 takes a seed below 2^32`:                               {"hash", "--hash", "murmur2", "--seed", "0x100000000"},
		`crc32 takes no seed: leave it out`:                             {"hash", "--hash", "crc32", "--seed", "0"},
		`seed "x" is neither a number below 2^64`:                       {"hash", "--seed", "x"},
		`siphash-1-3 takes a 16-byte key: give 32 hex digits`:           {"place", "--scheme", "mod", "--partitions", "3", "--hash", "siphash-1-3", "--seed", "1"},
		`unknown format "tvs": did you mean "tsv"?`:                     {"hash", "--format", "tvs"},
		`unknown key encoding "hxe": did you mean "hex"?`:               {"hash", "--key-encoding", "hxe"},
		`--max-row 0: it takes 1 to 1073741824`:                         {"hash", "--max-row", "0"},
		`--workers -1: it takes 1 to 1024`:                              {"hash", "--workers", "-1"},
		`--into "disk:x": this version ingests into mem: only`:          {"ingest", "--into", "disk:x"},
		`no --into: say which store (--into mem:)`:                      {"ingest"},
		`the standard input cannot be read twice`:                       {"ingest", "--into", "mem:", "--verify"},
		`--counts of 2147483648 partitions: it prints at most 16777216`: {"place", "--scheme", "mod", "--partitions", "2147483648", "--counts"},
		`unknown command "x" for "keymill devices"`:                     {"devices", "x"},
	} {
		out, errs, code := call(t, "a\n", args...)
		require.Equal(t, exitUsage, code, "%v: %s", args, errs)
		require.Contains(t, errs, says)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		require.Contains(t, errs, "--help)")
		require.Empty(t, out)
	}
	var errs bytes.Buffer
	code := run(t.Context(), []string{"hash"}, terminal{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &errs, inIsTerminal: true})
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs.String(), "no file: name one, or - for the standard input")
}

// What fails while it runs gives one line, and exit code 1.
func TestFailures(t *testing.T) {
	truncated := write(t, "x.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
	for says, args := range map[string][]string{
		"stat gone: no such file or directory: check the name": {"hash", "gone"},
		"matches no file": {"hash", filepath.Join(t.TempDir(), "*")},
		"is a folder: --format tree reads the files below it":        {"hash", t.TempDir()},
		"the gzip stream ends too early: the file is truncated":      {"hash", truncated},
		`backend "tpu:0" is not available here: this build has auto`: {"hash", "--backend", "tpu:0"},
		"--seed: open gone: no such file":                            {"hash", "--seed", "@gone"},
	} {
		out, errs, code := call(t, "a\n", args...)
		require.Equal(t, exitFailed, code, "%v: %s", args, errs)
		require.Contains(t, errs, says)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		require.Empty(t, out)
	}
}

func TestPrintable(t *testing.T) {
	require.Equal(t, `a\x1b[2J\x0a`, printable("a\x1b[2J\n"))
	_, errs, code := call(t, "", "hash", "no\x1bsuch")
	require.Equal(t, exitFailed, code)
	require.NotContains(t, errs, "\x1b")
}

// Terminals take C1 controls for the beginning of escape sequences, too: U+009B
// is ESC [ in one character. None reaches stderr, nor the bare byte.
func TestC1ControlsAreEscaped(t *testing.T) {
	require.Equal(t, `\x7f\x80\x85\x9f`+"\u00a0é", printable("\x7f\u0080\u0085\u009f\u00a0é"))
	rejected := write(t, "a\u009b2J.tsv", "no tab\n")
	for says, args := range map[string][]string{
		`no\x9b2Jsuch: no such file`:            {"hash", "no\u009b2Jsuch"},
		`rejected: ` + escaped(rejected) + `:1`: {"hash", rejected},
		`unknown command "\u009b2J"`:            {"\u009b2J"},
		`unknown flag: --\x9b2J`:                {"hash", "--\u009b2J"},
		`bare`:                                  {"hash", "bare\x9b2J"},
	} {
		_, errs, code := call(t, "", args...)
		require.NotZero(t, code)
		require.Contains(t, errs, says)
		require.True(t, utf8.ValidString(errs), "%q", errs)
		for _, r := range errs {
			require.False(t, r != '\n' && unicode.IsControl(r), "%q", errs)
		}
	}
}

func escaped(path string) string { return strings.ReplaceAll(path, "\u009b", `\x9b`) }

// limited fails when it has taken n bytes.
type limited struct {
	bytes.Buffer
	n int
}

func (l *limited) Write(p []byte) (int, error) {
	if room := l.n - l.Len(); len(p) > room {
		_, _ = l.Buffer.Write(p[:room])
		return room, syscall.ENOSPC
	}
	return l.Buffer.Write(p)
}

// When the disk is full, the error says exactly how many rows are on it.
func TestFullDiskCountsRows(t *testing.T) {
	out := &limited{n: 1_000_000}
	var errs bytes.Buffer
	code := run(t.Context(), []string{"hash"}, terminal{in: strings.NewReader(manyKeys(200_000)), out: out, err: &errs})
	require.Equal(t, exitFailed, code)
	rows := bytes.Count(out.Bytes(), []byte("\n"))
	require.Contains(t, errs.String(), fmt.Sprintf("after %s: no space left on device", plural(int64(rows), "row")))
}
