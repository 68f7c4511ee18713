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
	columns  int // of a TSV row that are its key
	encoding KeyEncoding
	decoded  []byte

	positions bool
	taken     int64 // rows, in all chunks
}

func openText(name string, opts Options, read *atomic.Int64) (Source, error) {
	in, err := openInput(name, opts.Stdin, read)
	if err != nil {
		return nil, err
	}
	return &text{
		in: in, tsv: opts.Format == FormatTSV, columns: max(opts.KeyColumns, 1), encoding: opts.KeyEncoding,
		positions: opts.Positions,
		rows:      lineReader{r: in.Reader, max: opts.MaxRow},
	}, nil
}

func (t *text) Name() string { return t.in.name }

func (t *text) Close() error {
	t.rows.release()
	return t.in.Close()
}

func (t *text) Fill(_ context.Context, c *Chunk) error {
	c.before = t.taken - int64(c.Keys.Len())
	defer func() { t.taken = c.before + int64(c.Keys.Len()) }()
	for !c.Full() {
		row, err := t.rows.next(c.Keys.Len()+len(c.Rejects) == 0)
		switch {
		case err == io.EOF:
			return io.EOF
		case errors.Is(err, errIdle):
			return nil // the rows and rejects that are there go on
		case errors.Is(err, errLongRow):
			t.reject(c, fmt.Sprintf("the row is longer than %d bytes: raise --max-row, which goes up to %d", t.rows.max, MaxRowLimit))
		case err != nil:
			return fmt.Errorf("%s: after line %d: %w", t.in.name, t.rows.line, t.in.explain(err))
		default:
			if err := t.add(c, row); err != nil {
				t.reject(c, err.Error())
			} else if t.positions {
				c.file, c.positions = t.in.name, append(c.positions, position{t.rows.line, t.rows.start})
			}
		}
	}
	return nil
}

func (t *text) reject(c *Chunk, reason string) {
	c.Rejects = append(c.Rejects, Reject{t.in.name, t.rows.line, t.rows.start, reason})
}

var errNoTab = errors.New("no tab: a TSV row is key<TAB>value (--format lines takes the whole line for the key)")

// endOfKey returns where the tab after the key's last column is, or -1.
func (t *text) endOfKey(row []byte) int {
	end := -1
	for range t.columns {
		next := bytes.IndexByte(row[end+1:], '\t')
		if next < 0 {
			return -1
		}
		end += 1 + next
	}
	return end
}

// add appends the row to the chunk, or says why it is none.
func (t *text) add(c *Chunk, row []byte) error {
	key, value := row, []byte(nil)
	if t.tsv {
		end := t.endOfKey(row)
		switch {
		case end >= 0:
			key, value = row[:end], row[end+1:]
		case t.columns == 1:
			return errNoTab
		case bytes.Count(row, []byte{'\t'}) < t.columns-1:
			return fmt.Errorf("fewer columns than the %d of the key, which are separated by tabs", t.columns)
		}
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
