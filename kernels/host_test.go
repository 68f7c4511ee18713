//go:build linux && cgo && !race && !purego

package kernels_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
)

// The kernel runs here as C, compiled for the host under the sanitizers: hosttest/runner.c plays
// launches, in buffers that are as long as they must be and not a byte longer. That takes a while and
// is the same for every build of the Go code, so it is done in one of them.

// hostGroup is the size of a work group of the runner.
const hostGroup = 4

var hostFlags = []string{
	"-std=gnu11", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fsigned-char", "-pthread",
	"-Wall", "-Wextra", "-Werror", fmt.Sprintf("-DGROUP=%d", hostGroup), "-DFP64=1",
	"-Wno-unknown-pragmas",  // OpenCL's
	"-Wno-unused-parameter", // no hash takes all that the kernel is given
}

// builtRunner compiles the runner, once, and returns its path and what went wrong.
var builtRunner = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		return "", fmt.Errorf("go env CC: %w", err)
	}
	cc := strings.Fields(string(out))
	if len(cc) == 0 {
		return "", exec.ErrNotFound
	}
	if _, err := exec.LookPath(cc[0]); err != nil {
		return "", err
	}
	objects := []string{filepath.Join(tempDir, "runner.o")}
	compile := []func() error{compiler(cc, "-c", "hosttest/runner.c", "-o", objects[0])}
	family := func(f hash.Func, runs int) {
		object := filepath.Join(tempDir, fmt.Sprintf("%s-%d.o", f, runs))
		objects = append(objects, object)
		compile = append(compile, compiler(cc, "-c", fmt.Sprintf("-DHASH=%d", f), fmt.Sprintf("-DRUNS=%d", runs), "hosttest/family.c", "-o", object))
	}
	for _, f := range hash.All() {
		family(f, 0)
	}
	family(hash.XXH3, 1)
	if err := inParallel(compile); err != nil {
		return "", err
	}
	runner := filepath.Join(tempDir, "runner")
	return runner, compiler(cc, append(objects, "-o", runner)...)()
})

func compiler(cc []string, args ...string) func() error {
	return func() error {
		args := slices.Concat(cc[1:], hostFlags, args)
		if out, err := exec.Command(cc[0], args...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s %s: %w\n%s", cc[0], strings.Join(args, " "), err, out)
		}
		return nil
	}
}

// inParallel runs all, some at a time, and returns the first error.
func inParallel(all []func() error) error {
	errs := make(chan error, len(all))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, f := range all {
		go func() {
			slots <- struct{}{}
			errs <- f()
			<-slots
		}()
	}
	var first error
	for range all {
		if err := <-errs; first == nil {
			first = err
		}
	}
	return first
}

var tempDir string

func TestMain(m *testing.M) {
	var err error
	if tempDir, err = os.MkdirTemp("", "keymill-kernels-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(tempDir)
	os.Exit(code)
}

// host is a runner at work.
type host struct {
	pipe   io.Closer // what in writes to
	in     *bufio.Writer
	out    *bufio.Reader
	stderr bytes.Buffer
	run    *exec.Cmd
	stop   func() error // ends it, and says what went wrong with it
}

func startHost(t *testing.T) *host {
	// That the test reads the C files here tells `go test` to run it anew when one of them changes.
	files, err := filepath.Glob("hosttest/*")
	require.NoError(t, err)
	for _, file := range files {
		_, err := os.ReadFile(file)
		require.NoError(t, err)
	}
	path, err := builtRunner()
	if errors.Is(err, exec.ErrNotFound) {
		backendtest.Missing(t, "opencl", fmt.Errorf("there is no C compiler to compile hash.cl with: %w", err))
	}
	require.NoError(t, err)
	h := &host{run: exec.Command(path)}
	h.run.Env = append(os.Environ(), "ASAN_OPTIONS=detect_leaks=0") // leaks need ptrace, which a container may forbid
	h.run.Stderr = &h.stderr
	in, err := h.run.StdinPipe()
	require.NoError(t, err)
	h.pipe, h.in = in, bufio.NewWriterSize(in, 1<<16)
	out, err := h.run.StdoutPipe()
	require.NoError(t, err)
	h.out = bufio.NewReaderSize(out, 1<<16)
	require.NoError(t, h.run.Start())
	h.stop = sync.OnceValue(func() error {
		_ = h.pipe.Close()
		if err := h.run.Wait(); err != nil {
			return fmt.Errorf("%w\n%s", err, h.stderr.String())
		}
		return nil
	})
	t.Cleanup(func() { assert.NoError(t, h.stop()) })
	return h
}
