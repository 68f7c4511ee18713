package ingest

import (
	"bytes"
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
	buf  bytes.Buffer
	next func() (found, bool)
	stop func()

	taken int64 // files, in all chunks
}

// found is a file below the folder, or what kept us from looking there.
type found struct {
	path string
	err  error
}

func openTree(name string, opts Options, read *atomic.Int64) (Source, error) {
	if name == Stdin {
		return nil, fmt.Errorf("--format tree takes a folder: name one")
	}
	// The folder itself may be a link, which WalkDir would not follow.
	dir, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil, openError(err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s is no folder: --format tree takes one", name)
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
	c.before = t.taken - int64(c.Keys.Len())
	defer func() { t.taken = c.before + int64(c.Keys.Len()) }()
	for !c.Full() {
		if ctx.Err() != nil { // a file may take long
			return context.Cause(ctx)
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
	contents, err := t.contents(file.path)
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

// contents reads a file into memory that the next call uses again.
func (t *tree) contents(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	// Its size is no bound: a file may grow, and some have no true size.
	t.buf.Reset()
	n, err := t.buf.ReadFrom(io.LimitReader(f, int64(t.max)+1))
	switch {
	case err != nil:
		return nil, err
	case n > int64(t.max):
		return nil, fmt.Errorf("the file is longer than %d bytes: raise --max-row, which goes up to %d", t.max, MaxRowLimit)
	}
	return t.buf.Bytes(), nil
}

// reason is the error without the path, which the reject names.
func reason(err error) error {
	if path, ok := err.(*fs.PathError); ok {
		return path.Err
	}
	return err
}
