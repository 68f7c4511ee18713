package keymill

import "math"

const (
	splitNanos    = 2_000_000 // a batch that one backend does in less is not shared out
	splitGain     = 0.9       // nor one that takes more than this share of the time all the same
	leastShare    = 0.02      // of the keys, that a backend is given
	splitHalvings = 20
)

// share is a part of a batch for one candidate.
type share struct {
	chosen choice
	part   float64 // of the batch's keys
}

// shares says who gets what of a batch: nil if one candidate takes all. The candidates
// of the processor would be in each other's way, so the best of them takes part, and
// every device; and each gets as much as it should finish when the others do.
func (d *Dispatcher) shares(w *work) []share {
	if !w.known {
		return nil
	}
	skip, table := d.quarantine.Load(), d.table(w.at)
	best, host, least := math.Inf(1), math.Inf(1), -1
	var shares []share
	for i := range d.candidates {
		c := &d.candidates[i]
		if skip>>i&1 != 0 {
			continue
		}
		nanos := table.nanos(i, w.keys, w.bytes) * c.scale(w.at)
		best = min(best, nanos)
		switch {
		case c.device:
			shares = append(shares, share{chosen: choice{index: i}})
		case nanos < host:
			host, least = nanos, i
		}
	}
	if least >= 0 { // first, so that the caller's goroutine runs it
		shares = append([]share{{chosen: choice{index: least}}}, shares...)
	}
	if len(shares) < 2 || best < splitNanos {
		return nil
	}
	together := d.finish(w, shares, best)
	if together > splitGain*best {
		return nil
	}
	return d.assign(w, shares)
}

// finish finds the least time in which the shares together are the whole batch, and
// sets them to what each does in that time.
func (d *Dispatcher) finish(w *work, shares []share, enough float64) float64 {
	none := 0.0
	for range splitHalvings {
		middle := (none + enough) / 2
		sum := 0.0
		for i := range shares {
			sum += d.within(w, shares[i].chosen.index, middle)
		}
		if sum < 1 {
			none = middle
		} else {
			enough = middle
		}
	}
	for i := range shares {
		shares[i].part = d.within(w, shares[i].chosen.index, enough)
	}
	return enough
}

// within returns the part of a batch that a candidate should do in so many nanoseconds.
func (d *Dispatcher) within(w *work, i int, nanos float64) float64 {
	table, scale := d.table(w.at), d.candidates[i].scale(w.at)
	takes := func(part float64) float64 {
		return table.nanos(i, int(part*float64(w.keys)), int(part*float64(w.bytes))) * scale
	}
	if takes(1) <= nanos {
		return 1
	}
	part, above := 0.0, 1.0
	for range splitHalvings {
		if middle := (part + above) / 2; takes(middle) <= nanos {
			part = middle
		} else {
			above = middle
		}
	}
	return part
}

// assign leaves out who would do next to nothing, and gives the rest all of the batch.
func (d *Dispatcher) assign(w *work, shares []share) []share {
	sum := 0.0
	kept := shares[:0]
	for _, s := range shares {
		if s.part >= leastShare {
			kept, sum = append(kept, s), sum+s.part
		}
	}
	if len(kept) < 2 {
		return nil
	}
	for i := range kept {
		s := &kept[i]
		s.part /= sum
		s.chosen.nanos = d.table(w.at).nanos(s.chosen.index, int(s.part*float64(w.keys)), int(s.part*float64(w.bytes)))
	}
	return kept
}

// placeShares runs the shares side by side. What one fails at, others redo.
func (d *Dispatcher) placeShares(shares []share, dst *Placement, b *Batch, p Params) error {
	scheme, err := CheckShape(dst, b, p)
	if err != nil {
		return err
	}
	call, done := newParallelCall(nil, len(shares)), 0.0
	for i, s := range shares {
		call.slices[i].backend = shareOf{d, s.chosen}
		done += s.part
		call.slices[i].end = done
	}
	call.cut(dst, b, p, scheme)
	call.place()
	d.splits.Add(1)
	return call.finish(dst, b)
}

// shareOf runs a share on the candidate that was chosen for it, and if that fails on
// any other.
type shareOf struct {
	d      *Dispatcher
	chosen choice
}

func (s shareOf) Name() string { return s.d.candidates[s.chosen.index].name }

func (s shareOf) Place(dst *Placement, b *Batch, p Params) error {
	w := work{share: true}
	w.init(dst, b, &p)
	if final, err := s.d.run(s.chosen, &w, dst, b, &p); final {
		return err
	}
	return s.d.place(&w, dst, b, &p)
}
