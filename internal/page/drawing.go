package page

import (
	"math"
	"strconv"
	"strings"
)

// Drawing is an SVG: shapes, and what it shows in words for those who do not see it.
type Drawing struct {
	Title, Description string
	Width, Height      float64
	Marks              []Mark
	Legend             []LegendEntry // what marks mean, for the line above the drawing
}

// LegendEntry says what marks of a class mean.
type LegendEntry struct {
	Class, Shape, Text string
}

// Mark is a shape. Classes are those of page.css; Tip is what is said of it when it is pointed at.
type Mark struct {
	Shape        Shape
	Class        string
	X, Y, X2, Y2 float64 // the middle of a dot, the ends of a line, opposite corners of a box; where a text is
	Path         string  // of an area or a curve
	Text, Tip    string
	Anchor       Anchor  // of a text
	Turn         float64 // of a text: degrees around its place
}

// Shape is what kind of mark it is.
type Shape string

// The shapes.
const (
	shapeBox     Shape = "box"
	shapeLine    Shape = "line"
	shapePath    Shape = "path"
	shapeDot     Shape = "dot"
	shapeDiamond Shape = "diamond"
	shapeText    Shape = "text"
)

// Anchor says which part of a text is at its place.
type Anchor string

// The anchors.
const (
	atStart  Anchor = "start"
	atMiddle Anchor = "middle"
	atEnd    Anchor = "end"
)

// pageWidth is how wide drawings are: they are shown about as large as their units say, where there is room.
const pageWidth = 820

// Sizes of the fonts in page.css.
const (
	labelSize = 12.5
	tickSize  = 11.5
)

func (d *Drawing) add(m Mark) { d.Marks = append(d.Marks, m) }

func (d *Drawing) line(class string, x, y, x2, y2 float64) {
	d.add(Mark{Shape: shapeLine, Class: class, X: x, Y: y, X2: x2, Y2: y2})
}

func (d *Drawing) box(class string, x, y, x2, y2 float64, tip string) {
	d.add(Mark{Shape: shapeBox, Class: class, X: min(x, x2), Y: min(y, y2), X2: max(x, x2), Y2: max(y, y2), Tip: tip})
}

func (d *Drawing) text(class string, x, y float64, anchor Anchor, text string) {
	d.add(Mark{Shape: shapeText, Class: class, X: x, Y: y, Anchor: anchor, Text: text})
}

// label writes a text into so much room; of one that has been cut, the whole is its tip.
func (d *Drawing) label(class string, x, y float64, anchor Anchor, text string, room, size float64) {
	short, cut := shorten(text, room, size)
	m := Mark{Shape: shapeText, Class: class, X: x, Y: y, Anchor: anchor, Text: short}
	if cut {
		m.Tip = text
	}
	d.add(m)
}

// keyLabel writes a key into so much room.
func (d *Drawing) keyLabel(x, y float64, text string, room float64) {
	short, cut := text, false
	if keyWidth(text) > room {
		short, cut = string([]rune(text)[:max(int(room/keyWidth("x"))-1, 1)])+"…", true
	}
	m := Mark{Shape: shapeText, Class: "name", X: x, Y: y, Anchor: atStart, Text: short}
	if cut {
		m.Tip = text
	}
	d.add(m)
}

// dot draws a dot, or a diamond if it is an alarm: the colour is not all that tells them apart.
func (d *Drawing) dot(class string, x, y float64, tone Tone, tip string) {
	shape := shapeDot
	if tone == Alarm {
		shape, class = shapeDiamond, class+" alarm"
	}
	d.add(Mark{Shape: shape, Class: class, X: x, Y: y, Tip: tip})
}

func (d *Drawing) path(class, path, tip string) {
	d.add(Mark{Shape: shapePath, Class: class, Path: path, Tip: tip})
}

// curve draws a line through points, if there are some.
func (d *Drawing) curve(class string, points []point, tip string) {
	if len(points) > 0 {
		d.path(class, pathOf(points), tip)
	}
}

func (d *Drawing) legend(class, shape, text string) {
	d.Legend = append(d.Legend, LegendEntry{class, shape, text})
}

// Wide and High are the extent of a box.
func (m Mark) Wide() float64 { return m.X2 - m.X }

// High is how high a box is.
func (m Mark) High() float64 { return m.Y2 - m.Y }

// Diamond is the path of a diamond around the middle of the mark.
func (m Mark) Diamond() string {
	const r = 5.2
	return pathOf([]point{{m.X, m.Y - r}, {m.X + r, m.Y}, {m.X, m.Y + r}, {m.X - r, m.Y}}) + "Z"
}

type point struct{ x, y float64 }

// pathOf is the path through points.
func pathOf(points []point) string {
	var b strings.Builder
	for i, p := range points {
		b.WriteByte("ML"[min(i, 1)])
		b.WriteString(coordinate(p.x))
		b.WriteByte(' ')
		b.WriteString(coordinate(p.y))
	}
	return b.String()
}

// coordinate writes a number of a drawing to a tenth.
func coordinate(x float64) string {
	text := strconv.FormatFloat(math.Round(10*x)/10, 'f', -1, 64)
	if text == "-0" {
		return "0"
	}
	return text
}

// scale turns values into places of a drawing.
type scale struct {
	low, high float64 // values
	from, to  float64 // where those are
	log       bool
}

// at returns where a value is; what is outside of the scale is at its end.
func (s scale) at(x float64) float64 {
	x = min(max(x, s.low), s.high)
	if s.high <= s.low {
		return s.from
	}
	if s.log {
		return s.from + (s.to-s.from)*math.Log(x/s.low)/math.Log(s.high/s.low)
	}
	return s.from + (s.to-s.from)*(x-s.low)/(s.high-s.low)
}

// ticks returns round values of the scale, about so many.
func (s scale) ticks(about int) (all []float64) {
	if s.high <= s.low {
		return []float64{s.low}
	}
	if s.log {
		if all = s.roundNumbers(1); len(all) < 2 {
			all = s.roundNumbers(1, 2, 5)
		}
		if len(all) > 1 {
			return thinned(all, about)
		}
		all = nil
	}
	step := roundStep((s.high - s.low) / float64(max(about, 1)))
	for i := math.Ceil(s.low/step - 1e-9); i*step <= s.high+step*1e-9; i++ {
		all = append(all, i*step+0) // -0 becomes 0
	}
	return all
}

// roundNumbers returns those times powers of ten that are on the scale.
func (s scale) roundNumbers(times ...float64) (all []float64) {
	for e := math.Floor(math.Log10(s.low)); math.Pow(10, e) <= s.high; e++ {
		for _, n := range times {
			if x := n * math.Pow(10, e); x >= s.low*(1-1e-9) && x <= s.high*(1+1e-9) {
				all = append(all, x)
			}
		}
	}
	return all
}

// thinned returns so many of the values at most, about as far apart each, if there are two or more.
func thinned(all []float64, most int) (some []float64) {
	most = max(most, 2)
	if len(all) <= most {
		return all
	}
	every := (len(all)-1)/(most-1) + min((len(all)-1)%(most-1), 1)
	for i := 0; i < len(all); i += every {
		some = append(some, all[i])
	}
	return some
}

// roundStep returns the next larger of 1, 2 or 5 times a power of ten.
func roundStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, times := range []float64{1, 2, 5, 10} {
		if times*power >= x*(1-1e-9) {
			return times * power
		}
	}
	return 10 * power
}

// tickText writes the value of a tick that is so far from the next one.
func tickText(x, step float64) string {
	x = math.Round(x/step) * step
	if x == 0 {
		return "0"
	}
	if math.Abs(x) >= 10_000 {
		units, i := []string{"", "k", "M", "G", "T", "P", "E"}, 0
		for math.Abs(x) >= 999.5 && i < len(units)-1 {
			x, step, i = x/1000, step/1000, i+1
		}
		return minus(group2(strconv.FormatFloat(x, 'f', decimals(step), 64))) + units[i]
	}
	return minus(group2(strconv.FormatFloat(x, 'f', decimals(step), 64)))
}

// decimals is how many digits after the point tell steps apart.
func decimals(step float64) int {
	return min(max(0, -int(math.Floor(math.Log10(step)+1e-9))), 9)
}

func minus(number string) string {
	if rest, negative := strings.CutPrefix(number, "-"); negative {
		return "−" + rest
	}
	return number
}

// step is how far apart ticks are.
func step(ticks []float64) float64 {
	if len(ticks) < 2 {
		return 1
	}
	return ticks[1] - ticks[0]
}
