package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/keymill/keymill/plan"
)

// writeCompared writes a report of several placements for people.
func writeCompared(out io.Writer, r *plan.BalanceReport) {
	fmt.Fprintf(out, "%s\n", comparedStream(r))
	if r.Stream.Keys == 0 {
		return
	}
	for i, on := range compared(r) {
		if i == 0 {
			on.writeUneven(out, r)
		}
		fmt.Fprintln(out)
		on.table(r).write(out)
	}
	fmt.Fprintln(out)
	writeComparedNotes(out, r)
}

// comparedStream says what was read.
func comparedStream(r *plan.BalanceReport) string {
	return fmt.Sprintf("%s of %s, %s; by %s", plural(int64(r.Stream.Keys), "row"), distinctText(r.Distinct), size(int64(r.Stream.Bytes)), r.By)
}

func writeComparedNotes(out io.Writer, r *plan.BalanceReport) {
	fmt.Fprintln(out, "chance: what chance alone makes of max/mean and of CV, in 99 of 100 cases. p: how likely chance is as uneven as this.")
	fmt.Fprintln(out, "floor: no function brings max/mean below it, for the heaviest key; ≤: or below this, for that key is known by a bound.")
	for _, p := range r.Placements {
		writeNotes(out, p)
	}
}

// comparedOn is what schemes are compared on.
type comparedOn struct {
	things string
	nodes  bool
}

// compared returns what matters most first.
func compared(r *plan.BalanceReport) []comparedOn {
	partitions := comparedOn{"partitions", false}
	if len(r.Placements[0].Nodes) > 0 {
		return []comparedOn{{"nodes", true}, partitions}
	}
	return []comparedOn{partitions}
}

// of returns the spread of a placement that is compared.
func (on comparedOn) of(p *plan.Balanced, by plan.Measure) *plan.Beside {
	if on.nodes && p.NodeSpread != nil { // else its partitions are the nodes
		return p.NodeSpread[by]
	}
	return p.Spread[by]
}

// writeUneven says first which schemes are worse than chance.
func (on comparedOn) writeUneven(out io.Writer, r *plan.BalanceReport) {
	where := ""
	if on.nodes {
		where = " on nodes"
	}
	var uneven []string
	for _, p := range r.Placements {
		if on.of(p, r.By).Beyond() > 0 {
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

func (on comparedOn) table(r *plan.BalanceReport) *table {
	header := []string{"<scheme", on.things, "max/mean", "chance", "p99/mean", "CV", "chance", "Gini", "p", "floor", "empty"}
	unplaced := false
	for _, p := range r.Placements {
		unplaced = unplaced || p.Unplaced.Keys > 0
	}
	if unplaced {
		header = append(header, "rows not placed")
	}
	t := newTable(header...)
	for _, p := range r.Placements {
		b := on.of(p, r.By)
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
	return t
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
