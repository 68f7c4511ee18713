// Package wholefile writes files of which nobody ever reads half.
package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Write gives a file its contents: under another name, which begins with temp, on the disk,
// and then renamed. Only the user may read it. Its folder is made if it is not there. After
// an error the file is what it was.
func Write(path, temp string, contents []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, temp) // which only the user may read
	if err != nil {
		return err
	}
	return become(file, path, contents)
}

// Publish gives a file its contents as Write does, but as one that is to be handed on: in a
// folder that is there, with the permissions that it has, or a new file of the user gets. A symbolic
// link stays one. What is no file, such as /dev/stdout or a pipe, is written to.
func Publish(path string, contents []byte) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return &fs.PathError{Op: "write", Path: path, Err: errors.New("it is a folder")}
	case err == nil && !info.Mode().IsRegular():
		return os.WriteFile(path, contents, 0)
	case err == nil:
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%016x", filepath.Base(path), rand.Uint64()))
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) // less what the user's mask forbids
	if err != nil {
		return err
	}
	if info != nil {
		if err := file.Chmod(info.Mode().Perm()); err != nil {
			return errors.Join(err, file.Close(), os.Remove(temp))
		}
	}
	return become(file, path, contents)
}

// become writes the contents to the file, and gives it the name.
func become(file *os.File, path string, contents []byte) error {
	_, err := file.Write(contents)
	if err == nil {
		err = file.Sync() // or the name may be there after a crash, and the contents not
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
