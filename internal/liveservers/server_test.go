package liveservers

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/place"
)

// numKeys is how many random keys a server is asked for.
const numKeys = 10_000

// missing ends a test whose server is not here: it is left out, or fails where
// REQUIRE_SERVERS names the server.
func missing(t *testing.T, server string, err error) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("REQUIRE_SERVERS"), ","), server) {
		t.Fatalf("REQUIRE_SERVERS names %s: %v", server, err)
	}
	t.Skipf("no %s here: %v", server, err)
}

// program returns the path of a program: from PATH, or the last that the pattern
// finds of where Debian hides it.
func program(name, pattern string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return path, nil
	}
	found, _ := filepath.Glob(pattern)
	if len(found) == 0 {
		return "", fmt.Errorf("%w: scripts/setup.sh installs it", err)
	}
	return found[len(found)-1], nil
}

// host is where a server lives: a folder of its own, whose path is short enough for
// the socket in it, and a user who is not root, since not every server runs as root.
type host struct {
	folder string
	as     []string // the command that runs another as that user; empty if we are not root
}

func newHost(t *testing.T) host {
	folder, err := os.MkdirTemp("", "keymill-live-*")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	h := host{folder: folder}
	if os.Geteuid() != 0 {
		return h
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	require.NoError(t, err)
	uid, err := strconv.Atoi(who.Uid)
	require.NoError(t, err)
	gid, err := strconv.Atoi(who.Gid)
	require.NoError(t, err)
	require.NoError(t, os.Chown(folder, uid, gid))
	h.as = []string{"setpriv", "--reuid=" + who.Uid, "--regid=" + who.Gid, "--clear-groups"}
	return h
}

// command makes a command of that host, in its folder.
func (h host) command(args ...string) *exec.Cmd {
	args = slices.Concat(h.as, args)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = h.folder
	return cmd
}

// guard is a shell script that runs a server until its own input ends: when the test
// closes that, or is gone in whatever way. It leaves no process and no file behind. A
// server that is still starting may not hear the first signal.
const guard = `
"$@" >log 2>&1 &
server=$!
read -r _
while kill -INT $server 2>/dev/null; do sleep 0.05; done
rm -rf "$PWD"
`

// start starts a server and returns once ready says so. It ends with the test.
func (h host) start(t *testing.T, ready func() error, args ...string) {
	cmd := h.command(slices.Concat([]string{"sh", "-c", guard, "guard"}, args)...)
	alive, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, alive.Close())
		_ = cmd.Wait() // the last command of the script is about its own folder
	})
	deadline := time.Now().Add(30 * time.Second)
	for err := ready(); err != nil; err = ready() {
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(h.folder, "log"))
			t.Fatalf("%s does not answer: %v; it says:\n%s", args[0], err, log)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// run runs a command to its end with that input, and returns its output.
func run(t *testing.T, cmd *exec.Cmd, input io.Reader) string {
	t.Helper()
	var errs strings.Builder
	cmd.Stdin, cmd.Stderr = input, &errs
	out, err := cmd.Output()
	require.NoError(t, err, "%s: %s", cmd, errs.String())
	return string(out)
}

// onEveryBackend holds every backend that works here to the partitions that a server
// gave the keys, which are keys of the system: as they are, or encoded.
func onEveryBackend(t *testing.T, keys *keymill.Batch, s place.Scheme, want []uint32) {
	t.Helper()
	require.Len(t, want, keys.Len())
	done := 0
	for _, e := range backend.List() {
		if e.Err != nil {
			continue
		}
		var got keymill.Placement
		got.Resize(keymill.OutParts, keys.Len(), 0)
		require.NoError(t, e.Backend.Place(&got, keys, keymill.Params{Scheme: s}), e.Name)
		for i, part := range got.Parts {
			if part != want[i] {
				t.Fatalf("%s places key %d, %q, in %d of %d (%s): the server, in %d",
					e.Name, i, keys.Key(i), part, s.Parts, s.Name, want[i])
			}
		}
		done++
	}
	require.NotZero(t, done)
}
