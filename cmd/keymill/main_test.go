package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

// The test binary is keymill itself when this is set: for what only a process
// of its own can show, such as signals and exit codes.
const beKeymill = "KEYMILL_TEST_BE_KEYMILL"

func TestMain(m *testing.M) {
	if os.Getenv(beKeymill) != "" {
		main()
	}
	os.Exit(m.Run())
}

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

// The vectors of the real systems, as hex lines through `keymill place`.
func TestPlaceReproducesVectors(t *testing.T) {
	for _, c := range []struct{ scheme, file, prefix string }{
		{"kafka", "kafka_murmur2", "p"},
		{"librdkafka", "librdkafka_consistent_crc32", "p"},
		{"sarama", "sarama_hash_fnv1a", "p"},
		{"sarama-reference", "sarama_reference_fnv1a", "p"},
		{"redis", "redis_cluster_keyslot", "slot"},
		{"jump", "jump_consistent_hash", "j"},
	} {
		file, err := vectors.Load(c.file)
		require.NoError(t, err)
		for output := range file.Vectors[0].Out {
			parts := strings.TrimPrefix(output, c.prefix)
			if _, err := strconv.Atoi(parts); err != nil && output != "slot" {
				continue
			}
			args := []string{"place", "--scheme", c.scheme, "--key-encoding", "hex"}
			if parts != "" {
				args = append(args, "--partitions", parts)
			}
			lines := strings.Split(done(t, hexKeys(file), args...), "\n")
			require.Len(t, lines, len(file.Vectors)+1)
			for i, v := range file.Vectors {
				want, ok := v.Uint(output)
				require.True(t, ok)
				require.Equal(t, fmt.Sprintf("%d\t%s", want, v.KeyHex), lines[i], "%s %s of %s", c.file, output, v.ID)
			}
		}
	}
}

// The vectors of the hash functions, as hex lines through `keymill hash`.
func TestHashReproducesVectors(t *testing.T) {
	for _, c := range []struct {
		hash, file, output string
		digits             int
		seed               []string
	}{
		{"fx64", "fx64", "hash", 16, nil},
		{"xxh64", "xxh64", "xxh64", 16, nil},
		{"murmur3-32", "murmur3_x86_32", "seed0", 8, nil},
		{"murmur3-32", "murmur3_x86_32", "seed9747b28c", 8, []string{"--seed", "0x9747b28c"}},
		{"murmur2", "kafka_murmur2", "murmur2_u32", 8, nil},
		{"murmur3-cassandra", "cassandra_murmur3_token", "h1", 16, nil},
		{"murmur3-spark", "spark_hash_bytes", "spark_hash", 8, nil},
		{"murmur3-hive", "hive_bucket_bytes", "hive_v2", 8, nil},
	} {
		file, err := vectors.Load(c.file)
		require.NoError(t, err)
		args := append([]string{"hash", "--hash", c.hash, "--key-encoding", "hex"}, c.seed...)
		lines := strings.Split(done(t, hexKeys(file), args...), "\n")
		require.Len(t, lines, len(file.Vectors)+1)
		for i, v := range file.Vectors {
			want, ok := v.Uint(c.output)
			require.True(t, ok)
			if c.digits == 8 {
				want = uint64(uint32(want))
			}
			require.Equal(t, fmt.Sprintf("%0*x\t%s", c.digits, want, v.KeyHex), lines[i], "%s of %s", c.file, v.ID)
		}
	}
}

func TestHashPrintsAsManyDigitsAsTheHashHas(t *testing.T) {
	for _, f := range hash.All() {
		line := done(t, "user:1001\n", "hash", "--hash", f.String())
		digits, key, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		require.True(t, ok)
		require.Equal(t, "user:1001", key)
		require.Len(t, digits, f.Bits()/4, f)
		got, err := strconv.ParseUint(digits[:min(16, len(digits))], 16, 64)
		require.NoError(t, err)
		require.Equal(t, f.Sum64([]byte("user:1001"), hash.Seed{}), got)
	}
	first, second := hash.SumMurmur3x128([]byte("a"), 7)
	require.Equal(t, fmt.Sprintf("%016x%016x\ta\n", first, second),
		done(t, "a", "hash", "--hash", "murmur3-x64-128", "--seed", "7"))
}

// The key is printed as it stood, whatever it decodes to.
func TestKeysAsTheyStood(t *testing.T) {
	_, part := place.Mod(16).Place([]byte{0xab, 0xcd})
	_, empty := place.Mod(16).Place(nil)
	require.Equal(t, fmt.Sprintf("%d\tAbCd\n%d\t\n", part, empty),
		done(t, "AbCd\n\n", "place", "--scheme", "mod", "--partitions", "16", "--key-encoding", "hex"))
	out := done(t, "AP8=\n", "hash", "--key-encoding", "base64")
	require.True(t, strings.HasSuffix(out, "\tAP8=\n"), out)
	require.Equal(t, fmt.Sprintf("%016x\t a\tb \n", hash.SumXXH3([]byte(" a\tb "), 0)), done(t, " a\tb \r\n", "hash"))
	path := write(t, "x.tsv", "key\tvalue\n")
	require.Equal(t, fmt.Sprintf("%016x\tkey\n", hash.SumXXH3([]byte("key"), 0)), done(t, "", "hash", path))
}

func TestDigest(t *testing.T) {
	keys := make([]string, 100_000)
	for i := range keys {
		keys[i] = fmt.Sprint("key:", i)
	}
	want := done(t, strings.Join(keys, "\n"), "hash", "--digest")
	count, digest, ok := strings.Cut(strings.TrimSpace(want), "\t")
	require.True(t, ok)
	require.Equal(t, "100000", count)
	require.Len(t, digest, 16)
	slices.Reverse(keys)
	require.Equal(t, want, done(t, strings.Join(keys, "\n"), "hash", "--digest", "--workers", "3"), "it does not depend on the order")
	require.Equal(t, want, done(t, strings.Join(keys, "\n"), "hash", "--digest", "--backend", "cpu"))
	keys[5] = "another"
	require.NotEqual(t, want, done(t, strings.Join(keys, "\n"), "hash", "--digest"))
	require.Equal(t, "0\t0000000000000000\n", done(t, "", "hash", "--digest"))
	require.JSONEq(t, `{"hash":"xxh3","keys":0,"digest":"0000000000000000"}`, done(t, "", "hash", "--digest", "--json"))
}

func TestJSONLines(t *testing.T) {
	out := done(t, "plain\nq\"<\\\x01\n\xff\xfe\ngrün\n", "hash", "--json", "--hash", "crc32")
	var keys []string
	for line := range strings.Lines(out) {
		var row struct {
			Hash      string  `json:"hash"`
			Key       *string `json:"key"`
			KeyBase64 []byte  `json:"key_base64"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &row), line)
		key := string(row.KeyBase64)
		if row.Key != nil {
			key = *row.Key
		}
		require.Equal(t, fmt.Sprintf("%08x", hash.SumCRC32([]byte(key))), row.Hash)
		keys = append(keys, key)
	}
	require.Equal(t, []string{"plain", "q\"<\\\x01", "\xff\xfe", "grün"}, keys)

	out = done(t, "\na\n", "place", "--scheme", "librdkafka-random", "--partitions", "7", "--json")
	require.Equal(t, `{"partition":null,"key":""}`+"\n"+`{"partition":4,"key":"a"}`+"\n", out)
	require.Equal(t, "-\t\n4\ta\n", done(t, "\na\n", "place", "--scheme", "librdkafka-random", "--partitions", "7"))
}

func TestCounts(t *testing.T) {
	out := done(t, "a\nb\nc\n\n", "place", "--scheme", "librdkafka-random", "--partitions", "3", "--counts")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 4)
	require.Equal(t, "-\t1", lines[3], "the empty key is not placed")
	total := 0
	for part, line := range lines[:3] {
		var p, n int
		_, err := fmt.Sscanf(line, "%d\t%d", &p, &n)
		require.NoError(t, err)
		require.Equal(t, part, p)
		total += n
	}
	require.Equal(t, 3, total)

	var report struct {
		Scheme, Hash     string
		Partitions, Keys int
		Unplaced         int
		Counts           []int
	}
	require.NoError(t, json.Unmarshal([]byte(done(t, "a\nb\n", "place", "--scheme", "redis", "--counts", "--json")), &report))
	require.Equal(t, "redis crc16 16384 2 0", fmt.Sprint(report.Scheme, " ", report.Hash, " ", report.Partitions, " ", report.Keys, " ", report.Unplaced))
	require.Len(t, report.Counts, 16384)
}

// Each wrong command line gives one line that says what is wrong, and exit
// code 2.
func TestUsageErrors(t *testing.T) {
	for says, args := range map[string][]string{
		`unknown command "hsah" for "keymill"`:                          {"hsah"},
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
		`--workers -1: it takes 1 or more`:                              {"hash", "--workers", "-1"},
		`--into "disk:x": this version ingests into mem: only`:          {"ingest", "--into", "disk:x"},
		`no --into: say which store (--into mem:)`:                      {"ingest"},
		`--verify reads the input twice`:                                {"ingest", "--into", "mem:", "--verify"},
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
		"is a folder: --format tree reads the files below it":       {"hash", t.TempDir()},
		"the gzip stream ends too early: the file is truncated":     {"hash", truncated},
		`backend "simd" is not available here: this build has auto`: {"hash", "--backend", "simd"},
		"--seed: open gone: no such file":                           {"hash", "--seed", "@gone"},
	} {
		out, errs, code := call(t, "a\n", args...)
		require.Equal(t, exitFailed, code, "%v: %s", args, errs)
		require.Contains(t, errs, says)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		require.Empty(t, out)
	}
}

func TestSeedFromAFile(t *testing.T) {
	secret := write(t, "key", "000102030405060708090a0b0c0d0e0f\n")
	require.Equal(t, done(t, "a\n", "hash", "--hash", "siphash-2-4", "--seed", "000102030405060708090a0b0c0d0e0f"),
		done(t, "a\n", "hash", "--hash", "siphash-2-4", "--seed", "@"+secret))
	_, errs, code := call(t, "a\n", "hash", "--seed", "@"+write(t, "key", "hunter2"))
	require.Equal(t, exitFailed, code)
	require.NotContains(t, errs, "hunter2")
}

// Rows that cannot be read are shown with their place, the others are done,
// and the exit code is 3.
func TestRejectedRows(t *testing.T) {
	path := write(t, "x.tsv", "a\t1\nno tab\nb\t2\n"+strings.Repeat("bad\n", 20))
	out, errs, code := call(t, "", "hash", path)
	require.Equal(t, exitRejected, code)
	require.Equal(t, 2, strings.Count(out, "\n"))
	require.Contains(t, errs, "keymill: rejected: "+path+":2: byte 4: no tab")
	require.Contains(t, errs, "keymill: 21 rows rejected\n")
	require.Equal(t, maxShownRejects+2, strings.Count(errs, "\n"), errs)

	out, _, code = call(t, "", "ingest", "--into", "mem:", "--verify", "--json", path)
	require.Equal(t, exitRejected, code)
	var report jsonIngest
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, []int64{2, 21}, []int64{report.Rows, report.Rejected})
	require.Equal(t, &jsonVerified{Rows: 2}, report.Verified)

	_, errs, code = call(t, "zz\n", "place", "--scheme", "redis", "--key-encoding", "hex")
	require.Equal(t, exitRejected, code)
	require.Contains(t, errs, "stdin:1: byte 0: the key is not hex: 'z' is no digit")
}

func TestIngest(t *testing.T) {
	var text strings.Builder
	for i := range 70_000 {
		fmt.Fprintf(&text, "key%d\tvalue%d\n", i%50_000, i)
	}
	path := write(t, "x.tsv", text.String())
	out := done(t, "", "ingest", "--into", "mem:", "--verify", path)
	require.Regexp(t, `(?m)^rows +70,000 in `, out)
	require.Regexp(t, `(?m)^keys +50,000 distinct, 20,000 rows overwritten by later ones`, out)
	require.Regexp(t, `(?m)^verified +70,000 rows read again: every key found`, out)
	require.Regexp(t, `(?m)^backend +cpu: 3 batches of keys`, out)
	for _, stage := range []string{"read", "hash", "group", "store"} {
		require.Regexp(t, `(?m)^`+stage+` +\d+ +`, out)
	}
	require.Regexp(t, `(?m)^bounded by +\w+$`, out)

	var report jsonIngest
	require.NoError(t, json.Unmarshal([]byte(done(t, text.String(), "ingest", "--into", "mem:", "--format", "tsv", "--json", "-")), &report))
	require.Equal(t, []int64{70_000, 50_000, 20_000, 0}, []int64{report.Rows, report.Distinct, report.Overwritten, report.Rejected})
	require.Equal(t, "cpu", report.Backends[0].Name)
	require.Equal(t, uint64(70_000), report.Backends[0].Keys)
	require.Nil(t, report.Verified)
	require.Len(t, report.Stages, 4)
}

func TestExplain(t *testing.T) {
	_, errs, code := call(t, "a\nbc\n", "place", "--scheme", "kafka", "--partitions", "3", "--explain")
	require.Zero(t, code)
	require.Regexp(t, `^2 keys of 3 B, murmur2/ragged/mod: cpu predicted \d+ µs; cpu took \d+ µs\n$`, errs)
}

func TestWarning(t *testing.T) {
	_, errs, code := call(t, "a\n", "place", "--scheme", "mask", "--partitions", "16", "--hash", "fx64")
	require.Zero(t, code)
	require.Contains(t, errs, "keymill: warning: fx64 does not mix its low bits")
}

func TestDemo(t *testing.T) {
	dir := t.TempDir()
	for i := range 50 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), []byte("contents"), 0o600))
	}
	out := done(t, "", "demo", "--dir", dir)
	for _, says := range []string{
		`get    user:1001    "Alice Smith"`, `exists user:1002    false`, `config:missing   is not there`,
		"fx64     of session:abc123  e4a052110a2c4e33", "50 distinct", "50 rows read again: every key found",
		"the fullest has ",
	} {
		require.Contains(t, out, says)
	}
	_, errs, code := call(t, "", "demo", "--dir", filepath.Join(dir, "gone"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "check the name")
}

func TestDemoFolder(t *testing.T) { require.True(t, isFolder(demoFolder())) }

func TestDevices(t *testing.T) {
	for _, name := range []string{"devices", "doctor"} {
		require.Regexp(t, `(?m)^cpu +ready +plain Go, one core; self-test passed$`, done(t, "", name))
	}
	var report struct {
		Processor string
		Cores     int
		Backends  []device
	}
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "devices", "--json")), &report))
	require.Equal(t, device{"cpu", "ready", "plain Go, one core; self-test passed"}, report.Backends[0])
	require.NotEmpty(t, report.Processor)
	require.Positive(t, report.Cores)
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

func TestProgressLine(t *testing.T) {
	p := new(ingest.Progress)
	require.Equal(t, "0 rows, 0 rows/s, 0 B read", progressLine(p, 0, time.Second))
	p.Rows.Store(3_000_000)
	p.BytesRead.Store(250)
	require.Equal(t, "3,000,000 rows, 1.50 M rows/s, 25 %, 6s left", progressLine(p, 1000, 2*time.Second))
	p.Rejected.Store(7)
	p.BytesRead.Store(2000)
	require.Equal(t, "3,000,000 rows, 1.50 M rows/s, 7 rejected, 100 %, 0s left", progressLine(p, 1000, 2*time.Second))
}

// The progress line is there on a terminal, and gone when the run ends.
func TestProgressOnATerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	var errs bytes.Buffer
	a := &app{terminal: terminal{err: &errs, errIsTerminal: true}}
	stop := a.watch(new(ingest.Progress), 0)
	time.Sleep(450 * time.Millisecond)
	stop()
	require.Contains(t, errs.String(), "\r0 rows, 0 rows/s, 0 B read\x1b[K")
	require.True(t, strings.HasSuffix(errs.String(), "\r\x1b[K"))
}

func TestPrintable(t *testing.T) {
	require.Equal(t, `a\x1b[2J\x0a`, printable("a\x1b[2J\n"))
	_, errs, code := call(t, "", "hash", "no\x1bsuch")
	require.Equal(t, exitFailed, code)
	require.NotContains(t, errs, "\x1b")
}

func TestNumbers(t *testing.T) {
	require.Equal(t, []string{"1 row", "0 rows", "1,234,567 rows", "999 rows"},
		[]string{plural(1, "row"), plural(0, "row"), plural(1234567, "row"), plural(999, "row")})
	require.Equal(t, []string{"0 B", "999 B", "1.00 kB", "12.3 MB", "123 GB"},
		[]string{size(0), size(999), size(1000), size(12_345_678), size(123_456_789_012)})
	require.Equal(t, "-", rate(5, 0, "rows"))
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
		{"ingest", "--into", "mem:"}, {"devices"}, {"version"}, {"demo", "--dir", t.TempDir()}} {
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
	time.Sleep(300 * time.Millisecond) // it waits for more of the input
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	var exit *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &exit)
	require.Equal(t, exitInterrupted, exit.ExitCode())
	require.NoError(t, w.Close())
	var report jsonIngest
	require.NoError(t, json.Unmarshal(out.Bytes(), &report), out.String())
	require.Contains(t, errs.String(), fmt.Sprintf("interrupted after %s", plural(report.Rows, "row")))
	require.Equal(t, "interrupt signal received", report.Error)
}

func TestInterruptedBeforeItBegan(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"hash"}, terminal{in: strings.NewReader("a\n"), out: &out, err: &errs})
	require.Equal(t, exitInterrupted, code)
	require.Equal(t, "keymill: interrupted after 0 rows\n", errs.String())
}

// What README.md shows is what keymill prints.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	out := done(t, "user:1001\nuser:1002\norder:7\n", "place", "--scheme", "kafka", "--partitions", "12")
	require.Contains(t, string(readme), "keymill place --scheme kafka --partitions 12\n"+out)
}

// What docs/CLI.md says of JSON lines is what keymill prints.
func TestDocumentedJSON(t *testing.T) {
	doc, err := os.ReadFile("../../docs/CLI.md")
	require.NoError(t, err)
	require.Contains(t, string(doc), done(t, "session:abc123\n", "hash", "--json"))
	require.Contains(t, string(doc), done(t, "user:1001\n", "place", "--scheme", "kafka", "--partitions", "12", "--json"))
	require.Contains(t, string(doc), done(t, "user:1001\nb\nc\nd\n", "place", "--scheme", "kafka", "--partitions", "3", "--counts", "--json"))
}
