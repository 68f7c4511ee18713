//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// poclCacheVar is where PoCL keeps what it compiles. By default that is a folder which must be there and
// writable, or there is no device, and one in /tmp that breaks for the next user where HOME is not set.
const poclCacheVar = "POCL_CACHE_DIR"

// prepareDrivers gives PoCL a folder that it can use, unless the user has. With cgo, Setenv sets the
// variable for C, too.
func prepareDrivers() {
	if os.Getenv(poclCacheVar) != "" {
		return
	}
	userCache, err := os.UserCacheDir()
	if err != nil {
		userCache = ""
	}
	if dir := poclCache(userCache, os.TempDir(), os.Getuid()); dir != "" {
		_ = os.Setenv(poclCacheVar, dir) // or PoCL takes its own
	}
}

// poclCache returns a folder that belongs to that user and to nobody else: in the user's cache folder, if
// there is one; in a folder for each user in the temporary one; or a new one. It is "" if nothing can be
// written to.
func poclCache(userCache, temp string, uid int) string {
	if userCache != "" && within(userCache, uid) == nil {
		dir := filepath.Join(userCache, "keymill", "pocl")
		if ownFolder(dir, uid) == nil {
			return dir
		}
	}
	if dir := filepath.Join(temp, keymillOf(uid)); ownFolder(dir, uid) == nil {
		return dir
	}
	dir, err := os.MkdirTemp(temp, "keymill-pocl-")
	if err != nil {
		return ""
	}
	return dir
}

// keymillOf is the name of a user's folder in the temporary one.
func keymillOf(uid int) string { return fmt.Sprintf("keymill-%d", uid) }

// within says whether the folder is the user's, or would be if it were made: under sudo, HOME may be
// another user's, who could not use what root made there.
func within(dir string, uid int) error {
	for {
		info, err := os.Stat(dir)
		if err == nil {
			return ownedBy(info, uid)
		}
		parent := filepath.Dir(dir)
		if !errors.Is(err, os.ErrNotExist) || parent == dir {
			return err
		}
		dir = parent
	}
}

// ownFolder makes the folder, unless it is there, and says whether it is a folder (not a link to one) of
// that user, which others can neither read nor write, and which can be written to.
func ownFolder(dir string, uid int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	if err := ownedBy(info, uid); err != nil {
		return err
	}
	if info.Mode().Perm() != 0o700 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return err
		}
	}
	probe, err := os.CreateTemp(dir, ".writable-")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

func ownedBy(info os.FileInfo, uid int) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != uid {
		return fmt.Errorf("%s belongs to another user", info.Name())
	}
	return nil
}
