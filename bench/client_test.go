package bench

import (
	"bufio"
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A worker that cannot be started, dies, or answers what is no answer, is an
// error that names the store and says so, and never a hang.
func TestWorkersThatFail(t *testing.T) {
	file := rowsFileOf(t, fewRows())
	for _, c := range []struct {
		command []string
		says    string
	}{
		{be("dead"), "it has ended: "},
		{be("dead"), "exit status 3"},
		{be("say once"), `it answers ""; exit status 5`},
		{be("say", "hello"), `it answers "hello"`},
		{be("say", "ok"), `it answers "ok"`},
		{be("say", "ok", "x"), `it answers "ok x": `},
		{be("say", "ok", "-1"), `it answers "ok -1": `},
		{be("say", "ok", "1", "2"), `it answers "ok 1 2"`},
		{be("say", "yes", "1"), `it answers "yes 1"`},
		{be("say", "error", "the", "disk", "is", "full"), ": the disk is full"},
		{be("flood"), `it answers "y"`},
		{be("long line"), "it has ended: " + bufio.ErrTooLong.Error()},
		{be("worker"), "no store is called a_store"},
	} {
		_, err := startWorker(t.Context(), c.command, "a store", file)
		require.Error(t, err)
		assert.Regexp(t, "^a store: worker .* be "+c.command[2], err.Error())
		assert.Contains(t, err.Error(), c.says)
		assert.NotContains(t, err.Error(), "\n")
	}
	_, err := startWorker(t.Context(), []string{filepath.Join(t.TempDir(), "gone"), "x"}, "a store", file)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "a store: worker ")
}

// One that dies later is found by the next request, and ended for good.
func TestWorkerDiesLater(t *testing.T) {
	c, err := startWorker(t.Context(), be("say once", "ok", "77"), "a store", rowsFileOf(t, fewRows()))
	require.NoError(t, err)
	require.Equal(t, uint64(77), c.grown)
	_, _, err = c.run(opHit, false, 0, 1, 1)
	require.ErrorContains(t, err, "it has ended: ")
	_, _, err = c.run(opHit, true, 0, 1, 1)
	require.ErrorContains(t, err, "it has ended: ", "it stays so")
	require.ErrorContains(t, c.close(), "exit status 5")
	require.True(t, c.cmd.ProcessState.Exited())
}

// A client gets what the worker measured, in either form. Spaces in the names of
// stores and folders are no words of a request.
func TestClient(t *testing.T) {
	rows := rowsOf(t, "user")
	folder := filepath.Join(t.TempDir(), "a folder with  spaces")
	require.NoError(t, os.Mkdir(folder, 0o700))
	file := filepath.Join(folder, "rows")
	require.NoError(t, os.Rename(rowsFileOf(t, rows), file))
	digests := map[uint64]bool{}
	for _, store := range []string{"kv/ref", "map and RWMutex", "an honest map"} {
		c, err := startWorker(t.Context(), be("worker"), store, file)
		require.NoError(t, err)
		took, digest, err := c.run(opHit, store == "kv/ref", 7, 1007, 2)
		require.NoError(t, err)
		assert.Positive(t, took)
		digests[digest] = true
		if strings.HasPrefix(ThisMachine().System, "linux/") {
			assert.Greater(t, c.grown, uint64(rows.keys.Size()+rows.values.Size()), "%s holds the rows", store)
		}
		_, _, err = c.run("nosuch", false, 0, 1, 1)
		require.EqualError(t, err, `operation "nosuch" is unknown`)
		_, again, err := c.run(opHit, false, 7, 1007, 1)
		require.NoError(t, err, "an error ends nothing")
		digests[again] = true
		require.NoError(t, c.close())
		require.True(t, c.cmd.ProcessState.Success())
	}
	require.Len(t, digests, 1)
}

// knocked returns an address, and calls f when somebody connects to it.
func knocked(t *testing.T, f func()) (address string) {
	t.Helper()
	door, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	visitors := make(chan net.Conn, 1)
	go func() {
		defer close(visitors)
		if visitor, err := door.Accept(); err == nil {
			f()
			visitors <- visitor
		}
	}()
	t.Cleanup(func() {
		_ = door.Close()
		for visitor := range visitors {
			_ = visitor.Close()
		}
	})
	return door.Addr().String()
}

// When the context ends, a worker that is stuck ends too.
func TestContextEndsWorkers(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, err := startWorker(ctx, be("stuck", knocked(t, cancel)), "a store", rowsFileOf(t, fewRows()))
	require.NoError(t, err)
	_, _, err = c.run(opHit, false, 0, 1, 1)
	require.ErrorContains(t, err, "it has ended: ")
	require.Error(t, c.close())
	require.NotNil(t, c.cmd.ProcessState, "it was waited for")

	_, err = startWorker(ctx, be("worker"), "kv/ref", rowsFileOf(t, fewRows()))
	require.ErrorIs(t, err, context.Canceled)
}
