package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
)

// openBelow returns how many files below the folder this process has open.
func openBelow(t *testing.T, dir string) (n int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	for _, entry := range entries {
		// That of ReadDir itself is gone meanwhile.
		if target, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil && strings.HasPrefix(target, dir) {
			n++
		}
	}
	return n
}

// However a run ends, no file stays open.
func TestEveryFileIsClosed(t *testing.T) {
	// What is forgotten is closed when the memory is collected: not here.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	long := strings.Repeat("k\tv\n", 3*jobsPerFile*chunkRows)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	for name, contents := range map[string]string{
		"long": long, "long.gz": gzipped(t, long), "long.zst": zstded(t, long), "short": "k\tv\n",
		"cut.gz": gzipped(t, long)[:1000], "cut.zst": zstded(t, long)[:20],
		"no header.gz": "\x1f\x8b\x00", "misnamed.gz": "text", "x.bz2": "BZh91AY", "folder/a": "of a", "folder/b": "of b",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(contents), 0o600))
	}
	stop := errors.New("stop")
	for _, c := range []struct {
		files  string
		ends   string // which stage ends the run in its first chunk
		format Format
		err    string
	}{
		{"long long.gz long.zst short", "", FormatTSV, ""},
		{"long long.gz long.zst short", "work", FormatTSV, "stop"},
		{"long long.gz long.zst short", "apply", FormatTSV, "stop"},
		{"long long.gz long.zst short", "cancel", FormatTSV, "stop"},
		{"long.gz long.zst short", "store", FormatTSV, "stop"},
		{"long.zst long.gz short", "plain store", FormatTSV, "stop"},
		{"long cut.gz long", "", FormatTSV, "truncated"},
		{"long cut.zst long", "", FormatTSV, "truncated"},
		{"long no\x00header.gz long", "", FormatTSV, "truncated"},
		{"long misnamed.gz long", "", FormatTSV, "its name says"},
		{"long x.bz2 long", "", FormatTSV, "does not read"},
		{"long folder long", "", FormatTSV, "is a folder"},
		{"folder folder", "", FormatTree, ""},
		{"folder folder", "apply", FormatTree, "stop"},
	} {
		name := fmt.Sprintf("%q ended by %q", c.files, c.ends)
		var files []string
		for _, file := range strings.Fields(c.files) {
			files = append(files, filepath.Join(dir, strings.ReplaceAll(file, "\x00", " ")))
		}
		ctx, cancel := context.WithCancelCause(within(t))
		ended := func(where string) error {
			if c.ends == where {
				return stop
			}
			return nil
		}
		opts := Options{Format: c.format, Workers: 2}
		seen := false
		var err error
		if strings.HasSuffix(c.ends, "store") {
			err = runIntoAFailingStore(ctx, files, opts, c.ends == "plain store", stop)
		} else {
			err = Stream(ctx, files, opts, new(Progress), func(*Job) error { return ended("work") }, func(job *Job) error {
				defer job.Done()
				if !seen && c.format != FormatTree { // the file has more chunks than jobs
					require.Positive(t, openBelow(t, dir), name)
					seen = true
				}
				if c.ends == "cancel" {
					cancel(stop)
				}
				return ended("apply")
			})
		}
		if c.err == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, c.err, name)
		}
		// The files that were being read ahead are closed a moment later.
		require.Eventually(t, func() bool { return openBelow(t, dir) == 0 }, 10*time.Second, time.Millisecond, name)
		cancel(nil)
	}
}

func runIntoAFailingStore(ctx context.Context, files []string, opts Options, plain bool, failure error) error {
	var store kv.Store = &placedStore{Store: ref.New(ref.Options{}),
		set: func(context.Context, *keymill.Batch, *keymill.Batch, *keymill.Groups, uint32, uint32) (kv.SetResult, error) {
			return kv.SetResult{}, failure
		}}
	if plain {
		store = &batchStore{Store: store, set: func(context.Context, *keymill.Batch, *keymill.Batch) (kv.SetResult, error) {
			return kv.SetResult{}, failure
		}}
	}
	_, err := Run(ctx, Config{Files: files, Options: opts, Store: store})
	return err
}
