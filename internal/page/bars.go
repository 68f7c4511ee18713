package page

import (
	"fmt"
	"math"
)

// Bars are things side by side, a row each: its name, its numbers, a bar from zero, and, if things have a Band,
// how far it is from what is expected.
type Bars struct {
	Title, Description string
	Names              string   // what the things are: "node"
	Heads              []string // what the numbers are: those of Bar.Texts
	Quantity           string   // what the bars are as long as
	Against            string   // what Expected is: "its share"
	By                 string   // whose the band is: "chance alone, 99 of 100"
	KeyNames           bool     // names are keys
	Lines              []Line
	Rows               []Bar
}

// Bar is a row of [Bars].
type Bar struct {
	Name     string
	Texts    []string
	Value    float64
	Low      float64 // if Low and High are not the same, the bar is known to end between them
	High     float64
	Expected float64
	Band     *Band
	Tip      string
}

// Band is between which values something is expected to be.
type Band struct{ Low, High float64 }

// Holds says whether x is in the band.
func (b *Band) Holds(x float64) bool { return b.Low <= x && x <= b.High }

// Line is a value to which others are compared.
type Line struct {
	At   float64
	Text string
}

// Bars have this much room, whatever is beside them, and a number no more than that.
const leastBars, widestNumber = 200, 230

// farLine is how many times as far as the longest bar a line may be: one further away would leave nothing of
// the bars.
const farLine = 10

// MaxBars is how many rows are a picture: more are a [Profile].
const MaxBars = 40

// barsLayout is where the parts of a row are.
type barsLayout struct {
	row        float64   // the height of a row
	top        float64   // of the rows
	names      float64   // the end of the column of names
	columns    []float64 // the ends of those of numbers
	numbers    []float64 // how wide those are
	bars, away scale
	percents   float64 // the end of the column of percentages
}

// Drawing draws the bars.
func (b *Bars) Drawing() *Drawing {
	l := b.layout()
	bottom := l.top + l.row*float64(len(b.Rows))
	d := &Drawing{Title: b.Title, Description: b.Description, Width: pageWidth, Height: bottom + 24}
	b.heads(d, l)
	panels := []scale{l.bars}
	if b.banded() {
		panels = append(panels, l.away)
	}
	for i, panel := range panels {
		ticks := panel.ticks(max(2, int((panel.to-panel.from)/70)))
		for _, t := range ticks {
			x := panel.at(t)
			d.line("grid", x, l.top-2, x, bottom+2)
			text := tickText(t, step(ticks))
			if i == 1 {
				text = signedPercent(t)
			}
			d.text("tick", x, bottom+17, atMiddle, text)
		}
	}
	for _, line := range b.Lines {
		if line.At > l.bars.high {
			continue
		}
		x := l.bars.at(line.At)
		d.line("limit", x, l.top-6, x, bottom+2)
		anchor, dx := atStart, 5.0
		if x > (l.bars.from+l.bars.to)/2 {
			anchor, dx = atEnd, -5
		}
		d.text("tick", x+dx, l.top-8, anchor, line.Text)
	}
	for i := range b.Rows {
		b.row(d, l, &b.Rows[i], l.top+l.row*float64(i))
	}
	if b.banded() {
		d.line("axis", l.away.at(0), l.top-2, l.away.at(0), bottom+2)
		d.legend("band", "box", b.By)
		d.legend("dot", "dot", "within")
		d.legend("dot alarm", "diamond", "outside")
	}
	d.line("axis", l.bars.from, l.top-2, l.bars.from, bottom+2)
	return d
}

func (b *Bars) banded() bool {
	for i := range b.Rows {
		if b.Rows[i].Band != nil {
			return true
		}
	}
	return false
}

func (b *Bars) layout() barsLayout {
	l := barsLayout{row: 24, top: 26}
	if len(b.Rows) > 16 {
		l.row = 19
	}
	if len(b.Lines) > 0 {
		l.top = 42
	}
	widest, most := textWidth(b.Names, tickSize), 0.0
	numbers := make([]float64, len(b.Heads))
	for i, head := range b.Heads {
		numbers[i] = textWidth(head, tickSize)
	}
	for i := range b.Rows {
		r := &b.Rows[i]
		widest = max(widest, b.nameWidth(r.Name))
		most = max(most, r.Value, r.High, r.Expected)
		for j, text := range r.Texts {
			numbers[j] = max(numbers[j], textWidth(text, labelSize))
		}
	}
	for _, line := range b.Lines {
		if line.At <= farLine*most {
			most = max(most, line.At)
		}
	}
	room := 190.0
	if b.KeyNames {
		room = 300
	}
	left := float64(pageWidth) - leastBars
	for i := range numbers {
		numbers[i] = min(numbers[i], widestNumber)
		left -= numbers[i] + 16
	}
	l.names = min(widest, room, max(left, 60)) + 2
	end := l.names
	for _, width := range numbers {
		end += width + 16
		l.columns = append(l.columns, end)
	}
	l.numbers = numbers
	left = end + 18
	if most == 0 {
		most = 1
	}
	l.bars = scale{low: 0, high: most * 1.02, from: left, to: pageWidth - 24}
	if b.banded() {
		l.percents = pageWidth
		split := left + (pageWidth-left)*0.42
		l.bars.to = split - 18
		far := b.farthest()
		l.away = scale{low: -far, high: far, from: split + 18, to: l.percents - 66}
	}
	return l
}

func (b *Bars) nameWidth(name string) float64 {
	if b.KeyNames {
		return keyWidth(name)
	}
	return textWidth(name, labelSize)
}

// farthest is how far the axis of what is expected goes, both ways.
func (b *Bars) farthest() (far float64) {
	for i := range b.Rows {
		if r := &b.Rows[i]; r.Expected > 0 {
			far = max(far, math.Abs(r.Value/r.Expected-1))
			if r.Band != nil {
				far = max(far, 1-r.Band.Low/r.Expected, r.Band.High/r.Expected-1)
			}
		}
	}
	if far == 0 {
		return 0.01
	}
	return far * 1.08
}

func (b *Bars) heads(d *Drawing, l barsLayout) {
	d.label("tick", 0, 12, atStart, b.Names, l.names, tickSize)
	for i, head := range b.Heads {
		d.label("tick", l.columns[i], 12, atEnd, head, l.numbers[i], tickSize)
	}
	d.text("tick", l.bars.from, 12, atStart, b.Quantity)
	if b.banded() {
		d.text("tick", (l.away.from+l.away.to)/2, 12, atMiddle, "against "+b.Against)
	}
}

func (b *Bars) row(d *Drawing, l barsLayout, r *Bar, y float64) {
	middle := y + l.row/2
	baseline := middle + 4.3
	if b.KeyNames {
		d.keyLabel(0, baseline, r.Name, l.names)
	} else {
		d.label("", 0, baseline, atStart, r.Name, l.names, labelSize)
	}
	for i, text := range r.Texts {
		d.label("", l.columns[i], baseline, atEnd, text, l.numbers[i], labelSize)
	}
	outside := r.Band != nil && !r.Band.Holds(r.Value)
	bar, tone := "bar", Plain
	if outside {
		bar, tone = "bar alarm", Alarm
	}
	half := l.row * 0.31
	low, high := r.Value, r.Value
	if r.Low < r.High {
		low, high = r.Low, r.High
		d.box("bar soft", l.bars.from, middle-half, l.bars.at(high), middle+half, r.Tip)
	}
	d.box(bar, l.bars.from, middle-half, l.bars.at(low), middle+half, r.Tip)
	if low < high {
		whisker(d, l.bars.at(low), l.bars.at(high), middle, 4)
	}
	if r.Expected > 0 {
		x := l.bars.at(r.Expected)
		d.line("expected", x, middle-half-2, x, middle+half+2)
	}
	if r.Band == nil || r.Expected == 0 {
		return
	}
	away := r.Value/r.Expected - 1
	zero, x := l.away.at(0), l.away.at(away)
	d.box("band", l.away.at(r.Band.Low/r.Expected-1), y, l.away.at(r.Band.High/r.Expected-1), y+l.row,
		fmt.Sprintf("%s to %s", signedPercent(r.Band.Low/r.Expected-1), signedPercent(r.Band.High/r.Expected-1)))
	stem := "stem"
	if outside {
		stem = "stem alarm"
	}
	d.line(stem, zero, middle, x, middle)
	d.dot("dot", x, middle, tone, r.Tip)
	text := "tick"
	if outside {
		text = "tick alarm"
	}
	d.text(text, l.percents, baseline, atEnd, signedPercent(away))
}

// whisker draws an interval.
func whisker(d *Drawing, from, to, y, half float64) {
	d.line("whisker", from, y, to, y)
	d.line("whisker", from, y-half, from, y+half)
	d.line("whisker", to, y-half, to, y+half)
}
