package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/keymill/keymill/internal/page"
)

// page returns the report as a page.
func (r *calibrateReport) page() *page.Page {
	p := &page.Page{
		Command: "keymill calibrate",
		Answer:  fmt.Sprintf("%s, %s: which backend is the fastest", r.Processor, plural(int64(r.Cores), "core")),
		About: []string{fmt.Sprintf("Measured for %.1f s. Dots are measured; lines are fitted to them, and are what the dispatcher chooses by. "+
			"Where a dashed line goes down, another backend becomes the fastest.", r.Seconds)},
	}
	for i := range r.Works {
		p.Sections = append(p.Sections, r.Works[i].section())
	}
	return p
}

func (w *calibrateRow) section() page.Section {
	s := page.Section{Title: w.Name, Figures: []page.Figure{{Drawing: w.lines().Drawing()}}, Tables: []page.Table{w.table()}}
	var fastest []string
	for _, c := range w.Crossovers {
		fastest = append(fastest, fmt.Sprintf("%s from %s on", c.Backend, plural(int64(c.Keys), "key")))
	}
	s.Text = []string{strings.Join(fastest, "; ") + "."}
	return s
}

// lines are the times a key against the size of the batch.
func (w *calibrateRow) lines() *page.Lines {
	l := &page.Lines{
		Title:       w.Name + ": nanoseconds a key against keys of a batch",
		Description: "Both by their logarithms. The table below has the numbers.",
		XName:       "keys of a batch", YName: "nanoseconds a key", XLog: true, YLog: true,
		XText: func(x float64) string { return grouped(int64(x)) },
	}
	for i, name := range w.names {
		if math.IsInf(w.perKey(i, 1), 1) {
			continue
		}
		curve := page.Curve{Name: name}
		for keys := 1; keys <= shownKeys; keys = min(keys+1+keys/25, max(keys+1, shownKeys)) {
			curve.Fit = append(curve.Fit, page.Point{X: float64(keys), Y: w.perKey(i, keys)})
		}
		for _, s := range w.points[i] {
			curve.Points = append(curve.Points, page.Point{X: float64(s.keys), Y: s.ns,
				Tip: fmt.Sprintf("%s, %s: %s ns a key", name, plural(int64(s.keys), "key"), significant(s.ns))})
		}
		l.Curves = append(l.Curves, curve)
	}
	for _, c := range w.Crossovers[1:] {
		l.Down = append(l.Down, page.Line{At: float64(c.Keys), Text: fmt.Sprintf("%s from %s", c.Backend, grouped(int64(c.Keys)))})
	}
	return l
}

// table has the same times as the text of the report.
func (w *calibrateRow) table() page.Table {
	t := page.Table{Columns: page.Columns("keys"), Note: "Nanoseconds a key; grey is not measured, but what the fit says."}
	for _, r := range w.Residuals {
		t.Columns = append(t.Columns, page.Column{Name: r.Backend})
	}
	for _, size := range w.Sizes {
		row := page.Cells(grouped(int64(size.Keys)))
		for _, b := range size.Times {
			cell := page.Cell{Text: significant(b.NS)}
			switch {
			case b.Backend == size.Fastest:
				cell.Tone = page.Best
			case !b.Known:
				cell.Tone = page.Faint
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	median, most := page.Cells("fit off by, median"), page.Cells("at most")
	for _, r := range w.Residuals {
		median = append(median, page.Cell{Text: fmt.Sprintf("%.1f %%", 100*r.Median)})
		most = append(most, page.Cell{Text: fmt.Sprintf("%.1f %%", 100*r.Largest)})
	}
	t.Rows = append(t.Rows, median, most)
	return t
}
