package plan

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// What is simulated: so many partitions or so few keys, so many times.
//
// Few keys fall one by one. Of more, most are drawn at once, a Poisson variable a partition,
// and only what is lacking to their number falls one by one, which is the same; of very
// many nothing does, since figures are divided by the mean that came out.
const (
	maxSimulated = 256
	fallingKeys  = 300
	pouredKeys   = 20_000
	simulations  = 4000
)

// simulate fills the ranges for few partitions or few keys.
func (c *Chance) simulate() {
	s := simulation{odds: &c.odds, rng: rand.New(rand.NewPCG(0x6b65796d, 0x696c6c)), loads: make([]float64, c.of)} // always the same
	if c.shares != nil {
		s.ends = make([]float64, c.of)
		sum := 0.0
		for i := range s.ends {
			sum += c.share(i)
			s.ends[i] = sum
		}
	}
	if c.keys > fallingKeys {
		s.prepare()
	}
	var figures [4][]float64
	for range simulations {
		s.draw()
		for i, figure := range s.figures() {
			figures[i] = append(figures[i], figure)
		}
	}
	for i, to := range [...]*Range{&c.MaxMean, &c.P99Mean, &c.CV, &c.Gini} {
		slices.Sort(figures[i])
		for j, level := range levels {
			*to.at(j) = digits(figures[i][int(level*simulations)])
		}
	}
}

type simulation struct {
	*odds
	rng   *rand.Rand
	ends  []float64 // where each share ends, of all one behind the other; nil if they are equal
	loads []float64
	fell  []int // where keys fell one by one
	drawn []drawnLoad

	// Of keys that do not all fall one by one:
	means  []float64
	tables [][]float64 // of small means: see poissonTable
}

// drawnLoad is the load of something that is not empty, over what its share of all loads is.
type drawnLoad struct{ of, share float64 }

// prepare is for keys that are too many to fall one by one.
func (s *simulation) prepare() {
	atOnce := s.keys
	if s.keys <= pouredKeys {
		atOnce -= 5 * math.Sqrt(s.keys) // hardly ever it comes to more than all
	}
	s.means, s.tables = make([]float64, s.of), make([][]float64, s.of)
	for i := range s.means {
		mean := atOnce * s.share(i) / s.total
		s.means[i] = mean
		if i > 0 && mean == s.means[i-1] {
			s.tables[i] = s.tables[i-1]
		} else if mean < tabled {
			s.tables[i] = poissonTable(mean)
		}
	}
}

// draw lets keys fall, at least one.
func (s *simulation) draw() {
	keys := math.Floor(s.keys)
	if s.rng.Float64() < s.keys-keys {
		keys++
	}
	sum := keys + 1
	for sum > keys {
		sum = 0
		for i, mean := range s.means {
			s.loads[i] = s.poisson(i, mean)
			sum += s.loads[i]
		}
		if s.keys > pouredKeys {
			keys = sum
		}
	}
	s.fell = s.fell[:0]
	for ; sum < keys; sum++ {
		i := 0
		if s.ends == nil {
			i = s.rng.IntN(s.odds.of)
		} else {
			i = min(sort.SearchFloat64s(s.ends, s.rng.Float64()*s.total), s.odds.of-1)
		}
		s.loads[i]++
		s.fell = append(s.fell, i)
	}
	s.drawn = s.drawn[:0]
	take := func(i int) {
		if s.loads[i] > 0 {
			share := s.share(i) / s.total
			s.drawn = append(s.drawn, drawnLoad{s.loads[i] / keys / share, share})
			s.loads[i] = 0
		}
	}
	if s.means == nil {
		for _, i := range s.fell {
			take(i)
		}
		return
	}
	for i := range s.loads {
		take(i)
	}
}

// poisson draws what is at once on partition i.
func (s *simulation) poisson(i int, mean float64) float64 {
	if table := s.tables[i]; table != nil {
		return float64(sort.SearchFloat64s(table, s.rng.Float64()))
	}
	// The normal distribution with Poisson's skewness: Cornish and Fisher (1938).
	x := s.rng.NormFloat64()
	return math.Round(max(mean+math.Sqrt(mean)*x+(x*x-1)/6, 0))
}

// figures returns max/mean, p99/mean, CV and Gini of what was drawn.
func (s *simulation) figures() [4]float64 {
	slices.SortFunc(s.drawn, func(a, b drawnLoad) int { return cmp.Compare(a.of, b.of) })
	below := 1.0 // what part of the shares; at first of those that are empty
	for _, r := range s.drawn {
		below -= r.share
	}
	const nearlyAll = 0.99 - 1e-9
	p99, known := 0.0, below >= nearlyAll
	variance := below
	var area, load float64
	for _, r := range s.drawn {
		area += r.share * (2*load + r.of*r.share)
		load += r.of * r.share
		variance += r.share * (r.of - 1) * (r.of - 1)
		if below += r.share; !known && below >= nearlyAll {
			p99, known = r.of, true
		}
	}
	return [4]float64{s.drawn[len(s.drawn)-1].of, p99, math.Sqrt(max(variance, 0)), max(1-area, 0)}
}

// tabled is the mean below which the normal distribution is too far from Poisson's.
const tabled = 50

// poissonTable returns how likely each number or fewer is, up to all but certainty.
func poissonTable(mean float64) (table []float64) {
	p := math.Exp(-mean)
	sum := p
	for k := 1.0; sum < 1-1e-12 && len(table) < 10*tabled; k++ {
		table = append(table, sum)
		p *= mean / k
		sum += p
	}
	return append(table, sum)
}
