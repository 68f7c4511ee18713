package keymill

import (
	"context"
	"log/slog"
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

// Adaptation holds what each batch took against what its candidate was predicted to
// take, by kind of work. Two batches in a row must agree before anything is believed, so
// that one that was interrupted changes nothing; of what they agree on a quarter is
// believed at a time; and the scale changes only if that is by a tenth, so that two
// candidates that are nearly as fast do not take turns.
//
// A candidate that lost its batches by its scale is measured no more. So it is tried
// again, once in so many batches that this costs a tenth of them; if it went well, at
// once a second time, and then all is believed.
const (
	adaptLimit  = 16    // a scale is no larger, and no smaller than 1/16
	adaptStep   = 0.25  // of the way, as logarithms
	adaptBand   = 1.1   // within which a scale is left as it is
	adaptNanos  = 2_000 // batches that take less are not measured: clocks would count
	trialShare  = 10    // trials of what is n times as slow come each 10 n batches
	leastTrials = 8     // but never more often than each 8
	mostTrials  = 1_000 // and never less often than each 1,000
)

// adapted is what was learnt of a candidate for one kind of work. The zero value is
// that it takes what its profile says.
type adapted struct {
	scale   atomic.Uint64 // bits of a float64; 0: 1
	learnt  atomic.Uint64 // believed and last, as logarithms
	waiting atomic.Uint32 // batches that it was held back from since it was last tried
}

// scale returns what the cost of a candidate is multiplied with.
func (c *candidate) scale(at int) float64 {
	if c.adapted == nil {
		return 1
	}
	if s := c.adapted[at].scale.Load(); s != 0 {
		return math.Float64frombits(s)
	}
	return 1
}

// due says whether a candidate that is slower than the best by a factor has been held
// back long enough.
func (a *adapted) due(slower float64) bool {
	return a.waiting.Load() >= uint32(min(max(trialShare*slower, leastTrials), mostTrials))
}

// learn takes in that a batch took so long.
func (d *Dispatcher) learn(c choice, w *work, took time.Duration) {
	if !w.known || c.nanos < adaptNanos || math.IsInf(c.nanos, 1) {
		return
	}
	a := &d.candidates[c.index].adapted[w.at]
	before := a.learnt.Load()
	believed, last := logarithms(before)
	limit := math.Log(adaptLimit)
	now := min(max(math.Log(float64(took)/c.nanos), -limit), limit)
	agreed := believed
	switch {
	case now > believed && last > believed:
		agreed = min(now, last)
	case now < believed && last < believed:
		agreed = max(now, last)
	}
	if c.trial {
		believed = agreed
	} else {
		believed += adaptStep * (agreed - believed)
	}
	if !a.learnt.CompareAndSwap(before, packed(believed, now)) {
		return // another goroutine has just learnt: that will do
	}
	if c.trial && now < math.Log(d.candidates[c.index].scale(w.at))-math.Log(adaptBand) {
		a.waiting.Store(mostTrials) // it went well: once more
	}
	d.rescale(c.index, w, believed)
}

// rescale makes what is believed the scale, if that is another.
func (d *Dispatcher) rescale(i int, w *work, believed float64) {
	c := &d.candidates[i]
	old := c.scale(w.at)
	if math.Abs(believed-math.Log(old)) < math.Log(adaptBand) {
		return
	}
	scale := math.Exp(believed)
	c.adapted[w.at].scale.Store(math.Float64bits(scale))
	if d.log != nil {
		d.log.LogAttrs(context.Background(), slog.LevelInfo, "keymill: a backend takes another time than was predicted",
			slog.String("backend", c.name), slog.String("op", w.op.String()),
			slog.Float64("scale", scale), slog.Float64("before", old))
	}
}

// wait counts a batch for those that were held back from it.
func (d *Dispatcher) wait(c choice, at int) {
	for held := c.held; held != 0; held &= held - 1 {
		i := bits.TrailingZeros64(held)
		if i == c.index {
			d.candidates[i].adapted[at].waiting.Store(0)
		} else {
			d.candidates[i].adapted[at].waiting.Add(1)
		}
	}
}

// packed keeps two logarithms in a word, so that they change as one.
func packed(believed, last float64) uint64 {
	return uint64(math.Float32bits(float32(believed)))<<32 | uint64(math.Float32bits(float32(last)))
}

func logarithms(word uint64) (believed, last float64) {
	return float64(math.Float32frombits(uint32(word >> 32))), float64(math.Float32frombits(uint32(word)))
}
