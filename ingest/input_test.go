package ingest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

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
