package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTree(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "sub", "deep"), 0o700))
	for name, contents := range map[string]string{"b": "of b", "a": "", "sub/deep/c": "of\nc\x00", "sub/big": strings.Repeat("x", 100)} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(contents), 0o600))
	}
	require.NoError(t, os.Symlink("b", filepath.Join(dir, "link")))
	rows, rejects, err := rowsOf(t, Options{Format: FormatTree, MaxRow: 50}, dir)
	require.NoError(t, err)
	require.Equal(t, []row{{"a", ""}, {"b", "of b"}, {"sub/deep/c", "of\nc\x00"}}, rows)
	require.Len(t, rejects, 1)
	require.Contains(t, rejects[0].String(), filepath.Join(dir, "sub", "big")+": the file is longer than 50 bytes")
}

// filled returns what Fill makes of a source until its end.
func filled(t *testing.T, source Source) (keys []string, rejects []Reject) {
	t.Helper()
	var c Chunk
	var err error
	for err == nil {
		c.Reset()
		err = source.Fill(t.Context(), &c)
		for i := range c.Keys.Len() {
			keys = append(keys, string(c.Keys.Key(i)))
		}
		rejects = append(rejects, c.Rejects...)
	}
	require.Equal(t, io.EOF, err)
	return keys, rejects
}

func TestTreeTakesFilesOfTheMaximalSize(t *testing.T) {
	dir := t.TempDir()
	for _, size := range []int{49, 50, 51} {
		name := filepath.Join(dir, fmt.Sprint("of ", size))
		require.NoError(t, os.WriteFile(name, []byte(strings.Repeat("x", size)), 0o600))
	}
	rows, rejects, err := rowsOf(t, Options{Format: FormatTree, MaxRow: 50}, dir)
	require.NoError(t, err)
	require.Equal(t, []row{{"of 49", strings.Repeat("x", 49)}, {"of 50", strings.Repeat("x", 50)}}, rows)
	require.Equal(t, []Reject{{File: filepath.Join(dir, "of 51"),
		Reason: "the file is longer than 50 bytes: raise --max-row, which goes up to 1073741824"}}, rejects)
}

// The folder that is named may be a link, though none below it is followed. Its
// keys are as those of the folder.
func TestTreeOfALinkToAFolder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "folder", "sub"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "folder", "sub", "a"), []byte("of a"), 0o600))
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink("folder", link))
	require.NoError(t, os.Symlink(".", filepath.Join(dir, "folder", "loop")))
	for _, name := range []string{link, link + string(filepath.Separator)} {
		rows, rejects, err := rowsOf(t, Options{Format: FormatTree}, name)
		require.NoError(t, err)
		require.Empty(t, rejects)
		require.Equal(t, []row{{"sub/a", "of a"}}, rows)
	}
	require.NoError(t, os.Symlink("gone", filepath.Join(dir, "dangling")))
	_, _, err := rowsOf(t, Options{Format: FormatTree}, filepath.Join(dir, "dangling"))
	require.ErrorContains(t, err, "gone")
	require.ErrorContains(t, err, "check the name")
}

// What cannot be read is a reject that says where, and what is behind it is
// read. The user of the test may be root, who may read anything that is there:
// so it is taken away while the folder is walked, after a file that fills a
// chunk.
func TestTreeSaysWhatItCannotRead(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), make([]byte, chunkBytes), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	for _, name := range []string{"file", "folder/below", "last"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	source, err := Options{Format: FormatTree}.Open(dir, new(atomic.Int64))
	require.NoError(t, err)
	var c Chunk
	require.NoError(t, source.Fill(t.Context(), &c))
	require.Equal(t, 1, c.Keys.Len())
	require.NoError(t, os.Remove(filepath.Join(dir, "file")))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "folder")))
	keys, rejects := filled(t, source)
	require.NoError(t, source.Close())
	require.Equal(t, []string{"last"}, keys)
	require.Len(t, rejects, 2)
	for i, name := range []string{"file", "folder"} {
		require.Equal(t, filepath.Join(dir, name), rejects[i].File)
		require.NotEmpty(t, rejects[i].Reason)
		require.NotContains(t, rejects[i].Reason, dir, "the place is said once")
	}

	// The folder that was named itself.
	source, err = Options{Format: FormatTree}.Open(dir, new(atomic.Int64))
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(dir))
	keys, rejects = filled(t, source)
	require.NoError(t, source.Close())
	require.Empty(t, keys)
	require.Len(t, rejects, 1)
	require.Equal(t, dir, rejects[0].File)
}

// A tree ends with ctx, for the reason that ctx gives; and with Close, before it
// was walked to its end.
func TestTreeEndsEarly(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), make([]byte, chunkBytes), 0o600))
	}
	source, err := Options{Format: FormatTree}.Open(dir, new(atomic.Int64))
	require.NoError(t, err)
	var c Chunk
	require.NoError(t, source.Fill(t.Context(), &c))
	require.Equal(t, 1, c.Keys.Len())

	c.Reset()
	interrupt := errors.New("interrupt")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(interrupt)
	require.Equal(t, interrupt, source.Fill(ctx, &c))
	require.Zero(t, c.Keys.Len())

	require.NoError(t, source.Close())
	require.Equal(t, io.EOF, source.Fill(t.Context(), &c))
	require.Zero(t, c.Keys.Len())
}
