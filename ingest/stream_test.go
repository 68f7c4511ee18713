package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// file writes a file in a folder of the test, and returns its path.
func file(t *testing.T, name, contents string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(contents), 0o600))
	return path
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
