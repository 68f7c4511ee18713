package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
)

// Verdicts of a comparison.
const (
	Slower = "slower" // the whole interval is below 1 - tolerance
	Faster = "faster" // the whole interval is above 1 + tolerance
	Same   = "same"   // the whole interval is within the tolerance
)

// Tolerance is the change that a comparison does not speak of, as a part: what
// other memory makes of the same code from one process to the next.
const Tolerance = 0.04

// quietPart is the quantile of a side's rounds that reports are compared by.
// Medians will not do: on a shared machine those of one program, and even their
// ratio to a peer's in the same rounds, differ by 10 % from one run to the next,
// as what else runs there slows the one more than the other. What a side takes
// when it is disturbed least comes back within 1 %.
const quietPart = 0.05

// quietRounds is the least number of rounds that have a 95 % interval for that
// quantile. With fewer the medians are compared all the same.
const quietRounds = 72

// Change is what became of a row between two reports.
type Change struct {
	Name    string     `json:"name"`
	Ours    string     `json:"ours"`
	Peer    string     `json:"peer"`
	Old     float64    `json:"old"`    // ratio, undisturbed
	New     float64    `json:"new"`    // ratio, undisturbed
	Change  float64    `json:"change"` // new over old: below 1 is slower
	CI      [2]float64 `json:"ci"`
	Verdict string     `json:"verdict"` // slower, faster, same or noisy
}

// Comparison is what became of ours between two reports.
type Comparison struct {
	Old     string   `json:"old"` // commits
	New     string   `json:"new"`
	Notes   []string `json:"notes,omitempty"`
	Changes []Change `json:"changes"`
	Verdict string   `json:"verdict"` // slower if a row is; else noisy, faster or same
}

// Compare says what became of ours between two reports. It compares the ratios
// to the peers, not the times: the peers have not changed, so if they take longer
// now, it is the machine that has. Rows that are in one report only are left out.
func Compare(before, after *Report) (*Comparison, error) {
	if before.Table != after.Table {
		return nil, fmt.Errorf("one report is of table %s, the other of %s", before.Table, after.Table)
	}
	c := &Comparison{Old: before.Commit, New: after.Commit}
	if before.Machine.Processor != after.Machine.Processor || before.Machine.Cores != after.Machine.Cores {
		c.Notes = append(c.Notes, fmt.Sprintf("the machines differ: %s, %d cores; %s, %d cores",
			before.Machine.Processor, before.Machine.Cores, after.Machine.Processor, after.Machine.Cores))
	}
	if before.Machine.Go != after.Machine.Go {
		c.Notes = append(c.Notes, fmt.Sprintf("the compilers differ: %s, %s", before.Machine.Go, after.Machine.Go))
	}
	type key struct{ name, ours, peer string }
	was := map[key]Ratio{}
	for i, ratio := range before.undisturbed() {
		row := before.Rows[i]
		was[key{row.Name, row.Ours, row.Peer}] = ratio
	}
	for i, ratio := range after.undisturbed() {
		row := after.Rows[i]
		old, there := was[key{row.Name, row.Ours, row.Peer}]
		if !there {
			continue
		}
		change := quotient(ratio, old)
		c.Changes = append(c.Changes, Change{
			Name: row.Name, Ours: row.Ours, Peer: row.Peer, Old: old.Median, New: ratio.Median,
			Change: change.Median, CI: [2]float64{change.Low, change.High}, Verdict: changed(change),
		})
	}
	if len(c.Changes) == 0 {
		return nil, errors.New("the reports have no row in common")
	}
	if left := len(before.Rows) + len(after.Rows) - 2*len(c.Changes); left > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("%d rows are in one report only, and are left out", left))
	}
	c.Verdict = Same
	for _, verdict := range []string{Faster, Noisy, Slower} {
		for _, change := range c.Changes {
			if change.Verdict == verdict {
				c.Verdict = verdict
			}
		}
	}
	return c, nil
}

// undisturbed returns the ratio of each row when both sides were disturbed
// least; that of its medians if it has too few samples.
func (r *Report) undisturbed() []Ratio {
	ratios := make([]Ratio, len(r.Rows))
	var ours []float64
	for i, row := range r.Rows {
		if row.Samples.Ours != nil { // else they are those of the row before
			ours = row.Samples.Ours
		}
		if ratios[i] = row.interval(); min(len(ours), len(row.Samples.Peer)) >= quietRounds {
			ratios[i] = quotient(quantileOf(row.Samples.Peer, quietPart), quantileOf(ours, quietPart))
		}
	}
	return ratios
}

func changed(r Ratio) string {
	switch {
	case r.High < 1-Tolerance:
		return Slower
	case r.Low > 1+Tolerance:
		return Faster
	case r.Low >= 1-Tolerance && r.High <= 1+Tolerance:
		return Same
	}
	return Noisy
}

// Slower are the rows that became slower.
func (c *Comparison) Slower() (names []string) {
	for _, change := range c.Changes {
		if change.Verdict == Slower {
			names = append(names, fmt.Sprintf("%s against %s", change.Name, change.Peer))
		}
	}
	return names
}

// WriteJSON writes the comparison as JSON.
func (c *Comparison) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(c) }

// WriteText writes the comparison as a table for people.
func (c *Comparison) WriteText(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s → %s\n\n", c.Old, c.New)
	t := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "work\tours\tagainst\told ratio\tnew ratio\tchange\t95 %\tverdict\t")
	for _, row := range c.Changes {
		fmt.Fprintf(t, "%s\t%s\t%s\t%.2f\t%.2f\t%+.1f %%\t%+.1f…%+.1f\t%s\t\n", row.Name, row.Ours, row.Peer, row.Old, row.New,
			(row.Change-1)*100, (row.CI[0]-1)*100, (row.CI[1]-1)*100, row.Verdict)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, n := range c.Notes {
		fmt.Fprintln(&out, "note", n)
	}
	fmt.Fprintf(&out, "\nverdict: %s\n", c.Verdict)
	_, err := w.Write(out.Bytes())
	return err
}
