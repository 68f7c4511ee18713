package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pathsFile writes a file with a line for each number, and returns its name.
func pathsFile(t *testing.T, lines int, line func(i int) string) string {
	t.Helper()
	var text strings.Builder
	for i := range lines {
		text.WriteString(line(i))
	}
	name := filepath.Join(t.TempDir(), "paths.tsv")
	require.NoError(t, os.WriteFile(name, []byte(text.String()), 0o600))
	return name
}

// The keys are the first column of the lines, in their order, and from the
// beginning again at the end.
func TestPaths(t *testing.T) {
	const lines = minKeys + 10
	file := pathsFile(t, lines, func(i int) string { return fmt.Sprintf("usr/share/doc/%d\tpackage%d\tmore\n", i, i) })
	w := workload(t, "paths", WorkloadConfig{Keys: minKeys, Batches: 3, Paths: file})
	i := 0
	eachKey(w, func(key []byte) {
		require.Equal(t, fmt.Sprintf("usr/share/doc/%d", i%lines), string(key))
		i++
	})
	require.Equal(t, 3*minKeys, i)
}

// A line without a path gives no key, one without a tab is a path: but half a
// line, where the file was cut, is none.
func TestPathsOfOddLines(t *testing.T) {
	file := pathsFile(t, 3*minKeys+1, func(i int) string {
		switch {
		case i == 3*minKeys:
			return "cut off"
		case i%3 == 0:
			return "\n"
		case i%3 == 1:
			return "\tno path\n"
		}
		return fmt.Sprint(i, "\n")
	})
	w := workload(t, "paths", WorkloadConfig{Keys: minKeys, Batches: 2, Paths: file})
	i := 0
	eachKey(w, func(key []byte) {
		require.Equal(t, fmt.Sprint(i%minKeys*3+2), string(key))
		i++
	})
}

func TestPathsErrors(t *testing.T) {
	few := pathsFile(t, minKeys-1, func(i int) string { return fmt.Sprint(i, "\n") })
	repeated := pathsFile(t, 2*minKeys, func(i int) string { return fmt.Sprint(i%1000, "\n") })
	blank := pathsFile(t, 2*minKeys, func(int) string { return "\n" })
	gone := filepath.Join(t.TempDir(), "gone")
	for file, says := range map[string]string{
		"":       "workload paths: no file is given: make one with scripts/dataset.sh, and name it with --paths",
		few:      few + " has 32767 paths: it needs 32768 or more, or branch predictors learn it",
		repeated: repeated + " has 1000 paths",
		blank:    blank + " has 0 paths",
		gone:     "workload paths: open " + gone,
	} {
		_, err := NewWorkload("paths", WorkloadConfig{Keys: minKeys, Batches: 1, Paths: file})
		assert.ErrorContains(t, err, says)
	}
}

// Without its file a table goes on without the family, and says so.
func TestPathsAreLeftOut(t *testing.T) {
	t.Parallel()
	report := runQuick(t, Config{Table: "hash", Workloads: []string{"paths", "fixed16"}, Only: "xxh"})
	require.Equal(t, []string{"xxh3 fixed16", "xxh64 fixed16", "xxh32 fixed16"}, names(report))
	require.Equal(t, []string{"the workload paths is left out: scripts/dataset.sh makes its file, --paths names it"}, report.Notes, "once")

	file := pathsFile(t, minKeys, func(i int) string { return fmt.Sprint(i, "\tx\n") })
	report = runQuick(t, Config{Table: "hash", Workloads: []string{"paths"}, Only: "xxh64", Paths: file})
	require.Equal(t, []string{"xxh64 paths"}, names(report))
	require.Empty(t, report.Notes)
}
