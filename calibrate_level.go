package keymill

import "math"

// size is where several backends were measured side by side.
type size struct {
	op          Op
	keys, bytes int
}

// level takes from the points what all backends took too long, or too short, at a size: for a while
// the machine was slower, and then that size was measured. It is how far at least three of four
// are from what fits the other sizes, in one direction. No choice depends on what all have in common; but left in the
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
					p.Nanos *= math.Exp(-agreed(all))
				}
				s.levelled[op] = append(s.levelled[op], p)
			}
		}
	}
}

// agreed returns the number nearest to 0 that three of four are not nearer than, on one side of it;
// 0 if they are on both.
func agreed(all []float64) float64 {
	low, high := quantile(all, 0.25), quantile(all, 0.75)
	return max(0, low) + min(0, high)
}
