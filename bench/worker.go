package bench

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Each store of a table runs in a process of its own, the worker: so the garbage
// collector of one does not walk through the memory of another, and a store may
// be written in any language. Only one of them is at work at a time.
//
// A worker reads requests, a line each, from its standard input, and answers
// each with a line on its standard output:
//
//	open STORE ROWS                               ok BYTES
//	run OPERATION calls|batches LO HI GOROUTINES  ok NANOSECONDS DIGEST
//	device NAME                                   ok NANOSECONDS DIGEST
//
// or with "error TEXT". open loads the file ROWS into a store of that name, with
// "_" for each space, and says by how much the memory of the process has grown.
// device opens an OpenCL device and hashes a key with it; of ours alone the table
// device asks that. A worker ends with its input.

// ServeWorker does the work of a worker that has our stores and these, until in
// ends.
func ServeWorker(in io.Reader, out io.Writer, peers []StoreSide) (err error) {
	w := worker{stores: slices.Concat(Stores, []StoreSide{builtinMap}, peers)}
	defer func() { err = joined(err, w.closeStore()) }() // which may have files
	requests := bufio.NewScanner(in)
	for requests.Scan() {
		answer, err := w.answer(strings.Fields(requests.Text()))
		if err != nil {
			answer = "error " + strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
	return requests.Err()
}

type worker struct {
	stores []StoreSide
	*performer
}

func (w *worker) answer(request []string) (string, error) {
	switch {
	case len(request) == 3 && request[0] == "open":
		grown, err := w.open(request[1], request[2])
		return fmt.Sprint("ok ", grown), err
	case len(request) == 2 && request[0] == "device":
		took, digest, err := startUp(request[1])
		return fmt.Sprint("ok ", took.Nanoseconds(), " ", digest), err
	case len(request) == 6 && request[0] == "run" && w.performer != nil:
		lo, errLo := strconv.Atoi(request[3])
		hi, errHi := strconv.Atoi(request[4])
		goroutines, err := strconv.Atoi(request[5])
		if err = errors.Join(errLo, errHi, err); err != nil {
			return "", err
		}
		if request[2] != "calls" && request[2] != "batches" {
			return "", fmt.Errorf("form %q is neither calls nor batches", request[2])
		}
		if lo < 0 || lo > hi || hi > w.rows.len() || goroutines < 1 {
			return "", fmt.Errorf("rows %d to %d of %d on %d goroutines", lo, hi, w.rows.len(), goroutines)
		}
		took, digest, err := w.perform(operation(request[1]), request[2] == "batches", lo, hi, goroutines)
		return fmt.Sprint("ok ", took.Nanoseconds(), " ", digest), err
	}
	return "", fmt.Errorf("request %q is unknown, or comes before open", request)
}

func (w *worker) closeStore() error {
	if w.performer == nil || w.store == nil {
		return nil
	}
	return w.store.Close()
}

func (w *worker) open(name, rowsName string) (grown int64, err error) {
	rows, err := readRows(rowsName)
	if err != nil {
		return 0, err
	}
	for _, side := range w.stores {
		if side.Name == strings.ReplaceAll(name, "_", " ") && side.Open != nil {
			err = w.closeStore()
			if w.performer = nil; err == nil {
				w.performer, err = newPerformer(side, rows)
			}
			if err != nil {
				return 0, err
			}
			before := usedBytes()
			_, _, err = w.perform(opLoad, false, 0, rows.len(), 1)
			return max(0, usedBytes()-before), err
		}
	}
	return 0, fmt.Errorf("no store is called %s", name)
}

// usedBytes returns how much of the memory of this process is in use, 0 where the
// system does not say. What is garbage does not count, nor what the runtime has of
// free pages: on a busy machine it cannot give all of them back at once.
func usedBytes() int64 {
	debug.FreeOSMemory()
	var heap runtime.MemStats
	runtime.ReadMemStats(&heap)
	return max(0, residentBytes()-int64(heap.HeapIdle-heap.HeapReleased))
}

// residentBytes returns how much memory this process has, 0 where the system
// does not say.
func residentBytes() int64 {
	fields := strings.Fields(fromLinux("/proc/self/statm"))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// client is the other end of a worker.
type client struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     io.Closer
	answers *bufio.Scanner
	grown   uint64 // by how many bytes the store made it grow
}

// startWorker starts a worker by its command line, and opens a store in it. The
// worker runs in the folder of the rows, so that its request, which is words, has
// a name without the spaces that a folder's may have.
func startWorker(ctx context.Context, command []string, store, rows string) (c *client, err error) {
	folder, rows := filepath.Split(rows)
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: worker %s: %w", store, strings.Join(command, " "), err)
		}
	}()
	if c, err = spawn(ctx, command, folder); err != nil {
		return nil, err
	}
	numbers, err := c.ask(1, "open", strings.ReplaceAll(store, " ", "_"), rows)
	if err != nil {
		return nil, joined(err, c.close())
	}
	c.grown = numbers[0]
	return c, nil
}

// spawn starts a worker in a folder; "" is that of this process.
func spawn(ctx context.Context, command []string, folder string) (c *client, err error) {
	c = &client{cmd: exec.CommandContext(ctx, command[0], command[1:]...)}
	c.cmd.Stderr, c.cmd.Dir = os.Stderr, folder
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out, c.answers = out, bufio.NewScanner(out)
	return c, c.cmd.Start()
}

// ask sends a request and returns the numbers of the answer.
func (c *client) ask(count int, request ...any) ([]uint64, error) {
	_, err := fmt.Fprintln(c.in, request...)
	if err != nil || !c.answers.Scan() {
		return nil, fmt.Errorf("it has ended: %w", cmp.Or(err, c.answers.Err(), io.ErrUnexpectedEOF))
	}
	text := c.answers.Text()
	if failure, failed := strings.CutPrefix(text, "error "); failed {
		return nil, errors.New(failure)
	}
	words := strings.Fields(text)
	if len(words) != count+1 || words[0] != "ok" {
		return nil, fmt.Errorf("it answers %q", text)
	}
	numbers := make([]uint64, count)
	for i := range numbers {
		if numbers[i], err = strconv.ParseUint(words[i+1], 10, 64); err != nil {
			return nil, fmt.Errorf("it answers %q: %w", text, err)
		}
	}
	return numbers, nil
}

// run has the worker perform an operation.
func (c *client) run(op operation, batches bool, lo, hi, goroutines int) (time.Duration, uint64, error) {
	form := "calls"
	if batches {
		form = "batches"
	}
	numbers, err := c.ask(2, "run", op, form, lo, hi, goroutines)
	if err != nil {
		return 0, 0, err
	}
	return time.Duration(numbers[0]), numbers[1], nil
}

// close ends the worker: its input ends, and what it still says, nobody hears, so
// that one that says more than it is asked does not wait for ever.
func (c *client) close() error { return joined(c.in.Close(), c.out.Close(), c.cmd.Wait()) }

func closeAll(clients []*client) (err error) {
	for _, c := range clients {
		err = joined(err, c.close())
	}
	return err
}

// joined is [errors.Join] on one line.
func joined(errs ...error) (all error) {
	for _, err := range errs {
		switch {
		case all == nil:
			all = err
		case err != nil:
			all = fmt.Errorf("%w; %w", all, err)
		}
	}
	return all
}
