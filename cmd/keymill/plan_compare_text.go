package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/keymill/keymill/plan"
)

// writeCompared writes a report of several placements for people.
func writeCompared(out io.Writer, r *plan.BalanceReport) {
	fmt.Fprintf(out, "%s of %s, %s; by %s\n", plural(int64(r.Stream.Keys), "row"), distinctText(r.Distinct), size(int64(r.Stream.Bytes)), r.By)
	if r.Stream.Keys == 0 {
		return
	}
	spread := func(p *plan.Balanced) *plan.Beside { return p.Spread[r.By] }
	onNodes := func(p *plan.Balanced) *plan.Beside {
		if p.NodeSpread == nil { // its partitions are the nodes
			return p.Spread[r.By]
		}
		return p.NodeSpread[r.By]
	}
	if len(r.Placements[0].Nodes) > 0 {
		writeUneven(out, r, " on nodes", onNodes)
		fmt.Fprintln(out)
		writeComparedTable(out, r, "nodes", onNodes)
		fmt.Fprintln(out)
		writeComparedTable(out, r, "partitions", spread)
	} else {
		writeUneven(out, r, "", spread)
		fmt.Fprintln(out)
		writeComparedTable(out, r, "partitions", spread)
	}
	fmt.Fprintln(out, "\nchance: what chance alone makes of max/mean and of CV, in 99 of 100 cases. p: how likely chance is as uneven as this.")
	fmt.Fprintln(out, "floor: no function brings max/mean below it, for the heaviest key; ≤: or below this, for that key is known by a bound.")
	for _, p := range r.Placements {
		writeNotes(out, p)
	}
}

// writeUneven says first which schemes are worse than chance.
func writeUneven(out io.Writer, r *plan.BalanceReport, where string, of func(*plan.Balanced) *plan.Beside) {
	var uneven []string
	for _, p := range r.Placements {
		if of(p).Beyond() > 0 {
			uneven = append(uneven, p.Scheme)
		}
	}
	switch {
	case len(uneven) == 0:
		fmt.Fprintf(out, "No scheme is less even%s than chance.\n", where)
	case len(uneven) == len(r.Placements):
		fmt.Fprintf(out, "All are less even%s than chance.\n", where)
	default:
		fmt.Fprintf(out, "Less even%s than chance: %s. The others are as even as chance, or more so.\n", where, strings.Join(uneven, ", "))
	}
}

func writeComparedTable(out io.Writer, r *plan.BalanceReport, places string, of func(*plan.Balanced) *plan.Beside) {
	header := []string{"<scheme", places, "max/mean", "chance", "p99/mean", "CV", "chance", "Gini", "p", "floor", "empty"}
	unplaced := false
	for _, p := range r.Placements {
		unplaced = unplaced || p.Unplaced.Keys > 0
	}
	if unplaced {
		header = append(header, "rows not placed")
	}
	t := newTable(header...)
	for _, p := range r.Placements {
		b := of(p)
		floor := figure(b.Floor)
		if !p.Heaviest.Exact && b.Floor > 1 {
			floor = "≤ " + floor
		}
		cells := []string{p.Scheme, grouped(int64(b.Of)), figure(b.MaxMean), rangeText(b.Chance.MaxMean), figure(b.P99Mean),
			figure(b.CV), rangeText(b.Chance.CV), figure(b.Gini), figure(b.P), floor, grouped(int64(b.Empty))}
		if unplaced {
			cells = append(cells, grouped(int64(p.Unplaced.Keys)))
		}
		t.add(cells...)
	}
	t.write(out)
}

// writeNotes says what else there is to know of a placement.
func writeNotes(out io.Writer, p *plan.Balanced) {
	if p.Numbered {
		fmt.Fprintf(out, "The members of %s are node-0, node-1 and so on, of equal weight, for --nodes names none.\n", p.Scheme)
	}
	if p.Warning != "" {
		fmt.Fprintf(out, "Warning: %s: %s.\n", p.Scheme, p.Warning)
	}
}
