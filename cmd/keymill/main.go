// Command keymill hashes keys in bulk, says where each key lives, and feeds
// keys and values to a store. `keymill demo` is the tour.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// Exit codes, the same for all commands.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRejected    = 3 // done, but rows were rejected
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	errorsOnClosedPipes()
	os.Exit(run(ctx, os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr,
		term.IsTerminal(int(os.Stdin.Fd())), term.IsTerminal(int(os.Stderr.Fd()))}))
}

// terminal is what the program talks to.
type terminal struct {
	in            io.Reader
	out, err      io.Writer
	inIsTerminal  bool
	errIsTerminal bool
}

// run performs one command line, and returns the exit code.
func run(ctx context.Context, args []string, t terminal) int {
	a := &app{terminal: t}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var rejected rejectedError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, syscall.EPIPE):
		return exitDone // `| head` has seen enough
	case errors.As(err, &rejected):
		a.complain(err)
		return exitRejected
	case errors.Is(err, context.Canceled):
		a.complain(err)
		return exitInterrupted
	case !a.started || errors.As(err, new(usageError)):
		a.complain(fmt.Errorf("%w (see %s --help)", err, a.commandPath))
		return exitUsage
	}
	a.complain(err)
	return exitFailed
}

// usageError says that the command line is wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// rejectedError says that all is done, but for some rows.
type rejectedError struct{ rows int64 }

func (e rejectedError) Error() string { return fmt.Sprintf("%s rejected", plural(e.rows, "row")) }

// complain writes an error to stderr, on one line.
func (a *app) complain(err error) { fmt.Fprintf(a.err, "keymill: %s\n", printable(err.Error())) }
