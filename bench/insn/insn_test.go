package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// A short form of what Callgrind writes: names by number, costs of a function
// itself and of its calls, a recursion, and functions that do not count.
const written = `version: 1
positions: line
events: Ir
fn=(1) github.com/keymill/keymill/backend/cpu.backend.Place
0 100
+3 20
cfn=(2) hash/crc32.update
calls=4 0
0 7000
* 3
fn=(2)
0 50
fn=(3) runtime.schedule
0 1000000
fn=(4) runtime.memmove
-1 7
fn=(1)
cfn=(5) github.com/keymill/keymill/backend/cpu.backend.Place'2
calls=1 0
0 9
fn=(5)
0 1
fn=(6) main.group
0 400
fn=(7) github.com/keymill/keymill/bench.NewWorkload
0 500

totals: 1
`

func TestReadCountsWhatAFunctionTakesItself(t *testing.T) {
	c, err := read(strings.NewReader(written))
	require.NoError(t, err)
	require.Equal(t, counts{
		"github.com/keymill/keymill/backend/cpu.backend.Place": 124,
		"hash/crc32.update": 50,
		"runtime.memmove":   7,
	}, c)
	require.Equal(t, 181.0, c.total())
}

func TestReadOfSomethingElse(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":      "",
		"other events": strings.Replace(written, "events: Ir", "events: Cy", 1),
		"no number":    strings.Replace(written, "0 50", "0 fifty", 1),
	} {
		_, err := read(strings.NewReader(text))
		require.Error(t, err, name)
	}
}

func TestCompare(t *testing.T) {
	was := []figure{{"a", 100}, {"b", 100}, {"c", 100}, {"gone", 1}}
	changed := compare(was, []figure{{"a", 101.9}, {"b", 102.1}, {"c", 97.9}, {"new", 5}})
	require.Equal(t, []string{
		"b: 102.1, was 100.0: +2.1 %",
		"c: 97.9, was 100.0: -2.1 %",
		"new: 5.0, and has no figure",
		"gone: it has a figure, and is gone",
	}, changed)
	require.Empty(t, compare(was, []figure{{"a", 98.1}, {"b", 100}, {"c", 100}, {"gone", 1}}))
}

func TestFigures(t *testing.T) {
	name := filepath.Join(t.TempDir(), "counts.tsv")
	figures := []figure{{"hash xxh3 fixed16", 24.6}, {"group kafka user", 37}}
	require.NoError(t, writeFigures(name, figures))
	read, version, err := readFigures(name)
	require.NoError(t, err)
	require.Equal(t, figures, read)
	require.Regexp(t, `^1\.\d+$`, version)
	require.True(t, strings.HasPrefix(runtime.Version(), "go"+version) || strings.HasPrefix(runtime.Version(), "devel"))

	require.NoError(t, os.WriteFile(name, []byte("hash xxh3 fixed16 24.6\n"), 0o600))
	_, _, err = readFigures(name)
	require.ErrorContains(t, err, ":1: want path<TAB>instructions")
}

// Each path works, and the committed figures have each path once.
func TestPaths(t *testing.T) {
	figures, _, err := readFigures("counts.tsv")
	require.NoError(t, err)
	require.Len(t, figures, len(paths))
	for i, p := range paths {
		require.Equal(t, p.name, figures[i].path)
		// A build without assembly has no backend for some; main would say so.
		if err := p.work(1); !errors.Is(err, keymill.ErrUnavailable) {
			require.NoError(t, err, p.name)
		}
	}
}
