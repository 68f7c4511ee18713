package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
