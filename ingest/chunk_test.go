package ingest

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// chunksOf fills one chunk after the other from a text, and shows each.
func chunksOf(t *testing.T, opts Options, text string, show func(c *Chunk, last bool)) {
	t.Helper()
	// Not Stdin: a chunk of an input that falters may be smaller.
	source, err := opts.Open(file(t, "x", text), new(atomic.Int64))
	require.NoError(t, err)
	var c Chunk
	for err == nil {
		c.Reset()
		err = source.Fill(t.Context(), &c)
		show(&c, err == io.EOF)
	}
	require.Equal(t, io.EOF, err)
	require.NoError(t, source.Close())
}

// However long the rows are, and wherever their bytes lie, a chunk has no more
// of them than the bound and the row that crosses it.
func TestTheBytesOfAChunkAreBounded(t *testing.T) {
	const size, rows = 300_001, 40
	for name, c := range map[string]struct {
		opts Options
		row  string
		took int // bytes that the row takes in a chunk
	}{
		"keys":           {Options{Format: FormatLines}, strings.Repeat("k", size), size},
		"values":         {Options{Format: FormatTSV}, "k\t" + strings.Repeat("v", size), size + 1},
		"texts and keys": {Options{Format: FormatLines, KeyEncoding: KeyHex}, strings.Repeat("6b", size), 3 * size},
	} {
		chunks := 0
		chunksOf(t, c.opts, strings.Repeat(c.row+"\n", rows), func(chunk *Chunk, last bool) {
			chunks++
			has := chunk.Keys.Size() + chunk.Values.Size() + chunk.Text.Size()
			require.Less(t, has, chunkBytes+c.took, name)
			if !last {
				require.GreaterOrEqual(t, has, chunkBytes, "%s: it had room", name)
			}
		})
		require.Greater(t, chunks, 2, name)
	}
}

// Rejected rows fill a chunk as good ones do: a file that has no others is not
// one chunk without end.
func TestTheRowsOfAChunkAreBounded(t *testing.T) {
	for _, text := range []string{"k\tv\nbad\n", "bad\nbad\n", "k\tv\nk\tv\n"} {
		var all []int
		chunksOf(t, Options{Format: FormatTSV}, strings.Repeat(text, chunkRows+7), func(c *Chunk, _ bool) {
			all = append(all, c.Keys.Len()+len(c.Rejects))
		})
		require.Equal(t, []int{chunkRows, chunkRows, 14}, all, "%q", text)
	}
}

// A job comes round with none of what it had the time before. A file has
// jobsPerFile of them, so a row of the first chunk would turn up again in a later
// one.
func TestJobsComeRoundEmpty(t *testing.T) {
	var text strings.Builder
	var want []string
	for chunk := range 3 * jobsPerFile {
		bad := chunk%3 == 0
		for i := range chunkRows {
			if bad && i == chunk {
				text.WriteString("not hex\n")
				want = append(want, fmt.Sprint(chunk*chunkRows+i+1))
			} else {
				text.WriteString("6b\n")
			}
		}
	}
	var got []string
	rows := 0
	opts := Options{KeyEncoding: KeyHex, Workers: 2}
	err := Stream(within(t), []string{file(t, "x", text.String())}, opts, new(Progress), noWork, func(job *Job) error {
		defer job.Done()
		require.Equal(t, job.Keys.Len(), job.Values.Len())
		require.Equal(t, job.Keys.Len(), job.Text.Len())
		rows += job.Keys.Len()
		for _, r := range job.Rejects {
			got = append(got, fmt.Sprint(r.Line))
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, 3*jobsPerFile*chunkRows-len(want), rows)
}

// A row of unusual length does not keep a job large for ever; memory of the
// usual size is kept, for the next rows.
func TestJobsGiveHugeMemoryBack(t *testing.T) {
	job := &Job{home: make(chan *Job, 1)}
	buffers := map[string]*[]byte{
		"keys": &job.Keys.Data, "values": &job.Values.Data, "text": &job.Text.Data, "found": &job.Found.Data, "out": &job.Out,
	}
	for name, buffer := range buffers {
		for _, size := range []int{chunkBytes, keptBytes, keptBytes + 1} {
			*buffer = make([]byte, 0, size)
			job.Done()
			require.Same(t, job, <-job.home)
			if size <= keptBytes {
				require.Equal(t, size, cap(*buffer), name)
			} else {
				require.Zero(t, cap(*buffer), "%s of %d bytes", name, size)
			}
		}
		*buffer = nil
	}
	// It is as good as new.
	require.NoError(t, job.add([]byte("key"), []byte("value"), []byte("text")))
	for _, b := range []*keymill.Batch{&job.Keys, &job.Values, &job.Text} {
		require.NoError(t, b.Validate())
		require.Equal(t, 1, b.Len())
	}
}

// The buffer that a long line needed is let go when the lines are short again.
func TestALongLineDoesNotKeepItsBuffer(t *testing.T) {
	long := strings.Repeat("x", 3*lineBufferSize)
	const short = lineBufferSize / 4 // 1.5 buffers of them
	r := lineReader{r: strings.NewReader(long + "\n" + strings.Repeat("short\n", short)), max: len(long)}
	row, err := r.next(true)
	require.NoError(t, err)
	require.Len(t, row, len(long))
	require.Greater(t, len(r.buf), lineBufferSize)
	got := 0
	for row, err = r.next(true); err == nil && string(row) == "short"; row, err = r.next(true) {
		got++
	}
	require.Equal(t, io.EOF, err)
	require.Equal(t, short, got)
	require.Len(t, r.buf, lineBufferSize)
	r.release()
}
