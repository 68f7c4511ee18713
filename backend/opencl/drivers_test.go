//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPoCLCache chooses PoCL's folder for users and machines of all kinds.
func TestPoCLCache(t *testing.T) {
	uid := os.Getuid()
	private := func(dir string) {
		t.Helper()
		info, err := os.Lstat(dir)
		require.NoError(t, err)
		require.True(t, info.IsDir())
		require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
		require.NoError(t, ownedBy(info, uid))
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, entries, "what tried the folder is left")
	}
	own := keymillOf(uid)
	newTemp := func(t *testing.T, dir, temp string) {
		t.Helper()
		require.Equal(t, temp, filepath.Dir(dir))
		require.Contains(t, filepath.Base(dir), "keymill-pocl-")
	}

	t.Run("in the user's cache", func(t *testing.T) {
		home := t.TempDir()
		dir := poclCache(filepath.Join(home, ".cache"), t.TempDir(), uid)
		require.Equal(t, filepath.Join(home, ".cache", "keymill", "pocl"), dir)
		private(dir)
		require.NoError(t, os.Chmod(dir, 0o755)) // as another program, or an umask, may have made it
		require.Equal(t, dir, poclCache(filepath.Join(home, ".cache"), t.TempDir(), uid))
		private(dir)
	})
	t.Run("HOME unset", func(t *testing.T) {
		temp := t.TempDir()
		dir := poclCache("", temp, uid)
		require.Equal(t, filepath.Join(temp, own), dir)
		private(dir)
		require.Equal(t, dir, poclCache("", temp, uid), "and the next time the same")
	})
	t.Run("the cache folder is a file", func(t *testing.T) {
		file, temp := filepath.Join(t.TempDir(), "file"), t.TempDir()
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		require.Equal(t, filepath.Join(temp, own), poclCache(file, temp, uid))
		require.Equal(t, filepath.Join(temp, own), poclCache(filepath.Join(file, "below"), temp, uid))
	})
	t.Run("our folder is a file", func(t *testing.T) {
		home, temp := t.TempDir(), t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(home, "keymill"), nil, 0o600))
		require.Equal(t, filepath.Join(temp, own), poclCache(home, temp, uid))
	})
	t.Run("our folder is a link", func(t *testing.T) {
		home, temp, elsewhere := t.TempDir(), t.TempDir(), t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(home, "keymill"), 0o700))
		require.NoError(t, os.Symlink(elsewhere, filepath.Join(home, "keymill", "pocl")))
		require.Equal(t, filepath.Join(temp, own), poclCache(home, temp, uid))
	})
	t.Run("a link that somebody put into the temporary folder", func(t *testing.T) {
		temp, elsewhere := t.TempDir(), t.TempDir()
		require.NoError(t, os.Symlink(elsewhere, filepath.Join(temp, own)))
		newTemp(t, poclCache("", temp, uid), temp)
	})
	t.Run("a folder that somebody else made", func(t *testing.T) {
		temp, home := t.TempDir(), t.TempDir() // which belong to us, and so not to uid+1
		require.NoError(t, os.Mkdir(filepath.Join(temp, keymillOf(uid+1)), 0o700))
		newTemp(t, poclCache(home, temp, uid+1), temp)
		require.NoDirExists(t, filepath.Join(home, "keymill"), "under sudo, HOME may be another's")
	})
	t.Run("nothing can be written", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		require.Empty(t, poclCache("", file, uid))
	})
}

// TestUsersChoice leaves POCL_CACHE_DIR alone if the user has set it.
func TestUsersChoice(t *testing.T) {
	t.Setenv(poclCacheVar, "/the/users")
	prepareDrivers()
	require.Equal(t, "/the/users", os.Getenv(poclCacheVar))
}
