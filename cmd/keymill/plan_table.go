package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

// table is text in columns. Numbers stand to the right of theirs, text to the left.
type table struct {
	left []bool // of each column
	rows [][]string
}

// newTable returns a table with a line that names the columns; a name that begins with < is that of
// text.
func newTable(names ...string) *table {
	t := &table{}
	for i, name := range names {
		text := strings.TrimPrefix(name, "<")
		t.left = append(t.left, text != name)
		names[i] = text
	}
	t.add(names...)
	return t
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// write writes the table, its columns two blanks apart.
func (t *table) write(out io.Writer) {
	widths := make([]int, len(t.left))
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			blanks := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if t.left[i] {
				line.WriteString(cell + blanks)
			} else {
				line.WriteString(blanks + cell)
			}
		}
		fmt.Fprintln(out, strings.TrimRight(line.String(), " "))
	}
}

// shownKey is how many characters of a key a table shows.
const shownKey = 48

// keyText returns a key for people: as it is if it prints, else quoted, and its beginning if it is long.
func keyText(key []byte) string {
	text := string(key)
	printable := func(r rune) bool { return r != utf8.RuneError && unicode.IsPrint(r) && r != '"' }
	if text == "" || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !printable(r) }) ||
		strings.TrimSpace(text) != text {
		text = strconv.Quote(text)
	}
	if runes := []rune(text); len(runes) > shownKey {
		return string(runes[:shownKey-3]) + "..."
	}
	return text
}

// writeUnnamed says what the members of a scheme are called of which nobody has named any.
func writeUnnamed(out io.Writer, scheme, nodes string) {
	if nodes == "" && place.NeedsMembers(scheme) {
		fmt.Fprintf(out, "The members of %s are node-0, node-1 and so on, of equal weight, for --nodes names none.\n", scheme)
	}
}

// unit returns what a measure counts, for people.
func unit(m plan.Measure) string {
	if m == plan.ByKeys {
		return "rows"
	}
	return string(m)
}

// amountText returns "1 row", "12,345 bytes" or "a weight of 7".
func amountText(n uint64, m plan.Measure) string {
	switch {
	case m == plan.ByWeight:
		return "a weight of " + groupedUint(n)
	case n == 1:
		return "1 " + strings.TrimSuffix(unit(m), "s")
	}
	return groupedUint(n) + " " + unit(m)
}

// spanText returns "12,345", or "12,300 to 12,400".
func spanText(s plan.Span) string {
	if s.Exact() {
		return groupedUint(s.Low)
	}
	return groupedUint(s.Low) + " to " + groupedUint(s.High)
}

func groupedUint(n uint64) string {
	if n <= 1<<63-1 {
		return grouped(int64(n))
	}
	return strconv.FormatUint(n, 10)
}

// ratioText returns "1.23", or "1.23 to 1.31".
func ratioText(r plan.Ratio) string { return between(r, "%.3f", 1, "") }

// percentText returns "1.23 %", or "1.23 to 1.31 %".
func percentText(r plan.Ratio) string { return between(r, "%.2f", 100, " %") }

func between(r plan.Ratio, format string, times float64, unit string) string {
	low, high := fmt.Sprintf(format, times*r.Low), fmt.Sprintf(format, times*r.High)
	if low == high {
		return low + unit
	}
	return low + " to " + high + unit
}
