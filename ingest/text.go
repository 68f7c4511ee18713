package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// text is the source of the formats whose rows are lines.
type text struct {
	in       *input
	rows     lineReader
	tsv      bool
	encoding KeyEncoding
	decoded  []byte
}

func openText(name string, opts Options, read *atomic.Int64) (Source, error) {
	in, err := openInput(name, opts.Stdin, read)
	if err != nil {
		return nil, err
	}
	return &text{
		in: in, tsv: opts.Format == FormatTSV, encoding: opts.KeyEncoding,
		rows: lineReader{r: in, max: opts.MaxRow},
	}, nil
}

func (t *text) Name() string { return t.in.name }

func (t *text) Close() error { return t.in.Close() }

func (t *text) Fill(_ context.Context, c *Chunk) error {
	for !c.Full() {
		row, err := t.rows.next()
		switch {
		case err == io.EOF:
			return io.EOF
		case errors.Is(err, errLongRow):
			t.reject(c, fmt.Sprintf("the row is longer than %d bytes: raise --max-row, which goes up to %d", t.rows.max, MaxRowLimit))
		case err != nil:
			return fmt.Errorf("%s: after line %d: %w", t.in.name, t.rows.line, t.in.explain(err))
		default:
			if err := t.add(c, row); err != nil {
				t.reject(c, err.Error())
			}
		}
	}
	return nil
}

func (t *text) reject(c *Chunk, reason string) {
	c.Rejects = append(c.Rejects, Reject{t.in.name, t.rows.line, t.rows.start, reason})
}

var errNoTab = errors.New("no tab: a TSV row is key<TAB>value (--format lines takes the whole line for the key)")

// add appends the row to the chunk, or says why it is none.
func (t *text) add(c *Chunk, row []byte) error {
	key, value := row, []byte(nil)
	if t.tsv {
		tab := bytes.IndexByte(row, '\t')
		if tab < 0 {
			return errNoTab
		}
		key, value = row[:tab], row[tab+1:]
		if tab := bytes.IndexByte(value, '\t'); tab >= 0 {
			value = value[:tab]
		}
	}
	if t.encoding == KeyRaw {
		return c.add(key, value, nil)
	}
	var err error
	if t.decoded, err = t.encoding.decode(t.decoded[:0], key); err != nil {
		return err
	}
	return c.add(t.decoded, value, key)
}

// lineReader cuts what it reads into lines.
type lineReader struct {
	r     io.Reader
	max   int    // bytes of the longest line that is taken
	buf   []byte // buf[at:end] is read and not yet handed out
	at    int
	end   int
	eof   bool
	line  int64 // number of the line that was handed out last, from 1
	start int64 // and where it starts in the input
	ahead int64 // where the next one starts
}

const firstLineBuffer = 1 << 20

var errLongRow = errors.New("row too long")

// next returns the next line without its \n or \r\n. It is valid until the
// next call. A line that is too long is skipped, with errLongRow. An error of
// the reader comes after the last whole line; what was read of the line that it
// interrupts is dropped.
func (l *lineReader) next() ([]byte, error) {
	searched := 0 // bytes from at on that have no \n
	for {
		if i := bytes.IndexByte(l.buf[l.at+searched:l.end], '\n'); i >= 0 {
			return l.take(searched+i, 1)
		}
		searched = l.end - l.at
		if l.eof {
			if searched == 0 {
				return nil, io.EOF
			}
			return l.take(searched, 0)
		}
		if searched > l.max+1 { // the last byte may be a \r that is no part of the row
			return nil, l.skip()
		}
		if err := l.fill(); err != nil {
			return nil, err
		}
	}
}

// take hands out n bytes, and passes over the ending behind them.
func (l *lineReader) take(n, ending int) ([]byte, error) {
	row := l.buf[l.at : l.at+n]
	l.at += n + ending
	l.pass(int64(n + ending))
	if ending > 0 && n > 0 && row[n-1] == '\r' {
		row = row[:n-1]
	}
	if len(row) > l.max {
		return nil, errLongRow
	}
	return row, nil
}

// pass counts a line of n bytes, its ending included.
func (l *lineReader) pass(n int64) {
	l.line++
	l.start = l.ahead
	l.ahead += n
}

// fill reads more, behind what is there.
func (l *lineReader) fill() error {
	if l.at > 0 {
		copy(l.buf, l.buf[l.at:l.end])
		l.end -= l.at
		l.at = 0
	}
	if l.end == len(l.buf) {
		grown := make([]byte, max(firstLineBuffer, 2*len(l.buf)))
		copy(grown, l.buf[:l.end])
		l.buf = grown
	}
	n, err := l.r.Read(l.buf[l.end:])
	l.end += n
	if err == io.EOF {
		l.eof = true
		return nil
	}
	return err
}

// skip passes over a line that is longer than max, and gives its memory back.
func (l *lineReader) skip() error {
	n := int64(0)
	for {
		if i := bytes.IndexByte(l.buf[l.at:l.end], '\n'); i >= 0 {
			l.at += i + 1
			n += int64(i) + 1
			break
		}
		n += int64(l.end - l.at)
		l.at, l.end = 0, 0
		if l.eof {
			break
		}
		if err := l.fill(); err != nil {
			return err
		}
	}
	rest := l.buf[l.at:l.end]
	l.buf = make([]byte, max(firstLineBuffer, len(rest)))
	l.at, l.end = 0, copy(l.buf, rest)
	l.pass(n)
	return errLongRow
}
