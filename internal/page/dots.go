package page

import "math"

// Dots are several figures of several things: a row for each thing, a panel for each figure, in which a dot stands
// beside the interval that is expected.
type Dots struct {
	Title, Description string
	Names              string // what the things are: "scheme"
	By                 string // whose the intervals are
	Panels             []Panel
	Rows               []DotRow
}

// Panel is one of the figures.
type Panel struct {
	Name string
	Base float64 // what it is when all is even
}

// DotRow is one of the things.
type DotRow struct {
	Name string
	Dots []Dot // for each panel
}

// Dot is a figure of a thing.
type Dot struct {
	Value float64
	Text  string
	Band  *Band // nil if nothing is expected
	Tip   string
}

// Drawing draws the dots.
func (t *Dots) Drawing() *Drawing {
	const top, row = 34.0, 26.0
	names := textWidth(t.Names, tickSize)
	for i := range t.Rows {
		names = max(names, textWidth(t.Rows[i].Name, labelSize))
	}
	names = min(names, 200)
	bottom := top + row*float64(len(t.Rows))
	d := &Drawing{Title: t.Title, Description: t.Description, Width: pageWidth, Height: bottom + 24}
	d.text("tick", 0, 12, atStart, t.Names)
	for i := range t.Rows {
		y := top + row*float64(i)
		if i > 0 {
			d.line("grid", 0, y, pageWidth, y)
		}
		d.label("", 0, y+row/2+4.3, atStart, t.Rows[i].Name, names, labelSize)
	}
	wide := (pageWidth - names - 20) / float64(max(len(t.Panels), 1))
	for j := range t.Panels {
		left := names + 20 + wide*float64(j)
		s := t.excess(j)
		s.from, s.to = left+8, left+wide-70
		d.text("tick", left, 12, atStart, t.Panels[j].Name)
		ticks := s.ticks(2)
		if !s.log {
			ticks = s.ticks(int((s.to - s.from) / 45))
		}
		for _, x := range ticks {
			d.line("grid", s.at(x), top-4, s.at(x), bottom+2)
			apart := step(ticks)
			if s.log {
				apart = x
			}
			d.text("tick", s.at(x), bottom+17, atMiddle, tickText(t.Panels[j].Base+x, apart))
		}
		for i := range t.Rows {
			t.dot(d, i, j, s, top+row*(float64(i)+0.5), left+wide-14)
		}
	}
	d.legend("band outlined", "box", t.By)
	d.legend("dot", "dot", "within")
	d.legend("dot alarm", "diamond", "worse")
	return d
}

func (t *Dots) dot(d *Drawing, i, j int, s scale, y, end float64) {
	of, base := &t.Rows[i].Dots[j], t.Panels[j].Base
	tone, class := Plain, ""
	if of.Band != nil {
		low, high := s.at(of.Band.Low-base), s.at(of.Band.High-base)
		d.box("band outlined", low, y-7, max(high, low+2), y+7, "")
		if of.Value > of.Band.High {
			tone, class = Alarm, "alarm"
		}
	}
	d.dot("dot", s.at(of.Value-base), y, tone, of.Tip)
	d.text(class, end, y+4.3, atEnd, of.Text)
}

// manyTimes is how much a scale has to span to be one of logarithms, on which one bad row does not make
// all others look alike.
const manyTimes = 8

// excess is the axis of a panel: of how far figures are from what they are when all is even.
func (t *Dots) excess(j int) scale {
	least, most := math.Inf(1), 0.0
	see := func(x float64) {
		x -= t.Panels[j].Base
		most = max(most, x)
		if x > 0 {
			least = min(least, x)
		}
	}
	for i := range t.Rows {
		of := &t.Rows[i].Dots[j]
		see(of.Value)
		if of.Band != nil {
			see(of.Band.Low)
			see(of.Band.High)
		}
	}
	switch {
	case most == 0:
		return scale{low: 0, high: 1}
	case most > manyTimes*least:
		return scale{low: max(least, most/1e6) / 1.15, high: most * 1.15, log: true}
	}
	return scale{low: 0, high: most * 1.05}
}
