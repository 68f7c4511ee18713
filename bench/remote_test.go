package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The report of another process arrives whole, and on the way how far it is.
func TestAsk(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	var progress [][2]int
	c := small(Config{Table: "hash", Workloads: []string{"fixed16"}, Only: "xxh3 "})
	c.Progress = func(done, total int) { progress = append(progress, [2]int{done, total}) }
	report, err := Ask(t.Context(), c, be("server"), &errs)
	require.NoError(t, err)
	sound(t, report)
	assert.Equal(t, "hash", report.Table)
	assert.Equal(t, []string{"xxh3 fixed16"}, names(report))
	assert.Equal(t, []string{"a note of the peers"}, report.Notes)
	assert.Equal(t, "the server begins\n", errs.String())
	require.Len(t, progress, minRounds+warmRounds)
	for i, p := range progress {
		require.Equal(t, [2]int{i + 1, minRounds + warmRounds}, p)
	}
}

// All that a user can say of a run travels.
func TestConfigTravels(t *testing.T) {
	c := Config{
		Table: "kv", Quick: true, Keys: 1, Rounds: 2, Seed: 1<<64 - 1, Workloads: []string{"user"}, Only: "x", Disk: true, Paths: "p", Backend: "cpu",
		Worker: []string{"w"}, Progress: func(int, int) {}, Peers: Peers{Notes: []string{"n"}},
	}
	text, err := json.Marshal(c)
	require.NoError(t, err)
	var again Config
	require.NoError(t, json.Unmarshal(text, &again))
	c.Worker, c.Progress, c.Peers = nil, nil, Peers{} // which the other end has
	require.Equal(t, c, again)
}

func TestAskErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		command []string
		says    string
	}{
		{be("server"), `unknown table "hsah": did you mean "hash"?`},
		{be("dead"), " has ended without a report: EOF"},
		{be("say", "hello"), " has ended without a report: invalid character"},
		{be("flood"), " has ended without a report: invalid character"},
		{be("say", `{"error": "the disk is full"}`), "the disk is full"},
		{be("say", `{"done": "all"}`), " has ended without a report: json: "},
	} {
		report, err := Ask(t.Context(), Config{Table: "hsah"}, c.command, &bytes.Buffer{})
		require.ErrorContains(t, err, c.says)
		require.NotContains(t, err.Error(), "\n")
		require.Nil(t, report)
	}
	_, err := Ask(t.Context(), Config{}, []string{filepath.Join(t.TempDir(), "gone")}, &bytes.Buffer{})
	require.ErrorIs(t, err, fs.ErrNotExist)

	// A report of a program that fails afterwards is one that may be wrong.
	_, err = Ask(t.Context(), Config{}, be("reporter"), &bytes.Buffer{})
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, 4, exit.ExitCode())
}

// When the context ends, the program is asked to end, and does.
func TestContextEndsAsk(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := small(Config{Table: "hash", Workloads: []string{"fixed16"}})
	c.Rounds = 1_000_000
	c.Progress = func(int, int) { cancel() }
	report, err := Ask(ctx, c, be("server"), &bytes.Buffer{})
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, "context canceled")
	require.Nil(t, report)

	_, err = Ask(ctx, c, be("server"), &bytes.Buffer{})
	require.ErrorIs(t, err, context.Canceled)
}

// Serve answers whatever it reads with messages, the last of which is a report
// or an error.
func TestServe(t *testing.T) {
	t.Parallel()
	for in, says := range map[string]string{
		"":                   "reading the config: EOF",
		"x":                  "reading the config: invalid character",
		`{"Rounds": "many"}`: "reading the config: json: ",
		`{"Table": "x"}`:     `unknown table "x": use one of hash, place, kv`,
		`{"Table": "kv", "Worker": ["sh", "-c", "exit 1"], "Keys": 40000}`: "be dead: it has ended", // the worker is ours to choose
	} {
		var out bytes.Buffer
		require.NoError(t, Serve(t.Context(), strings.NewReader(in), &out, Peers{}, be("dead")))
		var m message
		require.NoError(t, json.Unmarshal(out.Bytes(), &m))
		require.Contains(t, m.Error, says)
		require.Nil(t, m.Report)
	}
	err := Serve(t.Context(), strings.NewReader(""), noRoom{}, Peers{}, nil)
	require.True(t, errors.Is(err, errNoRoom), "that nobody reads")
}
