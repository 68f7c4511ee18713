package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/kv/ref"
)

// What a run reports at its end is exact: summed over chunks and files, of keys
// as they are stored, of bytes as they lie on the disk.
func TestReportIsExact(t *testing.T) {
	dir := t.TempDir()
	var files []string
	var rows, rejected, keyBytes, valueBytes, size int64
	for i, n := range []int{2*chunkRows + 11, chunkRows + 5, 17, 0} {
		var text []byte
		for j := range n {
			value := fmt.Sprint(i * j)
			if j%1000 == 1 {
				text = fmt.Appendf(text, "no hex\t%s\n", value)
				rejected++
				continue
			}
			key := fmt.Sprint(i, ":", j)
			text = fmt.Appendf(text, "%x\t%s\n", key, value)
			rows, keyBytes, valueBytes = rows+1, keyBytes+int64(len(key)), valueBytes+int64(len(value))
		}
		contents := string(text)
		switch i {
		case 1:
			contents = gzipped(t, contents)
		case 2:
			contents = skippable(0x50, "note") + zstded(t, contents)
		}
		path := filepath.Join(dir, fmt.Sprint(i, ".tsv"))
		require.NoError(t, os.WriteFile(path, []byte(contents), 0o600))
		files, size = append(files, path), size+int64(len(contents))
	}
	for _, workers := range []int{1, 3} {
		var progress Progress
		report, err := Run(within(t), Config{Files: files, Store: ref.New(ref.Options{}), Progress: &progress,
			Options: Options{KeyEncoding: KeyHex, Workers: workers}})
		require.NoError(t, err)
		require.Equal(t, rows, report.Rows)
		require.Equal(t, rows, progress.Rows.Load())
		require.Equal(t, rejected, report.Rejected)
		require.Equal(t, rejected, progress.Rejected.Load())
		require.Equal(t, keyBytes, report.KeyBytes)
		require.Equal(t, valueBytes, report.ValueBytes)
		require.Equal(t, size, progress.BytesRead.Load())
		require.Equal(t, size, Size(files))
	}
}

// Of a folder, the bytes read are those of the files that are taken.
func TestReportOfATree(t *testing.T) {
	dir := t.TempDir()
	for name, contents := range map[string]string{"a": "12345", "bb": "", "ccc": "1234567890"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(contents), 0o600))
	}
	var progress Progress
	report, err := Run(within(t), Config{Files: []string{dir, dir}, Store: ref.New(ref.Options{}), Progress: &progress,
		Options: Options{Format: FormatTree}})
	require.NoError(t, err)
	require.Equal(t, []int64{6, 3, 3}, []int64{report.Rows, report.Added, report.Replaced})
	require.Equal(t, []int64{12, 30, 30}, []int64{report.KeyBytes, report.ValueBytes, progress.BytesRead.Load()})
}
