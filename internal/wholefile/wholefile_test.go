package wholefile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "file")
	for _, contents := range []string{"first", "second and longer", ""} {
		require.NoError(t, Write(path, ".temp-", []byte(contents)))
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, contents, string(got))
	}

	// Where the file cannot be, nothing is left behind, and what is there stays.
	folder := filepath.Join(filepath.Dir(path), "folder")
	require.NoError(t, os.Mkdir(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "inside"), nil, 0o600))
	require.Error(t, Write(folder, ".temp-", []byte("x")))
	require.Error(t, Write(filepath.Join(path, "below a file"), ".temp-", []byte("x")))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 2)
}
