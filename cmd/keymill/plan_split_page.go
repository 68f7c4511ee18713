package main

import (
	"fmt"
	"io"

	"github.com/keymill/keymill/internal/page"
	"github.com/keymill/keymill/plan"
)

// splitPage returns the report as a page.
func splitPage(s *plan.Split) *page.Page {
	p := &page.Page{Command: "keymill plan split", Answer: "There are no rows.", About: sentences(func(out io.Writer) { writeSplitStream(out, s) })}
	if s.Total.Keys == 0 || len(s.Ranges) == 0 {
		return p
	}
	ranges := plural(int64(len(s.Ranges)), "range")
	fullest := plan.Span{}
	for _, r := range s.Ranges {
		fullest = plan.Span{Low: max(fullest.Low, r.Has.Low), High: max(fullest.High, r.Has.High)}
	}
	mean := float64(s.By.Of(s.Total)) / float64(len(s.Ranges))
	cards := []page.Card{{Name: "Ranges", Value: grouped(int64(len(s.Ranges)))}}
	if s.Asked > len(s.Ranges) {
		cards[0].Note = fmt.Sprintf("of %d: the keys do not divide into more", s.Asked)
	}
	cards = append(cards,
		page.Card{Name: "The mean range has", Value: significant(mean), Note: unit(s.By)},
		page.Card{Name: "The fullest range has", Value: spanText(fullest), Note: unit(s.By)})
	if s.Exact {
		p.Answer = fmt.Sprintf("Of %s the fullest has %s %s, %.3f times the mean.", ranges, groupedUint(s.Spread.Max), unit(s.By), s.Spread.MaxMean)
		cards = append(cards, page.Card{Name: "Max/mean", Value: fmt.Sprintf("%.3f", s.Spread.MaxMean)})
		if s.AtBest > 0 {
			cards[len(cards)-1].Note = fmt.Sprintf("%.3f at least, whatever the boundaries", float64(s.AtBest)/mean)
		}
	} else {
		p.Answer = fmt.Sprintf("Of %s none has more than %s %s.", ranges, groupedUint(fullest.High), unit(s.By))
	}
	p.Cards = cards
	p.Sections = []page.Section{{Title: "What each range has", Figures: []page.Figure{{Drawing: splitDrawing(s, mean)}},
		Tables: []page.Table{splitTable(s).onPage("All "+ranges, "from", "in hex")}}}
	return p
}

// splitDrawing shows each of a few ranges in the order of the keys, and a profile of many.
func splitDrawing(s *plan.Split, mean float64) *page.Drawing {
	if len(s.Ranges) > page.MaxBars {
		p := &page.Profile{
			Title:       fmt.Sprintf("What the ranges have, in %s, from the emptiest to the fullest", unit(s.By)),
			Description: "On the right how many ranges have so much. The table below has the numbers.",
			Things:      "ranges", Quantity: unit(s.By), Mean: mean, Whole: true,
		}
		for _, r := range s.Ranges {
			p.Add(float64(r.Has.High))
		}
		return p.Drawing()
	}
	b := &page.Bars{
		Title:       fmt.Sprintf("What each range has, in %s, in the order of the keys", unit(s.By)),
		Description: "Each range goes from its key up to the next. The table below has the numbers.",
		Names:       "from", Heads: []string{unit(s.By)}, KeyNames: true, Quantity: unit(s.By),
		Lines: []page.Line{{At: mean, Text: "the mean: " + significant(mean)}},
	}
	for i, r := range s.Ranges {
		from := r.Start.String()
		if i == 0 {
			from = "(the first key)"
		}
		b.Rows = append(b.Rows, page.Bar{Name: from, Texts: []string{spanText(r.Has)}, Value: float64(r.Has.High), Low: float64(r.Has.Low), High: float64(r.Has.High),
			Tip: fmt.Sprintf("range %d: %s %s", i, spanText(r.Has), unit(s.By))})
	}
	return b.Drawing()
}
