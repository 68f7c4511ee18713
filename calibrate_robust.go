package keymill

import "math"

// point returns what a subject took at a spot, if it was measured there.
func (sp *spot) point(s *subject) (Point, bool) {
	for i := range sp.samples {
		if sp.samples[i].of == s && s.fails[sp.op] == nil {
			nanos := sp.times()[i]
			return Point{Backend: s.name, Op: sp.op, Keys: sp.keys, Bytes: sp.column.bytes(sp.keys), Nanos: nanos}, !math.IsNaN(nanos)
		}
	}
	return Point{}, false
}

// times returns what each subject of the spot takes. A round is taken to have disturbed all
// subjects alike, and each measurement a little besides: Tukey's median polish, on logarithms,
// tells the two apart, and no single measurement, however wrong, counts. Of the rounds, and of
// what is left of each measurement, that of a quarter from below stands for all: disturbances
// only make slower.
func (sp *spot) times() []float64 {
	const lowShare = 0.25
	subjects := len(sp.samples)
	rounds := len(sp.samples[0].nanos)
	rest := make([][]float64, rounds) // [round][subject]
	for r := range rest {
		rest[r] = make([]float64, subjects)
		for i := range rest[r] {
			rest[r][i] = math.Log(sp.samples[i].nanos[r])
		}
	}
	round, own := make([]float64, rounds), make([]float64, subjects)
	there := make([]float64, 0, max(rounds, subjects))
	for range 10 { // it changes little after two or three
		for i := range own {
			there = there[:0]
			for r := range rest {
				if !math.IsNaN(rest[r][i]) {
					there = append(there, rest[r][i])
				}
			}
			m := quantile(there, 0.5)
			own[i] += m
			for r := range rest {
				rest[r][i] -= m
			}
		}
		for r := range round {
			there = there[:0]
			for _, x := range rest[r] {
				if !math.IsNaN(x) {
					there = append(there, x)
				}
			}
			if len(there) == 0 {
				continue
			}
			m := quantile(there, 0.5)
			round[r] += m
			for i := range rest[r] {
				rest[r][i] -= m
			}
		}
	}
	level := quantile(round, lowShare)
	for i := range own {
		there = there[:0]
		for r, x := range rest {
			if !math.IsNaN(x[i]) {
				there = append(there, math.Log(sp.samples[i].nanos[r])-round[r])
			}
		}
		own[i] = math.Exp(quantile(there, lowShare) + level)
	}
	return own
}
