package keymill

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"
)

// Config is what a [Dispatcher] is made of. The zero value of each field but
// Candidates is a choice that does no harm.
type Config struct {
	// Candidates are the backends to choose from, 1 to 64 of them, under
	// different names. The first is the fallback: it runs what no profile
	// covers and what another has failed at, and is never in quarantine. So it
	// should be one that cannot fail: cpu.
	Candidates []Candidate

	// Adapt lets the dispatcher hold what batches took against what was predicted,
	// and scale the cost of what is slower or faster now: a busy device or a throttled
	// core loses batches, and wins them back.
	Adapt bool

	// Split lets a batch of milliseconds be shared out over the processor and the
	// devices among the candidates, in proportion to their predicted speed.
	Split bool

	// Observe, if not nil, is called after each batch with what was predicted,
	// chosen and measured. It is called by the goroutine that placed the batch
	// and may be called by several at once.
	Observe func(Decision)

	// Log, if not nil, is told when a backend goes into quarantine or comes back, when
	// adaptation changes a cost and, at the level of debugging, of each choice.
	Log *slog.Logger

	// Clock returns the time since some moment; nil: the system's. A simulation has
	// its own.
	Clock func() time.Duration
}

// Dispatcher gives each batch to the backend that should finish it first. It
// is a [Backend], safe for concurrent use; no batch waits for another, but one that a
// backend has failed at.
type Dispatcher struct {
	candidates []candidate
	profiles   []Profile
	tables     []atomic.Pointer[planTable] // by Op.index; nil until the first batch of that kind
	adapt      bool
	split      bool
	observe    func(Decision)
	log        *slog.Logger
	clock      func() time.Duration
	quarantine atomic.Uint64 // bit i: candidate i may not be chosen
	splits     atomic.Uint64 // batches that were shared out

	// Tests have their own.
	selfTest func(Backend) error
	spawn    func(func())
}

type candidate struct {
	backend  Backend
	name     string
	device   bool
	adapted  []adapted // by Op.index; nil without Config.Adapt
	counters [stripes]counters
	health   health
}

// NewDispatcher returns a dispatcher over the candidates.
func NewDispatcher(config Config) (*Dispatcher, error) {
	if n := len(config.Candidates); n < 1 || n > 64 {
		return nil, fmt.Errorf("a dispatcher takes 1 to 64 candidates, not %d", n)
	}
	d := &Dispatcher{
		candidates: make([]candidate, len(config.Candidates)),
		adapt:      config.Adapt, split: config.Split,
		observe: config.Observe, log: config.Log, clock: config.Clock,
		selfTest: SelfTest, spawn: func(f func()) { go f() },
	}
	d.tables = make([]atomic.Pointer[planTable], numOps)
	if d.clock == nil {
		start := time.Now()
		d.clock = func() time.Duration { return time.Since(start) }
	}
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
		made := &d.candidates[i]
		made.backend, made.name, made.device = c.Backend, name, c.Device
		d.profiles = append(d.profiles, maps.Clone(c.Profile))
		if d.adapt {
			made.adapted = make([]adapted, numOps)
		}
	}
	return d, nil
}

// Name returns "auto".
func (d *Dispatcher) Name() string { return "auto" }

// Place computes the batch on the backend that [Dispatcher.Plan] names. If that
// does not support the work, the next best takes the batch. If it fails, it goes
// into quarantine, and the next best redoes the whole batch: the result is the
// same. Invalid input fails, with an error that matches ErrInvalid, and is
// nobody's fault; but a candidate that blames input which is valid has failed.
// When no candidate is left, the error is the last one's, as a [*BackendError].
func (d *Dispatcher) Place(dst *Placement, b *Batch, p Params) error {
	if quarantined := d.quarantine.Load(); quarantined != 0 {
		d.revive(quarantined)
	}
	var w work
	w.init(dst, b, &p)
	if d.split {
		if shares := d.shares(&w); shares != nil {
			return d.placeShares(shares, dst, b, p)
		}
	}
	return d.place(&w, dst, b, &p)
}

// work is what a call of Place comes down to for the choice.
type work struct {
	op          Op
	at          int  // Op.index
	known       bool // there is one
	share       bool // of a batch that was split
	keys, bytes int
}

func (w *work) init(dst *Placement, b *Batch, p *Params) {
	w.op, w.keys, w.bytes = OpOf(dst, b, p), b.Len(), b.Size()
	w.at, w.known = w.op.index()
}

// place tries the candidates, the best first.
func (d *Dispatcher) place(w *work, dst *Placement, b *Batch, p *Params) error {
	var err error
	tried, last := uint64(0), 0
	for {
		c := d.pick(w.at, w.known, w.keys, w.bytes, tried|d.quarantine.Load())
		if tried>>c.index&1 != 0 { // none is left, not even the fallback
			return &BackendError{d.candidates[last].name, err}
		}
		last = c.index
		var final bool
		if final, err = d.run(c, w, dst, b, p); final {
			return err
		}
		tried |= 1 << c.index
	}
}

// run gives the batch to a candidate, and keeps account of how it went. final
// says that no other candidate is to be tried: it is done, or cannot be done.
func (d *Dispatcher) run(chosen choice, w *work, dst *Placement, b *Batch, p *Params) (final bool, err error) {
	c := &d.candidates[chosen.index]
	counts := &c.counters[stripeOf(dst)]
	if chosen.held != 0 {
		d.wait(chosen, w.at)
	}
	if yes, long := d.times(chosen.nanos, counts); yes {
		err = d.measure(chosen, w, counts, long, dst, b, p)
	} else {
		err = d.call(chosen.index, dst, b, p)
	}
	switch {
	case err == nil:
		counts.placed(w)
		return true, nil
	case errors.Is(err, ErrUnsupported):
		counts.unsupported.Add(1)
		return false, err
	case errors.Is(err, ErrInvalid):
		if _, check := Check(dst, b, *p); check != nil {
			return true, check
		}
	}
	counts.failures.Add(1)
	if chosen.index > 0 {
		d.banish(chosen.index, err)
	}
	return false, err
}

// measure runs a candidate and reads the clock.
func (d *Dispatcher) measure(chosen choice, w *work, counts *counters, long bool, dst *Placement, b *Batch, p *Params) error {
	var predicted []Prediction
	if d.observe != nil {
		predicted = d.Predict(w.op, w.keys, w.bytes)
	}
	start := d.clock()
	err := d.call(chosen.index, dst, b, p)
	took := d.clock() - start
	if err == nil {
		counts.measured(took, long)
		if d.adapt {
			d.learn(chosen, w, took)
		}
	}
	if d.log != nil && d.log.Enabled(context.Background(), slog.LevelDebug) {
		d.log.LogAttrs(context.Background(), slog.LevelDebug, "keymill: a batch",
			slog.String("backend", d.candidates[chosen.index].name), slog.String("op", w.op.String()), slog.Int("keys", w.keys),
			slog.Float64("predicted", chosen.nanos/1e9), slog.Float64("seconds", took.Seconds()), slog.Any("error", err))
	}
	if d.observe != nil {
		d.observe(Decision{
			Op: w.op, Keys: w.keys, Bytes: w.bytes, Predicted: predicted,
			Chosen: d.candidates[chosen.index].name, Share: w.share, Measured: took, Err: err,
		})
	}
	return err
}

// call runs a candidate. What panics is treated as failed, but for the fallback:
// there a panic is a bug to be seen.
func (d *Dispatcher) call(i int, dst *Placement, b *Batch, p *Params) (err error) {
	if i > 0 {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
	}
	return d.candidates[i].backend.Place(dst, b, *p)
}
