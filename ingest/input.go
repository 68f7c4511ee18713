package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Stdin is the name that stands for the standard input.
const Stdin = "-"

// Expand returns the files that the names stand for: a name of a file is that
// file, a pattern such as "part-*.tsv" all that match it, in lexical order, and
// [Stdin] itself. It fails if a name stands for no file.
func Expand(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		if name == Stdin {
			files = append(files, name)
			continue
		}
		_, err := os.Stat(name)
		if err == nil {
			files = append(files, name)
			continue
		}
		matches, globErr := filepath.Glob(name)
		switch {
		case !strings.ContainsAny(name, "*?["):
			return nil, openError(err)
		case globErr != nil:
			return nil, fmt.Errorf("pattern %q: %w", name, globErr)
		case len(matches) == 0:
			return nil, fmt.Errorf("pattern %q matches no file", name)
		}
		files = append(files, matches...)
	}
	return files, nil
}

// Size returns the bytes of the files together, as they lie on the disk, or 0
// if that is not known: of the standard input, of folders and of pipes.
func Size(files []string) (total int64) {
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() {
			return 0
		}
		total += info.Size()
	}
	return total
}

// openError says in one line what is wrong with a file, and what to do.
func openError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: check the name", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: make it readable, or leave it out", err)
	}
	return err
}

// input is an open file, decompressed.
type input struct {
	io.Reader
	name       string
	compressed string // "gzip", "zstd" or "": which codec reads it
	closers    []func() error
}

func (in *input) Close() error {
	var errs []error
	for i := len(in.closers) - 1; i >= 0; i-- {
		errs = append(errs, in.closers[i]())
	}
	return errors.Join(errs...)
}

// openInput opens a file, or the standard input, and looks through gzip and
// zstd by their first bytes. The bytes that it reads, before decompression, are
// added to read.
func openInput(name string, stdin io.Reader, read *atomic.Int64) (*input, error) {
	in := &input{name: name}
	raw := stdin
	if name == Stdin {
		in.name = "stdin"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, openError(err)
		}
		in.closers = append(in.closers, f.Close)
		if info, err := f.Stat(); err == nil && info.IsDir() {
			_ = in.Close()
			return nil, fmt.Errorf("%s is a folder: --format tree reads the files below it", name)
		}
		raw = f
	}
	if err := in.decompress(&countingReader{raw, read}); err != nil {
		_ = in.Close()
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return in, nil
}

func (in *input) decompress(raw io.Reader) error {
	buffered := bufio.NewReaderSize(raw, 256<<10)
	magic, err := buffered.Peek(6)
	if err != nil && err != io.EOF {
		return err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return in.explain(err)
		}
		in.Reader, in.compressed = z, "gzip"
		in.closers = append(in.closers, z.Close)
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return in.explain(err)
		}
		in.Reader, in.compressed = z, "zstd"
		in.closers = append(in.closers, func() error { z.Close(); return nil })
	case bytes.HasPrefix(magic, []byte("BZh")):
		return errors.New("it is compressed with bzip2, which this version does not read: decompress it first")
	case bytes.HasPrefix(magic, []byte{0xfd, '7', 'z', 'X', 'Z', 0}):
		return errors.New("it is compressed with xz, which this version does not read: decompress it first")
	case bytes.HasPrefix(magic, []byte{0x04, 0x22, 0x4d, 0x18}):
		return errors.New("it is compressed with lz4, which this version does not read: decompress it first")
	default:
		in.Reader = buffered
	}
	return nil
}

// explain says what an error while reading means for the file.
func (in *input) explain(err error) error {
	switch {
	case in.compressed == "":
		return err
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return fmt.Errorf("the %s stream ends too early: the file is truncated, fetch it again", in.compressed)
	}
	return fmt.Errorf("the %s stream is damaged, fetch it again: %w", in.compressed, err)
}

// countingReader adds what it reads to a counter.
type countingReader struct {
	io.Reader
	n *atomic.Int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.n.Add(int64(n))
	return n, err
}
