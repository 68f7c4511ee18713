package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/keymill/keymill"
)

// Timings are what batches took on the backends of some machine, for the simulator: at one
// list of sizes to fit profiles on, and at another to replay. They are either recorded, by
// [Record], or modelled, and then say so.
type Timings struct {
	Source   string           `json:"source"` // which machine, or what of
	Modelled bool             `json:"modelled"`
	Backends []BackendTimings `json:"backends"` // in the order of the dispatcher: the first is the fallback
}

// BackendTimings are those of one backend.
type BackendTimings struct {
	Name  string        `json:"name"`
	Works []WorkTimings `json:"works"`
}

// WorkTimings are those of one kind of work, with keys of one mean length.
type WorkTimings struct {
	Op       string       `json:"op"`        // as keymill.Op has it: "xxh3/16/none"
	KeyBytes float64      `json:"key_bytes"` // mean length
	BuiltIn  *BuiltInCost `json:"built_in"`  // the program's own cost of the op when this was recorded; nil: it has none
	Fit      []Timing     `json:"fit"`       // by rising size, as below
	Replay   []Timing     `json:"replay"`
}

// BuiltInCost is a [keymill.Cost] under names for files.
type BuiltInCost struct {
	Fixed   float64         `json:"fixed"`
	PerKey  float64         `json:"per_key"`
	PerByte float64         `json:"per_byte"`
	Beyond  []keymill.Piece `json:"beyond,omitempty"`
}

// builtInCost returns the cost that a profile has for an op, nil if it has none.
func builtInCost(p keymill.Profile, op keymill.Op) *BuiltInCost {
	cost, there := p[op]
	if !there {
		return nil
	}
	c := BuiltInCost(cost)
	return &c
}

// Timing is what a batch of some size took, several times.
type Timing struct {
	Keys int       `json:"keys"`
	NS   []float64 `json:"ns"` // of a batch, by rising time: the noise is kept
}

// ReadTimings reads what [Timings.WriteJSON] wrote, and checks it.
func ReadTimings(in io.Reader) (*Timings, error) {
	t := &Timings{}
	decoder := json.NewDecoder(in)
	decoder.DisallowUnknownFields() // a cost under other names would be 0
	if err := decoder.Decode(t); err != nil {
		return nil, fmt.Errorf("these are no timings: %w", err)
	}
	return t, t.check()
}

// WriteJSON writes the timings as JSON.
func (t *Timings) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(t) }

// check says whether the simulator can use the timings.
func (t *Timings) check() error {
	if len(t.Backends) == 0 {
		return errors.New("these timings have no backend")
	}
	for _, b := range t.Backends {
		for _, w := range b.Works {
			if err := w.check(); err != nil {
				return fmt.Errorf("timings of %s, %s, keys of %g bytes: %w", b.Name, w.Op, w.KeyBytes, err)
			}
		}
	}
	return nil
}

func (w *WorkTimings) check() error {
	if !(w.KeyBytes > 0) || math.IsInf(w.KeyBytes, 1) {
		return errors.New("keys have a length above 0")
	}
	for _, list := range [][]Timing{w.Fit, w.Replay} {
		if len(list) < 2 {
			return errors.New("it takes two sizes or more to fit on, and as many to replay")
		}
		for i, t := range list {
			if t.Keys < 1 || i > 0 && t.Keys <= list[i-1].Keys {
				return fmt.Errorf("size %d of %d keys does not rise", i, t.Keys)
			}
			if len(t.NS) == 0 || !(t.NS[0] > 0) || !slices.IsSorted(t.NS) || math.IsInf(t.NS[len(t.NS)-1], 1) {
				return fmt.Errorf("the times of %d keys are not above 0, and rising", t.Keys)
			}
		}
	}
	for _, t := range w.Fit {
		if slices.ContainsFunc(w.Replay, func(r Timing) bool { return r.Keys == t.Keys }) {
			return fmt.Errorf("%d keys are replayed, and fitted on", t.Keys)
		}
	}
	return nil
}

// fitSizes returns all sizes that profiles are fitted on.
func (t *Timings) fitSizes() (sizes []int) {
	for _, b := range t.Backends {
		for _, w := range b.Works {
			for _, timing := range w.Fit {
				sizes = append(sizes, timing.Keys)
			}
		}
	}
	slices.Sort(sizes)
	return slices.Compact(sizes)
}

// builtIn gives each backend the costs of the candidate of its name, if there is one.
func (t *Timings) builtIn(candidates []keymill.Candidate) {
	for _, b := range t.Backends {
		for _, c := range candidates {
			if c.Name() != b.Name {
				continue
			}
			costs := map[string]*BuiltInCost{}
			for op := range c.Profile {
				costs[op.String()] = builtInCost(c.Profile, op)
			}
			for i := range b.Works {
				b.Works[i].BuiltIn = costs[b.Works[i].Op]
			}
		}
	}
}

// beside returns these timings and, after them, those of other backends.
func (t *Timings) beside(others *Timings) *Timings {
	return &Timings{
		Source:   t.Source + "; " + others.Source,
		Modelled: t.Modelled || others.Modelled,
		Backends: slices.Concat(t.Backends, others.Backends),
	}
}

// of returns the timings of an op, by rising length of keys.
func (b *BackendTimings) of(op keymill.Op) (works []WorkTimings) {
	for _, w := range b.Works {
		if w.Op == op.String() {
			works = append(works, w)
		}
	}
	slices.SortFunc(works, func(a, b WorkTimings) int { return int(math.Copysign(1, a.KeyBytes-b.KeyBytes)) })
	return works
}

// nanosOf returns what a batch takes by the timings of an op: the part of the noise is
// between 0, the shortest of the samples, and 1, the longest. Between two sizes, and
// between two lengths of keys, the logarithms are interpolated.
func nanosOf(works []WorkTimings, size BatchSize, noise float64) float64 {
	at := make([]float64, len(works))
	for i, w := range works {
		at[i] = w.log(size.Keys, noise)
	}
	if len(works) == 1 {
		return math.Exp(at[0])
	}
	length := math.Log(float64(size.Bytes) / float64(size.Keys))
	i := 0
	for i < len(works)-2 && length > math.Log(works[i+1].KeyBytes) {
		i++
	}
	low, high := math.Log(works[i].KeyBytes), math.Log(works[i+1].KeyBytes)
	return math.Exp(at[i] + (at[i+1]-at[i])*(length-low)/(high-low))
}

// log returns the logarithm of what a batch of that many keys takes.
func (w *WorkTimings) log(keys int, noise float64) float64 {
	i, _ := slices.BinarySearchFunc(w.Replay, keys, func(t Timing, keys int) int { return t.Keys - keys })
	i = min(max(1, i), len(w.Replay)-1)
	low, high := w.Replay[i-1], w.Replay[i]
	from, to := math.Log(low.at(noise)), math.Log(high.at(noise))
	part := math.Log(float64(keys)/float64(low.Keys)) / math.Log(float64(high.Keys)/float64(low.Keys))
	return from + (to-from)*part
}

// at returns the sample at that part of them, from 0 to 1, 0.5 is their median.
func (t *Timing) at(part float64) float64 {
	x := part * float64(len(t.NS)-1)
	i := min(int(x), max(0, len(t.NS)-2))
	if len(t.NS) == 1 {
		return t.NS[0]
	}
	return t.NS[i] + (t.NS[i+1]-t.NS[i])*(x-float64(i))
}
