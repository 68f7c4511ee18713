//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

const (
	// cyclesVar is how many cycles TestSignals runs instead of 10: KEYMILL_SIGNAL_CYCLES=1000 is the long
	// form, which takes some twenty minutes.
	cyclesVar = "KEYMILL_SIGNAL_CYCLES"

	cycleChild = "KEYMILL_SIGNAL_CHILD" // set in the processes of the cycles
)

// TestSignals starts and stops OpenCL in many cycles. Each is a process of its own, since a driver is
// loaded once a process: it opens OpenCL, makes a context, builds a kernel, runs it, and closes all, while
// goroutines dereference nil all the time and recover, and signals are sent one after the other. None may
// be lost, and nothing may crash or fail.
func TestSignals(t *testing.T) {
	if os.Getenv(cycleChild) != "" {
		cycle(t)
		return
	}
	opened(t) // or there is nothing to test
	cycles := 10
	if s := os.Getenv(cyclesVar); s != "" {
		var err error
		cycles, err = strconv.Atoi(s)
		require.NoError(t, err)
	}
	start, failed := time.Now(), 0
	for i := range cycles {
		if !runCycle(t, i, failed < 3) {
			failed++
		}
	}
	t.Logf("%d cycles in %v: %d crashed, or lost a signal", cycles, time.Since(start).Round(time.Second/10), failed)
	require.Zero(t, failed)
}

func runCycle(t *testing.T, number int, show bool) bool {
	t.Helper()
	dir, err := os.MkdirTemp("", "keymill-cycle-") // so that the kernel is built, and not found
	require.NoError(t, err)
	defer func() { require.NoError(t, os.RemoveAll(dir)) }()
	child := exec.Command(os.Args[0], "-test.run=^TestSignals$")
	child.Env = append(os.Environ(), cycleChild+"=1", poclCacheVar+"="+dir)
	out, err := child.CombinedOutput()
	if err != nil && show {
		t.Logf("cycle %d: %v\n%.3000s", number, err, out)
	}
	return err == nil
}

// cycle is what happens in the process of a cycle.
func cycle(t *testing.T) {
	var stop atomic.Bool
	var faults atomic.Int64
	var faulty sync.WaitGroup
	for range 3 {
		faulty.Go(func() {
			for !stop.Load() {
				recovered(t)
				faults.Add(1)
				time.Sleep(20 * time.Microsecond) // or OpenCL has no core to work on
			}
		})
	}
	sent := map[syscall.Signal]chan os.Signal{syscall.SIGUSR1: nil, syscall.SIGTERM: nil, syscall.SIGURG: nil}
	for s := range sent {
		sent[s] = make(chan os.Signal, 100)
		signal.Notify(sent[s], s)
	}
	arrive := func(when string) { // one at a time, for the kernel keeps one of a kind
		for s, inbox := range sent {
			require.NoError(t, syscall.Kill(os.Getpid(), s))
			select {
			case <-inbox:
			case <-time.After(10 * time.Second):
				t.Errorf("%v was lost %s", s, when)
			}
		}
	}

	arrive("before")
	start := faults.Load()
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		before := signalState(t)
		t.Run("kernel", TestKernelRuns)
		require.Equal(t, before, signalState(t), "what the driver left behind")
	}()
	for working := true; working; {
		select {
		case <-worked:
			working = false
		case <-time.After(time.Millisecond):
			arrive("while OpenCL was at work")
		}
	}
	require.Greater(t, faults.Load(), start+100)
	arrive("after")
	stop.Store(true)
	faulty.Wait()
}

// recovered dereferences nil and recovers.
func recovered(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a nil dereference did not panic")
		}
	}()
	var p *int
	*p = 1
}

// signals is all that a driver could change, as the kernel has it.
type signals struct {
	handlers, flags [65]uintptr
	mask            uint64 // of this thread
	stack           [3]uintptr
}

func signalState(t *testing.T) (s signals) {
	t.Helper()
	const restorer = 0x04000000 // the C library and Go have each their own
	call := func(trap uintptr, args ...uintptr) {
		t.Helper()
		args = append(args, make([]uintptr, 4)...)
		_, _, errno := syscall.RawSyscall6(trap, args[0], args[1], args[2], args[3], 0, 0)
		require.Zero(t, errno)
	}
	for n := 1; n < len(s.handlers); n++ {
		action := new([4]uintptr)
		call(syscall.SYS_RT_SIGACTION, uintptr(n), 0, uintptr(unsafe.Pointer(action)), 8)
		s.handlers[n], s.flags[n] = action[0], action[1]&^restorer
	}
	call(syscall.SYS_RT_SIGPROCMASK, 0, 0, uintptr(unsafe.Pointer(&s.mask)), 8)
	call(syscall.SYS_SIGALTSTACK, 0, uintptr(unsafe.Pointer(&s.stack)))
	return s
}

// A library that takes signals as it is loaded, before anybody could stop it, and then waits.
const takerSource = `
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static char stack[1 << 16];
static void handler(int s) { (void)s; }
__attribute__((constructor)) static void take(void) {
  stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
  sigset_t set;
  char c;
  signal(SIGUSR1, handler);
  signal(SIGTERM, SIG_IGN);
  signal(SIGUSR2, SIG_DFL);
  sigaltstack(&own, NULL);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (write(atoi(getenv("KEYMILL_TAKER_OUT")), "x", 1) != 1 || read(atoi(getenv("KEYMILL_TAKER_IN")), &c, 1) != 1)
    abort();
}
`

// TestHandlersArePutBack opens a library that takes signals as it is loaded. While it has them, Go takes
// one that it did not have, which stays.
func TestHandlersArePutBack(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		missing(t, err)
	}
	dir := t.TempDir()
	source, library := filepath.Join(dir, "taker.c"), filepath.Join(dir, "libtaker.so")
	require.NoError(t, os.WriteFile(source, []byte(takerSource), 0o600))
	out, err := exec.Command(cc, "-shared", "-fPIC", "-o", library, source).CombinedOutput()
	require.NoError(t, err, "%s", out)

	taken, takerOut, err := os.Pipe()
	require.NoError(t, err)
	takerIn, release, err := os.Pipe()
	require.NoError(t, err)
	t.Setenv("KEYMILL_TAKER_OUT", strconv.Itoa(int(takerOut.Fd())))
	t.Setenv("KEYMILL_TAKER_IN", strconv.Itoa(int(takerIn.Fd())))

	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	inbox := make(chan os.Signal, 1)
	defer signal.Stop(inbox)
	states, opened := make(chan signals, 2), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		states <- signalState(t)
		err := open(library)
		states <- signalState(t)
		opened <- err
	}()
	before := <-states
	_, err = taken.Read(make([]byte, 1))
	require.NoError(t, err)
	during := signalState(t)
	require.NotEqual(t, before.handlers[syscall.SIGUSR1], during.handlers[syscall.SIGUSR1], "the library took it")
	signal.Notify(inbox, syscall.SIGHUP)
	_, err = release.Write([]byte("x"))
	require.NoError(t, err)
	require.ErrorContains(t, <-opened, "has no function clGetPlatformIDs")
	after := <-states

	require.NotEqual(t, before.handlers[syscall.SIGHUP], after.handlers[syscall.SIGHUP], "Go took it meanwhile")
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	select {
	case <-inbox:
	case <-time.After(10 * time.Second):
		t.Fatal("SIGHUP was lost")
	}
	before.handlers[syscall.SIGHUP], before.flags[syscall.SIGHUP] = after.handlers[syscall.SIGHUP], after.flags[syscall.SIGHUP]
	require.Equal(t, before, after)
	for _, f := range []*os.File{taken, takerOut, takerIn, release} {
		require.NoError(t, f.Close())
	}
}
