package keymill

import "math"

// size is where several backends were measured side by side.
type size struct {
	op          Op
	keys, bytes int
}

// level takes from the points what all backends took too long, or too short, at a size: for a while
// the machine was slower, and then that size was measured. It is the median of how far they are
// from what fits the other sizes. No choice depends on what all have in common; but left in the
// points it would bend the fit of one backend here, and of another there. With fewer than three
// backends nobody knows whose fault it is.
func (c *calibrator) level() {
	off := map[size][]float64{}
	for _, s := range c.subjects {
		for op, points := range s.times {
			cost := Fit(points)
			for _, p := range points {
				at := size{op, p.Keys, p.Bytes}
				off[at] = append(off[at], math.Log(p.Nanos/max(1e-9, cost.Nanos(p.Keys, p.Bytes))))
			}
		}
	}
	for _, s := range c.subjects {
		s.levelled = map[Op][]Point{}
		for op, points := range s.times {
			for _, p := range points {
				if all := off[size{op, p.Keys, p.Bytes}]; len(all) >= 3 {
					p.Nanos *= math.Exp(-quantile(all, 0.5))
				}
				s.levelled[op] = append(s.levelled[op], p)
			}
		}
	}
}
