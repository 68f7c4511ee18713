package page

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// A bar is as long as its value, and a dot as far from the middle as the value is from what is expected; what is
// outside of its band is told apart by shape and colour.
func TestBars(t *testing.T) {
	b := &Bars{Title: "T", Description: "D", Names: "node", Heads: []string{"rows"}, Quantity: "rows", Against: "its share", By: "chance"}
	values := []float64{100, 50, 0, 130, 104}
	for i, v := range values {
		b.Rows = append(b.Rows, Bar{Name: fmt.Sprint("node ", i), Texts: []string{Grouped(int(v))}, Value: v, Expected: 100, Band: &Band{90, 110}, Tip: "tip"})
	}
	all := drawn(t, b.Drawing())
	bars := append(of(all, "rect", "bar"), of(all, "rect", "bar alarm")...)
	require.Len(t, bars, 5)
	scaled := bars[0].number(t, "width") / 100
	for i, v := range []float64{100, 104, 50, 0, 130} { // those of an alarm are last
		require.InDelta(t, v*scaled, bars[i].number(t, "width"), 0.21)
		require.Equal(t, "tip", bars[i].tip)
	}
	dots, diamonds := of(all, "circle", "dot"), of(all, "path", "dot alarm")
	require.Len(t, dots, 2)
	require.Len(t, diamonds, 3)
	zero := dots[0].number(t, "cx")
	away := dots[1].number(t, "cx") - zero // +4 %
	require.Positive(t, away)
	for i, want := range []float64{-0.5, -1, 0.3} {
		require.InDelta(t, zero+away*want/0.04, numbers(t, diamonds[i].attributes["d"])[0], 0.1*1/0.04)
	}
	bands := of(all, "rect", "band")
	require.Len(t, bands, 5)
	require.InDelta(t, away*0.2/0.04, bands[0].number(t, "width"), 0.1*0.2/0.04)
	require.InDelta(t, zero, bands[0].number(t, "x")+bands[0].number(t, "width")/2, 0.2)
	for _, text := range []string{"node 0", "node 4", "104", "130", "0", "+4.0 %", "−50 %", "+30 %", "−100 %", "0 %", "against its share"} {
		require.Contains(t, texts(all), text)
	}
}

// A value that is known between bounds has a bar of what is sure, a soft one up to what may be, and a whisker.
func TestBarsBetweenBounds(t *testing.T) {
	b := &Bars{Title: "T", Description: "D", Names: "key", KeyNames: true, Quantity: "rows", Lines: []Line{{50, "mean"}, {5000, "far"}}}
	b.Rows = []Bar{{Name: "k", Value: 100, Low: 80, High: 100}, {Name: "exact", Value: 60, Low: 60, High: 60}}
	all := drawn(t, b.Drawing())
	sure, soft := of(all, "rect", "bar"), of(all, "rect", "bar soft")
	require.Len(t, sure, 2)
	require.Len(t, soft, 1)
	require.InDelta(t, sure[0].number(t, "width")/80, soft[0].number(t, "width")/100, 0.01)
	require.Len(t, of(all, "line", "whisker"), 3)
	lines := of(all, "line", "limit")
	require.Len(t, lines, 1)
	require.InDelta(t, sure[0].number(t, "x")+50*soft[0].number(t, "width")/100, lines[0].number(t, "x1"), 0.2)
	require.Contains(t, texts(all), "mean")
	require.Greater(t, soft[0].number(t, "width"), 300.0, "a line far away does not make bars small")
	require.Empty(t, of(all, "circle", "dot"))
}

// Whatever is drawn, nothing is out of the picture, or no number.
func TestBarsOfAnything(t *testing.T) {
	huge := float64(math.MaxUint64)
	text := "18,446,744,073,709,551,615 to 18,446,744,073,709,551,615"
	for _, rows := range [][]Bar{
		nil,
		{{}},
		{{Value: 0, Expected: 0, Band: &Band{}}},
		{{Name: "a", Value: huge, High: huge, Low: 1, Texts: []string{text, text}}, {Name: "b", Texts: []string{"1", "2"}}},
		{{Value: huge, Expected: 1e-9, Band: &Band{0, huge}}},
		make([]Bar, MaxBars),
	} {
		heads := []string{"rows", "of all"}
		for i := range rows {
			if rows[i].Texts == nil {
				rows[i].Texts = []string{"", ""}
			}
		}
		for _, keys := range []bool{false, true} {
			drawn(t, (&Bars{Title: "T", Description: "D", Heads: heads, Rows: rows, KeyNames: keys, Lines: []Line{{0, "l"}}}).Drawing())
		}
	}
}

func TestFlows(t *testing.T) {
	f := &Flows{Title: "T", Description: "D", Names: "node", Heads: []string{"before", "after"}, Unit: "rows", Rows: []Flow{
		{Name: "a", Texts: []string{"90", "50"}, Out: 40, OutText: "40"},
		{Name: "b", Texts: []string{"10", "50"}, Out: 10, In: 50, OutText: "10", InText: "50"},
	}}
	all := drawn(t, f.Drawing())
	out, in := of(all, "rect", "bar out"), of(all, "rect", "bar")
	require.Len(t, out, 2)
	require.Len(t, in, 1)
	one := in[0].number(t, "width") / 50
	require.InDelta(t, 40*one, out[0].number(t, "width"), 0.2)
	require.InDelta(t, 10*one, out[1].number(t, "width"), 0.2)
	require.InDelta(t, in[0].number(t, "x"), out[0].number(t, "x")+out[0].number(t, "width"), 0.2, "what goes out is to the left")
	for _, text := range []string{"a", "b", "90", "50", "10", "40"} {
		require.Contains(t, texts(all), text)
	}
	huge := float64(math.MaxUint64)
	text := "18,446,744,073,709,551,615"
	for _, rows := range [][]Flow{nil, {{Texts: []string{"", ""}}}, {{Name: text, Texts: []string{text, text}, In: huge, Out: huge, InText: text, OutText: text}}} {
		drawn(t, (&Flows{Title: "T", Description: "D", Heads: []string{"a", "b"}, Rows: rows}).Drawing())
	}
}

// A dot stands as far from the base as the figure does, by its logarithm if they differ much.
func TestDots(t *testing.T) {
	d := &Dots{Title: "T", Description: "D", Names: "scheme", By: "chance", Panels: []Panel{{"max/mean", 1}, {"CV", 0}}}
	for i, v := range []float64{1.01, 1.02, 1.03} {
		d.Rows = append(d.Rows, DotRow{Name: fmt.Sprint("scheme ", i), Dots: []Dot{
			{Value: v, Text: fmt.Sprintf("%.2f", v), Band: &Band{1.005, 1.025}},
			{Value: math.Pow(10, float64(i)), Text: "cv"},
		}})
	}
	all := drawn(t, d.Drawing())
	dots, worse := of(all, "circle", "dot"), of(all, "path", "dot alarm")
	require.Len(t, worse, 1, "above its band")
	require.Len(t, dots, 5)
	x := func(i int) float64 { return dots[i].number(t, "cx") }
	left := x(0) - (x(1) - x(0)) // where 1 is
	require.InDelta(t, left+3*(x(1)-x(0)), numbers(t, worse[0].attributes["d"])[0], 0.5)
	require.InDelta(t, x(3)-x(2), x(4)-x(3), 0.2, "powers of ten are as far from each other")
	bands := of(all, "rect", "band outlined")
	require.InDelta(t, left+0.5*(x(1)-x(0)), bands[0].number(t, "x"), 0.3)
	for _, text := range []string{"scheme 0", "1.01", "1.03", "cv", "max/mean", "CV"} {
		require.Contains(t, texts(all), text)
	}
	for _, v := range []float64{0, 1, 1e-300, 1e300} {
		drawn(t, (&Dots{Title: "T", Description: "D", Panels: []Panel{{"", 1}, {"", 0}},
			Rows: []DotRow{{Dots: []Dot{{Value: v}, {Value: v, Band: &Band{0, v}}}}, {Dots: []Dot{{Value: 1}, {Band: &Band{}}}}}}).Drawing())
	}
	drawn(t, (&Dots{Title: "T", Description: "D"}).Drawing())
}
