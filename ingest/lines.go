package ingest

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"time"
)

// lineReader cuts what it reads into lines.
type lineReader struct {
	r     io.Reader
	max   int    // bytes of the longest line that is taken
	buf   []byte // buf[at:end] is read and not yet handed out
	at    int
	end   int
	err   error // what the reader returned last; io.EOF at the end
	line  int64 // number of the line that was handed out last, from 1
	start int64 // and where it starts in the input
	ahead int64 // where the next one starts
}

// lineBufferSize is what is read at a time, and kept.
const lineBufferSize = 1 << 20

// lineBuffers are shared by the files of all runs: many files are small.
var lineBuffers = sync.Pool{New: func() any { return new([lineBufferSize]byte) }}

var (
	errLongRow = errors.New("row too long")
	errIdle    = errors.New("the input has no more at the moment")
)

// next returns the next line without its \n or \r\n. It is valid until the
// next call. A line that is too long is skipped, with errLongRow. An error of
// the reader comes after the last whole line; what was read of the line that it
// interrupts is dropped. If patient is false, and the next line would have to be
// waited for, it returns errIdle.
func (l *lineReader) next(patient bool) ([]byte, error) {
	searched := 0 // bytes from at on that have no \n
	for {
		if i := bytes.IndexByte(l.buf[l.at+searched:l.end], '\n'); i >= 0 {
			return l.take(searched+i, 1)
		}
		searched = l.end - l.at
		switch {
		case l.err == io.EOF && searched > 0:
			return l.take(searched, 0)
		case l.err != nil:
			return nil, l.err
		case searched > l.max+1: // the last byte may be a \r that is no part of the row
			return nil, l.skip()
		case !patient && !l.ready():
			return nil, errIdle
		}
		l.fill()
	}
}

// patience is how long a chunk that has rows or rejects waits for more of them.
const patience = 50 * time.Millisecond

// ready says whether the reader has something, so that a read would not wait
// long.
func (l *lineReader) ready() bool {
	w, ok := l.r.(interface{ Ready(time.Duration) bool })
	return !ok || w.Ready(patience)
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

// fill reads more, behind what is there. What it read counts, also when an
// error came with it.
func (l *lineReader) fill() {
	rest := l.buf[l.at:l.end]
	switch {
	case l.buf == nil:
		l.buf = lineBuffers.Get().(*[lineBufferSize]byte)[:]
	case len(l.buf) > lineBufferSize && len(rest) < lineBufferSize/2: // after long lines
		l.buf = lineBuffers.Get().(*[lineBufferSize]byte)[:]
	case len(rest) == len(l.buf):
		l.buf = make([]byte, 2*len(l.buf))
	}
	l.at, l.end = 0, copy(l.buf, rest)
	n, err := l.r.Read(l.buf[l.end:])
	l.end += n
	l.err = err
}

// skip passes over a line that is longer than max.
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
		if l.err == io.EOF {
			break
		}
		if l.err != nil {
			return l.err
		}
		l.fill()
	}
	l.pass(n)
	return errLongRow
}

// release gives the buffer to the next file.
func (l *lineReader) release() {
	if len(l.buf) == lineBufferSize {
		lineBuffers.Put((*[lineBufferSize]byte)(l.buf))
	}
	l.buf, l.at, l.end, l.err = nil, 0, 0, errors.New("reader is closed")
}
