package bench

import (
	"fmt"
	"slices"
)

// Regret is what the choices of the dispatcher cost for one kind of work, size by size.
type Regret struct {
	Work       string       `json:"work"`
	Candidates []string     `json:"candidates"`
	Sizes      []RegretSize `json:"sizes"`
	Total      []Choice     `json:"total"` // over all sizes, of each profile
}

// RegretSize is what batches of one size took.
type RegretSize struct {
	Keys    int       `json:"keys"`
	NS      []float64 `json:"ns"`   // a key, of each candidate, forced: medians
	Best    string    `json:"best"` // candidate, in hindsight
	Choices []Choice  `json:"choices"`
}

// Choice is what the dispatcher did with batches of one size, or of all.
type Choice struct {
	Profile string     `json:"profile"`          // "calibrated" or "built-in"
	Chosen  string     `json:"chosen,omitempty"` // candidate
	NS      float64    `json:"ns"`               // a key, median
	Regret  float64    `json:"regret"`           // its time over that of the best, the median of the rounds
	CI      [2]float64 `json:"ci"`               // 95 %, of the regret
	Target  *float64   `json:"target,omitempty"` // the most regret that is promised
	Verdict string     `json:"verdict"`
}

// finish makes the rows and the tables of what was measured, and what is simulated of the
// same work.
func (d *dispatchTable) finish() (err error) {
	var works []string
	for i := range dispatchWorks {
		work := &dispatchWorks[i]
		var rows []*dispatchRow
		for _, r := range d.rows {
			if r.work == work {
				rows = append(rows, r)
			}
		}
		if len(rows) > 0 {
			d.report.Regret = append(d.report.Regret, d.regret(work, rows))
			works = append(works, work.name)
		}
	}
	if largest := largestRounds(d.rows); largest != "" {
		d.note(largest)
	}
	d.report.Simulated, err = simulations(d.Seed, works, d.forced)
	return err
}

// largestRounds says how many rounds the large batches had, if fewer than the small ones.
func largestRounds(rows []*dispatchRow) string {
	for _, r := range rows {
		if r.rounds < rows[0].rounds {
			return fmt.Sprintf("batches of %d keys and more: %d rounds", r.n, r.rounds)
		}
	}
	return ""
}

// regret makes the table of a work, and its rows in the report: those of each size, and
// those of all.
func (d *dispatchTable) regret(work *dispatchWork, rows []*dispatchRow) Regret {
	table := Regret{Work: work.name}
	for _, s := range rows[0].peers {
		table.Candidates = append(table.Candidates, s.name)
	}
	for _, r := range rows {
		best := r.best()
		size := RegretSize{Keys: r.n, Best: table.Candidates[best]}
		for _, samples := range r.samples.peers {
			ns, _ := summary(samples)
			size.NS = append(size.NS, ns)
		}
		for i, c := range d.choosers {
			row := hindsightRow(r.name, everySize, c.name, r.promises, r.samples.ours[i], r.samples.peers[best])
			d.report.Rows = append(d.report.Rows, row)
			choice := choiceOf(row)
			choice.Chosen = c.Plan(r.work.op(), r.n, d.bytesOf(r)).Name()
			size.Choices = append(size.Choices, choice)
		}
		table.Sizes = append(table.Sizes, size)
	}
	for i, c := range d.choosers {
		ours, best := totals(rows, i)
		row := hindsightRow(work.name+", "+allSizes, allSizes, c.name, rows[0].promises, ours, best)
		d.report.Rows = append(d.report.Rows, row)
		table.Total = append(table.Total, choiceOf(row))
	}
	return table
}

// best returns which candidate was the fastest, by the median of its rounds.
func (r *dispatchRow) best() (best int) {
	for i, samples := range r.samples.peers {
		if ratioOf(samples).Median < ratioOf(r.samples.peers[best]).Median {
			best = i
		}
	}
	return best
}

// hindsightRow makes a row of what the dispatcher took and what the best candidate did, in
// the same rounds.
func hindsightRow(name, promised, ours string, promises []promise, took, best []float64) Row {
	ratio := ratioOf(quotients(best, took))
	row := Row{
		Name: name, Ours: ours, Peer: hindsight, Ratio: ratio.Median, CI: [2]float64{ratio.Low, ratio.High},
		Target:  target(promises, ours, promised, hindsight),
		Samples: Samples{Ours: rounded(took), Peer: rounded(best)},
	}
	row.OursNS, _ = summary(took)
	row.PeerNS, _ = summary(best)
	row.Verdict = verdict(ratio, row.Target)
	return row
}

// choiceOf turns the ratio of a row into regret, which is the other way round.
func choiceOf(row Row) Choice {
	c := Choice{Profile: row.Ours, NS: row.OursNS, Regret: 1 / row.Ratio, CI: [2]float64{1 / row.CI[1], 1 / row.CI[0]}, Verdict: row.Verdict}
	if row.Target != nil {
		most := 1 / *row.Target
		c.Target = &most
	}
	return c
}

// totals returns what a batch of each size took together, of a dispatcher and of the best
// candidate for each: a sample for each round that all sizes have. A size with more rounds
// has the medians of as many runs of rounds.
func totals(rows []*dispatchRow, chooser int) (ours, best []float64) {
	rounds, keys := len(rows[0].samples.again), 0
	for _, r := range rows {
		rounds = min(rounds, len(r.samples.again))
		keys += r.n
	}
	ours, best = make([]float64, rounds), make([]float64, rounds)
	for _, r := range rows {
		share := float64(r.n) / float64(keys)
		for i, ns := range thinned(r.samples.ours[chooser], rounds) {
			ours[i] += share * ns
		}
		for i, ns := range thinned(r.samples.peers[r.best()], rounds) {
			best[i] += share * ns
		}
	}
	return ours, best
}

// thinned returns the medians of n runs of samples, which are as equally long as can be.
func thinned(samples []float64, n int) (medians []float64) {
	for i := range n {
		run := samples[len(samples)*i/n : len(samples)*(i+1)/n]
		medians = append(medians, median(slices.Sorted(slices.Values(run))))
	}
	return medians
}

// bytesOf returns how many bytes of keys a batch of a row has, about.
func (d *dispatchTable) bytesOf(r *dispatchRow) int {
	column := d.columns[r.work.family]
	return int(float64(column.Size()) / float64(column.Len()) * float64(r.n))
}
