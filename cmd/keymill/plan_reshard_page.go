package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/keymill/keymill/internal/page"
	"github.com/keymill/keymill/plan"
)

// reshardPage returns the report as a page.
func reshardPage(r *resharding, report *plan.Reshard) *page.Page {
	t := &reshardText{Reshard: report, by: report.By, weighted: r.flags.weights}
	say := func(write func()) []string {
		return sentences(func(out io.Writer) { t.out = out; write() })
	}
	p := &page.Page{Command: "keymill plan reshard", Answer: t.sentence(), Cards: t.cards()}
	p.About = append([]string{"Before: " + layoutText(&t.Before) + ".", "After: " + layoutText(&t.After) + "."}, say(func() { t.writeLeftOut(r) })...)
	p.About = append(p.About, say(func() { t.writeHint(r) })...)
	if t.Rebalanced != nil {
		said := say(t.writeRebalanced)
		said[0] = "R" + strings.TrimPrefix(said[0], "r") // rebalanced by ...
		p.About = append(p.About, said...)
	}
	if len(t.Pairs) > 0 {
		p.Sections = append(p.Sections, t.pairsSection())
	}
	if len(t.Places) > 0 && t.Total.Keys > 0 {
		p.Sections = append(p.Sections, t.placesSection())
	}
	if len(t.Partitions) > 0 {
		p.Sections = append(p.Sections, t.partitionsSection())
	}
	return p
}

// sentence answers what was asked.
func (t *reshardText) sentence() string {
	moved, total := t.by.Of(t.Moved), t.by.Of(t.Total)
	switch {
	case t.Total.Keys == 0:
		return "There are no rows that have a place before and after."
	case t.Moved.Keys == 0:
		return fmt.Sprintf("None of the %s moves.", plural(int64(t.Total.Keys), "row"))
	}
	text := fmt.Sprintf("%s of %s %s move: %s", groupedUint(moved), groupedUint(total), unit(t.by), percentOf(moved, total))
	switch would := percentOf(t.Least, total); {
	case t.Least == 0:
		return text + ", though nothing has to."
	case would != percentOf(moved, total) && moved > t.Least:
		return text + ", where " + would + " would do."
	}
	return text + ", no more than an even spread takes."
}

func (t *reshardText) cards() []page.Card {
	cards := []page.Card{
		{Name: "Rows that move", Value: groupedUint(t.Moved.Keys), Note: fmt.Sprintf("of %s: %s", groupedUint(t.Total.Keys), percentOf(t.Moved.Keys, t.Total.Keys))},
		{Name: "Bytes that move", Value: size(int64(t.Moved.Bytes)), Note: fmt.Sprintf("of %s: %s", size(int64(t.Total.Bytes)), percentOf(t.Moved.Bytes, t.Total.Bytes))},
	}
	if t.weighted {
		cards = append(cards, page.Card{Name: "Weight that moves", Value: groupedUint(t.Moved.Weight),
			Note: fmt.Sprintf("of %s: %s", groupedUint(t.Total.Weight), percentOf(t.Moved.Weight, t.Total.Weight))})
	}
	cards = append(cards, page.Card{Name: "Minimum for an even spread", Value: t.amount(t.Least), Note: t.overLeast()})
	for _, peak := range []struct {
		name string
		of   *plan.PlaceLoad
	}{{"Gives most", t.PeakOut}, {"Gets most", t.PeakIn}} {
		if peak.of != nil {
			cards = append(cards, page.Card{Name: peak.name, Value: t.loadText(peak.of.Load),
				Note: fmt.Sprintf("%s, %s", t.placeTitle(peak.of.Place), plural(int64(peak.of.Keys), "row"))})
		}
	}
	return append(cards, page.Card{Name: "Max/mean", Value: fmt.Sprintf("%.4f → %.4f", t.SpreadBefore.MaxMean, t.SpreadAfter.MaxMean),
		Note: fmt.Sprintf("CV %.4f → %.4f", t.SpreadBefore.CV, t.SpreadAfter.CV)})
}

// placeTitle is what a place is called where it stands alone: nodes have names.
func (t *reshardText) placeTitle(p plan.Place) string {
	if p.Node != "" {
		return p.Node
	}
	return t.placeName(p)
}

// overLeast says what the minimum is of all, and how many times it moves.
func (t *reshardText) overLeast() string {
	text := percentOf(t.Least, t.by.Of(t.Total))
	if t.Least > 0 {
		text += fmt.Sprintf("; this moves %.3f times that", float64(t.by.Of(t.Moved))/float64(t.Least))
	}
	return text
}

// pairsSection shows what goes from where to where.
func (t *reshardText) pairsSection() page.Section {
	from, fromNumber := layoutAxis(&t.Before, t.Pairs, func(p *plan.PairMovement) plan.Place { return p.From })
	to, toNumber := layoutAxis(&t.After, t.Pairs, func(p *plan.PairMovement) plan.Place { return p.To })
	m := &page.Matrix{
		Title:       fmt.Sprintf("What goes from each %s to each other, in %s", t.kind(), unit(t.by)),
		Description: "Lines are where it comes from, columns where it goes, the darker the more. The table below has the numbers.",
		From:        from, To: to, Stays: true, Unit: unit(t.by), Number: func(x float64) string { return groupedUint(uint64(x)) },
	}
	for i := range t.Pairs {
		p := &t.Pairs[i]
		m.Moves = append(m.Moves, page.Move{From: fromNumber(p.From), To: toNumber(p.To), Amount: float64(t.by.Of(p.Load))})
	}
	s := page.Section{Title: "From where to where, in " + unit(t.by), Figures: []page.Figure{{Drawing: m.Drawing()}}}
	if n := max(from.Folds(), to.Folds()); n > 1 {
		s.Figures[0].Caption = fmt.Sprintf("Up to %d neighbours go together in a line or a column.", n)
	}
	rows, left := t.pairsTable(page.MaxRows)
	table := rows.onPage("All " + plural(int64(len(t.Pairs)), "pair"))
	if left > 0 {
		table.Title = fmt.Sprintf("The %s of %s between which most goes", grouped(page.MaxRows), plural(int64(len(t.Pairs)), "pair"))
		table.Note = "--json has all."
	}
	s.Tables = []page.Table{table}
	return s
}

// layoutAxis returns the places of a layout, and where each of them is on the axis. Of more than a
// matrix has lines, it has only those that are one end of the pairs.
func layoutAxis(l *plan.Layout, pairs []plan.PairMovement, end func(*plan.PairMovement) plan.Place) (page.Axis, func(plan.Place) int) {
	n := max(len(l.Nodes), int(l.Partitions))
	number := func(p plan.Place) int { return int(p.Partition) }
	name := strconv.Itoa
	if len(l.Nodes) > 0 {
		n = len(l.Nodes)
		numbers := make(map[string]int, n)
		for i, of := range l.Nodes {
			numbers[of.Node] = i
		}
		number = func(p plan.Place) int { return numbers[p.Node] }
		name = func(i int) string { return l.Nodes[i].Node }
	}
	if n <= page.MaxMatrix {
		return page.Axis{N: n, Name: name}, number
	}
	at := map[int]int{}
	for i := range pairs {
		at[number(end(&pairs[i]))] = 0
	}
	ends := slices.Sorted(maps.Keys(at))
	for i, of := range ends {
		at[of] = i
	}
	return page.Axis{N: len(ends), Name: func(i int) string { return name(ends[i]) }}, func(p plan.Place) int { return at[number(p)] }
}

// drawnPlaces is how many places have bars; the table has more.
const drawnPlaces = 32

// placesSection shows what each place gives and gets.
func (t *reshardText) placesSection() page.Section {
	f := &page.Flows{
		Title:       fmt.Sprintf("What each %s gives and gets, in %s", t.kind(), unit(t.by)),
		Description: "To the left what it gives, to the right what it gets. The table below has the numbers.",
		Names:       t.kind(), Heads: []string{"before", "after"}, Unit: unit(t.by),
	}
	shown, left := heaviestOf(t.Places, drawnPlaces, func(p *plan.PlaceMovement) uint64 { return max(t.by.Of(p.Out), t.by.Of(p.In)) })
	for _, p := range shown {
		f.Rows = append(f.Rows, page.Flow{
			Name: p.Place.String(), Texts: []string{groupedUint(t.by.Of(p.Before)), groupedUint(t.by.Of(p.After))},
			Out: float64(t.by.Of(p.Out)), OutText: groupedUint(t.by.Of(p.Out)), In: float64(t.by.Of(p.In)), InText: groupedUint(t.by.Of(p.In)),
		})
	}
	s := page.Section{Title: "What each " + t.kind() + " gives and gets", Figures: []page.Figure{{Drawing: f.Drawing()}}}
	if t.PairsUnknown {
		s.Text = []string{fmt.Sprintf("Rows move between more than %s pairs of %ss: only what each gives and gets was counted.", grouped(plan.MaxPairs), t.kind())}
	}
	all := int64(len(t.Places)) + int64(t.PlacesLeftOut)
	if left+int(t.PlacesLeftOut) > 0 {
		s.Figures[0].Caption = fmt.Sprintf("The %d of %s that give or get most.", len(shown), plural(all, t.kind()))
	}
	rows, left := t.placesTable(page.MaxRows)
	table := rows.onPage("All " + plural(all, t.kind()))
	if left > 0 {
		table.Title = fmt.Sprintf("The %s of %s that give or get most", grouped(page.MaxRows), plural(all, t.kind()))
		table.Note = "--json has more."
	}
	s.Tables = []page.Table{table}
	return s
}

// partitionsSection has the partitions that get another node.
func (t *reshardText) partitionsSection() page.Section {
	table := page.Table{Title: "All " + plural(int64(len(t.Partitions)), "partition"), Columns: page.Columns("partition", "<from", "<to", "rows", "bytes")}
	if t.weighted {
		table.Columns = append(table.Columns, page.Column{Name: "weight"})
	}
	for _, p := range t.Partitions[:min(len(t.Partitions), page.MaxRows)] {
		row := []string{grouped(int64(p.Partition)), p.From, p.To, groupedUint(p.Keys), groupedUint(p.Bytes)}
		if t.weighted {
			row = append(row, groupedUint(p.Weight))
		}
		table.Rows = append(table.Rows, page.Cells(row...))
	}
	if n := len(t.Partitions); n > page.MaxRows {
		table.Title = fmt.Sprintf("The first %s of %s", grouped(page.MaxRows), plural(int64(n), "partition"))
		table.Note = "--json has all, and keymill plan emit makes of it what systems read."
	}
	return page.Section{Title: "Partitions that get another node", Tables: []page.Table{table}}
}
