package ingest

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync/atomic"
)

// tree is the source of a folder: each regular file below it is a row, in
// lexical order. Symbolic links are not followed.
type tree struct {
	dir  string
	max  int
	read *atomic.Int64
	next func() (found, bool)
	stop func()
}

// found is a file below the folder, or what kept us from looking there.
type found struct {
	path string
	err  error
}

func openTree(dir string, opts Options, read *atomic.Int64) (Source, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, openError(err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is no folder: --format tree takes one", dir)
	}
	t := &tree{dir: dir, max: opts.MaxRow, read: read}
	t.next, t.stop = iter.Pull(t.files)
	return t, nil
}

func (t *tree) Name() string { return t.dir }

func (t *tree) Close() error {
	t.stop()
	return nil
}

func (t *tree) files(yield func(found) bool) {
	_ = filepath.WalkDir(t.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if !yield(found{path, err}) {
				return fs.SkipAll
			}
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.Type().IsRegular() && !yield(found{path, nil}) {
			return fs.SkipAll
		}
		return nil
	})
}

func (t *tree) Fill(ctx context.Context, c *Chunk) error {
	for !c.Full() {
		if err := ctx.Err(); err != nil { // a file may take long
			return err
		}
		file, ok := t.next()
		if !ok {
			return io.EOF
		}
		if err := t.add(c, file); err != nil {
			c.Rejects = append(c.Rejects, Reject{File: file.path, Reason: err.Error()})
		}
	}
	return nil
}

func (t *tree) add(c *Chunk, file found) error {
	if file.err != nil {
		return reason(file.err)
	}
	info, err := os.Lstat(file.path)
	if err != nil {
		return reason(err)
	}
	if info.Size() > int64(t.max) {
		return fmt.Errorf("the file is longer than %d bytes: raise --max-row, which goes up to %d", t.max, MaxRowLimit)
	}
	contents, err := os.ReadFile(file.path)
	if err != nil {
		return reason(err)
	}
	t.read.Add(int64(len(contents)))
	key, err := filepath.Rel(t.dir, file.path)
	if err != nil {
		return err
	}
	return c.add([]byte(filepath.ToSlash(key)), contents, nil)
}

// reason is the error without the path, which the reject names.
func reason(err error) error {
	if path, ok := err.(*fs.PathError); ok {
		return path.Err
	}
	return err
}
