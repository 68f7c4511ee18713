package ingest

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// serialsOf reads files through Stream, and returns the key of each serial. Of each chunk
// it takes out the rows whose key is "bad", if positions are there.
func serialsOf(t *testing.T, opts Options, files ...string) map[uint64]string {
	t.Helper()
	all := map[uint64]string{}
	err := Stream(within(t), files, opts, new(Progress), func(job *Job) error {
		if !opts.Positions {
			return nil
		}
		var bad []BadRow
		for i := range job.Keys.Len() {
			if string(job.Keys.Key(i)) == "bad" {
				bad = append(bad, BadRow{i, "bad"})
			}
		}
		return job.Reject(bad)
	}, func(job *Job) error {
		defer job.Done()
		for i := range job.Keys.Len() {
			if other, twice := all[job.Serial(i)]; twice {
				return fmt.Errorf("%d is the serial of %q and of %q", job.Serial(i), other, job.Keys.Key(i))
			}
			all[job.Serial(i)] = string(job.Keys.Key(i))
		}
		return nil
	})
	require.NoError(t, err)
	return all
}

// Rows have the same serials however they are cut: by the bound of a chunk, or by a pipe that
// stands still, and with any rows rejected.
func TestSerialsDoNotDependOnChunks(t *testing.T) {
	const rows = 2*chunkRows + 10
	var text strings.Builder
	taken, lines := map[uint64]string{}, map[uint64]string{}
	for i := range rows {
		row := fmt.Sprintf("k%d\tv", i)
		switch i % 1000 {
		case 3:
			row = "no tab"
		case 7:
			row = "bad\tv"
		}
		text.WriteString(row + "\n")
		key, _, tab := strings.Cut(row, "\t")
		if tab {
			taken[uint64(len(taken))] = key
		}
		if tab && key != "bad" {
			lines[uint64(i)] = key
		}
	}
	whole := file(t, "x.tsv", text.String())
	require.Equal(t, taken, serialsOf(t, Options{}, whole))
	require.Equal(t, lines, serialsOf(t, Options{Positions: true}, whole))
	for _, opts := range []Options{{Format: FormatTSV}, {Format: FormatTSV, Positions: true}} {
		want := taken
		if opts.Positions {
			want = lines
		}
		opts.Stdin = faltering(t, text.String(), 17, 100_000, 300_000)
		require.Equal(t, want, serialsOf(t, opts, Stdin))
	}
}

// faltering returns a pipe that stands still after so many bytes.
func faltering(t *testing.T, text string, at ...int) io.Reader {
	r, w := io.Pipe()
	go func() {
		from := 0
		for _, to := range append(at, len(text)) {
			_, _ = io.WriteString(w, text[from:to])
			time.Sleep(2 * patience) // the reader hands on what it has
			from = to
		}
		_ = w.Close()
	}()
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestSerialsOfSeveralFiles(t *testing.T) {
	dir := t.TempDir()
	var files []string
	want := map[uint64]string{}
	for f := range 9 {
		path := filepath.Join(dir, fmt.Sprint(f))
		files = append(files, path)
		var text strings.Builder
		for row := range 3 * f {
			fmt.Fprintf(&text, "%d-%d\n", f, row)
			want[uint64(f)<<40+uint64(row)] = fmt.Sprintf("%d-%d", f, row)
		}
		require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	}
	require.Equal(t, want, serialsOf(t, Options{Workers: 3}, files...))

	// Of a folder, the files below it are the rows.
	tree := serialsOf(t, Options{Format: FormatTree}, dir)
	require.Len(t, tree, len(files))
	for row := range files {
		require.Equal(t, fmt.Sprint(row), tree[uint64(row)])
	}
}
