package ingest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/kv/ref"
)

func TestFormatByName(t *testing.T) {
	for name, want := range map[string]Format{
		"x.tsv": FormatTSV, "x.TSV": FormatTSV, "X.TSV.GZ": FormatTSV, "x.tsv.zst": FormatTSV, ".tsv.zst": FormatTSV,
		"dir.tsv/x": FormatLines, "x.tsv.bak": FormatLines, "x.gz": FormatLines, "tsv": FormatLines, Stdin: FormatLines,
	} {
		got, err := formatOf(name)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
	for _, name := range []string{"x.csv", "X.CSV.GZ", "x.ndjson.zst"} {
		_, err := formatOf(name)
		require.ErrorContains(t, err, name+": this version does not read ")
	}

	// The same through a file, which is decompressed.
	for name, contents := range map[string]string{
		"X.TSV.GZ": gzipped(t, "k\tv\n"), ".tsv.zst": zstded(t, "k\tv\n"), "y.Tsv.Zst": zstded(t, "k\tv\n"),
	} {
		rows, _, err := rowsOf(t, Options{}, file(t, name, contents))
		require.NoError(t, err, name)
		require.Equal(t, []row{{"k", "v"}}, rows, name)
	}
}

// A name that promises a format that is not read stops the run before anything
// is done, wherever it stands.
func TestFormatsAreCheckedFirst(t *testing.T) {
	good, bad := file(t, "good.tsv", "k\tv\n"), file(t, "bad.parquet", "PAR1")
	for _, files := range [][]string{{good, bad}, {good, good, bad}, {Stdin, bad}} {
		stdin := strings.NewReader("key\n")
		var progress Progress
		store := ref.New(ref.Options{})
		report, err := Run(within(t), Config{Files: files, Store: store, Progress: &progress, Options: Options{Stdin: stdin}})
		require.ErrorContains(t, err, bad+": this version does not read parquet files")
		require.Zero(t, report.Rows)
		require.Zero(t, store.Len())
		require.Zero(t, progress.BytesRead.Load(), "nothing was read")
		require.Equal(t, 4, stdin.Len())
	}
}
