package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// file writes a file in a folder of the test, and returns its path.
func file(t *testing.T, name, contents string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(contents), 0o600))
	return path
}

func gzipped(t testing.TB, text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

func zstded(t testing.TB, text string) string {
	z, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return string(z.EncodeAll([]byte(text), nil))
}

type row struct{ key, value string }

// rowsOf reads files through Stream.
func rowsOf(t testing.TB, opts Options, files ...string) (rows []row, rejects []Reject, err error) {
	t.Helper()
	err = Stream(context.Background(), files, opts, new(Progress), func(*Job) error { return nil }, func(job *Job) error {
		defer job.Done()
		if job.Keys.Len() != job.Values.Len() || (job.Text.Len() > 0 && job.Text.Len() != job.Keys.Len()) {
			return fmt.Errorf("%d keys, %d values, %d texts", job.Keys.Len(), job.Values.Len(), job.Chunk.Text.Len())
		}
		for i := range job.Keys.Len() {
			rows = append(rows, row{string(job.Keys.Key(i)), string(job.Values.Key(i))})
		}
		rejects = append(rejects, job.Rejects...)
		return nil
	})
	return rows, rejects, err
}

func keys(rows []row) []string {
	all := []string{}
	for _, r := range rows {
		all = append(all, r.key)
	}
	return all
}

func TestLines(t *testing.T) {
	for text, want := range map[string][]string{
		"":               {},
		"a":              {"a"},
		"a\n":            {"a"},
		"a\nb":           {"a", "b"},
		"\n":             {""},
		"\n\n":           {"", ""},
		"a\n\nb\n":       {"a", "", "b"},
		"a\r\nb\r\n":     {"a", "b"},
		"\r\n":           {""},
		"a\rb\n":         {"a\rb"},
		"a\r":            {"a\r"},
		" a \t\n":        {" a \t"},
		"a\x00b\n\xff\n": {"a\x00b", "\xff"},
	} {
		rows, rejects, err := rowsOf(t, Options{}, file(t, "x.txt", text))
		require.NoError(t, err)
		require.Empty(t, rejects)
		require.Equal(t, want, keys(rows), "%q", text)
	}
}

// dribble gives out its text a few bytes at a time.
type dribble struct {
	text string
	n    int
}

func (d *dribble) Read(p []byte) (int, error) {
	if d.text == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(d.n, len(p))], d.text)
	d.text = d.text[n:]
	return n, nil
}

// The lines are those of strings.Split, however the text arrives.
func FuzzLines(f *testing.F) {
	f.Add("a\nb\r\n\nc", 1, 100)
	f.Add(strings.Repeat("x", 50)+"\n"+"y", 7, 20)
	f.Fuzz(func(t *testing.T, text string, step, limit int) {
		step, limit = 1+(step&0xFF), 1+(limit&0xFFFF)
		var want []string
		if text != "" {
			want = strings.SplitAfter(text, "\n")
			if want[len(want)-1] == "" {
				want = want[:len(want)-1]
			}
		}
		r := lineReader{r: &dribble{text, step}, max: limit}
		at := int64(0)
		for i, line := range want {
			got, err := r.next()
			bare, ended := strings.CutSuffix(line, "\n")
			if ended {
				bare = strings.TrimSuffix(bare, "\r")
			}
			if len(bare) > limit {
				if err != errLongRow {
					t.Fatalf("line %d of %d bytes: %v, want errLongRow", i, len(bare), err)
				}
			} else if err != nil || string(got) != bare {
				t.Fatalf("line %d: %q, %v, want %q", i, got, err, bare)
			}
			if r.line != int64(i+1) || r.start != at {
				t.Fatalf("line %d at %d, want line %d at %d", r.line, r.start, i+1, at)
			}
			at += int64(len(line))
		}
		if got, err := r.next(); err != io.EOF {
			t.Fatalf("after the last line: %q, %v", got, err)
		}
	})
}

func TestLongLines(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	rows, rejects, err := rowsOf(t, Options{}, file(t, "x", "a\n"+long+"\nb\n"+long))
	require.NoError(t, err)
	require.Equal(t, []string{"a", long, "b", long}, keys(rows))
	require.Empty(t, rejects)

	path := file(t, "x", "a\n"+long+"\nb\n"+long)
	rows, rejects, err = rowsOf(t, Options{MaxRow: 1 << 20}, path)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, keys(rows))
	require.Equal(t, []Reject{
		{path, 2, 2, "the row is longer than 1048576 bytes: raise --max-row, which goes up to 1073741824"},
		{path, 4, 2 + 3<<20 + 1 + 2, "the row is longer than 1048576 bytes: raise --max-row, which goes up to 1073741824"},
	}, rejects)
	require.Equal(t, path+":2: byte 2: the row is longer than 1048576 bytes: raise --max-row, which goes up to 1073741824",
		rejects[0].String())
	_, _, err = rowsOf(t, Options{MaxRow: 1 << 31}, path)
	require.ErrorContains(t, err, "--max-row takes 1 to 1073741824")
}

func TestTSV(t *testing.T) {
	path := file(t, "x.tsv", "k1\tv1\nno tab\n\tempty key\nk2\t\nk3\ta\tb\r\n\nlast\tv")
	rows, rejects, err := rowsOf(t, Options{}, path)
	require.NoError(t, err)
	require.Equal(t, []row{{"k1", "v1"}, {"", "empty key"}, {"k2", ""}, {"k3", "a"}, {"last", "v"}}, rows)
	require.Len(t, rejects, 2)
	require.Equal(t, []int64{2, 6}, []int64{rejects[0].Line, rejects[1].Line})
	require.Equal(t, []int64{6, 36}, []int64{rejects[0].Byte, rejects[1].Byte})
	require.Contains(t, rejects[0].Reason, "no tab")

	rows, rejects, err = rowsOf(t, Options{Format: FormatLines}, path)
	require.NoError(t, err)
	require.Empty(t, rejects)
	require.Equal(t, "k1\tv1", rows[0].key, "the format can be forced")
}

func TestKeyEncodings(t *testing.T) {
	rows, rejects, err := rowsOf(t, Options{KeyEncoding: KeyHex}, file(t, "x", "\n00ff\nABcd\nabc\nzz\n"))
	require.NoError(t, err)
	require.Equal(t, []string{"", "\x00\xff", "\xab\xcd"}, keys(rows))
	require.Equal(t, "the key is not hex: it has 3 digits, an odd number", rejects[0].Reason)
	require.Equal(t, "the key is not hex: 'z' is no digit", rejects[1].Reason)

	rows, rejects, err = rowsOf(t, Options{KeyEncoding: KeyBase64}, file(t, "x.tsv", "AP8=\tv\n\tw\nA\tx\n"))
	require.NoError(t, err)
	require.Equal(t, []row{{"\x00\xff", "v"}, {"", "w"}}, rows)
	require.Contains(t, rejects[0].Reason, "the key is not base64")

	// The text of the keys stays next to them.
	require.NoError(t, Stream(t.Context(), []string{file(t, "x", "00ff\nzz\n01\n")}, Options{KeyEncoding: KeyHex}, new(Progress),
		func(*Job) error { return nil }, func(job *Job) error {
			defer job.Done()
			require.Equal(t, "00ff", string(job.KeyText(0)))
			require.Equal(t, "\x01", string(job.Keys.Key(1)))
			require.Equal(t, "01", string(job.KeyText(1)))
			return nil
		}))
}

func TestCompression(t *testing.T) {
	text := strings.Repeat("key\tvalue\n", 10_000)
	for name, contents := range map[string]string{
		"x.tsv.gz": gzipped(t, text), "x.tsv.zst": zstded(t, text), "misnamed.tsv": gzipped(t, text),
		"two.tsv.gz": gzipped(t, text[:50_000]) + gzipped(t, text[50_000:]),
	} {
		rows, _, err := rowsOf(t, Options{}, file(t, name, contents))
		require.NoError(t, err, name)
		require.Len(t, rows, 10_000, name)
	}
	rows, _, err := rowsOf(t, Options{Stdin: strings.NewReader(gzipped(t, text)), Format: FormatTSV}, Stdin)
	require.NoError(t, err)
	require.Len(t, rows, 10_000)
	rows, _, err = rowsOf(t, Options{}, file(t, "empty.gz", gzipped(t, "")))
	require.NoError(t, err)
	require.Empty(t, rows)
}

// A damaged file gives every whole row before the damage, none after, and an
// error that says what to do.
func TestDamagedFiles(t *testing.T) {
	var text strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&text, "key-%d\n", i*i)
	}
	want := strings.Split(text.String(), "\n")
	for name, contents := range map[string]string{"x.gz": gzipped(t, text.String()), "x.zst": zstded(t, text.String())} {
		for _, part := range []int{12, 5, 2} {
			path := file(t, name, contents[:len(contents)*(part-1)/part])
			rows, _, err := rowsOf(t, Options{}, path)
			require.ErrorContains(t, err, path+": after line ")
			require.ErrorContains(t, err, "the file is truncated, fetch it again")
			require.Less(t, len(rows), 100_000)
			require.Equal(t, want[:len(rows)], keys(rows))
			require.ErrorContains(t, err, fmt.Sprintf("after line %d:", len(rows)))
		}
		flipped := []byte(contents)
		for i := len(flipped) / 2; i < len(flipped)/2+64; i++ {
			flipped[i] ^= 0x55
		}
		_, _, err := rowsOf(t, Options{}, file(t, name, string(flipped)))
		require.ErrorContains(t, err, "fetch it again")
	}
	for name, says := range map[string]string{
		"x.bz2": "BZh91AY", "y.xz": "\xfd7zXZ\x00", "z.lz4": "\x04\x22\x4d\x18",
	} {
		_, _, err := rowsOf(t, Options{}, file(t, name, says))
		require.ErrorContains(t, err, "which this version does not read: decompress it first")
	}
}

func TestUnreadableFiles(t *testing.T) {
	_, err := Expand([]string{"no such file"})
	require.EqualError(t, err, "stat no such file: no such file or directory: check the name")
	_, err = Expand([]string{filepath.Join(t.TempDir(), "*.tsv")})
	require.ErrorContains(t, err, "matches no file")
	_, err = Expand([]string{"["})
	require.ErrorContains(t, err, "syntax error in pattern")
	_, _, err = rowsOf(t, Options{}, t.TempDir())
	require.ErrorContains(t, err, "is a folder: --format tree")
	_, _, err = rowsOf(t, Options{Format: FormatTree}, file(t, "x", ""))
	require.ErrorContains(t, err, "is no folder")
	_, _, err = rowsOf(t, Options{}, file(t, "x.parquet", "PAR1"))
	require.ErrorContains(t, err, "does not read parquet files; --format lines")

	// The files before it have been read.
	good := file(t, "good", "a\nb\n")
	rows, _, err := rowsOf(t, Options{}, good, "gone", good)
	require.ErrorContains(t, err, "open gone: no such file or directory: check the name")
	require.Equal(t, []string{"a", "b"}, keys(rows))
}

func TestExpand(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.tsv", "a.tsv", "c.txt", "[x].tsv"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("12345"), 0o600))
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	files, err := Expand([]string{at("c.txt"), at("[a-b].tsv"), Stdin, at("[x].tsv")})
	require.NoError(t, err)
	require.Equal(t, []string{at("c.txt"), at("a.tsv"), at("b.tsv"), Stdin, at("[x].tsv")}, files,
		"a file of that very name comes before the pattern")
	require.Equal(t, int64(10), Size([]string{at("a.tsv"), at("b.tsv")}))
	require.Zero(t, Size([]string{at("a.tsv"), Stdin}))
	require.Zero(t, Size([]string{dir}))
}

func TestTree(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "sub", "deep"), 0o700))
	for name, contents := range map[string]string{"b": "of b", "a": "", "sub/deep/c": "of\nc\x00", "sub/big": strings.Repeat("x", 100)} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(contents), 0o600))
	}
	require.NoError(t, os.Symlink("b", filepath.Join(dir, "link")))
	rows, rejects, err := rowsOf(t, Options{Format: FormatTree, MaxRow: 50}, dir)
	require.NoError(t, err)
	require.Equal(t, []row{{"a", ""}, {"b", "of b"}, {"sub/deep/c", "of\nc\x00"}}, rows)
	require.Len(t, rejects, 1)
	require.Contains(t, rejects[0].String(), filepath.Join(dir, "sub", "big")+": the file is longer than 50 bytes")
}

// Many files and many chunks come out in order, for any number of workers.
func TestStreamKeepsTheOrder(t *testing.T) {
	dir := t.TempDir()
	var files, want []string
	for i := range 23 {
		var text strings.Builder
		for j := range i * 5000 {
			line := fmt.Sprintf("%d:%d", i, j)
			want = append(want, line)
			text.WriteString(line + "\n")
		}
		path := filepath.Join(dir, fmt.Sprint(i))
		require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
		files = append(files, path)
	}
	for _, workers := range []int{1, 2, 7} {
		rows, _, err := rowsOf(t, Options{Workers: workers}, files...)
		require.NoError(t, err)
		require.Equal(t, want, keys(rows), "%d workers", workers)
	}
}

// An error anywhere ends the stream, with what was applied a beginning.
func TestStreamErrors(t *testing.T) {
	path := file(t, "x", strings.Repeat("line\n", 10*chunkRows))
	stop := errors.New("stop")
	for _, where := range []string{"work", "apply"} {
		var worked, applied atomic.Int64
		err := Stream(t.Context(), []string{path, path}, Options{Workers: 3}, new(Progress), func(*Job) error {
			if worked.Add(1) == 5 && where == "work" {
				return stop
			}
			return nil
		}, func(job *Job) error {
			defer job.Done()
			if applied.Add(1) == 4 && where == "apply" {
				return stop
			}
			return nil
		})
		require.ErrorIs(t, err, stop, where)
		require.Less(t, applied.Load(), int64(12), where)
	}
}

func TestRun(t *testing.T) {
	var text strings.Builder
	want := map[string]string{}
	for i := range 200_000 {
		key, value := fmt.Sprint("key", i%70_000), fmt.Sprint("value", i)
		want[key] = value
		fmt.Fprintf(&text, "%s\t%s\n", key, value)
	}
	text.WriteString("no tab\n")
	path := file(t, "x.tsv", text.String())
	for _, workers := range []int{1, 2, 5} {
		store := ref.New(ref.Options{})
		var rejects []Reject
		config := Config{Files: []string{path}, Options: Options{Workers: workers}, Store: store,
			OnReject: func(r Reject) { rejects = append(rejects, r) }}
		report, err := Run(t.Context(), config)
		require.NoError(t, err)
		require.Equal(t, int64(200_000), report.Rows)
		require.Equal(t, int64(70_000), report.Added)
		require.Equal(t, int64(130_000), report.Replaced)
		require.Equal(t, int64(1), report.Rejected)
		require.Len(t, rejects, 1)
		require.Equal(t, int64(200_001), rejects[0].Line)
		require.Equal(t, 70_000, store.Len())
		requireContents(t, store, want)
		names := []string{}
		for _, s := range report.Stages {
			names = append(names, s.Name)
			require.Positive(t, s.Busy, s.Name)
			require.LessOrEqual(t, s.Share(report.Elapsed), 1.01, s.Name)
		}
		require.Equal(t, []string{"read", "hash", "group", "store"}, names)

		v, err := Verify(t.Context(), config)
		require.NoError(t, err)
		require.True(t, v.OK())
		require.Equal(t, int64(200_000), v.Rows)

		// One value that is not what the last row says, one key that is gone.
		require.NoError(t, store.Set(t.Context(), []byte("key7"), []byte("value7"), kv.SetOptions{}))
		_, err = store.Delete(t.Context(), []byte("key8"))
		require.NoError(t, err)
		v, err = Verify(t.Context(), config)
		require.NoError(t, err)
		require.Equal(t, int64(1), v.Wrong)
		require.Equal(t, int64(3), v.Missing, "each row of the key")
		require.Equal(t, `"key8"`, v.Example)
	}
}

func requireContents(t *testing.T, s kv.Store, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	require.NoError(t, s.Scan(t.Context(), nil, func(key, value []byte) error {
		got[string(key)] = string(value)
		return nil
	}))
	require.Equal(t, want, got)
}

// plainStore hides what a store can do besides the contract.
type plainStore struct{ kv.Store }

func TestRunIntoAPlainStore(t *testing.T) {
	store := plainStore{ref.New(ref.Options{})}
	report, err := Run(t.Context(), Config{Files: []string{file(t, "x.tsv", "a\t1\nb\t2\na\t3\n")}, Store: store})
	require.NoError(t, err)
	require.Equal(t, []int64{3, 2, 1}, []int64{report.Rows, report.Added, report.Replaced})
	requireContents(t, store, map[string]string{"a": "3", "b": "2"})
}

// countdown is a store that does something when it was given some batches.
type countdown struct {
	*ref.Store
	left atomic.Int64
	then func() error
}

func (c *countdown) SetPlaced(ctx context.Context, keys, values *keymill.Batch, g *keymill.Groups, from, to uint32, o kv.SetOptions) (kv.SetResult, error) {
	if c.left.Add(-1) < 0 {
		if err := c.then(); err != nil {
			return kv.SetResult{}, err
		}
	}
	return c.Store.SetPlaced(ctx, keys, values, g, from, to, o)
}

// What the store took is counted to the row, though it failed.
func TestRunWhenTheStoreFails(t *testing.T) {
	var text strings.Builder
	for i := range 20 * chunkRows {
		fmt.Fprintf(&text, "%d\n", i)
	}
	path := file(t, "x", text.String())
	for _, workers := range []int{1, 3} {
		full := errors.New("store is full")
		store := &countdown{Store: ref.New(ref.Options{}), then: func() error { return full }}
		store.left.Store(7)
		report, err := Run(t.Context(), Config{Files: []string{path}, Options: Options{Workers: workers}, Store: store})
		require.ErrorIs(t, err, full)
		require.Equal(t, int64(store.Len()), report.Rows)
		require.Positive(t, report.Rows)
	}
}

// Interrupted, an ingest has put in the beginning of its input, and says how
// many rows that is.
func TestRunInterrupted(t *testing.T) {
	var text strings.Builder
	for i := range 40 * chunkRows {
		fmt.Fprintf(&text, "%d\n", i)
	}
	path := file(t, "x", text.String())
	for _, workers := range []int{1, 3} {
		ctx, cancel := context.WithCancelCause(t.Context())
		interrupt := errors.New("interrupt")
		store := &countdown{Store: ref.New(ref.Options{}), then: func() error { cancel(interrupt); return nil }}
		store.left.Store(7)
		report, err := Run(ctx, Config{Files: []string{path}, Options: Options{Workers: workers}, Store: store})
		require.ErrorIs(t, err, interrupt)
		require.Positive(t, report.Rows)
		require.Less(t, report.Rows, int64(40*chunkRows))
		require.Equal(t, int(report.Rows), store.Len())
		for i := range report.Rows {
			ok, err := store.Exists(t.Context(), fmt.Append(nil, i))
			require.NoError(t, err)
			require.True(t, ok, "row %d of the %d that went in", i, report.Rows)
		}
	}
}

// A read that hangs does not keep a stream from ending.
func TestInterruptedWhileReadingHangs(t *testing.T) {
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = w.Write([]byte("first\n"))
		cancel()
	}()
	_, err := Run(ctx, Config{Files: []string{Stdin}, Options: Options{Stdin: r}, Store: ref.New(ref.Options{})})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, w.Close()) // lets the reader go
}

func TestVerifyNeedsAFile(t *testing.T) {
	_, err := Verify(t.Context(), Config{Files: []string{Stdin}, Store: ref.New(ref.Options{})})
	require.ErrorContains(t, err, "cannot be read twice")
}

func TestParseNames(t *testing.T) {
	f, err := ParseFormat("tsv")
	require.NoError(t, err)
	require.Equal(t, FormatTSV, f)
	_, err = ParseFormat("tvs")
	require.EqualError(t, err, `unknown format "tvs": did you mean "tsv"?`)
	e, err := ParseKeyEncoding("hex")
	require.NoError(t, err)
	require.Equal(t, KeyHex, e)
	_, err = ParseKeyEncoding("rot13")
	require.EqualError(t, err, `unknown key encoding "rot13": use one of raw, hex, base64`)
}

// FuzzInput: whatever bytes a file has, reading it ends, with rows or an error.
func FuzzInput(f *testing.F) {
	f.Add([]byte("a\tb\n"), true)
	f.Add([]byte(gzipped(f, "a\tb\n")), true)
	f.Add([]byte(zstded(f, "a\tb\n")), false)
	f.Fuzz(func(t *testing.T, contents []byte, tsv bool) {
		opts := Options{Stdin: bytes.NewReader(contents), Format: FormatLines, MaxRow: 1 << 16, Workers: 1}
		if tsv {
			opts.Format = FormatTSV
		}
		_, _, _ = rowsOf(t, opts, Stdin)
	})
}
