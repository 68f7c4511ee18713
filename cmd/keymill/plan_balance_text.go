package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/keymill/keymill/plan"
)

// write writes the report for people.
func (f *balanceFlags) write(out io.Writer, b *singleBalance) {
	t := balanceText{out, b.By, b.Balanced, []plan.Measure{plan.ByKeys, plan.ByBytes}}
	if _, weighted := b.Spread[plan.ByWeight]; weighted {
		t.measures = append(t.measures, plan.ByWeight)
	}
	fmt.Fprintf(out, "%s (%s): %s of %s; %s\n", b.Scheme, b.Hash, plural(int64(b.Stream.Keys), "row"), distinctText(b.Distinct), t.sizes())
	t.headline()
	if b.Placed.Keys == 0 {
		return
	}
	t.heaviest()
	writeNotes(out, b.Balanced)
	fmt.Fprintln(out)
	t.spreads(t.places(), b.Spread)
	if b.NodeSpread != nil {
		fmt.Fprintln(out)
		t.spreads(plural(int64(len(b.Nodes)), "node"), b.NodeSpread)
		fmt.Fprintf(out, "By their numbers of partitions alone the nodes have a max/mean of %s.\n", figure(b.NodePartitions))
	}
	t.chance()
	if len(b.Nodes) > 0 {
		fmt.Fprintln(out)
		t.nodes()
	}
	if !t.areNodes() {
		fmt.Fprintln(out)
		t.partitions(f.all)
	}
}

type balanceText struct {
	out      io.Writer
	by       plan.Measure
	b        *plan.Balanced
	measures []plan.Measure
}

// areNodes says that partitions are nodes with names, and listed as such.
func (t *balanceText) areNodes() bool { return len(t.b.Nodes) > 0 && t.b.NodeSpread == nil }

// places names what keys are placed on.
func (t *balanceText) places() string {
	if t.areNodes() {
		return plural(int64(len(t.b.Nodes)), "node")
	}
	return plural(int64(t.b.Partitions), "partition")
}

func (t *balanceText) sizes() string {
	text := size(int64(t.b.Placed.Bytes + t.b.Unplaced.Bytes))
	if len(t.measures) > 2 {
		text += ", weight " + groupedUint(t.b.Placed.Weight+t.b.Unplaced.Weight)
	}
	if n := int64(t.b.Unplaced.Keys); n > 0 {
		text += fmt.Sprintf("; without a partition: %s", plural(n, "row"))
	}
	return text
}

// headline answers how even it is.
func (t *balanceText) headline() {
	if t.b.Placed.Keys == 0 {
		fmt.Fprintln(t.out, "No row has a partition.")
		return
	}
	fmt.Fprintf(t.out, "On %s: %s\n", t.places(), verdict(t.b.Spread[t.by], t.by))
	if t.b.NodeSpread != nil {
		fmt.Fprintf(t.out, "On %s: %s\n", plural(int64(len(t.b.Nodes)), "node"), verdict(t.b.NodeSpread[t.by], t.by))
	}
}

// verdict says how even a spread is, beside chance.
func verdict(b *plan.Beside, by plan.Measure) string {
	if b.Of == 1 {
		return "all is on one."
	}
	text := fmt.Sprintf("max/mean by %s is %s, where chance alone gives %s: ", by, figure(b.MaxMean), rangeText(b.Chance.MaxMean))
	return text + [...]string{"more even than chance.", "as even as chance.", "less even than chance."}[b.Beyond()+1]
}

// heaviest says how far no function comes.
func (t *balanceText) heaviest() {
	h, floor := t.b.Heaviest, t.b.Spread[t.by].Floor
	share := fmt.Sprintf("%s of %s", groupedUint(h.AtMost), unit(t.by))
	if t.by == plan.ByKeys {
		share = plural(int64(h.AtMost), "row")
	}
	if h.Exact {
		fmt.Fprintf(t.out, "The heaviest key, %s, has %s: ", keyText(h.Bytes()), share)
	} else {
		fmt.Fprintf(t.out, "No key has more than %s, by a bound: ", share)
	}
	switch {
	case floor == 1:
		fmt.Fprintln(t.out, "less than the mean, so that no key stands in the way.")
	case h.Exact:
		fmt.Fprintf(t.out, "no function brings max/mean below %s.\n", figure(floor))
	default:
		fmt.Fprintf(t.out, "the floor of max/mean is at most %s.\n", figure(floor))
	}
}

// spreads writes the figures, a column a measure.
func (t *balanceText) spreads(name string, of map[plan.Measure]*plan.Beside) {
	header := []string{"<" + name}
	for _, m := range t.measures {
		header = append(header, string(m), "chance alone")
	}
	table := newTable(header...)
	for _, row := range []struct {
		name   string
		figure func(*plan.Beside) (string, string)
	}{
		{"max/mean", func(b *plan.Beside) (string, string) { return figure(b.MaxMean), rangeText(b.Chance.MaxMean) }},
		{"p99/mean", func(b *plan.Beside) (string, string) { return figure(b.P99Mean), rangeText(b.Chance.P99Mean) }},
		{"CV", func(b *plan.Beside) (string, string) { return figure(b.CV), rangeText(b.Chance.CV) }},
		{"Gini", func(b *plan.Beside) (string, string) { return figure(b.Gini), rangeText(b.Chance.Gini) }},
		{"chi-square p", func(b *plan.Beside) (string, string) { return figure(b.P), "" }},
		{"empty", func(b *plan.Beside) (string, string) { return grouped(int64(b.Empty)), "" }},
	} {
		cells := []string{row.name}
		for _, m := range t.measures {
			here, chance := row.figure(of[m])
			cells = append(cells, here, chance)
		}
		table.add(cells...)
	}
	table.write(t.out)
}

// chance says what chance alone means.
func (t *balanceText) chance() {
	fmt.Fprint(t.out, "Chance alone: in 99 of 100 cases, if each key went anywhere. Unequal keys count as fewer equal ones: ")
	for i, m := range t.measures {
		if i > 0 {
			fmt.Fprint(t.out, ", ")
		}
		fmt.Fprintf(t.out, "%s by %s", manyText(t.b.Spread[m].Chance.Keys), m)
	}
	fmt.Fprintln(t.out, ".")
}

// manyText shows a number that may have a fraction, which is of interest if it is small.
func manyText(x float64) string {
	if x < 100 {
		return fmt.Sprintf("%.1f", x)
	}
	return grouped(int64(x))
}

// nodes lists the nodes.
func (t *balanceText) nodes() {
	header := []string{"<node", "weight"}
	if !t.areNodes() {
		header = append(header, "partitions")
	}
	for _, m := range t.measures {
		header = append(header, string(m))
	}
	table := newTable(append(header, t.overShare(), "chance alone")...)
	for _, n := range t.b.Nodes {
		cells := []string{n.Node, grouped(int64(n.Share))}
		if !t.areNodes() {
			cells = append(cells, grouped(int64(n.Partitions)))
		}
		for _, m := range t.measures {
			cells = append(cells, groupedUint(m.Of(n.Load)))
		}
		table.add(append(cells, figure(n.OverShare), rangeText(n.Band))...)
	}
	table.write(t.out)
}

func (t *balanceText) overShare() string { return string(t.by) + "/share" }

// Of more partitions than maxListed those at both ends are listed.
const (
	maxListed = 32
	listedEnd = 8
)

// partitions lists the partitions.
func (t *balanceText) partitions(all bool) {
	n := t.b.Loads.Len()
	header := []string{"partition"}
	owners := len(t.b.Nodes) > 0
	if owners {
		header = append(header, "<node")
	}
	for _, m := range t.measures {
		header = append(header, string(m), "/mean")
	}
	table := newTable(header...)
	add := func(p int) {
		cells := []string{grouped(int64(p))}
		if owners {
			cells = append(cells, t.b.Owner(p))
		}
		for _, m := range t.measures {
			x := m.Of(t.b.Loads.At(p))
			over := 0.0
			if mean := t.b.Spread[m].Mean; mean > 0 {
				over = float64(x) / mean
			}
			cells = append(cells, groupedUint(x), figure(over))
		}
		table.add(cells...)
	}
	if all || n <= maxListed {
		for p := range n {
			add(p)
		}
		table.write(t.out)
		return
	}
	fmt.Fprintf(t.out, "The fullest and the emptiest of %s by %s; --all lists all:\n", plural(int64(n), "partition"), t.by)
	fullest, emptiest := t.ends(n)
	for _, p := range fullest {
		add(p)
	}
	for _, p := range emptiest {
		add(p)
	}
	table.write(t.out)
}

// ends returns the partitions that have most, and those that have least, each in falling order.
func (t *balanceText) ends(n int) (fullest, emptiest []int) {
	load := func(p int) uint64 { return t.by.Of(t.b.Loads.At(p)) }
	byLoad := func(a, b int) int { return cmp.Or(cmp.Compare(load(b), load(a)), cmp.Compare(a, b)) }
	insert := func(to []int, p int, order func(a, b int) int) []int {
		at, _ := slices.BinarySearchFunc(to, p, order)
		if at == listedEnd {
			return to
		}
		to = slices.Insert(to, at, p)
		return to[:min(len(to), listedEnd)]
	}
	for p := range n {
		fullest = insert(fullest, p, byLoad)
		emptiest = insert(emptiest, p, func(a, b int) int { return byLoad(b, a) })
	}
	slices.Reverse(emptiest)
	return fullest, emptiest
}

// figure shows a number of a spread: four digits behind the point, fewer of large ones.
func figure(x float64) string {
	switch {
	case x >= 1000:
		return grouped(int64(x + 0.5))
	case x >= 100:
		return fmt.Sprintf("%.1f", x)
	case x >= 10:
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.4f", x)
}

func rangeText(r plan.Range) string { return figure(r.Low) + " to " + figure(r.High) }
