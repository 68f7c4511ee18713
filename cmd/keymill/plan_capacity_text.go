package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/keymill/keymill/plan"
)

// writeCapacity writes the report for people.
func writeCapacity(out io.Writer, c *plan.Capacity) {
	t := capacityText{out, c}
	t.headline()
	t.limit()
	t.stream()
	if len(c.Tried) > 0 {
		fmt.Fprintln(out)
		table, left := t.tried(shownBelow, shownAbove)
		table.write(out)
		if left > 0 {
			fmt.Fprintf(out, "(%s more in --json)\n", plural(int64(left), "number"))
		}
	}
}

// stream says what was read, and how nodes have it.
func (t capacityText) stream() {
	c, out := t.c, t.out
	fmt.Fprintf(out, "%s; %s", plural(int64(c.Total.Keys), "row"), c.Scheme)
	if c.Partitions > 0 {
		fmt.Fprintf(out, ", %s shared out over the nodes", plural(int64(c.Partitions), "partition"))
	}
	fmt.Fprintf(out, ", by %s", c.By)
	if c.Unplaced.Keys > 0 {
		fmt.Fprintf(out, "; besides %s without a partition, which come on top", plural(int64(c.Unplaced.Keys), "row"))
	}
	fmt.Fprintln(out)
}

type capacityText struct {
	out io.Writer
	c   *plan.Capacity
}

// headline answers how many nodes it takes.
func (t capacityText) headline() {
	c, out := t.c, t.out
	switch {
	case c.TooHeavy != nil:
		fmt.Fprintf(out, "No number of nodes is enough: the key %s alone has %s. Split it: see 'keymill plan hot'.\n",
			keyText(c.TooHeavy.Bytes()), amountText(c.TooHeavy.Has, c.By))
		return
	case c.TooFull != nil:
		fmt.Fprintf(out, "No number of nodes is enough: partition %s alone has %s. It takes more partitions.\n",
			grouped(int64(c.TooFull.Partition)), amountText(c.TooFull.Has, c.By))
		return
	case c.Nodes == 0 && c.From > c.UpTo:
		fmt.Fprintf(out, "Up to %s cannot hold it all.\n", plural(int64(c.UpTo), "node"))
		return
	case c.Nodes == 0:
		fmt.Fprintf(out, "None of the numbers of nodes that were tried is enough, up to %s.\n", grouped(int64(c.Tried[len(c.Tried)-1].Nodes)))
	default:
		fit := t.fit()
		fmt.Fprintf(out, "%s: the fullest has %s, %.1f %% of what it may have.\n",
			plural(int64(c.Nodes), "node"), amountText(fit.Fullest, c.By), 100*fit.OfUsable)
		if lost := fit.Lost; lost != nil {
			fmt.Fprintf(out, "When any one rack is lost, the fullest of those that are left has %s at most, %.1f %%.\n", groupedUint(lost.Fullest), 100*lost.OfUsable)
		}
	}
	t.skipped()
	for _, f := range c.Tried {
		if c.Nodes > 0 && f.Nodes > c.Nodes && !f.Fits {
			fmt.Fprintf(out, "Beware: %s are not enough, though %s are.\n", plural(int64(f.Nodes), "node"), grouped(int64(c.Nodes)))
			return
		}
	}
}

func (t capacityText) withoutRack() string {
	if t.c.Racks == "" {
		return ""
	}
	return " when a rack is lost"
}

// skipped says what is known of smaller numbers.
func (t capacityText) skipped() {
	c := t.c
	var known []string
	if c.Nodes > 0 && c.From > 1 {
		known = append(known, fmt.Sprintf("Fewer than %s cannot hold it all%s%s.", grouped(int64(c.From)), t.withoutRack(), t.gaps()))
	}
	below := "smaller numbers"
	if c.Nodes == 0 {
		below = "numbers up to " + grouped(int64(c.UpTo))
	}
	switch {
	case c.Skipped > 0:
		known = append(known, fmt.Sprintf("Of the %s that could be enough %s were not tried.", below, grouped(int64(c.Skipped))))
	case c.Nodes > c.From:
		known = append(known, fmt.Sprintf("All from there to %s were tried, and are not enough.", grouped(int64(c.Nodes-1))))
	}
	if len(known) > 0 {
		fmt.Fprintln(t.out, strings.Join(known, " "))
	}
}

// gaps says of a scheme that does not take every number what that means.
func (t capacityText) gaps() string {
	if t.c.Gaps {
		return ", or the scheme does not take so many"
	}
	return ""
}

func (t capacityText) fit() *plan.Fit {
	for i := range t.c.Tried {
		if t.c.Tried[i].Nodes == t.c.Nodes {
			return &t.c.Tried[i]
		}
	}
	return &plan.Fit{}
}

// limit says what a node may have.
func (t capacityText) limit() {
	c := t.c
	fmt.Fprintf(t.out, "A node may have %s of this stream", amountText(c.Usable, c.By))
	if c.Fill != 1 || c.Growth != 1 {
		fmt.Fprintf(t.out, ": of a limit of %s, %g %% are used, and there will be %g times as much", groupedUint(c.Limit), 100*c.Fill, c.Growth)
	}
	fmt.Fprintln(t.out, ".")
}

// A table has the numbers next to the one that was found.
const (
	shownBelow = 6
	shownAbove = 4
)

// tried has a row for each number that was tried, and so many below and above the one that was found; left is how many
// others there are.
func (t capacityText) tried(below, above int) (table *table, left int) {
	names := []string{"nodes", "fullest", "of limit", "max/mean"}
	if t.c.Racks != "" {
		names = append(names, "<worst rack lost", "left", "fullest", "of limit")
	}
	table = newTable(append(names, "<")...)
	at := len(t.c.Tried) - 1 // what is shown is around it
	for i, f := range t.c.Tried {
		if f.Nodes == t.c.Nodes {
			at = i
		}
	}
	first, last := max(at-below, 0), min(at+above, len(t.c.Tried)-1)
	for _, f := range t.c.Tried[first : last+1] {
		row := []string{grouped(int64(f.Nodes)), groupedUint(f.Fullest), fmt.Sprintf("%.1f %%", 100*f.OfUsable), fmt.Sprintf("%.3f", f.MaxMean)}
		if f.Lost != nil {
			row = append(row, f.Lost.Rack, grouped(int64(f.Lost.Left)), groupedUint(f.Lost.Fullest), fmt.Sprintf("%.1f %%", 100*f.Lost.OfUsable))
		}
		verdict := "too full"
		if f.Fits {
			verdict = "fits"
		}
		table.add(append(row, verdict)...)
	}
	return table, len(t.c.Tried) - (last - first + 1)
}
