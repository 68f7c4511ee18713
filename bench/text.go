package bench

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteText writes the report as a table for people.
func (r *Report) WriteText(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s: %s, %d cores, %s, %s\n", r.Table, r.Machine.Processor, r.Machine.Cores, r.Machine.System, r.Machine.Go)
	fmt.Fprintf(&out, "commit %s, %s, medians of %d rounds, ns per %s\n\n", r.Commit, r.Date, r.Rounds, r.Unit)
	write := r.writeRows
	if r.Regret != nil {
		write = r.writeRegret
	}
	if err := write(&out); err != nil {
		return err
	}
	r.writeBelow(&out)
	_, err := w.Write(out.Bytes())
	return err
}

// writeRows writes the rows, a line each.
func (r *Report) writeRows(out *bytes.Buffer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "work\tours\tns\tof roof\tpeer\tns\tratio\t95 %\ttarget\tverdict\t")
	for i, row := range r.Rows {
		work, ours, ns, roof := row.Name, row.Ours, nanos(row.OursNS), share(row.RoofShare)
		if i > 0 && r.Rows[i-1].Name == row.Name && r.Rows[i-1].Ours == row.Ours {
			work, ours, ns, roof = "", "", "", "" // as above
		}
		peer := row.Peer
		if row.Other {
			peer += " *"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s–%s\t%s\t%s\t\n", work, ours, ns, roof,
			peer, nanos(row.PeerNS), times(row.Ratio), times(row.CI[0]), times(row.CI[1]), targetText(row.Target), row.Verdict)
	}
	return t.Flush()
}

// writeBelow writes what stands below the table.
func (r *Report) writeBelow(out *bytes.Buffer) {
	fmt.Fprintf(out, "\nA/A  the same code against itself: %.3f, 95 %% %.3f–%.3f, single rounds ±%.1f %%, of %d rounds\n",
		r.AA.Ratio, r.AA.CI[0], r.AA.CI[1], r.AA.Spread*50, r.AA.Rounds)
	if !r.AA.Holds() {
		fmt.Fprintln(out, "     which does not hold 1: do not trust differences of this size; one run in twenty is like that")
	}
	for _, m := range r.Memory {
		fmt.Fprintf(out, "memory %s, keys %s: %.0f bytes a row\n", m.Store, m.Keys, m.PerRow)
	}
	for _, l := range r.Roof {
		fmt.Fprintf(out, "roof %s: %s ns a %s%s\n", l.Name, nanos(l.NS), l.Unit, rate(l))
	}
	for _, row := range r.Rows {
		if row.Other {
			fmt.Fprintln(out, "*    computes something else: the time is compared, the results are not")
			break
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintln(out, "note", n)
	}
}

// nanos returns three digits of a time in nanoseconds.
func nanos(ns float64) string {
	switch {
	case ns < 9.995:
		return fmt.Sprintf("%.2f", ns)
	case ns < 99.95:
		return fmt.Sprintf("%.1f", ns)
	}
	return fmt.Sprintf("%.0f", ns)
}

// times returns a ratio to two places, or two digits if those would not say enough.
func times(ratio float64) string {
	if ratio < 0.1 {
		return fmt.Sprintf("%.2g", ratio)
	}
	return fmt.Sprintf("%.2f", ratio)
}

// rate returns the bytes a second of what moves bytes of keys.
func rate(l Limit) string {
	if l.Unit != "key" || l.Bytes == 0 {
		return ""
	}
	return fmt.Sprintf(", %.3g GB/s", l.Bytes/l.NS)
}

func share(x *float64) string {
	if x == nil {
		return ""
	}
	return fmt.Sprintf("%.0f %%", *x*100)
}

func targetText(x *float64) string {
	if x == nil {
		return ""
	}
	return fmt.Sprintf("≥ %g", *x)
}

// WriteGo writes the samples in the format of Go's benchmarks, which benchstat
// reads: a line a sample, the peers under the same names as ours with /by= of
// their own. (https://go.dev/design/14313-benchmark-format)
func (r *Report) WriteGo(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "goos: %s\ngoarch: %s\npkg: github.com/keymill/keymill/bench\ncpu: %s\n",
		before(r.Machine.System), after(r.Machine.System), r.Machine.Processor)
	fmt.Fprintf(&out, "commit: %s\ndate: %s\n", r.Commit, r.Date)
	written := map[string]bool{}
	line := func(row Row, by string, samples []float64) {
		name := benchName(r.Table, row.Name, by)
		if written[name] {
			return // a peer, in the row of another of ours
		}
		written[name] = true
		for _, ns := range samples {
			fmt.Fprintf(&out, "%s 1 %g ns/%s\n", name, ns, r.Unit)
		}
	}
	for _, row := range r.Rows {
		line(row, row.Ours, row.Samples.Ours)
		line(row, row.Peer, row.Samples.Peer)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func before(system string) string { goos, _, _ := strings.Cut(system, "/"); return goos }
func after(system string) string  { _, arch, _ := strings.Cut(system, "/"); return arch }

// benchName makes a name as Go's benchmarks have them: no spaces, and what ends
// in -8 would be taken for a number of processors.
func benchName(table, work, by string) string {
	clean := strings.NewReplacer(" ", "_", "-", "_", "/", "_", ",", "")
	return fmt.Sprintf("Benchmark%s%s/work=%s/by=%s", strings.ToUpper(table[:1]), table[1:], clean.Replace(work), clean.Replace(by))
}
