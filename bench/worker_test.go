package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv/ref"
)

// planted are stores that are not what they seem, and one that is. closed counts
// how many were closed.
var planted = []StoreSide{
	{Name: "an honest map", Open: builtinMap.Open},
	{Name: "loses a value", Open: func(hint int) (Subject, error) {
		s, err := builtinMap.Open(hint)
		return &loser{Subject: s}, err
	}},
	{Name: "finds too much", Open: func(hint int) (Subject, error) {
		s, err := builtinMap.Open(hint)
		return finder{s}, err
	}},
	{Name: "does not open", Open: func(int) (Subject, error) { return &lockedMap{}, errors.New("no\nroom") }},
	{Name: "does not set", Open: func(hint int) (Subject, error) { return refuser{}, nil }},
	{Name: "another language", Command: []string{"there"}},
}

// loser forgets one of its rows.
type loser struct {
	Subject
	set int
}

func (l *loser) Set(key, value []byte) error {
	if l.set++; l.set == 20_000 {
		return nil
	}
	return l.Subject.Set(key, value)
}

// finder finds what is not there.
type finder struct{ Subject }

func (f finder) Get(key []byte) ([]byte, bool) {
	value, found := f.Subject.Get(key)
	if !found {
		return []byte("something"), true
	}
	return value, true
}

// refuser takes no row.
type refuser struct{}

func (refuser) Set([]byte, []byte) error              { return errNoRoom }
func (refuser) Get([]byte) (value []byte, found bool) { return nil, false }
func (refuser) Close() error                          { return nil }

// served returns a function that asks a worker and returns its answer, and one
// that ends it and returns its error.
func served(t *testing.T, peers []StoreSide) (ask func(words ...any) string, end func() error) {
	t.Helper()
	in, requests := io.Pipe()
	answers, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- ServeWorker(in, out, peers)
		_ = out.Close()
	}()
	lines := bufio.NewScanner(answers)
	ask = func(words ...any) string {
		t.Helper()
		_, err := fmt.Fprintln(requests, words...)
		require.NoError(t, err)
		require.True(t, lines.Scan(), "no answer to %v", words)
		return lines.Text()
	}
	return ask, func() error {
		require.NoError(t, requests.Close())
		return <-ended
	}
}

// digest returns that of an answer to "run".
func digest(t *testing.T, answer string) (d uint64) {
	t.Helper()
	var ns int64
	n, err := fmt.Sscanf(answer, "ok %d %d", &ns, &d)
	require.NoError(t, err, answer)
	require.Equal(t, 2, n)
	require.Positive(t, ns)
	return d
}

// Equal operations have equal digests on each store, in calls and in batches, on
// one goroutine and on several: those that the rows have.
func TestOperations(t *testing.T) {
	rows := rowsOf(t, "uniform1-32")
	file := rowsFileOf(t, rows)
	sum := func(lo, hi int, hit func(i int) bool) (d uint64) {
		for i := lo; i < hi; i++ {
			if hit(i) {
				d += seen(rows.values.Key(i), true)
			}
		}
		return d
	}
	all := func(int) bool { return true }
	part := func(i int) bool { return i%20 != 0 }
	const lo, hi = 1000, 9192
	want := map[operation]uint64{
		opLoad: sum(0, minKeys, all), opHit: sum(lo, hi, all), opMiss: hi - lo, opUpdate: sum(lo, hi, all), opMixed: sum(lo, hi, part),
	}
	for _, store := range []string{"kv/ref", "map_and_RWMutex", "an_honest_map"} {
		ask, end := served(t, planted)
		require.Regexp(t, `^ok \d+$`, ask("open", store, file))
		for _, op := range []operation{opHit, opMiss, opUpdate, opMixed, opLoad, opHit, opMiss} {
			for _, form := range []string{"calls", "batches"} {
				for _, goroutines := range []int{1, 3} {
					first, last := lo, hi
					if op == opLoad {
						first, last = 0, minKeys
					}
					answer := ask("run", op, form, first, last, goroutines)
					switch {
					case form == "batches" && store != "kv/ref":
						require.Equal(t, "error "+strings.ReplaceAll(store, "_", " ")+" takes no batches", answer)
					case form == "batches" && op == opMixed:
						require.Regexp(t, `^error operation "mixed" has no form in batches`, answer)
					default:
						require.Equal(t, want[op], digest(t, answer), "%s: %s in %s on %d goroutines", store, op, form, goroutines)
					}
				}
			}
		}
		require.NoError(t, end())
	}
}

// diary is a store that notes what it is given, in order.
type diary struct {
	stored
	keys *[]string
}

func (d diary) Set(key, value []byte) error {
	*d.keys = append(*d.keys, string(key)+"="+string(value))
	return d.stored.Set(key, value)
}

func (d diary) SetBatch(keys, values *keymill.Batch) error {
	for i := range keys.Len() {
		*d.keys = append(*d.keys, string(keys.Key(i))+"="+string(values.Key(i)))
	}
	return d.stored.SetBatch(keys, values)
}

// Rows are loaded in the order of the file, and updated in that of the rows, so
// that no store finds them where it put them one after the other.
func TestOrderOfRows(t *testing.T) {
	var given []string
	p, err := newPerformer(StoreSide{Name: "diary", Open: func(int) (Subject, error) {
		return diary{stored{ref.New(ref.Options{})}, &given}, nil
	}}, fewRows())
	require.NoError(t, err)
	for _, step := range []struct {
		op      operation
		batches bool
		want    []string
	}{
		{opLoad, false, []string{"def=333", "a=1", "bc="}},
		{opLoad, true, []string{"def=333", "a=1", "bc="}},
		{opUpdate, false, []string{"a=1", "bc=", "def=333"}},
		{opUpdate, true, []string{"a=1", "bc=", "def=333"}},
		{opMixed, false, []string{"a=1"}},
		{opHit, true, nil},
	} {
		given = nil
		_, _, err := p.perform(step.op, step.batches, 0, 3, 1)
		require.NoError(t, err)
		require.Equal(t, step.want, given, "%s in batches %v", step.op, step.batches)
	}
}

// A value that is not there, or another one, is another digest; so are fewer rows.
func TestSeen(t *testing.T) {
	digests := map[uint64]bool{}
	for _, value := range []string{"ab", "ac", "bb", "abb", "a", "b"} {
		digests[seen([]byte(value), true)] = true
	}
	require.Len(t, digests, 6)
	require.Equal(t, uint64(1), seen(nil, false))
	require.Equal(t, uint64(1), seen([]byte("left over"), false))
	require.False(t, digests[1])
}

// A wrong request is answered with an error on one line, and the worker goes on.
func TestWrongRequests(t *testing.T) {
	file := rowsFileOf(t, fewRows())
	ask, end := served(t, planted)
	for _, r := range []struct{ request, says string }{
		{"run hit calls 0 1 1", "comes before open"},
		{"", "request [] is unknown"},
		{"hello", `request ["hello"] is unknown`},
		{"open kv/ref", "is unknown"},
		{"open nosuch " + file, "no store is called nosuch"},
		{"open another_language " + file, "no store is called another_language"},
		{"open kv/ref " + file + ".gone", "no such file"},
		{"open kv/ref " + fileOf(t, []byte("kmrows01")), "is no file of rows"},
		{"open does_not_open " + file, "no; room"},
		{"run hit calls 0 1 1", "does not open is not open"},
		{"open does_not_set " + file, errNoRoom.Error()},
		{"open kv/ref " + file, ""},
		{"run hit calls 0 3", "is unknown"},
		{"run hit calls 0 3 1 1", "is unknown"},
		{"run hit calls x 3 1", `parsing "x"`},
		{"run hit calls 0 x 1", `parsing "x"`},
		{"run hit calls 0 3 x", `parsing "x"`},
		{"run hit calls -1 3 1", "rows -1 to 3 of 3 on 1 goroutines"},
		{"run hit calls 2 1 1", "rows 2 to 1 of 3"},
		{"run hit batches 0 4 1", "rows 0 to 4 of 3"},
		{"run hit calls 0 3 0", "on 0 goroutines"},
		{"run lose calls 0 3 1", `operation "lose" is unknown`},
		{"run lose batches 0 3 2", `operation "lose" has no form in batches`},
		{"run hit sideways 0 3 1", `form "sideways" is neither calls nor batches`},
		{"open nosuch " + file, "no store is called nosuch"}, // and the open one stays
	} {
		answer := ask(r.request)
		if r.says == "" {
			require.Regexp(t, `^ok \d+$`, answer, r.request)
			continue
		}
		require.Regexp(t, "^error ", answer, r.request)
		require.Contains(t, answer, r.says, r.request)
	}
	require.NotZero(t, digest(t, ask("run hit calls 0 3 1")))
	require.Equal(t, uint64(0), digest(t, ask("run hit batches 3 3 2")))
	require.NoError(t, end())
}

// counted is a store that is counted.
type counted struct {
	lockedMap
	open *int
}

func (c *counted) Close() error { *c.open--; return nil }

// A store that is opened is closed: by the next load, the next open, and the end
// of the input. It may have files.
func TestStoresAreClosed(t *testing.T) {
	file := rowsFileOf(t, fewRows())
	open, opened := 0, 0
	ask, end := served(t, []StoreSide{{Name: "counted", Open: func(int) (Subject, error) {
		open, opened = open+1, opened+1
		return &counted{lockedMap{m: map[string][]byte{}}, &open}, nil
	}}})
	for i, request := range []string{"open counted " + file, "run load calls 0 3 1", "run load calls 0 3 1", "open counted " + file} {
		require.Contains(t, ask(request), "ok")
		require.Equal(t, i+1, opened)
		require.Equal(t, 1, open, request)
	}
	require.Contains(t, ask("open kv/ref "+file), "ok")
	require.Zero(t, open)
	require.Contains(t, ask("open counted "+file), "ok")
	require.NoError(t, end())
	require.Zero(t, open)
}

// When nobody reads the answers any more, the worker ends.
func TestWorkerWithoutReader(t *testing.T) {
	require.ErrorIs(t, ServeWorker(strings.NewReader("hello\n"), noRoom{}, nil), errNoRoom)
	err := ServeWorker(strings.NewReader(strings.Repeat("x", 1<<17)), io.Discard, nil)
	assert.ErrorIs(t, err, bufio.ErrTooLong)
}

func TestJoined(t *testing.T) {
	a, b := errors.New("a"), errors.New("b")
	require.NoError(t, joined())
	require.NoError(t, joined(nil, nil))
	require.Equal(t, a, joined(nil, a, nil))
	both := joined(nil, a, nil, b)
	require.EqualError(t, both, "a; b")
	require.ErrorIs(t, both, a)
	require.ErrorIs(t, both, b)
}
