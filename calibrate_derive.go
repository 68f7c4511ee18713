package keymill

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// derivation makes the lines of one backend: fitted where its points were measured, and made
// of those where they were not.
type derivation struct {
	*subject
	hashes []hash.Func
	base   *derivation // of what the backend is Parallel over; nil if it is not
	lines  map[Op]*Line
	adds   [place.NumReduces]*add
	scale  Cost // what the base takes, in the place of keys, gives what this takes
}

// add is what a reduction takes beside a hash.
type add struct {
	fixed, perKey float64
	from          string
}

// derive makes all lines of all backends.
func (c *calibrator) derive() (all []Calibrated) {
	made := map[*subject]*derivation{}
	var of func(s *subject) *derivation
	of = func(s *subject) *derivation {
		if made[s] == nil {
			d := &derivation{subject: s, hashes: c.options.Hashes, lines: map[Op]*Line{}}
			if s.base != nil {
				d.base = of(s.base)
			}
			d.derive(c.plainHash())
			made[s] = d
		}
		return made[s]
	}
	for _, s := range c.subjects {
		all = append(all, of(s).result())
	}
	return all
}

func (d *derivation) derive(plain hash.Func) {
	for op, points := range d.levelled {
		cost := Fit(points)
		d.lines[op] = &Line{Op: op, Cost: cost, From: Measured, Residual: ResidualOf(cost, d.times[op])}
	}
	if d.base != nil {
		d.fitScale()
	}
	d.measureAdds(plain)
	for _, f := range d.hashes {
		for class := range numClasses {
			for r := range place.NumReduces {
				op := Op{f, class, place.Reduce(r)}
				if d.lines[op] == nil {
					if l := d.made(op); l != nil {
						d.lines[op] = l
					}
				}
			}
		}
	}
}

// made returns the line of an op whose points were not measured, ReduceNone before the
// others; nil if the backend does not run it, or nothing is known.
func (d *derivation) made(op Op) *Line {
	if d.lack(op) != nil {
		return nil
	}
	if d.base != nil {
		l := d.base.lines[op]
		if l == nil {
			return nil
		}
		return &Line{Op: op, Cost: through(d.scale, l.Cost, op.Class), From: "of " + d.base.name}
	}
	if op.Reduce == place.ReduceNone {
		return d.nearest(op)
	}
	alone := Op{op.Hash, op.Class, place.ReduceNone}
	l, a := d.lines[alone], d.adds[op.Reduce]
	if l == nil {
		return nil
	}
	from := alone.String()
	if l.From != Measured {
		from = l.From
	}
	return &Line{Op: op, Cost: l.Cost.plus(a.fixed, a.perKey), From: from + " and " + a.from}
}

// lack returns why the backend does not run an op, if that is known: it failed at it, or at
// the hash alone.
func (d *derivation) lack(op Op) error {
	if err := d.fails[op]; err != nil {
		return err
	}
	if op.Reduce != place.ReduceNone {
		if err := d.fails[Op{op.Hash, op.Class, place.ReduceNone}]; err != nil {
			return err
		}
		for failed, err := range d.fails {
			if failed.Reduce == op.Reduce && errors.Is(err, ErrUnsupported) && !d.has(failed.Reduce) {
				return err
			}
		}
	}
	if d.base != nil {
		return d.base.lack(op)
	}
	return nil
}

// has says whether the backend has run a reduction.
func (d *derivation) has(r place.Reduce) bool {
	for op := range d.times {
		if op.Reduce == r {
			return true
		}
	}
	return false
}

// nearest returns the line of what is most like a hash of some width, among what was
// measured: the same hash at another width, else another hash at that width.
func (d *derivation) nearest(op Op) *Line {
	var best *Line
	least := math.Inf(1)
	for _, l := range d.lines {
		if l.From != Measured || l.Op.Reduce != place.ReduceNone {
			continue
		}
		far := math.Abs(math.Log(typicalBytes(l.Op.Class) / typicalBytes(op.Class)))
		if (l.Op.Class == Ragged) != (op.Class == Ragged) {
			far += 10
		}
		if l.Op.Hash != op.Hash {
			far += 100 + float64(l.Op.Hash)/1000
		}
		if far < least || far == least && l.Op.Class < best.Op.Class {
			best, least = l, far
		}
	}
	if best == nil {
		return nil
	}
	return &Line{Op: op, Cost: best.Cost, From: "as " + best.Op.String()}
}

// typicalBytes is about how long a key of a class is.
func typicalBytes(c WidthClass) float64 {
	switch c {
	case Width4:
		return 4
	case Width8:
		return 8
	case Width16:
		return 16
	case Width24:
		return 24
	}
	return 32
}

// measureAdds finds what each reduction adds to a hash. What was not measured is taken to add
// what the slowest does that was.
func (d *derivation) measureAdds(plain hash.Func) {
	slowest := &add{}
	for r := range d.adds {
		for _, class := range []WidthClass{Width8, Width16, Ragged} { // hashing takes least of the first
			if d.adds[r] == nil {
				d.adds[r] = d.measuredAdd(Op{plain, class, place.Reduce(r)})
			}
		}
		if a := d.adds[r]; a != nil && a.perKey > slowest.perKey {
			slowest = a
		}
	}
	for r := range d.adds {
		if d.adds[r] == nil {
			d.adds[r] = &add{slowest.fixed, slowest.perKey, cmp.Or(slowest.from, "nothing") + " for " + place.Reduce(r).String()}
		}
	}
}

// measuredAdd compares the times of an op with those of its hash alone; nil if one of them was
// not measured.
func (d *derivation) measuredAdd(op Op) *add {
	if op.Reduce == place.ReduceNone {
		return nil
	}
	alone := map[[2]int]float64{}
	for _, p := range d.levelled[Op{op.Hash, op.Class, place.ReduceNone}] {
		alone[[2]int{p.Keys, p.Bytes}] = p.Nanos
	}
	var fixed, perKey []float64
	for _, p := range d.levelled[op] {
		if nanos, ok := alone[[2]int{p.Keys, p.Bytes}]; ok && p.Keys < 16 {
			fixed = append(fixed, p.Nanos-nanos)
		} else if ok && p.Keys >= 512 {
			perKey = append(perKey, (p.Nanos-nanos)/float64(p.Keys))
		}
	}
	if fixed == nil && perKey == nil {
		return nil
	}
	a := &add{from: op.Reduce.String()}
	if perKey != nil {
		a.perKey = max(0, quantile(perKey, 0.5))
	}
	if fixed != nil {
		a.fixed = max(0, quantile(fixed, 0.5))
	}
	return a
}

// plus returns the cost with that much more for each batch and each key.
func (c Cost) plus(fixed, perKey float64) Cost {
	c.Fixed, c.PerKey = c.Fixed+fixed, c.PerKey+perKey
	c.Beyond = slices.Clone(c.Beyond)
	for i := range c.Beyond {
		c.Beyond[i].Fixed += fixed
		c.Beyond[i].PerKey += perKey
	}
	return c
}

// result returns the lines by op, and what is missing.
func (d *derivation) result() Calibrated {
	r := Calibrated{Name: d.name, Lines: []Line{}, Lacks: []Lack{}} // in JSON [] and not null
	for _, f := range d.hashes {
		for class := range numClasses {
			for reduce := range place.NumReduces {
				op := Op{f, class, place.Reduce(reduce)}
				if l := d.lines[op]; l != nil {
					r.Lines = append(r.Lines, *l)
					continue
				}
				r.Lacks = append(r.Lacks, Lack{op, cmp.Or(d.lack(op), errNotMeasured).Error()})
			}
		}
	}
	return r
}

var errNotMeasured = errors.New("there was no time to measure anything like it")
