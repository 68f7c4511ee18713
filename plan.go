package keymill

import "math"

// Prediction is what one candidate is expected to take for a batch, and what else
// decides whether it is chosen.
type Prediction struct {
	Backend     string
	Nanos       float64 // with the scale; +Inf if its profile lacks the op
	Scale       float64 // by which adaptation multiplies its cost; 1 without
	Quarantined bool

	// Due says that the candidate was held back by its scale for so many batches that
	// it is to be tried again.
	Due bool
}

// Predict returns what each candidate is expected to take for a batch of that
// many keys and bytes, in the order of Config: all that [Choose] needs.
func (d *Dispatcher) Predict(op Op, keys, bytes int) []Prediction {
	at, known := op.index()
	quarantine := d.quarantine.Load()
	predictions := make([]Prediction, len(d.candidates))
	best := math.Inf(1)
	for i := range d.candidates {
		c := &d.candidates[i]
		p := Prediction{c.name, math.Inf(1), 1, quarantine>>i&1 != 0, false}
		if known {
			p.Scale = c.scale(at)
			p.Nanos = d.table(at).nanos(i, keys, bytes) * p.Scale
		}
		if !p.Quarantined {
			best = min(best, p.Nanos)
		}
		predictions[i] = p
	}
	for i := range predictions {
		p := &predictions[i]
		if known && !p.Quarantined && d.adapt {
			p.Due = heldBack(p.Nanos, p.Scale, best) && d.candidates[i].adapted[at].due(p.Nanos/best)
		}
	}
	return predictions
}

// Choose returns the index of the candidate that a dispatcher takes, given its
// predictions: among those that are not in quarantine the first that is due, else that
// with the smallest predicted cost, the earlier of two equals; 0, the fallback, if no
// profile has the op.
func Choose(predictions []Prediction) int {
	best, nanos := 0, math.Inf(1)
	for i, p := range predictions {
		if p.Quarantined {
			continue
		}
		if p.Due {
			return i
		}
		if p.Nanos < nanos {
			best, nanos = i, p.Nanos
		}
	}
	return best
}

// Plan returns the backend that [Dispatcher.Place] would choose now for a batch of
// that many keys and bytes: that of [Choose] among those of [Dispatcher.Predict]. It
// depends on nothing but its arguments, the profiles, the quarantine and what
// adaptation has learnt.
func (d *Dispatcher) Plan(op Op, keys, bytes int) Backend {
	at, known := op.index()
	return d.candidates[d.pick(at, known, keys, bytes, d.quarantine.Load()).index].backend
}

// choice is the candidate that takes a batch.
type choice struct {
	index int
	nanos float64 // that it is predicted to take, without its scale
	trial bool    // it is tried, since it was held back for long
	held  uint64  // the candidates that are held back: by their scales alone others are better
}

// pick is Choose of Predict, without memory of its own, of the candidates whose bit in
// skip is 0. If there is none it returns the fallback, whether that is in skip or not.
func (d *Dispatcher) pick(at int, known bool, keys, bytes int, skip uint64) choice {
	best := choice{nanos: math.Inf(1)}
	if !known {
		return best
	}
	if d.adapt {
		return d.pickScaled(at, keys, bytes, skip)
	}
	t := d.table(at)
	if skip == 0 {
		best.index, best.nanos = t.cheapest(keys, bytes)
		return best
	}
	for i := range d.candidates {
		if nanos := t.nanos(i, keys, bytes); skip>>i&1 == 0 && nanos < best.nanos {
			best.index, best.nanos = i, nanos
		}
	}
	return best
}

// pickScaled is pick with what adaptation has learnt.
func (d *Dispatcher) pickScaled(at, keys, bytes int, skip uint64) choice {
	best, least := choice{nanos: math.Inf(1)}, math.Inf(1)
	lines, ofKeys, ofBytes := d.table(at).at(keys, bytes), float64(keys), float64(bytes)
	scaled := false // any of them
	for i := range lines {
		if skip>>i&1 != 0 {
			continue
		}
		nanos, scale := lines[i].at(ofKeys, ofBytes), d.candidates[i].scale(at)
		scaled = scaled || scale > 1
		if nanos*scale < least {
			best.index, best.nanos, least = i, nanos, nanos*scale
		}
	}
	if scaled {
		d.hold(&best, least, at, keys, bytes, skip)
	}
	return best
}

// hold marks the candidates that are held back, and takes the first that is due.
func (d *Dispatcher) hold(best *choice, least float64, at, keys, bytes int, skip uint64) {
	for i := range d.candidates {
		c := &d.candidates[i]
		scale := c.scale(at)
		if scale <= 1 || skip>>i&1 != 0 {
			continue
		}
		nanos := d.table(at).nanos(i, keys, bytes)
		if !heldBack(nanos*scale, scale, least) {
			continue
		}
		best.held |= 1 << i
		if !best.trial && c.adapted[at].due(nanos*scale/least) {
			best.index, best.nanos, best.trial = i, nanos, true
		}
	}
}

// heldBack says whether a candidate would be chosen but for its scale.
func heldBack(scaled, scale, least float64) bool {
	return scaled > least && scaled/scale < least
}
