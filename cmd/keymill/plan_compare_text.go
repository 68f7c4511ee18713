package main

import (
	"fmt"
	"io"

	"github.com/keymill/keymill/plan"
)

// writeCompared writes a report of several placements for people.
func writeCompared(out io.Writer, r *plan.BalanceReport) {
	fmt.Fprintf(out, "%s of %s, %s; by %s\n\n", plural(int64(r.Stream.Keys), "row"), distinctText(r.Distinct), size(int64(r.Stream.Bytes)), r.By)
	spreads := func(p *plan.Balanced) *plan.Beside { return p.Spread[r.By] }
	writeComparedTable(out, r, "partitions", spreads)
	if len(r.Placements[0].Nodes) > 0 {
		fmt.Fprintln(out)
		writeComparedTable(out, r, "nodes", func(p *plan.Balanced) *plan.Beside {
			if p.NodeSpread == nil { // its partitions are the nodes
				return p.Spread[r.By]
			}
			return p.NodeSpread[r.By]
		})
	}
	fmt.Fprintln(out, "\nchance: what chance alone makes of max/mean and of CV, 99 of 100 times. p: how likely it is as uneven as here.")
	fmt.Fprintln(out, "floor: no function brings max/mean below it, for the heaviest key; ≤ where that key is known by a bound.")
	for _, p := range r.Placements {
		if p.Warning != "" {
			fmt.Fprintf(out, "Warning: %s: %s.\n", p.Scheme, p.Warning)
		}
	}
}

func writeComparedTable(out io.Writer, r *plan.BalanceReport, places string, of func(*plan.Balanced) *plan.Beside) {
	t := newTable("<scheme", places, "max/mean", "chance", "p99/mean", "CV", "chance", "Gini", "p", "floor", "empty", "not placed")
	for _, p := range r.Placements {
		b := of(p)
		floor := figure(b.Floor)
		if !p.Heaviest.Exact && b.Floor > 1 {
			floor = "≤ " + floor
		}
		t.add(p.Scheme, grouped(int64(b.Of)), figure(b.MaxMean), rangeText(b.Chance.MaxMean), figure(b.P99Mean),
			figure(b.CV), rangeText(b.Chance.CV), figure(b.Gini), figure(b.P), floor, grouped(int64(b.Empty)), plural(int64(p.Unplaced.Keys), "row"))
	}
	t.write(out)
}
