package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
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

// watched returns what stderr shows of a run of that time, by the clock of the
// bubble, which does not wait.
func watched(t *testing.T, errIsTerminal bool, d time.Duration) string {
	t.Helper()
	var errs bytes.Buffer
	synctest.Test(t, func(*testing.T) {
		a := &app{terminal: terminal{err: &errs, errIsTerminal: errIsTerminal}}
		p := new(ingest.Progress)
		p.Rows.Store(1000)
		stop := a.watch(p, 0)
		time.Sleep(d)
		stop()
	})
	return errs.String()
}

// The progress line is there on a terminal, and gone when the run ends.
func TestProgressOnATerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	require.Equal(t, "\r1,000 rows, 5.00 k rows/s, 0 B read\x1b[K"+"\r1,000 rows, 2.50 k rows/s, 0 B read\x1b[K"+"\r\x1b[K",
		watched(t, true, 500*time.Millisecond))
}

// A file, or a terminal that moves no cursor, gets a line every ten seconds, and
// nothing when the run ends.
func TestProgressElsewhere(t *testing.T) {
	const lines = "keymill: 1,000 rows, 100 rows/s, 0 B read\nkeymill: 1,000 rows, 50 rows/s, 0 B read\n"
	for term, errIsTerminal := range map[string]bool{"xterm": false, "dumb": true} {
		t.Setenv("TERM", term)
		require.Equal(t, lines, watched(t, errIsTerminal, 25*time.Second), term)
		require.Empty(t, watched(t, errIsTerminal, 9*time.Second), term)
	}
}

// slowEnd is an input that ends fifteen seconds later.
type slowEnd struct{}

func (slowEnd) Read([]byte) (int, error) {
	time.Sleep(15 * time.Second)
	return 0, io.EOF
}

// Each command that reads rows shows its progress, unless its output, on a
// terminal, is that.
func TestCommandsShowProgress(t *testing.T) {
	for _, args := range [][]string{{"hash"}, {"place", "--scheme", "redis"}, {"ingest", "--into", "mem:"}} {
		for _, outIsTerminal := range []bool{false, true} {
			var out, errs bytes.Buffer
			synctest.Test(t, func(t *testing.T) {
				in := io.MultiReader(strings.NewReader("a\n"), slowEnd{})
				require.Zero(t, run(t.Context(), args, terminal{in: in, out: &out, err: &errs, outIsTerminal: outIsTerminal}))
			})
			require.NotEmpty(t, out.String())
			if outIsTerminal && args[0] != "ingest" {
				require.Empty(t, errs.String(), args)
			} else {
				require.Equal(t, "keymill: 1 row, 0 rows/s, 2 B read\n", errs.String(), args)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	require.Equal(t, []string{"1 row", "0 rows", "1,234,567 rows", "999 rows"},
		[]string{plural(1, "row"), plural(0, "row"), plural(1234567, "row"), plural(999, "row")})
	require.Equal(t, []string{"0 B", "999 B", "1.00 kB", "12.3 MB", "123 GB"},
		[]string{size(0), size(999), size(1000), size(12_345_678), size(123_456_789_012)})
	require.Equal(t, "-", rate(5, 0, "rows"))
}
