package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/keymill/keymill/internal/page"
	"github.com/keymill/keymill/plan"
)

// balancePage returns the report as a page.
func balancePage(b *singleBalance) *page.Page {
	t := newBalanceText(nil, b)
	say := func(write func()) []string {
		return sentences(func(out io.Writer) { t.out = out; write() })
	}
	p := &page.Page{Command: "keymill plan balance", Answer: "No row has a partition.", About: say(func() { t.stream(b) })}
	if b.Placed.Keys == 0 {
		return p
	}
	if t.b.NodeSpread != nil {
		p.Answer = evenness(t.b.NodeSpread[t.by], "nodes", "its share")
	} else {
		p.Answer = evenness(t.b.Spread[t.by], t.things(), t.against())
	}
	p.About = append(append(p.About, say(t.headline)...), say(t.heaviest)...)
	p.About = append(p.About, say(func() { writeNotes(t.out, b.Balanced) })...)
	p.Cards = t.cards()
	if len(b.Nodes) > 0 {
		p.Sections = append(p.Sections, t.nodesSection())
	}
	if !t.areNodes() {
		p.Sections = append(p.Sections, t.partitionsSection())
	}
	p.Sections = append(p.Sections, page.Section{Title: "Figures", Tables: t.figures(), Notes: append(t.layoutNote(say), say(t.chance)...)})
	return p
}

// evenness answers how even it is, in a sentence.
func evenness(b *plan.Beside, things, against string) string {
	if b.Of == 1 {
		return "All is on one."
	}
	text := fmt.Sprintf("he fullest of %s %s has %s times %s", grouped(int64(b.Of)), things, figure(b.MaxMean), against)
	switch beyond := b.Beyond(); {
	case beyond > 0:
		return "Less even than chance: t" + text + "."
	case b.MaxMean > b.Chance.MaxMean.High:
		return "T" + text + ", more than chance alone gives."
	case beyond < 0:
		return "More even than chance: t" + text + "."
	}
	return "As even as chance: t" + text + "."
}

// things are what keys are placed on.
func (t *balanceText) things() string {
	if t.areNodes() {
		return "nodes"
	}
	return "partitions"
}

// against is what the load of a thing is compared with.
func (t *balanceText) against() string {
	if t.areNodes() {
		return "its share"
	}
	return "the mean"
}

func (t *balanceText) cards() (cards []page.Card) {
	of := func(b *plan.Beside, things string) {
		cards = append(cards, page.Card{Name: "Max/mean, " + things, Value: figure(b.MaxMean),
			Note: "chance alone: " + rangeText(b.Chance.MaxMean), Alarm: b.MaxMean > b.Chance.MaxMean.High})
	}
	main := t.b.Spread[t.by]
	of(main, t.things())
	if t.b.NodeSpread != nil {
		main = t.b.NodeSpread[t.by]
		of(main, "nodes")
	} else {
		cards = append(cards, page.Card{Name: "CV", Value: figure(main.CV), Note: "chance alone: " + rangeText(main.Chance.CV),
			Alarm: main.CV > main.Chance.CV.High})
	}
	p := page.Card{Name: "Chi-square p", Value: figure(main.P), Note: "how often chance is as uneven", Alarm: main.Beyond() > 0}
	heaviest := page.Card{Name: "The heaviest key has", Value: groupedUint(t.b.Heaviest.AtMost),
		Note: fmt.Sprintf("%s: no function gets max/mean below %s", unit(t.by), figure(main.Floor))}
	if !t.b.Heaviest.Exact {
		heaviest.Name, heaviest.Note = "No key has more than", unit(t.by)+", a bound"
	}
	if main.Floor == 1 {
		heaviest.Note = unit(t.by) + ", less than the mean"
	}
	return append(cards, p, heaviest)
}

// figures are the spreads.
func (t *balanceText) figures() []page.Table {
	all := []page.Table{t.spreads(t.places(), t.b.Spread).onPage("")}
	if t.b.NodeSpread != nil {
		all = append(all, t.spreads(plural(int64(len(t.b.Nodes)), "node"), t.b.NodeSpread).onPage(""))
	}
	return all
}

func (t *balanceText) layoutNote(say func(func()) []string) []string {
	if t.b.NodeSpread == nil {
		return nil
	}
	return say(t.numbers)
}

// manyWeights is of how many different weights it would take long to say what chance makes of nodes.
const manyWeights = 100

// nodesSection shows what nodes have, beside their shares.
func (t *balanceText) nodesSection() page.Section {
	nodes := t.b.Nodes
	of := t.b.Spread[t.by]
	if t.b.NodeSpread != nil {
		of = t.b.NodeSpread[t.by]
	}
	s := page.Section{Title: "Nodes", Tables: []page.Table{t.nodes().onPage("All " + plural(int64(len(nodes)), "node"))}}
	if len(nodes) > page.MaxBars {
		profile := &page.Profile{
			Title:       fmt.Sprintf("%s of each node over its share, from the emptiest to the fullest", unit(t.by)),
			Description: "On the right how many nodes have so much. The table below has the numbers.",
			Things:      "nodes", Quantity: t.overShare(), Mean: 1, By: chanceBand,
		}
		alike := map[uint32][]int{} // nodes of the same weight
		for i := range nodes {
			profile.Add(nodes[i].OverShare)
			alike[nodes[i].Share] = append(alike[nodes[i].Share], i)
		}
		if len(alike) == 1 {
			profile.Band = band(nodes[0].Band, 1)
		}
		weights := slices.Sorted(maps.Keys(alike))
		if len(weights) <= manyWeights {
			profile.Chance = func(x float64) (below float64) {
				for _, weight := range weights {
					below += float64(len(alike[weight])) / float64(len(nodes)) * of.Chance.Below(alike[weight][0], x)
				}
				return below
			}
		}
		s.Figures = []page.Figure{{Drawing: profile.Drawing()}}
		return s
	}
	bars := t.bars("node", "its share")
	for i := range nodes {
		n := &nodes[i]
		load := t.by.Of(n.Load)
		expected := 0.0
		if n.OverShare > 0 {
			expected = float64(load) / n.OverShare
		}
		bars.Rows = append(bars.Rows, t.bar(n.Node, load, expected, n.Band))
	}
	s.Figures = []page.Figure{{Drawing: bars.Drawing()}}
	return s
}

// bars are those of nodes or partitions, beside what chance alone makes of them.
func (t *balanceText) bars(thing, against string) *page.Bars {
	return &page.Bars{
		Title:       fmt.Sprintf("What each %s has, in %s", thing, unit(t.by)),
		Description: "Bars from zero; on the right how far each is from " + against + ", beside what chance alone gives. The table below has the numbers.",
		Names:       thing, Heads: []string{unit(t.by)}, Quantity: unit(t.by), Against: against, By: chanceBand,
	}
}

func (t *balanceText) bar(name string, load uint64, expected float64, by plan.Range) page.Bar {
	b := page.Bar{Name: name, Texts: []string{groupedUint(load)}, Value: float64(load), Expected: expected,
		Tip: fmt.Sprintf("%s: %s %s", name, groupedUint(load), unit(t.by))}
	if expected > 0 {
		b.Band = band(by, expected)
	}
	return b
}

// band is where chance alone has 99 of 100 loads, of things that should have so much.
func band(r plan.Range, expected float64) *page.Band {
	return &page.Band{Low: r.Low * expected, High: r.High * expected}
}

// pageEnds is how many of the fullest and of the emptiest of many partitions a page lists.
const pageEnds = 100

// partitionsSection shows what partitions have: each of a few, a profile of many.
func (t *balanceText) partitionsSection() page.Section {
	n, spread := t.b.Loads.Len(), t.b.Spread[t.by]
	s := page.Section{Title: "Partitions"}
	if n <= page.MaxBars {
		bars := t.bars("partition", "the mean")
		for p := range n {
			bars.Rows = append(bars.Rows, t.bar(strconv.Itoa(p), t.by.Of(t.b.Loads.At(p)), spread.Mean, spread.Chance.Band(p)))
		}
		s.Figures = []page.Figure{{Drawing: bars.Drawing()}}
	} else {
		profile := &page.Profile{
			Title:       fmt.Sprintf("What the partitions have, in %s, from the emptiest to the fullest", unit(t.by)),
			Description: "On the right how many partitions have so much.",
			Things:      "partitions", Quantity: unit(t.by), Mean: spread.Mean, Band: band(spread.Chance.Band(0), spread.Mean), By: chanceBand, Whole: true,
			Chance: func(x float64) float64 { return spread.Chance.Below(0, x/spread.Mean) },
		}
		for p := range n {
			profile.Add(float64(t.by.Of(t.b.Loads.At(p))))
		}
		s.Figures = []page.Figure{{Drawing: profile.Drawing()}}
	}
	if n <= page.MaxRows {
		s.Tables = []page.Table{t.partitions(t.ends(n)).onPage("All " + plural(int64(n), "partition"))}
		return s
	}
	s.Tables = []page.Table{t.partitions(t.ends(pageEnds)).onPage(
		fmt.Sprintf("The %d fullest and the %d emptiest of %s, by %s", pageEnds, pageEnds, plural(int64(n), "partition"), t.by))}
	s.Tables[0].Note = "--json has all."
	return s
}
