package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/keymill/keymill/internal/page"
	"github.com/keymill/keymill/plan"
)

// comparePage returns the report as a page.
func comparePage(r *plan.BalanceReport) *page.Page {
	p := &page.Page{Command: "keymill plan compare", About: []string{comparedStream(r) + "."}}
	for i, on := range compared(r) {
		if i == 0 {
			p.Answer = on.sentence(r)
			p.About = append(p.About, sentences(func(out io.Writer) { on.writeUneven(out, r) })...)
		}
		p.Sections = append(p.Sections, on.section(r))
	}
	last := &p.Sections[len(p.Sections)-1]
	last.Notes = sentences(func(out io.Writer) { writeComparedNotes(out, r) })
	return p
}

// sentence says which scheme is the most even, and which are less even than chance.
func (on comparedOn) sentence(r *plan.BalanceReport) string {
	if r.Stream.Keys == 0 {
		return "There are no rows."
	}
	byMax := func(a, b *plan.Balanced) int { return cmp.Compare(on.of(a, r.By).MaxMean, on.of(b, r.By).MaxMean) }
	placed := slices.DeleteFunc(slices.Clone(r.Placements), func(p *plan.Balanced) bool { return p.Placed.Keys == 0 })
	if len(placed) == 0 {
		return "No row has a partition."
	}
	least, most := slices.MinFunc(placed, byMax), slices.MaxFunc(placed, byMax)
	uneven := 0
	for _, p := range placed {
		if on.of(p, r.By).Beyond() > 0 {
			uneven++
		}
	}
	text := fmt.Sprintf("Max/mean of the %s is from %s (%s) to %s (%s)", on.things, figure(on.of(least, r.By).MaxMean), least.Scheme,
		figure(on.of(most, r.By).MaxMean), most.Scheme)
	if len(placed) == 1 {
		text = fmt.Sprintf("Max/mean of the %s is %s", on.things, figure(on.of(least, r.By).MaxMean))
	}
	switch uneven {
	case 0:
		return text + "; no scheme is less even than chance."
	case len(placed):
		return text + "; all are less even than chance."
	}
	are := "are"
	if uneven == 1 {
		are = "is"
	}
	return fmt.Sprintf("%s; %d of %d %s less even than chance.", text, uneven, len(placed), are)
}

// section shows the figures of each scheme.
func (on comparedOn) section(r *plan.BalanceReport) page.Section {
	d := &page.Dots{
		Title:       fmt.Sprintf("How evenly each scheme spreads %s over %s, beside chance", unit(r.By), on.things),
		Description: "A dot is the figure of a scheme, a box what chance alone gives. The table below has the numbers.",
		Names:       "scheme", By: "what chance alone gives, 99 of 100 times",
		Panels: []page.Panel{{Name: "max/mean", Base: 1}, {Name: "p99/mean", Base: 1}, {Name: "CV"}, {Name: "Gini"}},
	}
	for _, p := range r.Placements {
		b := on.of(p, r.By)
		row := page.DotRow{Name: p.Scheme}
		for _, f := range []struct {
			value  float64
			chance plan.Range
		}{{b.MaxMean, b.Chance.MaxMean}, {b.P99Mean, b.Chance.P99Mean}, {b.CV, b.Chance.CV}, {b.Gini, b.Chance.Gini}} {
			row.Dots = append(row.Dots, page.Dot{Value: f.value, Text: figure(f.value), Band: &page.Band{Low: f.chance.Low, High: f.chance.High},
				Tip: fmt.Sprintf("%s: %s, by chance %s", p.Scheme, figure(f.value), rangeText(f.chance))})
		}
		d.Rows = append(d.Rows, row)
	}
	return page.Section{Title: "On " + on.things, Figures: []page.Figure{{Drawing: d.Drawing()}},
		Tables: []page.Table{on.table(r).onPage("All " + plural(int64(len(r.Placements)), "scheme"))}}
}
