package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/keymill/keymill/internal/page"
	"github.com/keymill/keymill/plan/identify"
)

// identifyPage returns the report as a page.
func identifyPage(r identifyReport) *page.Page {
	p := &page.Page{Command: "keymill plan identify", Cards: r.cards()}
	said := sentences(func(out io.Writer) { writeIdentified(out, r) })
	p.Answer = strings.ToUpper(said[0][:1]) + said[0][1:] + "."
	if r.Verdict == identify.Found || r.Verdict == identify.Partly {
		p.Answer = said[0] + "."
	}
	p.About = sentences(r.writeTried)
	all := r.Named
	if len(all) == 0 {
		all = r.Best
	}
	if len(all) > 0 {
		p.Sections = append(p.Sections, r.candidatesSection(all))
	}
	if r.Unexplained > 0 {
		p.Sections = append(p.Sections, page.Section{Title: "Pairs that are not explained", Tables: []page.Table{r.unexplainedTable()}})
	}
	if r.Contradictory > 0 {
		p.Sections = append(p.Sections, page.Section{Title: "Keys of several partitions",
			Text: []string{"A function can explain one of them."}, Tables: []page.Table{r.contradictionsTable()}})
	}
	return p
}

func (r identifyReport) cards() []page.Card {
	cards := []page.Card{{Name: "Pairs", Value: grouped(int64(r.Pairs)), Note: fmt.Sprintf("in %s, the largest %s", plural(int64(r.Different), "partition"), grouped(int64(r.Largest)))}}
	explained := page.Card{Name: "Explained", Value: grouped(int64(r.Pairs - r.Unexplained)), Note: "of " + plural(int64(r.Pairs), "pair")}
	switch r.Verdict {
	case identify.None:
		explained = page.Card{Name: "Explained", Value: "0", Note: "no candidate explains more than chance can", Alarm: true}
	case identify.TooFew:
		explained = page.Card{Name: "Pairs that it takes", Value: grouped(int64(r.Needed)), Note: "to tell candidates from chance", Alarm: true}
		if r.Needed == 0 {
			explained = page.Card{Name: "Explained", Value: "0", Note: "all pairs have one partition, which tells nothing", Alarm: true}
		}
	}
	cards = append(cards, explained, page.Card{Name: "Candidates tried", Value: groupedUint(r.Candidates), Note: fmt.Sprintf("of %s", plural(int64(r.Functions), "function"))})
	if r.Verdict == identify.Found || r.Verdict == identify.Partly {
		cards = append(cards, page.Card{Name: "Chance", Value: odds(r.Named[0].Log10Chance), Note: "that any explains as many random pairs"})
	}
	return cards
}

// candidatesSection shows which candidates explain how much.
func (r identifyReport) candidatesSection(all []identify.Candidate) page.Section {
	title := "What explains the pairs"
	if r.Verdict == identify.None {
		title = "What comes nearest"
	}
	bars := &page.Bars{
		Title:       "How many pairs each candidate explains",
		Description: fmt.Sprintf("Of %s. The table below has the numbers.", plural(int64(r.Pairs), "pair")),
		Names:       "candidate", Heads: []string{"partitions", "pairs"}, Quantity: "pairs",
		Lines: []page.Line{{At: float64(r.Pairs), Text: "all " + plural(int64(r.Pairs), "pair")}},
	}
	table := page.Table{Title: "All " + plural(int64(len(all)), "candidate"),
		Columns: page.Columns("<candidate", "partitions", "explains", "misses", "<system", "<rule", "chance")}
	for i, c := range all {
		if i < page.MaxBars {
			bars.Rows = append(bars.Rows, page.Bar{Name: candidateName(c), Texts: []string{numbers(c), grouped(int64(c.Explained))}, Value: float64(c.Explained),
				Tip: fmt.Sprintf("%s: explains %s of %s", candidateName(c), grouped(int64(c.Explained)), plural(int64(r.Pairs), "pair"))})
		}
		table.Rows = append(table.Rows, page.Cells(candidateName(c), numbers(c), grouped(int64(c.Explained)), grouped(int64(c.Missed)), c.System, c.Rule, odds(c.Log10Chance)))
	}
	s := page.Section{Title: title, Figures: []page.Figure{{Drawing: bars.Drawing()}}, Tables: []page.Table{table}}
	if c := all[0]; c.Command != "" && r.Verdict == identify.Found {
		s.Notes = append(s.Notes, "It places as: "+c.Command)
	}
	if apart := r.apartTable(all); len(apart.Rows) > 0 {
		s.Tables = append(s.Tables, apart)
	}
	return s
}

// apartTable has keys that tell candidates from the first one.
func (r identifyReport) apartTable(all []identify.Candidate) page.Table {
	t := page.Table{Title: "Keys that tell them from " + candidateName(all[0]), Columns: page.Columns("<candidate", "=key", "its partition", "that of "+shortName(all[0]))}
	for _, c := range all[1:] {
		if c.Apart != nil {
			t.Rows = append(t.Rows, page.Cells(candidateName(c), page.KeyText(c.Apart.Key()), partText(c.Apart.Here), partText(c.Apart.First)))
		} else if c.SameOn > 0 {
			t.Rows = append(t.Rows, page.Cells(candidateName(c), fmt.Sprintf("none of %s tried", grouped(int64(c.SameOn))), "-", "-"))
		}
	}
	return t
}

func (r identifyReport) unexplainedTable() page.Table {
	t := page.Table{Title: "All " + plural(int64(r.Unexplained), "pair"), Columns: page.Columns("=key", "partition")}
	for i := range r.UnexplainedPairs[0].Expected {
		t.Columns = append(t.Columns, page.Column{Name: shortName(r.Named[i])})
	}
	for _, p := range r.UnexplainedPairs {
		row := []string{page.KeyText(p.Key()), fmt.Sprint(p.Partition)}
		for _, e := range p.Expected {
			row = append(row, partText(e))
		}
		t.Rows = append(t.Rows, page.Cells(row...))
	}
	if n := len(r.UnexplainedPairs); n < r.Unexplained {
		t.Title = fmt.Sprintf("The first %s of %s", grouped(int64(n)), plural(int64(r.Unexplained), "pair"))
	}
	return t
}

func (r identifyReport) contradictionsTable() page.Table {
	t := page.Table{Title: "All " + plural(int64(r.Contradictory), "key"), Columns: page.Columns("=key", "<partitions")}
	for _, c := range r.Contradictions {
		t.Rows = append(t.Rows, page.Cells(page.KeyText(c.Key()), strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Partitions), " ", ", "), "[]")))
	}
	if n := len(r.Contradictions); n < r.Contradictory {
		t.Title = fmt.Sprintf("The first %s of %s", grouped(int64(n)), plural(int64(r.Contradictory), "key"))
	}
	return t
}
