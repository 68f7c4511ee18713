package main

import (
	"fmt"
	"io"

	"github.com/keymill/keymill/internal/page"
	"github.com/keymill/keymill/plan"
)

// drawnKeys is how many keys have a bar; the table has all.
const drawnKeys = 24

// hotPage returns the report as a page.
func hotPage(h *plan.Hot) *page.Page {
	p := &page.Page{Command: "keymill plan hot", Answer: "There are no rows."}
	if answer := sentences(func(out io.Writer) { writeHeaviest(out, h) }); len(answer) > 0 {
		p.Answer, p.About = answer[0], answer[1:]
	}
	p.About = append(p.About, sentences(func(out io.Writer) { writeHotStream(out, h) })...)
	p.Cards = hotCards(h)
	if len(h.Keys) > 0 {
		p.Sections = append(p.Sections, hotKeysSection(h))
	}
	if len(h.WhatIf) > 0 {
		p.Sections = append(p.Sections, hotStepsSection(h))
	}
	return p
}

func hotCards(h *plan.Hot) []page.Card {
	if h.Total.Keys == 0 {
		return nil
	}
	heaviest := page.Card{Name: "No key has more than", Value: groupedUint(h.OthersAtMost), Note: unit(h.By) + " of " + groupedUint(h.By.Of(h.Total))}
	if len(h.Keys) > 0 {
		heaviest = page.Card{Name: "The heaviest key has", Value: spanText(h.Keys[0].Has),
			Note: fmt.Sprintf("%s of %s: %s", unit(h.By), groupedUint(h.By.Of(h.Total)), percentText(h.Keys[0].Share))}
	}
	cards := []page.Card{heaviest}
	if n := h.LargestUseful; n.High > 0 {
		c := page.Card{Name: "Largest useful number of partitions", Value: spanText(n), Note: "there are " + grouped(int64(h.Partitions))}
		if uint64(h.Partitions) > n.High {
			c.Alarm, c.Note = true, c.Note+": more than are of use"
		}
		cards = append(cards, c)
	}
	cards = append(cards, page.Card{Name: "Max/mean as it is", Value: ratioText(h.AsIs.MaxMean), Note: "the fullest partition has " + spanText(h.AsIs.Fullest)})
	if n := len(h.WhatIf); n > 0 {
		last := h.WhatIf[n-1]
		c := page.Card{Name: "Max/mean of the others", Value: ratioText(last.Others.MaxMean), Note: stepName(last.Keys) + " isolated"}
		if last.Salted != nil {
			c = page.Card{Name: "Max/mean, salted", Value: ratioText(last.Salted.MaxMean), Note: fmt.Sprintf("%s salted to %d keys", stepName(last.Keys), h.Salt.Over)}
		}
		cards = append(cards, c)
	}
	return cards
}

func hotKeysSection(h *plan.Hot) page.Section {
	bars := &page.Bars{
		Title:       "The heaviest keys",
		Description: "What each of them has, beside the mean of the partitions. The table below has the numbers.",
		Names:       "key", Heads: []string{unit(h.By), "of all"}, KeyNames: true, Quantity: unit(h.By),
		Lines: []page.Line{meanLine(h.By, h.Total, h.Partitions)},
	}
	for _, k := range h.Keys[:min(len(h.Keys), drawnKeys)] {
		bars.Rows = append(bars.Rows, page.Bar{
			Name: page.KeyText(k.Bytes()), Texts: []string{spanText(k.Has), percentText(k.Share)},
			Value: float64(k.Has.High), Low: float64(k.Has.Low), High: float64(k.Has.High),
			Tip: fmt.Sprintf("%s: %s %s", page.KeyText(k.Bytes()), spanText(k.Has), unit(h.By)),
		})
	}
	s := page.Section{Title: "The heaviest keys", Figures: []page.Figure{{Drawing: bars.Drawing()}},
		Tables: []page.Table{hotKeysTable(h, page.KeyText).onPage("All "+plural(int64(len(h.Keys)), "key"), "key")},
		Notes:  sentences(func(out io.Writer) { writeHotKeysNotes(out, h) })}
	if len(h.Keys) > drawnKeys {
		s.Figures[0].Caption = fmt.Sprintf("The first %d of %d keys.", drawnKeys, len(h.Keys))
	}
	return s
}

// hotStepsSection shows what remains, key by key.
func hotStepsSection(h *plan.Hot) page.Section {
	isolated, others, salted := page.Curve{Name: "isolated"}, page.Curve{Name: "of the others"}, page.Curve{Name: "salted"}
	add := func(c *page.Curve, keys int, o *plan.Outcome) {
		if o == nil {
			return
		}
		c.Points = append(c.Points, page.Point{X: float64(keys), Y: (o.MaxMean.Low + o.MaxMean.High) / 2, Low: o.MaxMean.Low, High: o.MaxMean.High,
			Tip: fmt.Sprintf("%s, %s: max/mean %s", stepName(keys), c.Name, ratioText(o.MaxMean))})
	}
	for _, c := range []*page.Curve{&isolated, &others, &salted} {
		add(c, 0, &h.AsIs)
	}
	for i := range h.WhatIf {
		step := &h.WhatIf[i]
		add(&isolated, step.Keys, &step.Isolated)
		add(&others, step.Keys, &step.Others)
		add(&salted, step.Keys, step.Salted)
	}
	l := &page.Lines{
		Title:       "Max/mean of the partitions, if the heaviest keys are out of the way",
		Description: "Against how many of the heaviest keys are isolated or salted. The table below has the numbers.",
		XName:       "of the heaviest keys", YName: "max/mean", XWhole: true,
		Curves: []page.Curve{isolated, others}, Across: []page.Line{{At: 1, Text: "all the same"}},
	}
	if h.Salt != nil {
		l.Curves = append(l.Curves, salted)
	}
	return page.Section{Title: "What remains if they are out of the way", Figures: []page.Figure{{Drawing: l.Drawing()}},
		Tables: []page.Table{hotStepsTable(h).onPage(fmt.Sprintf("All %d steps", len(h.WhatIf)))},
		Notes:  sentences(func(out io.Writer) { writeHotStepsNotes(out, h) })}
}
