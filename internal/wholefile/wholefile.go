// Package wholefile writes files of which nobody ever reads half.
package wholefile

import (
	"errors"
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
	_, err = file.Write(contents)
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
