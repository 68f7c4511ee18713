package wholefile

import (
	"io/fs"
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

func TestPublish(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "page.html")
	plain := filepath.Join(dir, "plain")
	require.NoError(t, os.WriteFile(plain, nil, 0o666))
	asPlain, err := os.Stat(plain)
	require.NoError(t, err)
	for _, contents := range []string{"first", "second and longer", ""} {
		require.NoError(t, Publish(path, []byte(contents)))
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, contents, string(got))
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, asPlain.Mode(), info.Mode(), "others may read it if they may read the user's files")
	}

	// What there is keeps its permissions, and a link leads where it led.
	require.NoError(t, os.Chmod(path, 0o666))
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink("page.html", link))
	require.NoError(t, Publish(link, []byte("by the link")))
	info, err := os.Lstat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o666), info.Mode())
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "by the link", string(got))
	info, err = os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&fs.ModeSymlink)

	// A device is not replaced by a file.
	require.NoError(t, Publish(os.DevNull, []byte("gone")))
	info, err = os.Stat(os.DevNull)
	require.NoError(t, err)
	require.False(t, info.Mode().IsRegular())

	// Where the file cannot be, nothing is left behind.
	require.ErrorContains(t, Publish(dir, []byte("x")), "it is a folder")
	require.ErrorIs(t, Publish(filepath.Join(dir, "none", "x"), []byte("x")), fs.ErrNotExist)
	require.Error(t, Publish(filepath.Join(path, "below a file"), []byte("x")))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3)
}
