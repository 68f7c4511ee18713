package bench

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
)

// writeSimulated writes what the simulator says, for people: for each kind of work a line
// for each stream.
func (r *Report) writeSimulated(out *bytes.Buffer) error {
	for i, first := 0, 0; i < len(r.Simulated); i++ {
		last := i+1 == len(r.Simulated) || r.Simulated[i+1].Timings != r.Simulated[i].Timings
		if last {
			if err := writeReplayed(out, r.Simulated[first:i+1]); err != nil {
				return err
			}
			first = i + 1
		}
	}
	return nil
}

// writeReplayed writes the results of the same timings.
func writeReplayed(out *bytes.Buffer, all []Simulated) error {
	how := "recorded"
	if all[0].Modelled {
		how = "modelled GPU, not measured"
	}
	fmt.Fprintf(out, "\nsimulated (%s): %s\n", how, all[0].Timings)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "work\tstream\tbatches\t")
	for _, c := range all[0].Choices[:2] {
		fmt.Fprintf(t, "%s\tworst\tat keys\t\t", c.Profile)
	}
	fmt.Fprintln(t, "always\tregret\tcalibrated chooses\t")
	for i, s := range all {
		work := s.Work
		if i > 0 && all[i-1].Work == work {
			work = "" // as above
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t", work, s.Stream, s.Batches)
		for _, c := range s.Choices[:2] {
			fmt.Fprintf(t, "%.3f\t%.2f\t%d\t%s\t", c.Regret, c.Worst, c.WorstKeys, c.Verdict)
		}
		single := s.bestSingle()
		fmt.Fprintf(t, "%s\t%.2f\t%s\t\n", strings.TrimPrefix(single.Profile, always), single.Regret, s.shares(s.Choices[0]))
	}
	return t.Flush()
}

// bestSingle returns the backend that costs the least if it gets every batch.
func (s *Simulated) bestSingle() SimulatedChoice {
	best := s.Choices[2]
	for _, c := range s.Choices[2:] {
		if c.Regret < best.Regret {
			best = c
		}
	}
	return best
}

// shares says which backends were chosen, for which part of the batches.
func (s *Simulated) shares(c SimulatedChoice) string {
	var parts []string
	for i, share := range c.Shares {
		if share > 0 {
			parts = append(parts, fmt.Sprintf("%s %.0f %%", s.Backends[i], 100*share))
		}
	}
	return strings.Join(parts, ", ")
}
