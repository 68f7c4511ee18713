package bench

import (
	"bytes"
	"fmt"
	"text/tabwriter"
)

// writeRegret writes the tables of the dispatcher for people: one for each kind of work, a
// line for each size, with the nanoseconds a key of each candidate.
func (r *Report) writeRegret(out *bytes.Buffer) error {
	fmt.Fprintln(out, "regret: the time that the dispatcher takes, its choosing and all, over that of the")
	fmt.Fprintln(out, "candidate that is the fastest at this size, as is known afterwards")
	for _, table := range r.Regret {
		if err := table.write(out); err != nil {
			return err
		}
	}
	return r.writeSimulated(out)
}

func (r *Regret) write(out *bytes.Buffer) error {
	fmt.Fprintf(out, "\n%s\n", r.Work)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "keys\t")
	for _, name := range r.Candidates {
		fmt.Fprintf(t, "%s\t", name)
	}
	for _, c := range r.Total {
		fmt.Fprintf(t, "%s\tns\tregret\t95 %%\t", c.Profile)
		if target := firstTarget(r.Sizes, c.Profile); target != nil {
			fmt.Fprintf(t, "≤ %.3g\t", *target)
		}
	}
	fmt.Fprintln(t)
	for _, size := range r.Sizes {
		fmt.Fprintf(t, "%d\t", size.Keys)
		for i, ns := range size.NS {
			best := ""
			if r.Candidates[i] == size.Best {
				best = "*"
			}
			fmt.Fprintf(t, "%s%s\t", best, nanos(ns))
		}
		for _, c := range size.Choices {
			fmt.Fprintf(t, "%s\t%s\t%s\t", c.Chosen, nanos(c.NS), c.text())
			if c.Target != nil {
				fmt.Fprintf(t, "%s\t", c.Verdict)
			}
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, c := range r.Total {
		fmt.Fprintf(out, "%s: regret %.3f over all sizes, 95 %% %s%s\n", c.Profile, c.Regret, interval(c.CI, "%.3f"), c.verdict())
	}
	return nil
}

// firstTarget returns what is promised of a profile at a size.
func firstTarget(sizes []RegretSize, profile string) *float64 {
	for _, size := range sizes {
		for _, c := range size.Choices {
			if c.Profile == profile {
				return c.Target
			}
		}
	}
	return nil
}

func (c *Choice) text() string {
	return fmt.Sprintf("%.2f\t%s", c.Regret, interval(c.CI, "%.2f"))
}

func (c *Choice) verdict() string {
	if c.Target == nil {
		return ""
	}
	return fmt.Sprintf(", target ≤ %.3g: %s", *c.Target, c.Verdict)
}

func interval(ci [2]float64, format string) string {
	return fmt.Sprintf(format+"–"+format, ci[0], ci[1])
}
