package bench

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/keymill/keymill"
)

// recordRounds is how many samples each timing has that is recorded.
const recordRounds = 9

// longFamily are the keys of variable width that are recorded beside those of the table: as
// long as those of files are.
const longFamily = "url"

// fitSizes and replaySizes are the batch sizes of timings, up to the largest: those to fit
// on are 3·2^k, those to replay 2^k, and the largest itself.
func fitSizes(most int) []int { return doubled(3, most) }

func replaySizes(most int) []int {
	sizes := doubled(1, most)
	if last := sizes[len(sizes)-1]; last != most && !slices.Contains(fitSizes(most), most) {
		sizes = append(sizes, most)
	}
	return sizes
}

func doubled(first, most int) (sizes []int) {
	for n := first; n <= most; n *= 2 {
		sizes = append(sizes, n)
	}
	return sizes
}

// Record measures timings of this machine for the simulator: of all candidates of the
// config, for the work of the table dispatch. It ends early, with the context's error, when
// ctx ends.
func Record(ctx context.Context, c Config) (*Timings, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	report := &Report{Machine: ThisMachine()}
	d, err := c.newDispatchTable(report)
	if err != nil {
		return nil, err
	}
	d.Rounds = cmp.Or(c.Rounds, recordRounds)
	d.sizes = slices.Concat(fitSizes(d.Keys), replaySizes(d.Keys))
	slices.Sort(d.sizes)
	var groups []*group
	for _, work := range recordedWorks() {
		g, err := d.groups(&work)
		if err != nil {
			return nil, err
		}
		groups = append(groups, g...)
	}
	if len(groups) == 0 {
		return nil, fmt.Errorf("no row of table dispatch has %q in its name", c.Only)
	}
	for _, g := range groups { // the first of ours is what A/A needs
		g.ours, g.peers = g.peers[:1], g.peers[1:]
	}
	r := &runner{rounds: d.Rounds, passes: 3, rng: rand.New(rand.NewPCG(c.Seed, 1)), progress: c.Progress}
	if err := r.run(ctx, groups); err != nil {
		return nil, err
	}
	m := report.Machine
	t := &Timings{Source: fmt.Sprintf("%s, %d cores, %s", m.Processor, m.Cores, m.System)}
	for _, c := range d.forced {
		b := BackendTimings{Name: c.Name()}
		for _, r := range d.rows {
			d.record(&b, c.Profile, r)
		}
		t.Backends = append(t.Backends, b)
	}
	return t, t.check()
}

// record adds what a row measured of a backend to its timings; nothing, if it does not do
// the work.
func (d *dispatchTable) record(b *BackendTimings, builtIn keymill.Profile, r *dispatchRow) {
	samples := r.samplesOf(b.Name)
	if samples == nil {
		return
	}
	op, column := r.work.op(), d.columns[r.work.family]
	keyBytes := rounded([]float64{float64(column.Size()) / float64(column.Len())})[0]
	if last := len(b.Works) - 1; last < 0 || b.Works[last].Op != op.String() || b.Works[last].KeyBytes != keyBytes {
		b.Works = append(b.Works, WorkTimings{Op: op.String(), KeyBytes: keyBytes, BuiltIn: builtInCost(builtIn, op)})
	}
	timing := Timing{Keys: r.n}
	for _, ns := range samples {
		timing.NS = append(timing.NS, ns*float64(r.n))
	}
	timing.NS = rounded(slices.Sorted(slices.Values(timing.NS)))
	w := &b.Works[len(b.Works)-1]
	if slices.Contains(fitSizes(r.n), r.n) {
		w.Fit = append(w.Fit, timing)
	} else {
		w.Replay = append(w.Replay, timing)
	}
}

// samplesOf returns those of a side, nil if the row is without it.
func (r *dispatchRow) samplesOf(name string) []float64 {
	for i, s := range r.ours {
		if s.name == name {
			return r.samples.ours[i]
		}
	}
	for i, s := range r.peers {
		if s.name == name {
			return r.samples.peers[i]
		}
	}
	return nil
}

// recordedWorks are those of the table, and where keys have any length, the same with
// longer keys.
func recordedWorks() (works []dispatchWork) {
	for _, w := range dispatchWorks {
		works = append(works, w)
		if w.width() == 0 {
			w.family = longFamily
			works = append(works, w)
		}
	}
	return works
}
