package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Streams of next to nothing, one partition, and more partitions than a page could list.
func TestPlanPagesOfLittleAndOfMuch(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	for _, rows := range []string{"", "one\n", strings.Repeat("same\n", 1000)} {
		file := write(t, "rows.txt", rows)
		for _, args := range [][]string{
			{"balance", "--scheme", "kafka", "--partitions", "1"}, {"balance", "--scheme", "kafka", "--partitions", "12"}, {"balance", "--scheme", "kafka", "--partitions", "50"},
			{"compare", "--scheme", "kafka,jump", "--partitions", "3"}, {"compare", "--scheme", "kafka", "--partitions", "1"},
			{"reshard", "--scheme", "kafka", "--from", "1", "--to", "1"}, {"reshard", "--scheme", "kafka", "--from", "12", "--to", "16"}, {"reshard", "--scheme", "jump", "--from", "1000", "--to", "1"},
			{"hot", "--scheme", "kafka", "--partitions", "1"}, {"hot", "--scheme", "redis", "--salt", "0"},
			{"split", "--parts", "1"}, {"split", "--parts", "3"}, {"capacity", "--scheme", "kafka", "--limit", "10"}, {"capacity", "--scheme", "redis", "--limit", "3", "--racks", "2"},
		} {
			planned(t, "", append(args, file)...)
			if args[0] == "hot" || args[0] == "split" {
				planned(t, rows, append(args, "-")...) // what is read once
			}
		}
	}
	var rows strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&rows, "user:%d\n", i)
	}
	file := write(t, "rows.txt", rows.String())
	for _, args := range [][]string{
		{"balance", "--scheme", "kafka", "--partitions", "1048576"},
		{"reshard", "--scheme", "kafka", "--from", "1048576", "--to", "1000000"}, {"hot", "--scheme", "kafka", "--partitions", "1048576", "--top", "1000"},
		{"split", "--parts", "4000"}, {"balance", "--scheme", "jump", "--partitions", "41"},
	} {
		page, _ := planned(t, "", append(args, file)...)
		require.Less(t, len(page), 700_000, args)
	}
}

// A row that is rejected does not keep the page away, and stdout has the same with a page and without.
func TestPlanPagesBesideTheReport(t *testing.T) {
	file := write(t, "rows.tsv", "a\t1\nb\tx\nc\t3\n")
	name := filepath.Join(t.TempDir(), "x.html")
	args := []string{"plan", "balance", "--scheme", "kafka", "--partitions", "2", "--weights", "--by", "weight", file}
	want, _, code := call(t, "", args...)
	require.Equal(t, exitRejected, code)
	got, _, code := call(t, "", append(args, "--html", name)...)
	require.Equal(t, exitRejected, code)
	require.Equal(t, want, got)
	contents, err := os.ReadFile(name)
	require.NoError(t, err)
	wellFormed(t, contents)
	require.Contains(t, shownText(string(contents)), "weight 4")

	moved, _, code := call(t, "", "plan", "reshard", "--scheme", "kafka", "--from", "1", "--to", "7", "--moved", "-", "--html", name, file)
	require.Zero(t, code)
	require.NotEmpty(t, moved)
	contents, err = os.ReadFile(name)
	require.NoError(t, err)
	require.Contains(t, string(contents), "keymill plan reshard")
}

// Where the page cannot be is said before anything is read; a run that fails leaves the page that was there.
func TestPlanPagesThatCannotBe(t *testing.T) {
	folder := t.TempDir()
	for name, want := range map[string]string{
		filepath.Join(folder, "none", "x.html"):  "--html: the folder of the file: ",
		folder:                                   "is a folder: name a file",
		filepath.Join(write(t, "file", ""), "x"): "is no folder",
	} {
		for _, args := range [][]string{{"balance", "--scheme", "kafka", "--partitions", "2"}, {"reshard", "--scheme", "kafka", "--from", "1", "--to", "2", "--moved", filepath.Join(folder, "moved")},
			{"hot", "--scheme", "redis"}, {"split", "--parts", "2"}, {"capacity", "--scheme", "redis", "--limit", "5"}, {"compare", "--scheme", "redis"}, {"identify"}} {
			out, errs, code := call(t, "a\t1\n", append([]string{"plan"}, append(args, "--html", name, write(t, "rows", "a\t1\n"))...)...)
			require.Equal(t, exitUsage, code, args)
			require.Empty(t, out)
			require.Contains(t, errs, want)
		}
	}
	name := filepath.Join(folder, "there.html")
	require.NoError(t, os.WriteFile(name, []byte("before"), 0o600))
	_, _, code := call(t, "", "plan", "balance", "--scheme", "kafka", "--partitions", "2", "--html", name, filepath.Join(folder, "no such rows"))
	require.Equal(t, exitFailed, code)
	contents, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, "before", string(contents))
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing else is left behind")
}

func TestCommandLine(t *testing.T) {
	require.Equal(t, "keymill plan hot --salt-as '%n#%k' 'a b' 'it'\\''s' ''",
		commandLine([]string{"plan", "hot", "--salt-as", "%n#%k", "a b", "it's", ""}))
	require.Equal(t, `keymill '~/y' '*' '$x' k=v,w:1@2+3%`, commandLine([]string{"~/y", "*", "$x", "k=v,w:1@2+3%"}))
}
