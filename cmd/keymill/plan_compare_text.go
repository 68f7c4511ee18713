package main

import (
	"fmt"
	"io"

	"github.com/keymill/keymill/plan"
)

// writeCompared writes a report of several placements for people.
func writeCompared(out io.Writer, r *plan.BalanceReport) {
	fmt.Fprintf(out, "%s\n\n", comparedStream(r))
	comparedTable(r, "partitions", onPartitions).write(out)
	if len(r.Placements[0].Nodes) > 0 {
		fmt.Fprintln(out)
		comparedTable(r, "nodes", onNodes).write(out)
	}
	fmt.Fprintln(out)
	writeComparedNotes(out, r)
}

// comparedStream says what was read.
func comparedStream(r *plan.BalanceReport) string {
	return fmt.Sprintf("%s of %s, %s; by %s", plural(int64(r.Stream.Keys), "row"), distinctText(r.Distinct), size(int64(r.Stream.Bytes)), r.By)
}

// onPartitions and onNodes are the spreads of a placement that are compared.
func onPartitions(p *plan.Balanced, by plan.Measure) *plan.Beside { return p.Spread[by] }

func onNodes(p *plan.Balanced, by plan.Measure) *plan.Beside {
	if p.NodeSpread == nil { // its partitions are the nodes
		return p.Spread[by]
	}
	return p.NodeSpread[by]
}

func writeComparedNotes(out io.Writer, r *plan.BalanceReport) {
	fmt.Fprintln(out, "chance: what chance alone makes of max/mean and of CV, 99 of 100 times. p: how likely it is as uneven as here.")
	fmt.Fprintln(out, "floor: no function brings max/mean below it, for the heaviest key; ≤ where that key is known by a bound.")
	for _, p := range r.Placements {
		if p.Warning != "" {
			fmt.Fprintf(out, "Warning: %s: %s.\n", p.Scheme, p.Warning)
		}
	}
}

func comparedTable(r *plan.BalanceReport, places string, of func(*plan.Balanced, plan.Measure) *plan.Beside) *table {
	t := newTable("<scheme", places, "max/mean", "chance", "p99/mean", "CV", "chance", "Gini", "p", "floor", "empty", "not placed")
	for _, p := range r.Placements {
		b := of(p, r.By)
		floor := figure(b.Floor)
		if !p.Heaviest.Exact && b.Floor > 1 {
			floor = "≤ " + floor
		}
		t.add(p.Scheme, grouped(int64(b.Of)), figure(b.MaxMean), rangeText(b.Chance.MaxMean), figure(b.P99Mean),
			figure(b.CV), rangeText(b.Chance.CV), figure(b.Gini), figure(b.P), floor, grouped(int64(b.Empty)), plural(int64(p.Unplaced.Keys), "row"))
	}
	return t
}
