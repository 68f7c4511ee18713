package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// The table dispatch says what is lost by leaving the choice of a backend to the
// dispatcher. At each batch size every candidate is forced in turn, and in the same rounds
// the dispatcher chooses, once by a profile that is calibrated here and once by the one
// that is built in. Regret is its time over that of the candidate that was the best at
// this size, as is known afterwards. Its own run is what counts, not only its choice: to
// choose and to keep account takes time as well.

// dispatchWork is work of the table dispatch, by its kind of keys.
type dispatchWork struct {
	task
	family string
}

// dispatchWorks are what most users do: the default hash, of keys of the width that UUIDs
// have and of all lengths, and the partitions of the two systems that are asked for most.
// (Random bytes would be full of Redis's hash tags.)
var dispatchWorks = []dispatchWork{
	{task{"xxh3 fixed16", keymill.Params{Hash: hash.XXH3}, keymill.OutHashes}, "fixed16"},
	{task{"xxh3 uniform1-32", keymill.Params{Hash: hash.XXH3}, keymill.OutHashes}, "uniform1-32"},
	{task{"kafka uniform1-32", keymill.Params{Scheme: place.Kafka(benchParts[0])}, keymill.OutParts}, "uniform1-32"},
	{task{"redis user", keymill.Params{Scheme: place.Redis()}, keymill.OutParts}, "user"},
}

// width returns the width of the keys, 0 if they differ.
func (w *dispatchWork) width() int {
	width, _ := cutNumber(w.family, "fixed")
	return width
}

// op returns what the dispatcher sees of the work.
func (w *dispatchWork) op() keymill.Op {
	return keymill.OpOf(w.placement(1), &keymill.Batch{Width: w.width()}, &w.params)
}

// placement returns the memory for the results of n keys.
func (k task) placement(n int) *keymill.Placement {
	dst := &keymill.Placement{}
	dst.Resize(k.want, n, 0)
	return dst
}

// Names of the sides of the table dispatch, and of its rows.
const (
	calibratedSide = "calibrated" // the dispatcher with the profile that was measured here
	builtInSide    = "built-in"   // the dispatcher with that of the program
	hindsight      = "best in hindsight"
	allSizes       = "all sizes"
	everySize      = "every size" // of a promise
)

const (
	// dispatchKeys are the keys of the largest batch, unless the config says.
	dispatchKeys, dispatchKeysQuick = 10_000_000, 1_000_000
	leastDispatchKeys               = 6 // or there are no two sizes to fit timings on

	// Batches of largeKeys and more take long, and are measured fewer times, unless the
	// config says how often.
	largeKeys, largeKeysQuick     = 1_000_000, 30_000
	largeRounds, largeRoundsQuick = 31, 15
	smallRoundsQuick              = 31

	// quickCalibration is how long is calibrated if quick.
	quickCalibration = 3 * time.Second
)

// dispatchSizes returns the keys of the batches up to the largest: four a decade, or two
// if quick, evenly spaced in their logarithms. None is one that a profile was fitted on:
// what a model makes of those says little of the others.
func dispatchSizes(most int, quick bool, fitted []int) (sizes []int) {
	steps := []float64{1, 1.8, 3.1, 5.6}
	if quick {
		steps = []float64{1, 3.1}
	}
	add := func(size int) {
		for slices.Contains(fitted, size) {
			size++
		}
		if size <= most && !slices.Contains(sizes, size) {
			sizes = append(sizes, size)
		}
	}
	add(5)
	for decade := 10.0; decade <= float64(most); decade *= 10 {
		for _, step := range steps {
			add(int(math.Round(decade * step)))
		}
	}
	return sizes
}

// calibrated returns the candidates with the profiles that were measured on this machine,
// and the batch sizes that those were fitted on.
func (c Config) calibrated(ctx context.Context, candidates []keymill.Candidate) ([]keymill.Candidate, []int, error) {
	var backends []keymill.Backend
	for _, candidate := range candidates {
		backends = append(backends, candidate.Backend)
	}
	calibration, err := keymill.Calibrate(ctx, backends, keymill.CalibrateOptions{Budget: pick(c.Quick, quickCalibration, 0)})
	if err != nil {
		return nil, nil, err
	}
	measured := slices.Clone(candidates)
	for i := range measured {
		measured[i].Profile = calibration.Profile(measured[i].Name())
	}
	var sizes []int
	for _, p := range calibration.Points {
		sizes = append(sizes, p.Keys)
	}
	slices.Sort(sizes)
	return measured, slices.Compact(sizes), nil
}

// dispatchTable is the table dispatch while it is measured.
type dispatchTable struct {
	Config
	report   *Report
	forced   []keymill.Candidate
	choosers []chooser // the dispatchers, that with the calibrated profile first
	columns  map[string]*keymill.Batch
	sizes    []int
	rows     []*dispatchRow
}

// chooser is a dispatcher under the name of its profile.
type chooser struct {
	*keymill.Dispatcher
	name string
}

func (c chooser) Name() string { return c.name }

// dispatchRow is one work at one size.
type dispatchRow struct {
	*group
	work *dispatchWork
	n    int // keys of a batch
}

func (c Config) dispatchTable(ctx context.Context, report *Report) (table, error) {
	d, err := c.newDispatchTable(report)
	if err != nil {
		return table{}, err
	}
	if c.calibrate == nil {
		c.calibrate = c.calibrated
	}
	measured, fitted, err := c.calibrate(ctx, d.forced)
	if err != nil {
		return table{}, err
	}
	for _, s := range []struct {
		name       string
		candidates []keymill.Candidate
	}{{calibratedSide, measured}, {builtInSide, d.forced}} {
		dispatcher, err := keymill.NewDispatcher(keymill.Config{Candidates: s.candidates})
		if err != nil {
			return table{}, err
		}
		d.choosers = append(d.choosers, chooser{dispatcher, s.name})
	}
	d.sizes = dispatchSizes(d.Keys, c.Quick, fitted)
	t := table{close: func() error { return nil }, finish: d.finish}
	for i := range dispatchWorks {
		groups, err := d.groups(&dispatchWorks[i])
		if err != nil {
			return table{}, err
		}
		t.groups = append(t.groups, groups...)
	}
	return t, nil
}

// newDispatchTable chooses the candidates.
func (c Config) newDispatchTable(report *Report) (d *dispatchTable, err error) {
	c.Keys = cmp.Or(c.Keys, pick(c.Quick, dispatchKeysQuick, dispatchKeys))
	d = &dispatchTable{Config: c, report: report, forced: c.Candidates, columns: map[string]*keymill.Batch{}}
	if d.forced == nil {
		d.forced, err = backend.Choose(cmp.Or(c.Backend, backend.Auto), runtime.GOMAXPROCS(0))
	}
	return d, err
}

// groups makes the rows of a work, one a size.
func (d *dispatchTable) groups(work *dispatchWork) (groups []*group, err error) {
	for _, n := range d.sizes {
		g := &group{name: fmt.Sprintf("%s, %d keys", work.name, n), promises: promisesOf("dispatch")}
		if !strings.Contains(g.name, d.Only) {
			continue
		}
		column, err := d.column(work.family)
		if err != nil {
			return nil, err
		}
		if d.Rounds == 0 && n >= pick(d.Quick, largeKeysQuick, largeKeys) {
			g.rounds = pick(d.Quick, largeRoundsQuick, largeRounds)
		}
		r := newRepeated(work.task, column, n)
		if g.peers, err = d.forcedSides(g.name, r); err != nil {
			return nil, err
		}
		for _, c := range d.choosers {
			s, err := r.add(c)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", g.name, c.name, err)
			}
			g.ours = append(g.ours, s)
		}
		g.keys, g.batches = r.n*r.calls, column.Len()/(r.n*r.calls)
		d.rows = append(d.rows, &dispatchRow{g, work, n})
		groups = append(groups, g)
	}
	return groups, nil
}

// forcedSides makes a side of each candidate that does the work.
func (d *dispatchTable) forcedSides(name string, r *repeated) (sides []side, err error) {
	for _, c := range d.forced {
		s, err := r.add(c.Backend)
		if errors.Is(err, keymill.ErrUnsupported) {
			d.note(fmt.Sprintf("%s is without %s, which does not compute it", r.name, c.Name()))
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, c.Name(), err)
		}
		sides = append(sides, s)
	}
	if len(sides) == 0 {
		return nil, fmt.Errorf("%s: no candidate computes it", name)
	}
	return sides, nil
}

// note adds a note to the report, once.
func (d *dispatchTable) note(text string) {
	if !slices.Contains(d.report.Notes, text) {
		d.report.Notes = append(d.report.Notes, text)
	}
}

// column returns keys of a family, one batch of more than the cache holds: so many that
// the largest size fits, too.
func (d *dispatchTable) column(family string) (*keymill.Batch, error) {
	if b := d.columns[family]; b != nil {
		return b, nil
	}
	sample, err := NewWorkload(family, WorkloadConfig{Keys: minKeys, Batches: 1, Seed: d.Seed})
	if err != nil {
		return nil, err
	}
	keys := int(float64(cmp.Or(d.memory, outOfCache(d.report.Machine.L3))) / sample.PerKey())
	w, err := NewWorkload(family, WorkloadConfig{Keys: max(keys, d.Keys, minKeys), Batches: 1, Seed: d.Seed})
	if err != nil {
		return nil, err
	}
	d.columns[family] = &w.Batches[0]
	return d.columns[family], nil
}
