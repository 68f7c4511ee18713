package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// message is what a program that runs a Config for another says, a JSON object
// a line: now and then how far it is, and at last the report or an error.
type message struct {
	Done   int     `json:"done,omitempty"`
	Total  int     `json:"total,omitempty"`
	Report *Report `json:"report,omitempty"`
	Error  string  `json:"error,omitempty"`
}

// Serve reads a Config from in, runs it with these peers, and writes messages to
// out: the other end of [Ask]. worker is what Config.Worker becomes.
func Serve(ctx context.Context, in io.Reader, out io.Writer, peers Peers, worker []string) error {
	var c Config
	encoder := json.NewEncoder(out)
	if err := json.NewDecoder(in).Decode(&c); err != nil {
		return encoder.Encode(message{Error: fmt.Sprintf("reading the config: %v", err)})
	}
	c.Peers, c.Worker = peers, worker
	// If the other end is gone, the last message tells.
	c.Progress = func(done, total int) { _ = encoder.Encode(message{Done: done, Total: total}) }
	report, err := Run(ctx, c)
	if err != nil {
		return encoder.Encode(message{Error: err.Error()})
	}
	return encoder.Encode(message{Report: report})
}

// Ask has a program that calls [Serve] run the config: its command line is
// given. What the program writes to its standard error goes to stderr.
func Ask(ctx context.Context, c Config, command []string, stderr io.Writer) (report *Report, err error) {
	in, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	program := exec.CommandContext(ctx, command[0], command[1:]...)
	program.Cancel = func() error { return program.Process.Signal(os.Interrupt) }
	program.WaitDelay = 10 * time.Second
	program.Stderr = stderr
	stdin, err := program.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := program.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := program.Start(); err != nil {
		return nil, err
	}
	_, writeErr := stdin.Write(append(in, '\n'))
	writeErr = joined(writeErr, stdin.Close())
	decoder := json.NewDecoder(out)
	for report == nil && err == nil {
		var m message
		if err = decoder.Decode(&m); err != nil {
			err = fmt.Errorf("%s has ended without a report: %w", command[0], joined(err, writeErr))
			break
		}
		switch {
		case m.Error != "":
			err = errors.New(m.Error)
		case m.Report != nil:
			report = m.Report
		case c.Progress != nil:
			c.Progress(m.Done, m.Total)
		}
	}
	_ = out.Close() // or one that says more than it should would wait for ever
	waitErr := program.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil {
		err = waitErr
	}
	return report, err
}
