package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/keymill/keymill/plan"
)

// shownMoves is how many lines a table of moves has at most.
const shownMoves = 24

// writeReshard writes the report to stdout.
func (a *app) writeReshard(r *resharding, report *plan.Reshard) error {
	return writeReport(a, r.flags.input.json, report, func(out io.Writer, report *plan.Reshard) {
		t := reshardText{report, report.By, r.flags.weights, out}
		t.write(r)
	})
}

// reshardText writes a report for people.
type reshardText struct {
	*plan.Reshard
	by       plan.Measure
	weighted bool
	out      io.Writer
}

func (t *reshardText) write(r *resharding) {
	t.writeAnswer()
	t.writeHint(r)
	if t.Rebalanced != nil {
		t.writeRebalanced()
	}
	fmt.Fprintf(t.out, "\nbefore  %s\nafter   %s\n", layoutText(&t.Before), layoutText(&t.After))
	if r.counted {
		fmt.Fprintln(t.out, "Members of a number have the names node-0, node-1 and so on, and the same weight.")
	}
	if t.Unplaced.Keys > 0 {
		fmt.Fprintf(t.out, "Left out, since the system has no place for them before or after: %s.\n", plural(int64(t.Unplaced.Keys), "row"))
	}
	t.writePlaces()
	t.writePairs()
}

// writeAnswer says what was asked, in a few lines.
func (t *reshardText) writeAnswer() {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "moved\t%s of %s rows (%s)\t%s of %s (%s)", groupedUint(t.Moved.Keys), groupedUint(t.Total.Keys), percentOf(t.Moved.Keys, t.Total.Keys),
		size(int64(t.Moved.Bytes)), size(int64(t.Total.Bytes)), percentOf(t.Moved.Bytes, t.Total.Bytes))
	if t.weighted {
		fmt.Fprintf(w, "\tweight %s of %s (%s)", groupedUint(t.Moved.Weight), groupedUint(t.Total.Weight), percentOf(t.Moved.Weight, t.Total.Weight))
	}
	moved, total := t.by.Of(t.Moved), t.by.Of(t.Total)
	fmt.Fprintf(w, "\nminimum\t%s (%s)", t.amount(t.Least), percentOf(t.Least, total))
	if t.Least > 0 {
		fmt.Fprintf(w, "\tthis moves %.3f times that", float64(moved)/float64(t.Least))
	}
	fmt.Fprintln(w)
	for _, peak := range []struct {
		name string
		of   *plan.PlaceLoad
	}{{"most out", t.PeakOut}, {"most in", t.PeakIn}} {
		if peak.of != nil {
			fmt.Fprintf(w, "%s\t%s\t%s, %s\n", peak.name, t.placeName(peak.of.Place), t.loadText(peak.of.Load), plural(int64(peak.of.Keys), "row"))
		}
	}
	fmt.Fprintf(w, "max/mean\t%.4f before, %.4f after\tCV %.4f before, %.4f after\n",
		t.SpreadBefore.MaxMean, t.SpreadAfter.MaxMean, t.SpreadBefore.CV, t.SpreadAfter.CV)
	_ = w.Flush() // to memory
	share := "each partition has the same part of all " + unit(t.by)
	if t.kind() == "node" {
		share = "each node has its part of all " + unit(t.by) + ", by its weight"
	}
	fmt.Fprintf(t.out, "minimum: what has to move so that %s.\n", share)
}

// loadText is what a place has to bear: its weight, if that is what is measured, else bytes.
func (t *reshardText) loadText(l plan.Load) string {
	if t.by == plan.ByWeight {
		return "weight " + groupedUint(l.Weight)
	}
	return size(int64(l.Bytes))
}

func (t *reshardText) writeRebalanced() {
	r := t.Rebalanced
	amount := t.amount
	if r.By == byPartitions {
		amount = func(n uint64) string { return plural(int64(n), "partition") }
		fmt.Fprintf(t.out, "\nrebalanced by partitions: %s of %s move", groupedUint(r.Moved), amount(r.Total))
	} else {
		fmt.Fprintf(t.out, "\nrebalanced by %s: %s of %s move in %s", r.By, amount(r.Moved), amount(r.Total), plural(int64(len(t.Partitions)), "partition"))
	}
	fmt.Fprintf(t.out, ", %s; max/mean %.4f after.\n", percentOf(r.Moved, r.Total), r.Spread.MaxMean)
	if r.Moved == r.Bound {
		fmt.Fprintln(t.out, "No plan moves less that leaves nodes as near to their shares.")
	} else {
		fmt.Fprintf(t.out, "Every plan that leaves nodes as near to their shares moves at least %s.\n", amount(r.Bound))
	}
}

// writeHint says what would move less.
func (t *reshardText) writeHint(r *resharding) {
	if t.Rebalanced == nil && t.by.Of(t.Moved) > t.Least && r.partitionsMove() && indexOfPlaced(r.after.owners.List()) < 0 &&
		r.before.params.Scheme.Table == nil {
		fmt.Fprintln(t.out, "The nodes after get ranges of partitions in the order of the lines: --rebalance gives them others, so that less moves.")
	}
}

// layoutText is a placement in a line.
func layoutText(l *plan.Layout) string {
	text := fmt.Sprintf("%s, %s, hash %s", l.Scheme, plural(int64(l.Partitions), "partition"), l.Hash)
	if len(l.Nodes) > 0 {
		text += ", on " + plural(int64(len(l.Nodes)), "node")
	}
	return text
}

// kind says what the places are.
func (t *reshardText) kind() string {
	if len(t.Before.Nodes) > 0 {
		return "node"
	}
	return "partition"
}

func (t *reshardText) placeName(p plan.Place) string { return t.kind() + " " + p.String() }

// amount returns a number of the measure with its unit.
func (t *reshardText) amount(n uint64) string {
	switch t.by {
	case plan.ByBytes:
		return size(int64(n))
	case plan.ByWeight:
		return "weight " + groupedUint(n)
	}
	return plural(int64(n), "row")
}

// named is the heading of a column of places: text to the left, numbers to the right.
func (t *reshardText) named(heading string) string {
	if t.kind() == "node" {
		return "<" + heading
	}
	return heading
}

// also is the measure of the columns beside those of the first.
func (t *reshardText) also() plan.Measure {
	if t.by == plan.ByBytes {
		return plan.ByKeys
	}
	return plan.ByBytes
}

// writePlaces writes what each place has, gives and gets.
func (t *reshardText) writePlaces() {
	also := t.also()
	table := newTable(t.named(t.kind()), unit(t.by)+" before", "after", "out", "in", unit(also)+" out", "in")
	shown, left := heaviestOf(t.Places, func(p *plan.PlaceMovement) uint64 { return max(t.by.Of(p.Out), t.by.Of(p.In)) })
	for _, p := range shown {
		row := []string{printable(p.Place.String())}
		for _, l := range []plan.Load{p.Before, p.After, p.Out, p.In} {
			row = append(row, groupedUint(t.by.Of(l)))
		}
		table.add(append(row, groupedUint(also.Of(p.Out)), groupedUint(also.Of(p.In)))...)
	}
	fmt.Fprintln(t.out)
	table.write(t.out)
	if left += int(t.PlacesLeftOut); left > 0 {
		fmt.Fprintf(t.out, "... and %s that give and get less\n", plural(int64(left), t.kind()))
	}
}

// writePairs writes what goes from where to where.
func (t *reshardText) writePairs() {
	if t.PairsUnknown {
		fmt.Fprintf(t.out, "\nRows move between more than %s pairs of %ss: only what each gives and gets was counted.\n", grouped(plan.MaxPairs), t.kind())
		return
	}
	if len(t.Pairs) == 0 {
		return
	}
	table := newTable(t.named("from"), t.named("to"), unit(t.by), unit(t.also()), "of all that move")
	shown, left := heaviestOf(t.Pairs, func(p *plan.PairMovement) uint64 { return t.by.Of(p.Load) })
	for _, p := range shown {
		table.add(printable(p.From.String()), printable(p.To.String()), groupedUint(t.by.Of(p.Load)), groupedUint(t.also().Of(p.Load)),
			percentOf(t.by.Of(p.Load), t.by.Of(t.Moved)))
	}
	fmt.Fprintln(t.out)
	table.write(t.out)
	if left > 0 {
		fmt.Fprintf(t.out, "... and %s of less; --json has all\n", plural(int64(left), "pair"))
	}
}

// heaviestOf returns those of the list that a table shows, in their order, and how many it
// leaves out.
func heaviestOf[T any](list []T, weigh func(*T) uint64) (shown []T, left int) {
	if len(list) <= shownMoves {
		return list, 0
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weigh(&list[b]), weigh(&list[a])) })
	order = order[:shownMoves]
	slices.Sort(order)
	for _, i := range order {
		shown = append(shown, list[i])
	}
	return shown, len(list) - shownMoves
}

// percentOf returns a part of the whole to three digits.
func percentOf(part, whole uint64) string {
	if whole == 0 {
		return "-"
	}
	x := 100 * float64(part) / float64(whole)
	switch {
	case x >= 99.95 || x == 0:
		return fmt.Sprintf("%.0f %%", x)
	case x >= 9.995:
		return fmt.Sprintf("%.1f %%", x)
	case x >= 0.0995:
		return fmt.Sprintf("%.2f %%", x)
	}
	return fmt.Sprintf("%.2g %%", x)
}
