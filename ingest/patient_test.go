package ingest

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

// Its memory goes round: to ask whether there is more costs none of it, and a
// fast input stays ready to its end, however long it is.
func TestPatientReaderStaysReady(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 1<<18) // 16 blocks
	p := newPatientReader(strings.NewReader(text))
	defer p.Close()
	require.True(t, drained(t, p, len(text), 1<<20) == text, "it hands out what it read")
}

// drained reads as many bytes, and finds the end behind them.
func drained(t *testing.T, p *patientReader, size, step int) string {
	t.Helper()
	var got strings.Builder
	dst := make([]byte, step)
	for got.Len() < size {
		// The wait is long only where the test fails.
		require.True(t, p.Ready(10*time.Second), "after %d of %d bytes", got.Len(), size)
		n, err := p.Read(dst)
		got.Write(dst[:n])
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		require.Positive(t, n, "it was ready")
	}
	require.True(t, p.Ready(10*time.Second), "the end can be read, too")
	n, err := p.Read(dst)
	require.Equal(t, io.EOF, err)
	require.Zero(t, n)
	return got.String()
}

// An input that returns its error with the last bytes, or no bytes at times,
// loses none.
func TestPatientReaderOfOddReaders(t *testing.T) {
	text := strings.Repeat("text", 100)
	for name, r := range map[string]io.Reader{
		"error with data": iotest.DataErrReader(strings.NewReader(text)),
		"no bytes":        &falters{r: iotest.OneByteReader(strings.NewReader(text))},
	} {
		p := newPatientReader(r)
		require.Equal(t, text, drained(t, p, len(text), 7), name)
		p.Close()
	}
}

// falters reads nothing every other time, which readers may.
type falters struct {
	r   io.Reader
	now bool
}

func (f *falters) Read(p []byte) (int, error) {
	if f.now = !f.now; f.now {
		return 0, nil
	}
	return f.r.Read(p)
}
