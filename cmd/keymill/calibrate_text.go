package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// writeText writes the report for people.
func (r *calibrateReport) writeText(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s, %s; measured for %.1f s\n", r.Processor, plural(int64(r.Cores), "core"), r.Seconds)
	for i := range r.Works {
		work := &r.Works[i]
		fmt.Fprintf(&out, "\n%s: nanoseconds a key, * the fastest\n\n", work.Name)
		if err := work.writeTable(&out); err != nil {
			return err
		}
		fmt.Fprintln(&out)
		for _, c := range work.Crossovers {
			fmt.Fprintf(&out, "%s from %s on\n", printable(c.Backend), plural(int64(c.Keys), "key"))
		}
		fmt.Fprintln(&out)
		work.writePlot(&out)
	}
	for _, b := range r.Backends {
		if len(b.Lacks) > 0 {
			l := b.Lacks[0]
			fmt.Fprintf(&out, "\n%s lacks %s, such as %s: %s\n", printable(b.Name), plural(int64(len(b.Lacks)), "op"), l.Op, printable(l.Reason))
		}
	}
	if r.Saved != "" {
		fmt.Fprintf(&out, "\nprofile saved in %s\n", printable(r.Saved))
	} else {
		fmt.Fprintf(&out, "\nprofile not saved: %s\n", r.Unsaved)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func (w *calibrateRow) writeTable(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "keys\t")
	for i, name := range w.names {
		if !math.IsInf(w.perKey(i, 1), 1) {
			fmt.Fprintf(t, "%s\t", printable(name))
		}
	}
	fmt.Fprintln(t)
	anyFitted := false
	for _, row := range w.Sizes {
		fmt.Fprintf(t, "%s\t", grouped(int64(row.Keys)))
		for _, b := range row.Times {
			text := significant(b.NS)
			if !b.Known {
				anyFitted, text = true, "("+text+")"
			}
			if b.Backend == row.Fastest {
				text = "*" + text
			}
			fmt.Fprintf(t, "%s\t", text)
		}
		fmt.Fprintln(t)
	}
	for _, what := range []struct {
		name string
		of   func(r backendResidual) float64
	}{
		{"fit off by, median", func(r backendResidual) float64 { return r.Median }},
		{"at most", func(r backendResidual) float64 { return r.Largest }},
	} {
		fmt.Fprintf(t, "%s\t", what.name)
		for _, r := range w.Residuals {
			fmt.Fprintf(t, "%.1f %%\t", 100*what.of(r))
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if anyFitted {
		fmt.Fprintln(out, "( ) not measured: what the fit says")
	}
	return nil
}

// significant returns three digits of a number.
func significant(x float64) string {
	switch {
	case x < 9.995:
		return fmt.Sprintf("%.2f", x)
	case x < 99.95:
		return fmt.Sprintf("%.1f", x)
	}
	return grouped(int64(math.Round(x)))
}

// The plot is so many characters wide and high.
const plotWidth, plotHeight = 71, 20

// writePlot draws the time a key against the size of the batch, both by their logarithms: a letter
// for each backend, that of the faster one where two meet, and | at the crossovers.
func (w *calibrateRow) writePlot(out io.Writer) {
	column := func(keys int) int {
		return int(math.Round((plotWidth - 1) * math.Log(float64(keys)) / math.Log(shownKeys)))
	}
	var cells [plotHeight][plotWidth]byte
	for y := range cells {
		for x := range cells[y] {
			cells[y][x] = ' '
		}
		for _, c := range w.Crossovers[1:] {
			cells[y][column(c.Keys)] = '|'
		}
	}
	low, high := w.span()
	for x := range plotWidth {
		keys := int(math.Round(math.Pow(shownKeys, float64(x)/(plotWidth-1))))
		slowestFirst := w.order(keys)
		for _, i := range slowestFirst {
			y := (math.Log(high) - math.Log(w.perKey(i, keys))) / (math.Log(high) - math.Log(low)) * (plotHeight - 1)
			cells[int(math.Round(y))][x] = letter(i)
		}
	}
	for y := range cells {
		label := ""
		if y%5 == 0 || y == plotHeight-1 {
			label = significant(high * math.Pow(low/high, float64(y)/(plotHeight-1)))
		}
		fmt.Fprintf(out, "%9s %s\n", label, strings.TrimRight(string(cells[y][:]), " "))
	}
	fmt.Fprintf(out, "%9s ", "keys")
	for decade := 1; decade <= shownKeys; decade *= 10 {
		label := grouped(int64(decade))
		next := plotWidth + 10
		if decade < shownKeys {
			next = column(10 * decade)
		}
		fmt.Fprintf(out, "%-*s", next-column(decade), label)
	}
	fmt.Fprintln(out)
	for i, name := range w.names {
		if !math.IsInf(w.perKey(i, 1), 1) {
			fmt.Fprintf(out, "%9c %s\n", letter(i), printable(name))
		}
	}
}

// letter stands for a backend in the plot.
func letter(i int) byte {
	return "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-"[i%64]
}

// order returns the backends that do the work, the slowest for so many keys first.
func (w *calibrateRow) order(keys int) (all []int) {
	for i := range w.names {
		if !math.IsInf(w.perKey(i, keys), 1) {
			all = append(all, i)
		}
	}
	slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(w.perKey(b, keys), w.perKey(a, keys)) })
	return all
}

// span returns the least and the greatest time a key of the plot.
func (w *calibrateRow) span() (low, high float64) {
	low = math.Inf(1)
	for keys := 1; keys <= shownKeys; keys += 1 + keys/20 {
		for _, i := range w.order(keys) {
			low, high = min(low, w.perKey(i, keys)), max(high, w.perKey(i, keys))
		}
	}
	return low, max(high, low*1.01)
}
