package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/plan"
)

// movedWriter writes the rows that move, a line each, in the order of the input. It may be
// nil: then it writes nothing.
type movedWriter struct {
	*resharding
	moves *plan.Moves
	out   *app
	json  bool
}

func (r *resharding) movedWriter(moves *plan.Moves, out *app) *movedWriter {
	if out == nil {
		return nil
	}
	return &movedWriter{r, moves, out, r.flags.input.json}
}

// reader returns the app that reads the input: the one whose output takes the rows.
func (w *movedWriter) reader(a *app) *app {
	if w == nil {
		return a
	}
	return w.out
}

// write writes the rows of a chunk that move; parts are their partitions before and after.
func (w *movedWriter) write(job *ingest.Job, before, after []uint32) {
	if w == nil {
		return
	}
	out := job.Out
	for i := range before {
		from, to := placeOf(w.fromOf, before[i]), placeOf(w.toOf, after[i])
		if from == keymill.NoPartition || to == keymill.NoPartition || !w.moves.Moved(from, to) {
			continue
		}
		if w.json {
			out = appendPlace(append(out, `{"from":`...), &w.from, from, true)
			out = appendPlace(append(out, `,"to":`...), &w.to, to, true)
			out = append(appendJSONKey(append(out, ','), job.Keys.Key(i)), '}')
		} else {
			out = appendPlace(out, &w.from, from, false)
			out = appendPlace(append(out, '\t'), &w.to, to, false)
			out = append(append(out, '\t'), job.KeyText(i)...)
		}
		out = append(out, '\n')
	}
	job.Out = out
}

// appendPlace appends the name of a place, or its number.
func appendPlace(out []byte, places *plan.Places, i uint32, asJSON bool) []byte {
	switch {
	case places.Names == nil:
		return strconv.AppendUint(out, uint64(i), 10)
	case !asJSON:
		return append(out, places.Names[i]...)
	}
	name, err := json.Marshal(places.Names[i])
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return append(out, name...)
}

// movedOutput returns an app whose output is the file of --moved, and what closes that;
// none without --moved.
func (a *app) movedOutput(args []string, name string) (*app, func() error, error) {
	nothing := func() error { return nil }
	switch name {
	case "":
		return nil, nothing, nil
	case "-":
		return a, nothing, nil
	}
	if files, err := a.files(args); err == nil {
		if err := isInput(name, files); err != nil {
			return nil, nil, err
		}
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, nil, fmt.Errorf("--moved: %w", err)
	}
	to := *a
	to.out, to.outIsTerminal = file, false
	return &to, file.Close, nil
}

// isInput refuses to write over what is to be read.
func isInput(name string, files []string) error {
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("--moved: %w", err)
	}
	for _, file := range files {
		if input, err := os.Stat(file); err == nil && file != ingest.Stdin && os.SameFile(info, input) {
			return usageError{fmt.Errorf("--moved %s is a file of the input: name another", name)}
		}
	}
	return nil
}
