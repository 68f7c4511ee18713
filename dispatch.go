package keymill

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"
)

// Config is what a [Dispatcher] is made of.
type Config struct {
	// Candidates are the backends to choose from, 1 to 64 of them, under
	// different names. The first is the fallback: it runs what no profile
	// covers and what another has failed at, and is never in quarantine. So it
	// should be one that cannot fail: cpu.
	Candidates []Candidate

	// Observe, if not nil, is called after each batch with what was predicted,
	// chosen and measured. It is called by the goroutine that placed the batch
	// and may be called by several at once.
	Observe func(Decision)
}

// Dispatcher gives each batch to the backend that should finish it first. It
// is a [Backend], safe for concurrent use, and takes no lock.
type Dispatcher struct {
	candidates []candidate
	observe    func(Decision)
	quarantine atomic.Uint64 // bit i: candidate i has failed
}

type candidate struct {
	backend Backend
	name    string
	costs   []Cost // by Op.index; Fixed is +Inf where the profile says nothing
	counters
}

// counters have cache lines of their own, since every batch of every goroutine
// writes to them.
type counters struct {
	_                                           [64]byte
	batches, keys, bytes, failures, unsupported atomic.Uint64
	reason                                      atomic.Pointer[string] // of the quarantine
	_                                           [64]byte
}

// NewDispatcher returns a dispatcher over the candidates.
func NewDispatcher(config Config) (*Dispatcher, error) {
	if n := len(config.Candidates); n < 1 || n > 64 {
		return nil, fmt.Errorf("a dispatcher takes 1 to 64 candidates, not %d", n)
	}
	d := &Dispatcher{candidates: make([]candidate, len(config.Candidates)), observe: config.Observe}
	seen := map[string]bool{}
	for i, c := range config.Candidates {
		if c.Backend == nil {
			return nil, fmt.Errorf("candidate %d has no backend", i)
		}
		name := c.Name()
		if seen[name] {
			return nil, fmt.Errorf("two candidates are called %s: give each its own name", name)
		}
		seen[name] = true
		d.candidates[i].backend, d.candidates[i].name = c.Backend, name
		d.candidates[i].costs = flatten(c.Profile)
	}
	return d, nil
}

// flatten turns a profile into an array, since a map look-up per candidate
// would cost more than the rest of the choice.
func flatten(p Profile) []Cost {
	costs := make([]Cost, numOps)
	for i := range costs {
		costs[i].Fixed = math.Inf(1)
	}
	for op, cost := range p {
		if i, ok := op.index(); ok {
			costs[i] = cost
		}
	}
	return costs
}

// Name returns "auto".
func (d *Dispatcher) Name() string { return "auto" }

// Plan returns the backend that [Dispatcher.Place] would choose now for a
// batch of that many keys and bytes: among the candidates that are not in
// quarantine and whose profiles have the op, the one with the smallest
// predicted cost, the earlier of two equals; the fallback if there is none. It
// depends on nothing but its arguments, the profiles and the quarantine.
func (d *Dispatcher) Plan(op Op, keys, bytes int) Backend {
	return d.candidates[d.pick(op, keys, bytes, d.quarantine.Load())].backend
}

// pick returns the cheapest candidate whose bit in skip is 0. If there is none
// it returns the fallback, whether that is in skip or not.
func (d *Dispatcher) pick(op Op, keys, bytes int, skip uint64) int {
	best, bestNanos := 0, math.Inf(1)
	at, ok := op.index()
	if !ok {
		return best
	}
	for i := range d.candidates {
		if skip>>i&1 == 0 {
			if nanos := d.candidates[i].costs[at].nanos(keys, bytes); nanos < bestNanos {
				best, bestNanos = i, nanos
			}
		}
	}
	return best
}

// Place computes the batch on the backend that [Dispatcher.Plan] names. If that
// does not support the work, the next best takes the batch. If it fails, it goes
// into quarantine, and the next best redoes the whole batch: the result is the
// same. Invalid input fails, with an error that matches ErrInvalid, and is
// nobody's fault; but a candidate that blames input which is valid has failed.
// When no candidate is left, the error is the last one's, as a [*BackendError].
func (d *Dispatcher) Place(dst *Placement, b *Batch, p Params) error {
	var err error
	op, keys, bytes := OpOf(dst, b, &p), b.Len(), b.Size()
	tried, last := uint64(0), 0
	for {
		i := d.pick(op, keys, bytes, tried|d.quarantine.Load())
		if tried>>i&1 != 0 { // none is left, not even the fallback
			return &BackendError{d.candidates[last].name, err}
		}
		last = i
		var final bool
		if final, err = d.run(i, op, keys, bytes, dst, b, &p); final {
			return err
		}
		tried |= 1 << i
	}
}

// run gives the batch to candidate i, and keeps account of how it went. final
// says that no other candidate is to be tried: it is done, or cannot be done.
func (d *Dispatcher) run(i int, op Op, keys, bytes int, dst *Placement, b *Batch, p *Params) (final bool, err error) {
	c := &d.candidates[i]
	if d.observe == nil {
		err = d.place(i, dst, b, p)
	} else {
		start := time.Now()
		err = d.place(i, dst, b, p)
		measured := time.Since(start)
		d.observe(Decision{
			Op: op, Keys: keys, Bytes: bytes, Predicted: d.Predict(op, keys, bytes),
			Chosen: c.name, Measured: measured, Err: err,
		})
	}
	switch {
	case err == nil:
		c.batches.Add(1)
		c.keys.Add(uint64(keys))
		c.bytes.Add(uint64(bytes))
		return true, nil
	case errors.Is(err, ErrUnsupported):
		c.unsupported.Add(1)
		return false, err
	case errors.Is(err, ErrInvalid):
		if _, check := Check(dst, b, *p); check != nil {
			return true, check
		}
	}
	c.failures.Add(1)
	if i > 0 {
		reason, _, _ := strings.Cut(err.Error(), "\n") // without the stack of a panic
		c.reason.CompareAndSwap(nil, &reason)
		d.quarantine.Or(1 << i)
	}
	return false, err
}

// place runs candidate i. What panics is treated as failed, but for the
// fallback: there a panic is a bug to be seen.
func (d *Dispatcher) place(i int, dst *Placement, b *Batch, p *Params) (err error) {
	if i > 0 {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
	}
	return d.candidates[i].backend.Place(dst, b, *p)
}

// Decision is what the dispatcher did with one batch, or tried to: a batch that
// a backend fails at or does not support gives another Decision for the next.
type Decision struct {
	Op          Op
	Keys, Bytes int
	Predicted   []Prediction // of each candidate, in the order of Config
	Chosen      string       // name of the backend that ran
	Measured    time.Duration
	Err         error // what that backend returned
}

// Prediction is what one candidate is expected to take for a batch.
type Prediction struct {
	Backend     string
	Nanos       float64 // +Inf if its profile lacks the op
	Quarantined bool
}

// Predict returns what each candidate is expected to take for a batch of that
// many keys and bytes, in the order of Config.
func (d *Dispatcher) Predict(op Op, keys, bytes int) []Prediction {
	at, ok := op.index()
	quarantine := d.quarantine.Load()
	predictions := make([]Prediction, len(d.candidates))
	for i := range d.candidates {
		c := &d.candidates[i]
		nanos := math.Inf(1)
		if ok {
			nanos = c.costs[at].nanos(keys, bytes)
		}
		predictions[i] = Prediction{c.name, nanos, quarantine>>i&1 != 0}
	}
	return predictions
}

// Stats is what a dispatcher has done so far.
type Stats struct {
	Backends []BackendStats // in the order of Config
}

// BackendStats is what one backend has done.
type BackendStats struct {
	Name                 string
	Batches, Keys, Bytes uint64 // that it placed
	Failures             uint64 // batches that it failed at
	Unsupported          uint64 // batches that it does not run
	Quarantine           string // why it is in quarantine; "" if it is not
}

// Fallbacks returns how often a backend failed at a batch, so that it fell to
// the next.
func (s Stats) Fallbacks() (n uint64) {
	for _, b := range s.Backends {
		n += b.Failures
	}
	return n
}

// Stats returns the counts so far. Batches that are under way count when they
// end.
func (d *Dispatcher) Stats() Stats {
	stats := Stats{Backends: make([]BackendStats, len(d.candidates))}
	for i := range d.candidates {
		c := &d.candidates[i]
		stats.Backends[i] = BackendStats{
			Name:        c.name,
			Batches:     c.batches.Load(),
			Keys:        c.keys.Load(),
			Bytes:       c.bytes.Load(),
			Failures:    c.failures.Load(),
			Unsupported: c.unsupported.Load(),
		}
		if reason := c.reason.Load(); reason != nil {
			stats.Backends[i].Quarantine = *reason
		}
	}
	return stats
}
