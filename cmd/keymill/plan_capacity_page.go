package main

import (
	"fmt"
	"io"

	"github.com/keymill/keymill/internal/page"
	"github.com/keymill/keymill/plan"
)

// capacityPage returns the report as a page.
func capacityPage(c *plan.Capacity) *page.Page {
	t := capacityText{c: c}
	say := func(write func(capacityText)) []string {
		return sentences(func(out io.Writer) { t.out = out; write(t) })
	}
	said := say(capacityText.headline)
	p := &page.Page{Command: "keymill plan capacity", Answer: said[0]}
	p.About = append(append(said[1:], say(capacityText.limit)...), say(capacityText.stream)...)
	p.Cards = t.cards()
	if len(c.Tried) > 0 {
		table, left := t.tried(page.MaxRows/2, page.MaxRows/2-1)
		s := page.Section{Title: "How full the fullest node is", Figures: []page.Figure{{Drawing: t.lines().Drawing()}},
			Tables: []page.Table{table.onPage("All " + plural(int64(len(c.Tried)), "number") + " that were tried")}}
		if left > 0 {
			s.Tables[0].Title = fmt.Sprintf("%s of the %s that were tried", grouped(int64(len(c.Tried)-left)), plural(int64(len(c.Tried)), "number"))
			s.Tables[0].Note = "--json has all."
		}
		p.Sections = []page.Section{s}
	}
	return p
}

func (t capacityText) cards() []page.Card {
	c := t.c
	nodes := page.Card{Name: "Nodes", Value: grouped(int64(c.Nodes)), Note: "the smallest number found to be enough"}
	if c.Nodes == 0 {
		nodes = page.Card{Name: "Nodes", Value: "none", Note: "is enough, of those that were tried", Alarm: true}
	}
	cards := []page.Card{nodes, {Name: "A node may have", Value: groupedUint(c.Usable), Note: unit(c.By) + " of this stream"}}
	if c.Nodes == 0 {
		return cards
	}
	fit := t.fit()
	cards = append(cards, page.Card{Name: "The fullest has", Value: groupedUint(fit.Fullest), Note: fmt.Sprintf("%.1f %% of that", 100*fit.OfUsable)})
	if fit.Lost != nil {
		cards = append(cards, page.Card{Name: "With a rack lost", Value: groupedUint(fit.Lost.Fullest),
			Note: fmt.Sprintf("%.1f %%, on %s that are left", 100*fit.Lost.OfUsable, plural(int64(fit.Lost.Left), "node"))})
	}
	return cards
}

// lines are how full the fullest node is, by how many there are.
func (t capacityText) lines() *page.Lines {
	c := t.c
	whole, lost := page.Curve{Name: "all nodes"}, page.Curve{Name: "a rack lost"}
	add := func(to *page.Curve, nodes int, f *plan.Full) {
		to.Points = append(to.Points, page.Point{X: float64(nodes), Y: float64(f.Fullest) / float64(max(f.Weight, 1)),
			Tip: fmt.Sprintf("%s, %s: the fullest has %s %s, %.1f %%", plural(int64(nodes), "node"), to.Name, groupedUint(f.Fullest), unit(c.By), 100*f.OfUsable)})
	}
	for i := range c.Tried {
		f := &c.Tried[i]
		add(&whole, f.Nodes, &f.Full)
		if f.Lost != nil {
			add(&lost, f.Nodes, &f.Lost.Full)
		}
	}
	l := &page.Lines{
		Title:       fmt.Sprintf("What the fullest node has, in %s, against the number of nodes", unit(c.By)),
		Description: "Beside what a node may have. The table below has the numbers.",
		XName:       "nodes", YName: unit(c.By) + " on the fullest node", XWhole: true, FromZero: true,
		Curves: []page.Curve{whole}, Across: []page.Line{{At: float64(c.Usable), Text: fmt.Sprintf("a node may have %s", groupedUint(c.Usable))}},
	}
	if len(lost.Points) > 0 {
		l.Curves = append(l.Curves, lost)
	}
	if c.Nodes > 0 {
		l.Down = []page.Line{{At: float64(c.Nodes), Text: plural(int64(c.Nodes), "node")}}
	}
	return l
}
