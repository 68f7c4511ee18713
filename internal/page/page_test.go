package page

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// element is an element of an SVG.
type element struct {
	name, class, text, tip string
	attributes             map[string]string
}

func (e *element) number(t *testing.T, name string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(e.attributes[name], 64)
	require.NoError(t, err, "%s of %+v", name, e)
	return x
}

var drawings = regexp.MustCompile(`(?s)<div class="drawing">(<svg.*?</svg>)</div>`)

// parse returns the elements of the SVG, which is XML and has a title and a description first.
func parse(t *testing.T, svg []byte) (all []*element) {
	t.Helper()
	var open []*element
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if err == io.EOF {
			require.Empty(t, open)
			require.Equal(t, "svg", all[0].name)
			require.Equal(t, "title", all[1].name)
			require.NotEmpty(t, all[1].text)
			require.Equal(t, "desc", all[2].name)
			require.NotEmpty(t, all[2].text)
			return all
		}
		require.NoError(t, err, "%s", svg)
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			e.class = e.attributes["class"]
			all, open = append(all, e), append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) == 0 {
				continue
			}
			e := open[len(open)-1]
			e.text += string(token)
			if e.name == "title" && len(open) > 2 {
				open[len(open)-2].tip += string(token)
			}
		}
	}
}

// rendered returns the page.
func rendered(t *testing.T, p *Page) string {
	t.Helper()
	out, err := p.Render()
	require.NoError(t, err)
	return string(out)
}

// drawn returns what a page shows of a drawing, all of which is in the picture.
func drawn(t *testing.T, d *Drawing) []*element {
	t.Helper()
	text := rendered(t, &Page{Sections: []Section{{Figures: []Figure{{Drawing: d}}}}})
	require.Empty(t, regexp.MustCompile(`.*(NaN|Inf).*`).FindString(text))
	all := parse(t, drawings.FindSubmatch([]byte(text))[1])
	for _, e := range all {
		within := func(x, limit float64) {
			require.True(t, x >= -0.1 && x <= limit+0.1, "%+v is out of %v × %v", e, d.Width, d.Height)
		}
		switch e.name {
		case "rect":
			require.GreaterOrEqual(t, e.number(t, "width"), 0.0, "%+v", e)
			require.GreaterOrEqual(t, e.number(t, "height"), 0.0, "%+v", e)
			within(e.number(t, "x"), d.Width)
			within(e.number(t, "y"), d.Height)
			within(e.number(t, "x")+e.number(t, "width"), d.Width)
			within(e.number(t, "y")+e.number(t, "height"), d.Height)
		case "line":
			within(e.number(t, "x1"), d.Width)
			within(e.number(t, "x2"), d.Width)
			within(e.number(t, "y1"), d.Height)
			within(e.number(t, "y2"), d.Height)
		case "circle":
			within(e.number(t, "cx"), d.Width)
			within(e.number(t, "cy"), d.Height)
		case "text":
			within(e.number(t, "x"), d.Width)
			within(e.number(t, "y"), d.Height)
		case "path":
			for i, x := range numbers(t, e.attributes["d"]) {
				within(x, []float64{d.Width, d.Height}[i%2])
			}
		}
	}
	return all
}

var pathNumber = regexp.MustCompile(`-?[0-9.]+`)

// numbers are the coordinates of a path: x, y, x, y ...
func numbers(t *testing.T, path string) (all []float64) {
	t.Helper()
	for _, text := range pathNumber.FindAllString(path, -1) {
		x, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		all = append(all, x)
	}
	return all
}

// of returns the elements of that name and class.
func of(all []*element, name, class string) (some []*element) {
	for _, e := range all {
		if e.name == name && e.class == class {
			some = append(some, e)
		}
	}
	return some
}

// texts are all texts that are drawn.
func texts(all []*element) (some []string) {
	for _, e := range all {
		if e.name == "text" {
			some = append(some, e.text)
		}
	}
	return some
}

// everything is a page that has a text of some kind wherever a text may be.
func everything(text string) *Page {
	bars := &Bars{Title: text, Description: text, Names: text, Heads: []string{text}, Quantity: text, Against: text, By: text, KeyNames: true,
		Lines: []Line{{1, text}}, Rows: []Bar{{Name: text, Texts: []string{text}, Value: 1, Expected: 1, Band: &Band{0, 2}, Tip: text}}}
	profile := &Profile{Title: text, Description: text, Things: text, Quantity: text, Mean: 1, By: text, Band: &Band{0, 2}}
	profile.Add(1)
	axis := Axis{1, func(int) string { return text }}
	matrix := &Matrix{Title: text, Description: text, From: axis, To: axis, Moves: []Move{{0, 0, 1}}, Unit: text, Number: func(float64) string { return text }}
	many := *matrix
	many.To = Axis{24, func(int) string { return text }}
	lines := &Lines{Title: text, Description: text, XName: text, YName: text, Curves: []Curve{{Name: text, Points: []Point{{X: 1, Y: 1, Tip: text}}}},
		Across: []Line{{1, text}}, Down: []Line{{1, text}}, XText: func(float64) string { return text }, YText: func(float64) string { return text }}
	dots := &Dots{Title: text, Description: text, Names: text, By: text, Panels: []Panel{{Name: text}},
		Rows: []DotRow{{Name: text, Dots: []Dot{{Value: 1, Text: text, Tip: text}}}}}
	flows := &Flows{Title: text, Description: text, Names: text, Heads: []string{text}, Unit: text,
		Rows: []Flow{{Name: text, Texts: []string{text}, Out: 1, In: 2, OutText: text, InText: text}}}
	return &Page{
		Command: text, Answer: text, About: []string{text}, Cards: []Card{{Name: text, Value: text, Note: text, Alarm: true}},
		Sections: []Section{{Title: text, Text: []string{text}, Notes: []string{text},
			Figures: []Figure{{bars.Drawing(), text}, {profile.Drawing(), text}, {matrix.Drawing(), text}, {many.Drawing(), text}, {lines.Drawing(), text}, {dots.Drawing(), text}, {flows.Drawing(), text}},
			Tables: []Table{{Title: text, Columns: []Column{{text, Number}, {text, Text}, {text, Key}}, Note: text,
				Rows: [][]Cell{{{text, Alarm}, {text, Best}, {text, Faint}}}}}}},
		Made: Made{Line: text, Version: text, Date: time.Date(2025, 3, 4, 17, 38, 0, 0, time.UTC)},
	}
}

// Whatever bytes a text has, the page is the same but for that text: well-formed, of UTF-8, with nothing in it that
// cannot be seen, and nothing that a browser would take for more than text.
func TestHostileText(t *testing.T) {
	// tags has of each kind of tag its name and those of its attributes.
	tags := func(page string) map[string]bool {
		all := map[string]bool{}
		for _, tag := range regexp.MustCompile(`<[^>]*>`).FindAllString(page, -1) {
			all[regexp.MustCompile(`"[^"]*"`).ReplaceAllString(tag, `""`)] = true
		}
		return all
	}
	want := tags(rendered(t, everything("harmless")) + rendered(t, everything(strings.Repeat("harmless, and so long that it is cut ", 10))))
	for _, hostile := range []string{
		"<script>alert(1)</script>", "</title><script>", `" onload="alert(1)`, "' onclick='x", "]]>", "<!--", "-->", "&amp;&lt;&#0;", "{{.}}", "</style>", "<svg/onload=x>",
		"\x00\x01\x1b[31m\x7f\x85\u0090", "\u202eright to left\u2066\u200f\u061c", "\ufeff\u200b\u2028\u2029\ue000\ufffe\uffff\U000e0041\U0010ffff",
		"\xff\xfe\xc3(", "\xed\xa0\x80", strings.Repeat("long ", 300), strings.Repeat("\u0301", 100), "новый ключ", "键", "👩‍👩‍👧", "\r\n\t", "",
	} {
		page := rendered(t, everything(hostile))
		require.True(t, utf8.ValidString(page), "%q", hostile)
		for _, r := range page {
			require.True(t, r == '\n' || unicode.IsGraphic(r), "%q has %q", hostile, r)
		}
		for tag := range tags(page) {
			require.True(t, want[tag], "%q makes %s", hostile, tag)
		}
		svgs := drawings.FindAllSubmatch([]byte(page), -1)
		require.Len(t, svgs, 7)
		for _, svg := range svgs {
			if hostile != "" {
				parse(t, svg[1])
			}
		}
	}
	require.Contains(t, rendered(t, everything("a\x1b\xff\u202eb")), `<h1>a\x1b\xff\u202eb</h1>`)
}

// The page is whole by itself, and runs nothing.
func TestPageIsSelfContained(t *testing.T) {
	page := rendered(t, everything("text"))
	require.NotRegexp(t, `(?i)<script|<link|<img|<iframe|<object|https?:|url\(|@import|@font-face| on[a-z]+=|src=|href=`, page)
	require.Contains(t, page, `content="default-src 'none'; style-src 'unsafe-inline'"`)
	require.Contains(t, page, "4 March 2025, 17:38 UTC")
	require.Contains(t, page, "prefers-color-scheme: dark")
	require.Contains(t, page, "@media print")
}

// The same report is the same page, but for what says how it was made.
func TestPageIsTheSame(t *testing.T) {
	one, other := everything("text"), everything("text")
	require.Equal(t, rendered(t, one), rendered(t, other))
	other.Made = Made{"other", "other", one.Made.Date.Add(time.Hour)}
	page := rendered(t, other)
	require.NotEqual(t, rendered(t, one), page)
	for _, s := range [][2]string{{"18:38", "17:38"}, {"<code>other<", "<code>text<"}, {"keymill other", "keymill text"}} {
		require.Contains(t, page, s[0])
		page = strings.ReplaceAll(page, s[0], s[1])
	}
	require.Equal(t, rendered(t, one), page)
}

func TestTables(t *testing.T) {
	table := Table{Title: "All", Columns: Columns("<name", "n", "=key")}
	require.Equal(t, []Column{{"name", Text}, {"n", Number}, {"key", Key}}, table.Columns)
	page := func() string { return rendered(t, &Page{Sections: []Section{{Tables: []Table{table}}}}) }
	add := func(n int, width int) {
		for range n {
			table.Rows = append(table.Rows, Cells(strings.Repeat("x", width), fmt.Sprint(len(table.Rows)), "k"))
		}
	}
	add(26, 1)
	require.NotContains(t, page(), "<details>")
	require.Contains(t, page(), "<h3>All</h3>")
	require.Contains(t, page(), `<td class="text short"><bdi>x</bdi></td><td>25</td><td class="key"><bdi>k</bdi></td>`)
	add(1, 1)
	require.Contains(t, page(), "<details><summary>All</summary>", "it is folded up")
	add(5000, 1)
	require.Len(t, table.Shown(), MaxRows)
	require.Contains(t, page(), "4,027 more rows are not on this page; --json has them.")
	table.Rows = nil
	add(MaxRows, 3000)
	require.Equal(t, MaxRows, len(table.Shown())+table.LeftOut())
	require.Less(t, len(page()), 300_000)
	require.Greater(t, len(page()), 200_000)
	table.Rows[0][0].Text = strings.Repeat("<", 100_000)
	require.Empty(t, table.Shown())
}
