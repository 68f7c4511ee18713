package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDemo(t *testing.T) {
	dir := t.TempDir()
	for i := range 50 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), []byte("contents"), 0o600))
	}
	out := done(t, "", "demo", "--dir", dir)
	for _, says := range []string{
		`get    user:1001    "Alice Smith"`, `exists user:1002    false`, `config:missing   is not there`,
		"fx64     of session:abc123  e4a052110a2c4e33", "50 distinct", "50 rows read again: every key found",
		"the fullest has ",
	} {
		require.Contains(t, out, says)
	}
	_, errs, code := call(t, "", "demo", "--dir", filepath.Join(dir, "gone"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "check the name")
}

func TestDemoFolder(t *testing.T) { require.True(t, isFolder(demoFolder())) }

// tooDeep makes a file below dir that nobody can open by its path, not even
// root, who may read everything: the path is longer than the system takes.
func tooDeep(t *testing.T, dir string) {
	t.Helper()
	name := strings.Repeat("d", 200)
	for os.Mkdir(filepath.Join(dir, name), 0o700) == nil {
		dir = filepath.Join(dir, name)
	}
	root, err := os.OpenRoot(dir) // which goes by names, not by paths
	require.NoError(t, err)
	f, err := root.Create(name)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, root.Close())
}

// The tour goes on without a file that cannot be read, and says so; the exit
// code is that of all commands.
func TestDemoWithAnUnreadableFile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "good"), []byte("contents"), 0o600))
	tooDeep(t, dir)
	out, errs, code := call(t, "", "demo", "--dir", dir)
	require.Equal(t, exitRejected, code, errs)
	require.Contains(t, errs, "keymill: rejected: "+filepath.Join(dir, "d"))
	require.True(t, strings.HasSuffix(errs, "\nkeymill: 1 row rejected\n"), errs)
	require.Equal(t, 2, strings.Count(errs, "\n"), errs)
	require.Regexp(t, `(?m)^rejected +1 row$`, out)
	require.Regexp(t, `(?m)^verified +1 row read again`, out)
	require.Contains(t, out, "the fullest has 16.00 times the mean")
	require.Contains(t, out, "More: keymill --help")
}
