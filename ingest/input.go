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
	"slices"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Stdin is the name that stands for the standard input.
const Stdin = "-"

// ErrStdinTwice is the error of [Expand] for names that have Stdin twice.
var ErrStdinTwice = errors.New("the standard input is named twice, and can be read once")

// Expand returns the files that the names stand for: a name of a file is that
// file, a pattern such as "part-*.tsv" all that match it, in lexical order, and
// [Stdin] itself. It fails if a name stands for no file, and with
// ErrStdinTwice.
func Expand(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		if name == Stdin {
			if slices.Contains(files, Stdin) {
				return nil, ErrStdinTwice
			}
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
		for _, match := range matches {
			if match == Stdin { // a file of that name
				match = "." + string(filepath.Separator) + match
			}
			files = append(files, match)
		}
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
	live       bool   // a pipe or a terminal, whose next bytes may be long in coming
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
		raw = f
	}
	in.live = true
	if f, ok := raw.(*os.File); ok {
		if info, err := f.Stat(); err == nil {
			in.live = !info.Mode().IsRegular()
			if info.IsDir() {
				_ = in.Close()
				return nil, fmt.Errorf("%s is a folder: --format tree reads the files below it", in.name)
			}
		}
	}
	if err := in.decompress(&countingReader{raw, read}); err != nil {
		_ = in.Close()
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return in, nil
}

// codecs are known by the first bytes of a file.
var codecs = []struct {
	name  string
	magic string
}{
	{"gzip", "\x1f\x8b"},
	{"zstd", "\x28\xb5\x2f\xfd"},
	{"bzip2", "BZh"},
	{"xz", "\xfd7zXZ\x00"},
	{"lz4", "\x04\x22\x4d\x18"},
}

// A skippable zstd frame may stand before others: any of 16 first bytes.
const zstdSkippable = "\x2a\x4d\x18"

// sniff reads as many bytes as it takes to know the codec, or that there is
// none: no more, since on a pipe the next may be long in coming.
func sniff(r io.Reader) (codec string, head []byte, err error) {
	for {
		maybe := false
		for _, c := range codecs {
			if strings.HasPrefix(string(head), c.magic) {
				return c.name, head, nil
			}
			maybe = maybe || strings.HasPrefix(c.magic, string(head))
		}
		if len(head) > 0 && head[0]&0xf0 == 0x50 {
			if strings.HasPrefix(string(head[1:]), zstdSkippable) {
				return "zstd", head, nil
			}
			maybe = maybe || strings.HasPrefix(zstdSkippable, string(head[1:]))
		}
		if !maybe {
			return "", head, nil
		}
		var next [1]byte
		if _, err := io.ReadFull(r, next[:]); err == io.EOF {
			return "", head, nil
		} else if err != nil {
			return "", head, err
		}
		head = append(head, next[0])
	}
}

func (in *input) decompress(raw io.Reader) error {
	codec, head, err := sniff(raw)
	if err != nil {
		return err
	}
	whole := io.MultiReader(bytes.NewReader(head), raw)
	in.compressed = codec
	switch codec {
	case "gzip":
		z, err := newGzipReader(whole)
		if err != nil {
			return in.explain(err)
		}
		in.Reader = z
		return nil
	case "zstd":
		z, err := zstd.NewReader(whole, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return in.explain(err)
		}
		in.Reader = z
		in.closers = append(in.closers, func() error { z.Close(); return nil })
		return nil
	case "":
		if hasSuffixFold(in.name, ".gz") || hasSuffixFold(in.name, ".zst") {
			return errors.New("its name says that it is compressed, and its first bytes that it is not: it is cut off, or has the wrong name")
		}
	default:
		return fmt.Errorf("it is compressed with %s, which this version does not read: decompress it first", codec)
	}
	if in.live {
		patient := newPatientReader(whole)
		in.closers = append(in.closers, func() error { patient.Close(); return nil })
		whole = patient
	}
	in.Reader = whole
	return nil
}

func hasSuffixFold(name, suffix string) bool { return strings.HasSuffix(strings.ToLower(name), suffix) }

var gzipMagic = []byte("\x1f\x8b")

// gzipReader reads the members of a gzip file one after the other.
type gzipReader struct {
	raw    *bufio.Reader
	member *gzip.Reader
}

func newGzipReader(raw io.Reader) (*gzipReader, error) {
	buffered := bufio.NewReaderSize(raw, 64<<10)
	member, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &gzipReader{buffered, member}, nil
}

var errBehindGzip = errors.New("bytes that are no gzip follow the gzip stream: cut them off")

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := g.member.Read(p)
		if n > 0 || err != io.EOF {
			if err == io.EOF {
				err = nil // of this member
			}
			return n, err
		}
		switch magic, err := g.raw.Peek(len(gzipMagic)); {
		case len(magic) == 0 && err == io.EOF:
			return 0, io.EOF
		case !bytes.Equal(magic, gzipMagic):
			if err != nil && err != io.EOF {
				return 0, err
			}
			return 0, errBehindGzip
		}
		if err := g.member.Reset(g.raw); err != nil {
			return 0, err
		}
		g.member.Multistream(false)
	}
}

// explain says what an error while reading means for the file.
func (in *input) explain(err error) error {
	switch {
	case in.compressed == "" || errors.Is(err, errBehindGzip):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return fmt.Errorf("the %s stream ends too early: the file is truncated, fetch it again", in.compressed)
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return fmt.Errorf("the zstd stream needs more memory than this version gives it: compress it again without --long")
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
