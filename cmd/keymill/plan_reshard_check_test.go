package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const checkedRows = 100_000

// someRows makes rows of keys and values of all lengths, of which some keys come often.
func someRows() string {
	rng := rand.New(rand.NewPCG(11, 12))
	hot := rand.NewZipf(rng, 1.2, 10, 1<<20)
	var rows strings.Builder
	for i := range checkedRows {
		fmt.Fprintf(&rows, "user:%d:%s\t%s\n", hot.Uint64(), strings.Repeat("x", i%13), strings.Repeat("v", rng.IntN(200)))
	}
	return rows.String()
}

// debianRows takes rows from all over the dataset of scripts/dataset.sh; it returns "" where that is
// not.
func debianRows(t *testing.T) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	file, err := os.Open(filepath.Join(cache, "keymill", "debian-contents.tsv"))
	if err != nil {
		return ""
	}
	defer func() { require.NoError(t, file.Close()) }()
	info, err := file.Stat()
	require.NoError(t, err)
	const places = 100
	var rows strings.Builder
	for i := range int64(places) {
		_, err := file.Seek(i*info.Size()/places*9/10, io.SeekStart)
		require.NoError(t, err)
		lines := bufio.NewReader(file)
		_, err = lines.ReadString('\n') // the rest of a line
		require.NoError(t, err)
		for range checkedRows / places {
			line, err := lines.ReadString('\n')
			require.NoError(t, err)
			rows.WriteString(line)
		}
	}
	return rows.String()
}

// Figures and rows of `plan reshard` are those of a Python script that shares no code with it.
func TestReshardBesidePython(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	python, err := exec.LookPath("python3")
	require.NoError(t, err, "scripts/setup.sh installs it")
	inputs := map[string]string{"made": someRows(), "Debian": debianRows(t)}
	for name, rows := range inputs {
		if rows == "" {
			t.Log("no dataset of Debian here: scripts/dataset.sh fetches it")
			continue
		}
		input := write(t, "rows.tsv", rows)
		for _, c := range []struct {
			scheme string
			n, m   int
		}{{"mod", 12, 16}, {"jump", 12, 16}, {"rendezvous", 12, 16}, {"maglev", 12, 16}, {"kafka", 12, 16}, {"kafka", 16, 5}} {
			var sides []string
			for _, n := range []int{c.n, c.m} {
				side := fmt.Sprintf("%d:kafka", n)
				if c.scheme != "kafka" {
					side = fmt.Sprintf("%d:%s", n, write(t, "placed", placedBy(t, c.scheme, n, input)))
				}
				sides = append(sides, side)
			}
			moved := filepath.Join(t.TempDir(), "moved")
			report := write(t, "report", done(t, "", "plan", "reshard", "--scheme", c.scheme, "--from", fmt.Sprint(c.n), "--to", fmt.Sprint(c.m),
				"--moved", moved, "--json", input))
			out, err := exec.Command(python, "-B", "testdata/reshard_check.py", input, sides[0], sides[1], report, moved).CombinedOutput()
			require.NoError(t, err, "%v of the rows %s: %s", c, name, out)
			require.Contains(t, string(out), "rows move")
		}
	}
}

// placedBy is what `keymill place` prints, of members by the names that a plan gives to numbers.
func placedBy(t *testing.T, scheme string, n int, input string) string {
	if scheme == "mod" || scheme == "jump" {
		return done(t, "", "place", "--scheme", scheme, "--partitions", fmt.Sprint(n), input)
	}
	if scheme == "maglev" {
		scheme = "maglev-envoy"
	}
	return done(t, "", "place", "--scheme", scheme, "--nodes", servers(t, "node-%d", 0, n), input)
}
