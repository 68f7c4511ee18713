package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/keymill/keymill"
)

// Source gives the rows of one input, in order.
type Source interface {
	// Name is the file's name, for messages.
	Name() string

	// Fill adds rows to the chunk until it is full. It returns io.EOF when the
	// rows that it added, which may be none, are the last. Any other error ends
	// the input: the rows that were added before it are good.
	Fill(ctx context.Context, c *Chunk) error

	// Close releases what the source holds.
	Close() error
}

// Chunk is some rows of a source, in memory that is used again and again.
type Chunk struct {
	Keys   keymill.Batch
	Values keymill.Batch // as many as Keys; empty where the format has no values

	// Text holds the keys as they stood in the input. It is empty if that is
	// what Keys holds too: see [Chunk.KeyText].
	Text keymill.Batch

	// Rejects are the rows that could not be read, in order.
	Rejects []Reject

	// Of each row where it stood, if the options ask for positions.
	file      string
	positions []position

	input  int   // which of the inputs of a run it is of, from 0
	before int64 // rows of that input, without rejects, that were in chunks before
}

// Serial returns a number that no other row of a run has, and that stays the same
// however the rows are cut into chunks: that of the input, from 0, times 2^40, and that of
// the row in it, from 0. With Positions the rows are lines, rejected ones among them;
// without them they are those that were taken.
func (c *Chunk) Serial(i int) uint64 {
	row := c.before + int64(i)
	if len(c.positions) > 0 {
		row = c.positions[i].line - 1
	}
	return uint64(c.input)<<40 + uint64(row)
}

type position struct{ line, start int64 }

// BadRow is a row of a chunk that turned out to be none.
type BadRow struct {
	Row    int // its number in the chunk
	Reason string
}

// Reject takes rows, in ascending order, out of the chunk, and adds them to its
// rejects. The options must have asked for Positions.
func (c *Chunk) Reject(rows []BadRow) error {
	if len(rows) == 0 {
		return nil
	}
	kept := Chunk{Rejects: c.Rejects, file: c.file, input: c.input, before: c.before}
	for i := range c.Keys.Len() {
		if len(rows) > 0 && rows[0].Row == i {
			kept.Rejects = append(kept.Rejects, Reject{c.file, c.positions[i].line, c.positions[i].start, rows[0].Reason})
			rows = rows[1:]
			continue
		}
		var text []byte
		if c.Text.Len() > 0 {
			text = c.Text.Key(i)
		}
		if err := kept.add(c.Keys.Key(i), c.Values.Key(i), text); err != nil {
			return err
		}
		kept.positions = append(kept.positions, c.positions[i])
	}
	slices.SortStableFunc(kept.Rejects, func(a, b Reject) int { return cmp.Compare(a.Line, b.Line) })
	*c = kept
	return nil
}

// Bounds of a chunk: large enough that the cost of a batch is nothing, small
// enough that the stages of the pipeline overlap on small inputs, too.
const (
	chunkRows  = 1 << 15
	chunkBytes = 4 << 20

	// keptBytes is how much memory of each kind an empty chunk keeps: rows of
	// unusual length do not make it large for ever.
	keptBytes = 4 * chunkBytes
)

// Full reports whether a source should stop adding rows.
func (c *Chunk) Full() bool {
	return c.Keys.Len()+len(c.Rejects) >= chunkRows ||
		len(c.Keys.Data)+len(c.Values.Data)+len(c.Text.Data) >= chunkBytes
}

// add appends a row; text is nil if the key stood in the input as it is. It
// cannot fail: a chunk that is not full has room for a row of MaxRowLimit.
func (c *Chunk) add(key, value, text []byte) error {
	err := errors.Join(c.Keys.Append(key), c.Values.Append(value))
	if text != nil {
		err = errors.Join(err, c.Text.Append(text))
	}
	return err
}

// Reset makes the chunk empty and keeps its memory, up to a bound.
func (c *Chunk) Reset() {
	giveBack(&c.Keys)
	giveBack(&c.Values)
	giveBack(&c.Text)
	c.Rejects = c.Rejects[:0]
	c.positions = c.positions[:0]
}

func giveBack(b *keymill.Batch) {
	if cap(b.Data) > keptBytes {
		b.Data = nil
	}
	b.Reset()
}

// KeyText returns key i as it stood in the input.
func (c *Chunk) KeyText(i int) []byte {
	if c.Text.Len() > 0 {
		return c.Text.Key(i)
	}
	return c.Keys.Key(i)
}

// Reject is a row that could not be read.
type Reject struct {
	File   string
	Line   int64 // from 1; 0 if the input has no lines
	Byte   int64 // where the row starts, from 0, after decompression
	Reason string
}

func (r Reject) String() string {
	if r.Line == 0 {
		return fmt.Sprintf("%s: %s", r.File, r.Reason)
	}
	return fmt.Sprintf("%s:%d: byte %d: %s", r.File, r.Line, r.Byte, r.Reason)
}
