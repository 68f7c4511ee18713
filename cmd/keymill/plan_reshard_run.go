package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/plan"
)

// run reads the input, adds what moves to moves, and writes the rows that do to out, if
// there is one. It returns how many rows were read.
func (r *resharding) run(ctx context.Context, a *app, args []string, moves *plan.Moves, report *plan.Reshard, out *app) (int64, error) {
	if !r.partitionsMove() {
		return r.moveRows(ctx, a, args, moves, out)
	}
	if r.flags.rebalance && r.flags.measure == byPartitions { // whatever is in them
		if err := r.rebalance(report, nil); err != nil {
			return 0, err
		}
	}
	if r.toOf != nil {
		tally, rows, err := r.count(ctx, a, args, moves, out)
		if err != nil && !isRejected(err) {
			return rows, err
		}
		return rows, worst(err, r.movePartitions(moves, report, tally))
	}
	return r.rebalanceByLoad(ctx, a, args, moves, report, out)
}

// partitionsMove says whether all that changes is which node has which partition.
func (r *resharding) partitionsMove() bool {
	return r.before.owners != nil && r.before.params == r.after.params
}

// moveRows is for rows whose partition may change.
func (r *resharding) moveRows(ctx context.Context, a *app, args []string, moves *plan.Moves, out *app) (int64, error) {
	w := r.movedWriter(moves, out)
	return w.reader(a).passJobs(ctx, args, &r.flags.planFlags, []*side{&r.before, &r.after}, false,
		func(job *ingest.Job, rows *plan.Rows, parts [][]uint32) error {
			w.write(job, parts[0], parts[1])
			return moves.Add(rows, inPlaces(r.fromOf, parts[0]), inPlaces(r.toOf, parts[1]))
		})
}

// inPlaces makes partitions the places that they are in.
func inPlaces(of, parts []uint32) []uint32 {
	if of != nil {
		for i, p := range parts {
			parts[i] = placeOf(of, p)
		}
	}
	return parts
}

// placeOf returns the place of a partition.
func placeOf(of []uint32, part uint32) uint32 {
	if of == nil || part == keymill.NoPartition {
		return part
	}
	return of[part]
}

// count sums up what each partition has, and writes the rows of those that move to out.
func (r *resharding) count(ctx context.Context, a *app, args []string, moves *plan.Moves, out *app) (*plan.Tally, int64, error) {
	tally, w := plan.NewTally(r.before.parts, r.flags.weights), r.movedWriter(moves, out)
	rows, err := w.reader(a).passJobs(ctx, args, &r.flags.planFlags, []*side{&r.before}, false,
		func(job *ingest.Job, rows *plan.Rows, parts [][]uint32) error {
			w.write(job, parts[0], parts[0])
			return tally.Add(rows, parts[0])
		})
	return tally, rows, err
}

// movePartitions adds whole partitions to what moves.
func (r *resharding) movePartitions(moves *plan.Moves, report *plan.Reshard, tally *plan.Tally) error {
	loads, unplaced := tally.Sum()
	err := moves.AddLoad(keymill.NoPartition, keymill.NoPartition, unplaced)
	if err == nil {
		report.Partitions, err = plan.MovePartitions(moves, loads, r.fromOf, r.toOf)
	}
	return err
}

// rebalanceByLoad reads the input to know what partitions have, and once more for out,
// since only then it is known which of them move.
func (r *resharding) rebalanceByLoad(ctx context.Context, a *app, args []string, moves *plan.Moves, report *plan.Reshard, out *app) (int64, error) {
	if out != nil {
		files, err := a.files(args)
		if err != nil {
			return 0, err
		}
		if ingest.Rereadable(files) != nil {
			return 0, fmt.Errorf("--moved after --rebalance --by %s reads the input twice, to plan and for the rows: name files that can be, or plan --by partitions",
				r.flags.measure)
		}
	}
	tally, rows, err := r.count(ctx, a, args, moves, nil)
	if err != nil && !isRejected(err) {
		return rows, err
	}
	loads, _ := tally.Sum()
	if err := r.rebalance(report, loads); err != nil {
		return rows, err
	}
	if err := r.movePartitions(moves, report, tally); err != nil || out == nil {
		return rows, err
	}
	quiet := *out
	quiet.err = io.Discard // all was said the first time
	again, _, againErr := r.count(ctx, &quiet, args, moves, &quiet)
	if againErr != nil && !isRejected(againErr) {
		return rows, againErr
	}
	if sum, _ := again.Sum(); !reflect.DeepEqual(sum, loads) {
		return rows, errors.New("the input has changed while it was read: the rows that move are not those of one plan, so run this again")
	}
	return rows, err
}

// rebalance computes the owners after: by what partitions have, or by their number if
// loads is nil.
func (r *resharding) rebalance(report *plan.Reshard, loads *plan.Loads) error {
	of := make([]uint64, r.before.parts)
	for p := range of {
		of[p] = 1
		if loads != nil {
			of[p] = r.measure.Of(loads.At(p))
		}
	}
	result, err := plan.Rebalance(of, r.fromOf, r.from, r.to)
	if err != nil {
		return err
	}
	r.toOf = result.Owners
	report.Rebalanced, err = result.Report(r.flags.measure, of, r.to)
	return err
}
