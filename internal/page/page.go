// Package page writes reports as pages: each one file that says its answer first, then
// figures, charts and the tables behind them, and loads nothing from elsewhere. It knows
// how things are drawn, and nothing of what they are.
//
//	Page ─► Section ─► Figure ─► Drawing    an SVG: Bars, Profile, Matrix, Lines, Dots
//	     └─► Card   └─► Table               numbers, in rows
//
// A page has no script: what a browser can do without, it says itself. It is printed as it is
// shown, and dark where the reader's screen is.
//
// Text may be any bytes: see [Render].
package page

import (
	"bytes"
	_ "embed"
	"html"
	"html/template"
	"slices"
	"time"
	"unicode/utf8"
)

// Page is a report.
type Page struct {
	Command  string // what made it: "keymill plan balance"
	Answer   string // a sentence: what was asked, answered
	About    []string
	Cards    []Card
	Sections []Section
	Made     Made
}

// Made says how a page came to be: the only part of it that another run with the same
// input changes.
type Made struct {
	Line    string // the command line
	Version string
	Date    time.Time
}

// Card is a key figure.
type Card struct {
	Name, Value string
	Note        string // what it is to be compared with
	Alarm       bool   // it is worse than it should be, which Note says, too
}

// Section is part of a page.
type Section struct {
	Title   string
	Text    []string // paragraphs
	Figures []Figure
	Tables  []Table
	Notes   []string // below all
}

// Figure is a drawing and what is said below it.
type Figure struct {
	*Drawing
	Caption string
}

// Table has numbers in rows.
type Table struct {
	Title   string // of what is folded up, unless Rows are few; "" if it needs none
	Columns []Column
	Rows    [][]Cell
	Note    string // what the columns are, or what was left out
}

// Column is a column of a table.
type Column struct {
	Name string
	Kind Kind
}

// Kind says how cells of a column look.
type Kind string

// The kinds.
const (
	Number Kind = ""     // to the right, digits below each other
	Text   Kind = "text" // to the left
	Key    Kind = "key"  // to the left, each character as wide as the other
)

// Cell is a cell of a table.
type Cell struct {
	Text string
	Tone Tone
}

// Tone sets a cell or a mark off from others.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Alarm Tone = "alarm" // worse than it should be
	Best  Tone = "best"
	Faint Tone = "faint" // known less well
)

// InThrees says that cards lie in lines of three: four to a line would leave most of the last one empty.
func (p *Page) InThrees() bool {
	return len(p.Cards) == 3 || len(p.Cards) == 5 || len(p.Cards) == 6 || len(p.Cards) == 9
}

// Cells returns cells of these texts.
func Cells(texts ...string) (row []Cell) {
	for _, text := range texts {
		row = append(row, Cell{Text: text})
	}
	return row
}

// Columns returns columns of these names; one that begins with < is text, with = a key.
func Columns(names ...string) (all []Column) {
	for _, name := range names {
		c := Column{Name: name}
		switch {
		case name != "" && name[0] == '<':
			c = Column{name[1:], Text}
		case name != "" && name[0] == '=':
			c = Column{name[1:], Key}
		}
		all = append(all, c)
	}
	return all
}

// A table shows no more than this of what it is given, so that a page stays one that a browser likes:
// so many rows, of so many bytes in HTML.
const (
	MaxRows  = 1000
	maxBytes = 250_000
	fewRows  = 26 // are shown at once
)

// Shown returns the rows that the page has.
func (t *Table) Shown() [][]Cell {
	left := maxBytes
	for i, row := range t.Rows[:min(len(t.Rows), MaxRows)] {
		for _, cell := range row {
			left -= len("<td class=alarm>") + len(html.EscapeString(cell.Text))
		}
		if left < 0 {
			return t.Rows[:i]
		}
	}
	return t.Rows[:min(len(t.Rows), MaxRows)]
}

// LeftOut returns how many rows the page lacks.
func (t *Table) LeftOut() int { return len(t.Rows) - len(t.Shown()) }

// Folded says that the table opens on a click.
func (t *Table) Folded() bool { return len(t.Rows) > fewRows }

// shortText is up to how many characters a text stays in a line, whatever room there is.
const shortText = 28

// Classes returns the class of the cells of each column.
func (t *Table) Classes() []string {
	classes := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		classes[i] = string(c.Kind)
		long := func(row []Cell) bool { return utf8.RuneCountInString(row[i].Text) > shortText }
		if c.Kind == Text && !slices.ContainsFunc(t.Rows, long) {
			classes[i] += " short"
		}
	}
	return classes
}

// Wide says that it takes a smaller font to have all columns on paper.
func (t *Table) Wide() bool { return len(t.Columns) > 10 }

//go:embed page.html
var source string

//go:embed page.css
var style string

// layout is the template of all pages. The style is part of its text, not of what is filled in.
func layout() (*template.Template, error) {
	return template.New("page").Funcs(template.FuncMap{
		"num":     coordinate,
		"grouped": Grouped[int],
		"date":    func(t time.Time) string { return t.Format("2 January 2006, 15:04 MST") },
		"iso":     func(t time.Time) string { return t.Format(time.RFC3339) },
	}).Parse(`{{define "style"}}` + style + `{{end}}` + source)
}

// Render returns the page. Whatever bytes its texts have, they are shown as text: what is not
// printable or not UTF-8, or would turn what is around it, is written as \x1b or \u202e.
func (p *Page) Render() ([]byte, error) {
	t, err := layout()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return nil, err
	}
	return visible(out.Bytes()), nil
}

// visible writes what cannot be seen as an escape, which is harmless wherever it stands in a page.
func visible(page []byte) []byte {
	out := make([]byte, 0, len(page))
	for len(page) > 0 {
		r, n := utf8.DecodeRune(page)
		if escape := escaped(r, page[:n]); escape != "" && r != '\n' {
			out = append(out, escape...)
		} else {
			out = append(out, page[:n]...)
		}
		page = page[n:]
	}
	return out
}
