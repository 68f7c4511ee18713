package page

import "math"

// Lines are curves over one another.
type Lines struct {
	Title, Description   string
	XName, YName         string
	XLog, YLog           bool
	XWhole               bool // values of x are whole numbers
	FromZero             bool // the axis of y begins there
	Curves               []Curve
	Across               []Line               // values of y to compare with
	Down                 []Line               // values of x
	XText, YText, TipFor func(float64) string // nil: as it is
}

// Curve is a line of [Lines]: its points are measured or counted, in the order of x.
type Curve struct {
	Name   string
	Points []Point
	Fit    []Point // if there are some, these are the line, and Points are only dots
}

// Point is a point of a curve, known to lie between Low and High if those differ.
type Point struct {
	X, Y      float64
	Low, High float64
	Tip       string
}

// manyTexts is from how many on texts at lines that go down would hide each other: they are only shown when pointed at.
const manyTexts = 4

// manyDots is from how many on dots would hide their line.
const manyDots = 80

var curveClasses = [...]string{"one", "two", "three", "four", "five", "six", "seven", "eight"}

// Drawing draws the curves.
func (l *Lines) Drawing() *Drawing {
	const left, top, height = 66, 22, 300
	names := 0.0
	for _, c := range l.Curves {
		names = max(names, textWidth(c.Name, labelSize))
	}
	d := &Drawing{Title: l.Title, Description: l.Description, Width: pageWidth, Height: top + height + 48}
	x, y := l.scales()
	x.from, x.to = left, pageWidth-min(names, 200)-20
	y.from, y.to = top+height, top
	d.text("tick", 0, 11, atStart, l.YName)
	d.text("tick", x.to, top+height+40, atEnd, l.XName)
	l.grid(d, x, y)
	for _, line := range l.Across {
		if line.At < y.low || line.At > y.high {
			continue
		}
		at := y.at(line.At)
		d.line("limit", x.from, at, x.to, at)
		d.text("tick halo", x.to-2, at-6, atEnd, line.Text)
	}
	for i, line := range l.Down {
		at := x.at(line.At)
		d.add(Mark{Shape: shapeLine, Class: "edge", X: at, Y: y.to, X2: at, Y2: y.from, Tip: line.Text})
		if len(l.Down) > manyTexts {
			continue
		}
		anchor, dx := atStart, 5.0
		if at > (x.from+x.to)/2 {
			anchor, dx = atEnd, -5
		}
		d.text("tick halo", at+dx, y.from-8-14*float64(i), anchor, line.Text)
	}
	ends := make([]float64, len(l.Curves))
	for i := range l.Curves {
		l.curve(d, i, x, y)
		if p := l.Curves[i].last(); p != nil {
			ends[i] = y.at(p.Y)
		}
	}
	for i, at := range spread(ends, 16, y.to+4, y.from) {
		d.label(curveClasses[i%len(curveClasses)], x.to+10, at+4, atStart, l.Curves[i].Name, 200, labelSize)
	}
	return d
}

// line is what the curve's line goes through.
func (c *Curve) line() []Point {
	if len(c.Fit) > 0 {
		return c.Fit
	}
	return c.Points
}

func (c *Curve) last() *Point {
	if line := c.line(); len(line) > 0 {
		return &line[len(line)-1]
	}
	return nil
}

// scales returns those of x and y, which have room for all points and lines across.
func (l *Lines) scales() (x, y scale) {
	x = scale{low: math.Inf(1), high: math.Inf(-1), log: l.XLog}
	y = scale{low: math.Inf(1), high: math.Inf(-1), log: l.YLog}
	for i := range l.Curves {
		for _, p := range append(l.Curves[i].Points, l.Curves[i].Fit...) {
			x.low, x.high = min(x.low, p.X), max(x.high, p.X)
			y.low, y.high = min(y.low, p.Y), max(y.high, p.Y)
			if p.Low < p.High {
				y.low, y.high = min(y.low, p.Low), max(y.high, p.High)
			}
		}
	}
	if math.IsInf(x.low, 1) {
		x.low, x.high, y.low, y.high = 1, 2, 1, 2
	}
	for _, line := range l.Across {
		if l.YLog || line.At <= 2*y.high {
			y.low, y.high = min(y.low, line.At), max(y.high, line.At)
		}
	}
	switch {
	case l.YLog:
		y.low, y.high = y.low/1.1, y.high*1.1
	case l.FromZero:
		y.low, y.high = 0, y.high*1.06
	default:
		room := (y.high - y.low) * 0.06
		if room == 0 {
			room = max(math.Abs(y.high)*0.05, 1e-6)
		}
		y.low, y.high = y.low-room, y.high+room
	}
	if x.low == x.high {
		if l.XLog {
			x.high *= 2
		} else {
			x.low, x.high = x.low-1, x.high+1
		}
	}
	if y.high <= y.low {
		y.high = y.low + 1
	}
	return x, y
}

func (l *Lines) grid(d *Drawing, x, y scale) {
	ticks := y.ticks(5)
	for _, t := range ticks {
		d.line("grid", x.from, y.at(t), x.to, y.at(t))
		d.text("tick", x.from-8, y.at(t)+4, atEnd, l.tick(l.YText, t, ticks, l.YLog))
	}
	ticks = x.ticks(8)
	if l.XWhole && step(ticks) < 1 {
		ticks = nil
		for t := math.Ceil(x.low); t <= x.high; t++ {
			ticks = append(ticks, t)
		}
	}
	for _, t := range ticks {
		d.line("grid", x.at(t), y.from, x.at(t), y.from+5)
		d.text("tick", x.at(t), y.from+20, atMiddle, l.tick(l.XText, t, ticks, l.XLog))
	}
	d.line("axis", x.from, y.from, x.to, y.from)
}

func (l *Lines) tick(text func(float64) string, t float64, ticks []float64, log bool) string {
	switch {
	case text != nil:
		return text(t)
	case log:
		return tickText(t, t)
	}
	return tickText(t, step(ticks))
}

func (l *Lines) curve(d *Drawing, i int, x, y scale) {
	class := curveClasses[i%len(curveClasses)]
	c := &l.Curves[i]
	var points, upper, lower []point
	sure := true
	for _, p := range c.line() {
		points = append(points, point{x.at(p.X), y.at(p.Y)})
		low, high := p.Y, p.Y
		if p.Low < p.High {
			low, high, sure = p.Low, p.High, false
		}
		upper = append(upper, point{x.at(p.X), y.at(high)})
		lower = append(lower, point{x.at(p.X), y.at(low)})
	}
	if !sure {
		for j := len(lower) - 1; j >= 0; j-- {
			upper = append(upper, lower[j])
		}
		d.path("between "+class, pathOf(upper)+"Z", "")
	}
	if len(points) > 0 {
		line := "curve " + class
		if len(c.Points) == 0 || len(c.Points) > manyDots {
			line += " dashed"
		}
		d.path(line, pathOf(points), c.Name)
	}
	if len(c.Points) > manyDots {
		return
	}
	for _, p := range c.Points {
		d.dot("dot "+class, x.at(p.X), y.at(p.Y), Plain, p.Tip)
	}
}

// spread returns places near those given, each so far from the next at least, between top and bottom if there is room.
func spread(places []float64, apart, top, bottom float64) []float64 {
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	for i := range order { // insertion sort: there are few, and equal ones keep their order
		for j := i; j > 0 && places[order[j]] < places[order[j-1]]; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	out := make([]float64, len(places))
	next := top
	for _, i := range order {
		out[i] = max(places[i], next)
		next = out[i] + apart
	}
	last := bottom
	for k := len(order) - 1; k >= 0; k-- {
		i := order[k]
		out[i] = min(out[i], last)
		last = out[i] - apart
	}
	return out
}
