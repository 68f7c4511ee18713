package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/ingest"
)

// inputFlags are the flags of every command that reads rows and computes on
// them.
type inputFlags struct {
	format, encoding string
	maxRow           int
	workers          int
	backend          string
	profile          string
	adapt, split     bool
	explain          bool
	json             bool
	explainer        explainer

	// Not flags: what typed keys ask for.
	keyColumns int
	positions  bool

	again bool // not a flag: the input was read before, and its rejected rows were shown
}

func (f *inputFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "auto", "how rows are written: auto, lines, tsv or tree")
	flags.StringVar(&f.encoding, "key-encoding", "raw", "how keys are written: raw, hex or base64")
	flags.IntVar(&f.maxRow, "max-row", ingest.DefaultMaxRow, "longest row in bytes; longer ones are rejected")
	flags.IntVar(&f.workers, "workers", 0, "goroutines per stage (default: one per processor)")
	flags.StringVar(&f.backend, "backend", backend.Auto, "backend to compute on: auto, or a name that 'keymill devices' lists")
	addProfile(cmd, &f.profile)
	flags.BoolVar(&f.explain, "explain", false, "say for each kind and size of batches what each backend was predicted to take, which ran, and what that took")
	flags.BoolVar(&f.adapt, "adapt", false, "choose by what batches take now, where that is not what was predicted")
	flags.BoolVar(&f.split, "split", false, "share out batches of milliseconds over the processor and OpenCL devices")
	flags.BoolVar(&f.json, "json", false, "write JSON, in the schema of docs/CLI.md")
	complete(cmd, "format", "auto", "lines", "tsv", "tree")
	complete(cmd, "key-encoding", "raw", "hex", "base64")
	complete(cmd, "backend", append([]string{backend.Auto}, backend.Names()...)...)
}

// complete offers the values of a flag to the shell's completion.
func complete(cmd *cobra.Command, flag string, values ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag is not there: a mistake of ours
	}
}

// options checks the flags.
func (f *inputFlags) options(a *app) (ingest.Options, error) {
	format, err := ingest.ParseFormat(f.format)
	if err != nil {
		return ingest.Options{}, usageError{err}
	}
	encoding, err := ingest.ParseKeyEncoding(f.encoding)
	if err != nil {
		return ingest.Options{}, usageError{err}
	}
	if f.maxRow < 1 || f.maxRow > ingest.MaxRowLimit {
		return ingest.Options{}, usageError{fmt.Errorf("--max-row %d: it takes 1 to %d", f.maxRow, ingest.MaxRowLimit)}
	}
	if f.workers < 0 || f.workers > ingest.MaxWorkers {
		return ingest.Options{}, usageError{fmt.Errorf("--workers %d: it takes 1 to %d, or 0 for one per processor", f.workers, ingest.MaxWorkers)}
	}
	if format == ingest.FormatTree && encoding != ingest.KeyRaw {
		return ingest.Options{}, usageError{errors.New("--key-encoding does not go with --format tree, whose keys are paths")}
	}
	if format == ingest.FormatTree && f.positions {
		return ingest.Options{}, usageError{errors.New("--key-type does not go with --format tree, whose keys are paths")}
	}
	return ingest.Options{
		Format: format, KeyEncoding: encoding, KeyColumns: f.keyColumns, Positions: f.positions,
		MaxRow: f.maxRow, Workers: f.workers, Stdin: a.in,
	}, nil
}

// files returns the files that the arguments stand for; none stands for the
// standard input, if that is not a terminal.
func (a *app) files(args []string) ([]string, error) {
	if len(args) == 0 {
		if a.inIsTerminal {
			return nil, usageError{errors.New("no file: name one, or - for the standard input")}
		}
		args = []string{ingest.Stdin}
	}
	files, err := ingest.Expand(args)
	if err == ingest.ErrStdinTwice {
		return nil, usageError{err}
	}
	return files, err
}

// dispatcher returns the engine that the flags ask for. The stages of a
// pipeline work on several chunks at a time, so each batch needs one core.
func (f *inputFlags) dispatcher(a *app) (*keymill.Dispatcher, error) {
	candidates, err := a.candidates(f.backend, 1, f.profile)
	if err != nil {
		return nil, err
	}
	config := keymill.Config{Candidates: candidates, Adapt: f.adapt, Split: f.split}
	if f.explain {
		config.Observe = f.explainer.observe
	}
	return keymill.NewDispatcher(config)
}

// explained writes what --explain asks for, when all is done.
func (f *inputFlags) explained(a *app) {
	if f.explain {
		_ = f.explainer.write(a.err) // nobody could be told
	}
}

// parseSeed reads a seed from the command line, or with @FILE from a file, so
// that a secret key is not seen in the list of processes.
func parseSeed(text string) (hash.Seed, error) {
	if name, ok := strings.CutPrefix(text, "@"); ok {
		f, err := os.Open(name)
		if err != nil {
			return hash.Seed{}, fmt.Errorf("--seed: %w", err)
		}
		defer func() { _ = f.Close() }()                     // it was only read
		contents, err := io.ReadAll(io.LimitReader(f, 1000)) // more is no seed
		if err != nil {
			return hash.Seed{}, fmt.Errorf("--seed: %w", err)
		}
		text = strings.TrimSpace(string(contents))
		seed, err := hash.ParseSeed(text)
		if err != nil || !seed.IsSet() { // without the text: it may be a secret
			return hash.Seed{}, fmt.Errorf("--seed: the file %s holds neither a number nor a key of 32 hex digits", name)
		}
		return seed, nil
	}
	seed, err := hash.ParseSeed(text)
	if err != nil {
		return hash.Seed{}, usageError{fmt.Errorf("--seed: %w", err)}
	}
	return seed, nil
}

// maxShownRejects is how many rejected rows are shown, so that a file of the
// wrong format does not flood the terminal.
const maxShownRejects = 10

// rejects shows the first rejected rows on stderr.
type rejects struct {
	app   *app
	quiet bool
	count int64
}

func (r *rejects) show(reject ingest.Reject) {
	r.count++
	switch {
	case r.quiet:
	case r.count <= maxShownRejects:
		r.app.progressBreak()
		fmt.Fprintf(r.app.err, "keymill: rejected: %s\n", printable(reject.String()))
	case r.count == maxShownRejects+1:
		fmt.Fprintln(r.app.err, "keymill: rejected: ... (more are only counted)")
	}
}

// stream runs rows through the engine and writes what work left in Job.Out. It
// returns how many rows were read, also when it fails.
func (a *app) stream(ctx context.Context, args []string, f *inputFlags,
	work func(d *keymill.Dispatcher, job *ingest.Job) error) (int64, error) {
	options, err := f.options(a)
	if err != nil {
		return 0, err
	}
	files, err := a.files(args)
	if err != nil {
		return 0, err
	}
	d, err := f.dispatcher(a)
	if err != nil {
		return 0, err
	}
	defer f.explained(a)
	progress := new(ingest.Progress)
	stop := func() {}
	if !a.outIsTerminal { // where the output itself shows the progress
		stop = a.watch(progress, ingest.Size(files))
	}
	shown := rejects{app: a, quiet: f.again}
	written := int64(0) // rows of the output that were written whole
	err = ingest.Stream(ctx, files, options, progress,
		func(job *ingest.Job) error {
			job.Out = job.Out[:0]
			return work(d, job)
		},
		func(job *ingest.Job) error {
			defer job.Done()
			for _, r := range job.Rejects {
				shown.show(r)
			}
			if len(job.Out) == 0 {
				return nil
			}
			n, err := a.out.Write(job.Out)
			written += lines(job.Out[:n])
			if err != nil {
				return outputError{written, err}
			}
			return nil
		})
	stop()
	rows := progress.Rows.Load()
	if err != nil {
		return rows, ended(err, rows)
	}
	if shown.count > 0 {
		err = rejectedError{shown.count}
	}
	return rows, err
}

func lines(b []byte) (n int64) {
	for _, c := range b {
		if c == '\n' {
			n++
		}
	}
	return n
}

// outputError says how far the output got before it could not be written.
type outputError struct {
	rows int64
	err  error
}

func (e outputError) Error() string {
	return fmt.Sprintf("the output cannot be written, after %s: %v: make room, or write elsewhere", plural(e.rows, "row"), e.err)
}

func (e outputError) Unwrap() error { return e.err }

// ended says how many rows were done when the error ended the run.
func ended(err error, rows int64) error {
	switch {
	case errors.Is(err, context.Canceled):
		return interruptedError{rows}
	case errors.As(err, new(outputError)):
		return err
	}
	return fmt.Errorf("%w (%s done before)", err, plural(rows, "row"))
}

// interruptedError is a context.Canceled.
type interruptedError struct{ rows int64 }

func (e interruptedError) Error() string { return "interrupted after " + plural(e.rows, "row") }

func (e interruptedError) Unwrap() error { return context.Canceled }
