package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/keymill/keymill/internal/page"
	"github.com/keymill/keymill/plan"
)

// The pages of plans say in their first lines what the text says, in the same words, and have the same
// tables, with more rows.

// sentences returns the lines that write writes.
func sentences(write func(io.Writer)) (lines []string) {
	var out bytes.Buffer
	write(&out)
	for line := range strings.Lines(out.String()) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// onPage returns the table as one of a page; these columns are keys.
func (t *table) onPage(title string, keys ...string) page.Table {
	of := page.Table{Title: title}
	for i, name := range t.rows[0] {
		c := page.Column{Name: name}
		if t.left[i] {
			c.Kind = page.Text
		}
		if slices.Contains(keys, name) {
			c.Kind = page.Key
		}
		of.Columns = append(of.Columns, c)
	}
	for _, row := range t.rows[1:] {
		of.Rows = append(of.Rows, page.Cells(row...))
	}
	return of
}

// chanceBand says what a band is.
const chanceBand = "where chance alone has 99 of 100"

// meanLine is the mean of so many partitions, to compare keys with.
func meanLine(by plan.Measure, total plan.Load, partitions uint32) page.Line {
	mean := float64(by.Of(total)) / float64(max(partitions, 1))
	return page.Line{At: mean, Text: fmt.Sprintf("the mean partition: %s %s", significant(mean), unit(by))}
}
