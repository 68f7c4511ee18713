package main

import (
	"math"
	"runtime"
	"slices"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// calibrateReport is what `keymill calibrate` says. Its JSON is documented in docs/CLI.md.
type calibrateReport struct {
	Processor string         `json:"processor"`
	Cores     int            `json:"cores"`
	Quick     bool           `json:"quick"`
	Seconds   float64        `json:"seconds"`
	Saved     string         `json:"saved,omitempty"`   // the file
	Unsaved   string         `json:"unsaved,omitempty"` // or why there is none
	Works     []calibrateRow `json:"works"`

	*keymill.Calibration
}

// calibrateRow is one op with keys of one kind, on all backends.
type calibrateRow struct {
	Name       string            `json:"name"`
	Op         keymill.Op        `json:"op"`
	KeyBytes   float64           `json:"key_bytes"` // the mean
	Sizes      []sizeRow         `json:"sizes"`
	Crossovers []crossover       `json:"crossovers"`
	Residuals  []backendResidual `json:"residuals"`

	profiles []keymill.Profile // of the backends, in their order
	names    []string
	points   [][]keysTime // that were measured, of the backends in their order
}

type keysTime struct {
	keys int
	ns   float64 // a key
}

// sizeRow is what batches of one size take on each backend.
type sizeRow struct {
	Keys    int       `json:"keys"`
	Fastest string    `json:"fastest"`
	Times   []perTime `json:"times"` // in the order of the backends
}

type perTime struct {
	Backend string  `json:"backend"`
	NS      float64 `json:"ns_per_key"`
	Fitted  float64 `json:"fitted_ns_per_key"`
	Known   bool    `json:"measured"` // else NS is what was fitted to other sizes
}

// crossover is the number of keys from which on another backend is the fastest.
type crossover struct {
	Keys    int    `json:"keys"`
	Backend string `json:"backend"`
}

type backendResidual struct {
	Backend string `json:"backend"`
	keymill.Residual
}

// shownSizes are those of the table; shownKeys is the largest of the plots, to which lines go on.
var shownSizes = []int{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 131072, 262144, 524288, 1 << 20, 1 << 21}

const shownKeys = 10_000_000

// shownWorks are what the tables and plots are of: some of what is measured in depth.
var shownWorks = []calibrateRow{
	{Name: "xxh3, keys of 16 bytes", Op: keymill.Op{Hash: hash.XXH3, Class: keymill.Width16}, KeyBytes: 16},
	{Name: "xxh3, keys of 1 to 32 bytes", Op: keymill.Op{Hash: hash.XXH3}, KeyBytes: 16.5},
	{Name: "kafka, keys of 1 to 32 bytes", Op: keymill.Op{Hash: hash.Murmur2, Reduce: place.ReduceMod}, KeyBytes: 16.5},
	{Name: "redis, keys of 1 to 32 bytes", Op: keymill.Op{Hash: hash.CRC16, Reduce: place.ReduceMask}, KeyBytes: 16.5},
}

func newCalibrateReport(c *keymill.Calibration) *calibrateReport {
	r := &calibrateReport{Processor: bench.ThisMachine().Processor, Cores: runtime.NumCPU(), Calibration: c}
	for _, w := range shownWorks {
		for i := range c.Backends {
			w.names = append(w.names, c.Backends[i].Name)
			w.profiles = append(w.profiles, c.Profile(c.Backends[i].Name))
		}
		if w.fill(c) {
			r.Works = append(r.Works, w)
		}
	}
	return r
}

// fill is false if no backend has the op.
func (w *calibrateRow) fill(c *keymill.Calibration) bool {
	w.points = make([][]keysTime, len(w.names))
	for _, p := range c.Points {
		if i := slices.Index(w.names, p.Backend); p.Op == w.Op && p.Bytes == w.bytes(p.Keys) {
			w.points[i] = append(w.points[i], keysTime{p.Keys, p.Nanos / float64(p.Keys)})
		}
	}
	for _, b := range c.Backends {
		for _, l := range b.Lines {
			if l.Op == w.Op {
				w.Residuals = append(w.Residuals, backendResidual{b.Name, l.Residual})
			}
		}
	}
	if w.Residuals == nil {
		return false
	}
	for _, keys := range shownSizes {
		row := sizeRow{Keys: keys}
		least := math.Inf(1)
		for i, name := range w.names {
			fitted := w.perKey(i, keys)
			if math.IsInf(fitted, 1) {
				continue
			}
			t := perTime{Backend: name, NS: fitted, Fitted: fitted}
			if at := slices.IndexFunc(w.points[i], func(p keysTime) bool { return p.keys == keys }); at >= 0 {
				t.NS, t.Known = w.points[i][at].ns, true
			}
			row.Times = append(row.Times, t)
			if t.NS < least {
				least, row.Fastest = t.NS, name
			}
		}
		w.Sizes = append(w.Sizes, row)
	}
	w.Crossovers = w.cross()
	return true
}

func (w *calibrateRow) bytes(keys int) int { return int(math.Round(w.KeyBytes * float64(keys))) }

// perKey returns what backend i is expected to take for a key of a batch; +Inf if it does not do
// this work.
func (w *calibrateRow) perKey(i, keys int) float64 {
	cost, ok := w.profiles[i][w.Op]
	if !ok {
		return math.Inf(1)
	}
	return cost.Nanos(keys, w.bytes(keys)) / float64(keys)
}

// fastest returns the backend that is expected to take least; the first of several.
func (w *calibrateRow) fastest(keys int) (best int) {
	for i := range w.names {
		if w.perKey(i, keys) < w.perKey(best, keys) {
			best = i
		}
	}
	return best
}

// cross returns from how many keys on which backend is the fastest. A lead of less than 3 % that
// never grows is none: measured again it would be another's.
func (w *calibrateRow) cross() []crossover {
	const lead = 1.03
	leader := w.fastest(1)
	all := []crossover{{1, w.names[leader]}}
	var ahead []crossover // those who lead now by less
	for keys := 1; keys <= shownKeys; keys += 1 + keys/200 {
		best := w.fastest(keys)
		switch {
		case best == leader:
			ahead = nil
			continue
		case len(ahead) == 0 || ahead[len(ahead)-1].Backend != w.names[best]:
			ahead = append(ahead, crossover{keys, w.names[best]})
		}
		if w.perKey(leader, keys) >= lead*w.perKey(best, keys) {
			all = append(all, ahead[len(ahead)-1])
			leader, ahead = best, nil
		}
	}
	return slices.Clip(all)
}
