package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/ingest"
)

func TestProgressLine(t *testing.T) {
	p := new(ingest.Progress)
	require.Equal(t, "0 rows, 0 rows/s, 0 B read", progressLine(p, 0, time.Second))
	p.Rows.Store(3_000_000)
	p.BytesRead.Store(250)
	require.Equal(t, "3,000,000 rows, 1.50 M rows/s, 25 %, 6s left", progressLine(p, 1000, 2*time.Second))
	p.Rejected.Store(7)
	p.BytesRead.Store(2000)
	require.Equal(t, "3,000,000 rows, 1.50 M rows/s, 7 rejected, 100 %, 0s left", progressLine(p, 1000, 2*time.Second))
}

// The progress line is there on a terminal, and gone when the run ends.
func TestProgressOnATerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	var errs bytes.Buffer
	a := &app{terminal: terminal{err: &errs, errIsTerminal: true}}
	stop := a.watch(new(ingest.Progress), 0)
	time.Sleep(450 * time.Millisecond)
	stop()
	require.Contains(t, errs.String(), "\r0 rows, 0 rows/s, 0 B read\x1b[K")
	require.True(t, strings.HasSuffix(errs.String(), "\r\x1b[K"))
}

func TestNumbers(t *testing.T) {
	require.Equal(t, []string{"1 row", "0 rows", "1,234,567 rows", "999 rows"},
		[]string{plural(1, "row"), plural(0, "row"), plural(1234567, "row"), plural(999, "row")})
	require.Equal(t, []string{"0 B", "999 B", "1.00 kB", "12.3 MB", "123 GB"},
		[]string{size(0), size(999), size(1000), size(12_345_678), size(123_456_789_012)})
	require.Equal(t, "-", rate(5, 0, "rows"))
}
