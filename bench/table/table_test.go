package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What README.md and bench/results/README.md say is what the reports say.
func TestTheTablesAreThoseOfTheReports(t *testing.T) {
	root := filepath.Join("..", "..")
	reports, err := readReports(filepath.Join(root, "bench", "results"))
	require.NoError(t, err)
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	table, err := summary(reports)
	require.NoError(t, err)
	again, err := replaced(readme, table)
	require.NoError(t, err)
	require.Equal(t, string(readme), string(again), "go run ./bench/table writes it anew")

	page, err := os.ReadFile(filepath.Join(root, "bench", "results", "README.md"))
	require.NoError(t, err)
	all, err := results(reports)
	require.NoError(t, err)
	require.Equal(t, string(all), string(page), "go run ./bench/table writes it anew")
}

// The reports in the repository are whole: every table, from a commit, with
// samples, not a quick run, and every target has its row.
func TestTheReportsAreWhole(t *testing.T) {
	reports, err := readReports(filepath.Join("..", "results"))
	require.NoError(t, err)
	targets := 0
	for _, table := range names {
		r := reports[table]
		require.Equal(t, strings.Split(table, "-")[0], r.Table)
		require.NotContains(t, r.Command, "--quick")
		require.Regexp(t, `^[0-9a-f]{12}\+?$`, r.Commit, "of a checkout")
		require.Equal(t, table == "dispatch", len(r.Roof) == 0)
		for _, row := range r.Rows {
			require.GreaterOrEqual(t, len(row.Samples.Peer), 6, row.Name)
			if row.Target != nil {
				targets++
			}
		}
	}
	require.Equal(t, 307, targets)
}

func TestReplacedNeedsTheMarks(t *testing.T) {
	text, err := replaced([]byte("a\n"+begin+"old\n"+end+"b\n"), []byte("new\n"))
	require.NoError(t, err)
	require.Equal(t, "a\n"+begin+"new\n"+end+"b\n", string(text))
	for _, without := range []string{"", begin, end} {
		_, err = replaced([]byte(without), nil)
		require.Error(t, err)
	}
}
