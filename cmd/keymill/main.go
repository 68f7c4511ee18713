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
	"time"

	"golang.org/x/term"

	"github.com/keymill/keymill/backend"
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
	profile, _ := backend.SavedPath() // without a cache folder nothing is saved, and nothing loaded
	processMain(profile)
}

// processMain runs the command line of this process, and ends it.
func processMain(profile string) {
	ctx, stop := signal.NotifyContext(context.Background(), endingSignals()...)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	errorsOnClosedPipes()
	os.Exit(run(ctx, os.Args[1:], terminal{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		inIsTerminal: isTerminal(os.Stdin), outIsTerminal: isTerminal(os.Stdout), errIsTerminal: isTerminal(os.Stderr),
		profile: profile,
	}))
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// endingSignals are the signals on which the program finishes what is under way
// and reports: not those that whoever started it has switched off, as a shell
// does with Ctrl-C for what runs in the background.
func endingSignals() (signals []os.Signal) {
	for _, s := range endings {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	return signals
}

// terminal is what the program talks to.
type terminal struct {
	in                                         io.Reader
	out, err                                   io.Writer
	inIsTerminal, outIsTerminal, errIsTerminal bool

	profile string           // the file of the user's saved profile, "" if there is no place for one
	clock   func() time.Time // dates pages; nil for that of the machine
}

// output keeps the first error of a writer, since not everyone asks for it.
type output struct {
	io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// run performs one command line, and returns the exit code.
func run(ctx context.Context, args []string, t terminal) int {
	out := &output{Writer: t.out}
	t.out = out
	a := &app{terminal: t, args: args}
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	return a.end(err, out.err) // which is read when all is written
}

// end says on stderr what went wrong, if anything did, and returns the exit
// code. outErr is the first error of the output.
func (a *app) end(err, outErr error) int {
	if err == nil || isRejected(err) {
		err = first(outErr, err)
	}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, syscall.EPIPE):
		return exitDone // `| head` has seen enough
	case isRejected(err):
		a.complain(err)
		return exitRejected
	case errors.Is(err, context.Canceled):
		a.complain(err)
		return exitInterrupted
	case errors.As(err, new(usageError)), !a.started && outErr == nil:
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

// isRejected says that all is done, but for rows that were rejected.
func isRejected(err error) bool { return errors.As(err, new(rejectedError)) }

// worst returns what a run that ended with err, and then could not write its
// result, is to complain of. What went wrong before is not to be hidden, unless
// all that it was is rejected rows.
func worst(err, writeErr error) error {
	if err == nil || isRejected(err) {
		return first(writeErr, err)
	}
	return err
}

// first returns the first error that is not nil.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// complain writes an error to stderr, on one line.
func (a *app) complain(err error) { fmt.Fprintf(a.err, "keymill: %s\n", printable(err.Error())) }
