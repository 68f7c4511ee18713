package ingest

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/keymill/keymill"
)

// Options says how inputs are read.
type Options struct {
	Format      Format      // "" is FormatAuto
	KeyEncoding KeyEncoding // "" is KeyRaw
	KeyColumns  int         // of a TSV row, so many columns are the key, tabs and all; 0 is 1
	Positions   bool        // chunks say where each row stood: see [Chunk.Reject]
	MaxRow      int         // bytes of the longest row that is taken; 0 is DefaultMaxRow
	Stdin       io.Reader   // what the name "-" reads; nil is os.Stdin
	Workers     int         // goroutines a stage; 0 is one for each processor
}

// Bounds of Options.
const (
	DefaultMaxRow = 64 << 20
	MaxRowLimit   = 1 << 30
	MaxWorkers    = 1024
)

// normalize puts the defaults in place.
func (o Options) normalize() (Options, error) {
	if o.Format == "" {
		o.Format = FormatAuto
	}
	if o.KeyEncoding == "" {
		o.KeyEncoding = KeyRaw
	}
	if o.MaxRow == 0 {
		o.MaxRow = DefaultMaxRow
	}
	if o.MaxRow < 1 || o.MaxRow > MaxRowLimit {
		return o, fmt.Errorf("a longest row of %d bytes: --max-row takes 1 to %d", o.MaxRow, MaxRowLimit)
	}
	if o.Workers < 0 || o.Workers > MaxWorkers {
		return o, fmt.Errorf("%d workers: --workers takes 1 to %d, or 0 for one per processor", o.Workers, MaxWorkers)
	}
	if o.Workers == 0 {
		o.Workers = min(runtime.GOMAXPROCS(0), MaxWorkers)
	}
	if o.Format == FormatTree && o.KeyEncoding != KeyRaw {
		return o, fmt.Errorf("--format tree takes the paths of files for keys: they have no --key-encoding")
	}
	if o.Stdin == nil {
		o.Stdin = os.Stdin
	}
	return o, nil
}

// formatOf returns how a file is to be read.
func (o Options) formatOf(name string) (Format, error) {
	if o.Format != FormatAuto {
		return o.Format, nil
	}
	return formatOf(name)
}

// Open opens one input, as the options say.
func (o Options) Open(name string, read *atomic.Int64) (Source, error) {
	o, err := o.normalize()
	if err != nil {
		return nil, err
	}
	if o.Format, err = o.formatOf(name); err != nil {
		return nil, err
	}
	if o.Format == FormatTree {
		return openTree(name, o, read)
	}
	return openText(name, o, read)
}

// Progress is what a run has done so far. It may be read at any time.
type Progress struct {
	BytesRead atomic.Int64 // of the inputs, before decompression
	Rows      atomic.Int64 // that have been handed on
	Rejected  atomic.Int64

	read, hash, group, store stopwatch
}

// stopwatch sums up the time that goroutines spend on something.
type stopwatch struct{ nanos atomic.Int64 }

func (s *stopwatch) since(start time.Time) { s.nanos.Add(int64(time.Since(start))) }

func (s *stopwatch) total() time.Duration { return time.Duration(s.nanos.Load()) }

// Job is a chunk on its way through [Stream], with memory for what the stages
// make of it.
type Job struct {
	Chunk
	Placement keymill.Placement
	Groups    keymill.Groups
	Found     keymill.Batch // values that were looked up
	Out       []byte

	worked chan error // what work returned
	home   chan *Job  // where Done takes it
}

// Done gives the job's memory back. It is called exactly once, by apply or by
// whoever apply left the job to.
func (j *Job) Done() {
	j.Chunk.Reset()
	giveBack(&j.Found)
	if cap(j.Out) > keptBytes {
		j.Out = nil
	}
	j.home <- j
}

// Stream reads the files and hands their chunks to two functions: work, which
// several goroutines call at a time, for any chunk; then apply, for one chunk
// after the other, in the order of the input. apply must see to it that
// Job.Done is called when the job is done with, even if it returns an error.
//
// Several files are read at a time. Stream returns when no chunk is under way:
// with nil at the end of the input, with the first error of a source, of work
// or of apply, or with the cause if ctx has ended. Even then the chunks that
// went through apply are the beginning of the input. (A read that hangs, as on
// a terminal, is left behind.)
func Stream(ctx context.Context, files []string, opts Options, progress *Progress, work, apply func(*Job) error) error {
	opts, err := opts.normalize()
	if err != nil {
		return err
	}
	for _, file := range files { // before the first is read
		if _, err := opts.formatOf(file); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &stream{opts: opts, progress: progress, work: work}
	jobs := make(chan *Job)                // to the workers
	order := make(chan *Job, opts.Workers) // the same jobs, in the order of the input
	for range opts.Workers {
		go s.workOn(jobs)
	}
	var readErr error
	go func() {
		readErr = s.sequence(ctx, files, jobs, order)
		close(jobs)
		close(order)
	}()
	for job := range order {
		workErr := <-job.worked
		if err == nil {
			err = workErr
		}
		if err != nil { // let what is under way run out
			cancel()
			job.Done()
			continue
		}
		rows := job.Keys.Len()                         // which apply gives back
		progress.Rejected.Add(int64(len(job.Rejects))) // apply tells of them even if it fails
		if err = apply(job); err != nil {
			cancel() // at once: the next job may be long in coming
			continue
		}
		progress.Rows.Add(int64(rows))
	}
	if err == nil {
		err = readErr
	}
	return err
}

type stream struct {
	opts     Options
	progress *Progress
	work     func(*Job) error
}

func (s *stream) workOn(jobs <-chan *Job) {
	for job := range jobs {
		job.worked <- s.work(job)
	}
}

// reading is what the reader of a file sends: a job, an error, or both, the
// error being what came after the job's rows.
type reading struct {
	job *Job
	err error
}

// jobsPerFile is how many chunks of a file are under way at a time: one that is
// read, one that is worked on, one that is applied, and one between them.
const jobsPerFile = 4

// sequence reads the files, as many at a time as there are workers, and sends
// their jobs on in the order of the input.
func (s *stream) sequence(ctx context.Context, files []string, jobs, order chan<- *Job) error {
	// Each file that is being read has jobs of its own. If the files shared
	// them, those that are read ahead could take all, and the one whose turn it
	// is would wait for ever.
	homes := make(chan chan *Job, s.opts.Workers)
	for range s.opts.Workers {
		home := make(chan *Job, jobsPerFile)
		for range jobsPerFile {
			home <- &Job{worked: make(chan error, 1), home: home}
		}
		homes <- home
	}
	opened := make(chan chan reading, s.opts.Workers) // a channel a file, in order
	go s.readFiles(ctx, files, homes, opened)
	left := len(files)
	for readings := range opened {
		for {
			var r reading
			var more bool
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case r, more = <-readings:
			}
			if !more {
				left--
				break
			}
			if r.job != nil {
				order <- r.job
				jobs <- r.job
			}
			if r.err != nil {
				return r.err
			}
		}
	}
	if left > 0 { // readFiles saw the end of ctx before we did
		return context.Cause(ctx)
	}
	return nil
}

// readFiles starts the readers.
func (s *stream) readFiles(ctx context.Context, files []string, homes chan chan *Job, opened chan<- chan reading) {
	defer close(opened)
	for i, file := range files {
		select {
		case <-ctx.Done():
			return
		case home := <-homes:
			// Room for all jobs of the file and an error: no send waits.
			readings := make(chan reading, jobsPerFile+1)
			go func() {
				defer close(readings)
				s.readFile(ctx, i, file, home, readings)
				homes <- home
			}()
			select {
			case <-ctx.Done():
				return
			case opened <- readings:
			}
		}
	}
}

func (s *stream) readFile(ctx context.Context, input int, file string, home <-chan *Job, readings chan<- reading) {
	source, err := s.opts.Open(file, &s.progress.BytesRead)
	if err != nil {
		readings <- reading{err: err}
		return
	}
	defer func() { _ = source.Close() }() // it was only read
	for err == nil {
		select {
		case <-ctx.Done():
			readings <- reading{err: context.Cause(ctx)} // the end of the channel is that of the file
			return
		case job := <-home:
			job.input = input
			start := time.Now()
			err = source.Fill(ctx, &job.Chunk)
			s.progress.read.since(start)
			if err == io.EOF {
				readings <- reading{job: job}
			} else {
				readings <- reading{job, err}
			}
		}
	}
}
