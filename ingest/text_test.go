package ingest

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLines(t *testing.T) {
	for text, want := range map[string][]string{
		"":               {},
		"a":              {"a"},
		"a\n":            {"a"},
		"a\nb":           {"a", "b"},
		"\n":             {""},
		"\n\n":           {"", ""},
		"a\n\nb\n":       {"a", "", "b"},
		"a\r\nb\r\n":     {"a", "b"},
		"\r\n":           {""},
		"a\rb\n":         {"a\rb"},
		"a\r":            {"a\r"},
		" a \t\n":        {" a \t"},
		"a\x00b\n\xff\n": {"a\x00b", "\xff"},
	} {
		rows, rejects, err := rowsOf(t, Options{}, file(t, "x.txt", text))
		require.NoError(t, err)
		require.Empty(t, rejects)
		require.Equal(t, want, keys(rows), "%q", text)
	}
}

// dribble gives out its text a few bytes at a time.
type dribble struct {
	text string
	n    int
}

func (d *dribble) Read(p []byte) (int, error) {
	if d.text == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(d.n, len(p))], d.text)
	d.text = d.text[n:]
	return n, nil
}

// The lines are those of strings.Split, however the text arrives.
func FuzzLines(f *testing.F) {
	f.Add("a\nb\r\n\nc", 1, 100)
	f.Add(strings.Repeat("x", 50)+"\n"+"y", 7, 20)
	f.Fuzz(func(t *testing.T, text string, step, limit int) {
		step, limit = 1+(step&0xFF), 1+(limit&0xFFFF)
		var want []string
		if text != "" {
			want = strings.SplitAfter(text, "\n")
			if want[len(want)-1] == "" {
				want = want[:len(want)-1]
			}
		}
		r := lineReader{r: &dribble{text, step}, max: limit}
		at := int64(0)
		for i, line := range want {
			got, err := r.next(true)
			bare, ended := strings.CutSuffix(line, "\n")
			if ended {
				bare = strings.TrimSuffix(bare, "\r")
			}
			if len(bare) > limit {
				if err != errLongRow {
					t.Fatalf("line %d of %d bytes: %v, want errLongRow", i, len(bare), err)
				}
			} else if err != nil || string(got) != bare {
				t.Fatalf("line %d: %q, %v, want %q", i, got, err, bare)
			}
			if r.line != int64(i+1) || r.start != at {
				t.Fatalf("line %d at %d, want line %d at %d", r.line, r.start, i+1, at)
			}
			at += int64(len(line))
		}
		if got, err := r.next(true); err != io.EOF {
			t.Fatalf("after the last line: %q, %v", got, err)
		}
	})
}

func TestLongLines(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	rows, rejects, err := rowsOf(t, Options{}, file(t, "x", "a\n"+long+"\nb\n"+long))
	require.NoError(t, err)
	require.Equal(t, []string{"a", long, "b", long}, keys(rows))
	require.Empty(t, rejects)

	path := file(t, "x", "a\n"+long+"\nb\n"+long)
	rows, rejects, err = rowsOf(t, Options{MaxRow: 1 << 20}, path)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, keys(rows))
	require.Equal(t, []Reject{
		{path, 2, 2, "the row is longer than 1048576 bytes: raise --max-row, which goes up to 1073741824"},
		{path, 4, 2 + 3<<20 + 1 + 2, "the row is longer than 1048576 bytes: raise --max-row, which goes up to 1073741824"},
	}, rejects)
	require.Equal(t, path+":2: byte 2: the row is longer than 1048576 bytes: raise --max-row, which goes up to 1073741824",
		rejects[0].String())
	_, _, err = rowsOf(t, Options{MaxRow: MaxRowLimit + 1}, path)
	require.ErrorContains(t, err, "--max-row takes 1 to 1073741824")
}

func TestTSV(t *testing.T) {
	path := file(t, "x.tsv", "k1\tv1\nno tab\n\tempty key\nk2\t\nk3\ta\tb\r\n\nlast\tv")
	rows, rejects, err := rowsOf(t, Options{}, path)
	require.NoError(t, err)
	require.Equal(t, []row{{"k1", "v1"}, {"", "empty key"}, {"k2", ""}, {"k3", "a"}, {"last", "v"}}, rows)
	require.Len(t, rejects, 2)
	require.Equal(t, []int64{2, 6}, []int64{rejects[0].Line, rejects[1].Line})
	require.Equal(t, []int64{6, 36}, []int64{rejects[0].Byte, rejects[1].Byte})
	require.Contains(t, rejects[0].Reason, "no tab")

	rows, rejects, err = rowsOf(t, Options{Format: FormatLines}, path)
	require.NoError(t, err)
	require.Empty(t, rejects)
	require.Equal(t, "k1\tv1", rows[0].key, "the format can be forced")
}

func TestKeyEncodings(t *testing.T) {
	rows, rejects, err := rowsOf(t, Options{KeyEncoding: KeyHex}, file(t, "x", "\n00ff\nABcd\nabc\nzz\n"))
	require.NoError(t, err)
	require.Equal(t, []string{"", "\x00\xff", "\xab\xcd"}, keys(rows))
	require.Equal(t, "the key is not hex: it has 3 digits, an odd number", rejects[0].Reason)
	require.Equal(t, "the key is not hex: 'z' is no digit", rejects[1].Reason)

	rows, rejects, err = rowsOf(t, Options{KeyEncoding: KeyBase64}, file(t, "x.tsv", "AP8=\tv\n\tw\nA\tx\n"))
	require.NoError(t, err)
	require.Equal(t, []row{{"\x00\xff", "v"}, {"", "w"}}, rows)
	require.Contains(t, rejects[0].Reason, "the key is not base64")

	// The text of the keys stays next to them.
	require.NoError(t, Stream(t.Context(), []string{file(t, "x", "00ff\nzz\n01\n")}, Options{KeyEncoding: KeyHex}, new(Progress),
		func(*Job) error { return nil }, func(job *Job) error {
			defer job.Done()
			require.Equal(t, "00ff", string(job.KeyText(0)))
			require.Equal(t, "\x01", string(job.Keys.Key(1)))
			require.Equal(t, "01", string(job.KeyText(1)))
			return nil
		}))
}
