package keymill

import (
	"math"
	"slices"
)

// Point is what a batch of a size took on a backend.
type Point struct {
	Backend string  `json:"backend"`
	Op      Op      `json:"op"`
	Keys    int     `json:"keys"`
	Bytes   int     `json:"bytes"` // of all keys
	Nanos   float64 `json:"nanos"` // for the batch
}

// footprint is that of the batch.
func (p *Point) footprint() int { return Footprint(p.Keys, p.Bytes) }

const (
	// maxPieces is how many lines a fitted cost has at most: each candidate of each
	// choice looks through them.
	maxPieces = 6

	// fitError is the largest relative error with which fewer lines are as good as more.
	fitError = 0.03

	// fitNoise is how many times as large the squared errors may be with fewer lines: so
	// much less they are with more lines though these follow nothing but noise.
	fitNoise = 1.5

	// minPoints is how many sizes a line goes through. With fewer it would follow
	// the noise of each.
	minPoints = 3
)

// Fit returns the cost that explains the points of one op on one backend: as few lines as
// have no relative error above 3 %, or as do nearly as well as 6 of them, by least squares
// of the relative errors. A point that took much longer than its neighbours say counts
// little, since what disturbs a measurement makes it longer. The cost is never negative, for
// any batch. It is monotone: a batch twice as large, whose keys are no longer and no shorter
// than those of the points, never costs less; where points say otherwise it takes their mean.
// Points without keys or without a time are left out; of no points it returns the zero Cost.
func Fit(points []Point) Cost { return fit(points, maxPieces) }

// fit is Fit with at most so many lines.
func fit(points []Point, most int) (c Cost) {
	f := newFitting(points)
	if len(f.points) == 0 {
		return Cost{}
	}
	for range fitRounds {
		f.pool()
		c = f.fewest(most)
		f.doubt(&c)
	}
	return c
}

// fitRounds is how often points are fitted, each time with other weights. It changes little
// after the second time.
const fitRounds = 3

// fewest returns the cost with as few lines as explain the points.
func (f *fitting) fewest(most int) Cost {
	cuts := f.segments(most)
	costs := make([]Cost, len(cuts))
	errs := make([]float64, len(cuts)) // sums of squares
	for i, c := range cuts {
		costs[i] = f.cost(c)
		var largest float64
		largest, errs[i] = f.errors(&costs[i])
		if largest <= fitError {
			return costs[i]
		}
	}
	least := slices.Min(errs)
	return costs[slices.IndexFunc(errs, func(e float64) bool { return e <= fitNoise*least })]
}

// Residual says how well a cost explains points.
type Residual struct {
	Points  int     `json:"points"`
	Largest float64 `json:"largest"` // relative error: 0.03 is 3 %
	Median  float64 `json:"median"`
}

// ResidualOf compares a cost with points.
func ResidualOf(c Cost, points []Point) Residual {
	errs := make([]float64, 0, len(points))
	for i := range points {
		p := &points[i]
		errs = append(errs, math.Abs(c.Nanos(p.Keys, p.Bytes)/p.Nanos-1))
	}
	if len(errs) == 0 {
		return Residual{}
	}
	slices.Sort(errs)
	return Residual{len(errs), errs[len(errs)-1], errs[len(errs)/2]}
}

// segments returns how to cut the points for 1, 2, ... lines: for each line, the first
// of its points. It is the exact minimum of squares, by dynamic programming, as far as
// the lines need not meet.
func (f *fitting) segments(most int) [][]int {
	n := len(f.points)
	squares := make([][]float64, n) // [i][j-i]: of one line through points i to j
	for i := range squares {
		squares[i] = f.squaresFrom(i)
	}
	best := make([][]float64, 1, most) // [lines-1][j]: of the points up to j
	from := make([][]int, 1, most)     // ... and where the last line begins
	best[0], from[0] = squares[0], make([]int, n)
	for k := 1; k < most; k++ {
		b, at := make([]float64, n), make([]int, n)
		for j := range n {
			b[j] = math.Inf(1)
			for i := 1; i <= j; i++ {
				if sum := best[k-1][i-1] + squares[i][j-i]; sum < b[j] {
					b[j], at[j] = sum, i
				}
			}
		}
		if math.IsInf(b[n-1], 1) {
			break // there are too few points for so many lines
		}
		best, from = append(best, b), append(from, at)
	}
	cuts := make([][]int, len(best))
	for k := range cuts {
		cuts[k] = make([]int, k+1)
		for line, end := k, n-1; line > 0; line-- {
			cuts[k][line] = from[line][end]
			end = from[line][end] - 1
		}
	}
	return cuts
}

// squaresFrom returns the squared errors of one line through points i to j, for each j
// from i on. They are infinite where a line would have too few sizes, or begin or end
// between two points of one size.
func (f *fitting) squaresFrom(i int) []float64 {
	squares := make([]float64, len(f.points)-i)
	var s sums
	sizes, bounds := 0, rising
	if i == 0 {
		bounds = first
	}
	for j := i; j < len(f.points); j++ {
		p := &f.points[j]
		s.add(p)
		if j == i || p.footprint() > f.points[j-1].footprint() {
			sizes++
		}
		squares[j-i] = math.Inf(1)
		whole := j == len(f.points)-1 || f.points[j+1].footprint() > p.footprint()
		whole = whole && (i == 0 || f.points[i-1].footprint() < f.points[i].footprint())
		if whole && (sizes >= minPoints || i == 0 && j == len(f.points)-1) {
			squares[j-i] = s.squares(s.solve(bounds))
		}
	}
	return squares
}

// cost fits a line to each segment. Each is at least as high, where it begins, as the one
// before it is there.
func (f *fitting) cost(starts []int) Cost {
	all := make([]sums, len(starts))
	lines := make([]line, len(starts))
	for i := range starts {
		end := len(f.points)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		for j := starts[i]; j < end; j++ {
			all[i].add(&f.points[j])
		}
		if lines[i] = all[i].solve(rising); i == 0 {
			lines[i] = all[i].solve(first)
		}
	}
	c := Cost{Fixed: lines[0].fixed, PerKey: lines[0].perKey, PerByte: lines[0].perByte}
	last := lines[0]
	for i := 1; i < len(starts); i++ {
		from := meet(last, lines[i], &f.points[starts[i]-1], &f.points[starts[i]])
		bounds := f.after(last, from)
		if i == len(starts)-1 {
			bounds = append(bounds, f.last()...)
		}
		last = all[i].solve(bounds)
		c.Beyond = append(c.Beyond, Piece{from, last.fixed, last.perKey, last.perByte})
	}
	return c
}

// meet returns the footprint from which on line b holds: where the lines cross, if that
// is between the last point of a and the first of b, else in their midst.
func meet(a, b line, last, next *weighted) int {
	low, high := float64(last.footprint()), float64(next.footprint())
	bytes := float64(last.Bytes+next.Bytes) / (low + high) // a byte of footprint
	d := b.less(a)
	slope := d.perKey*(1-bytes)/16 + d.perByte*bytes
	at := -d.fixed / slope
	if !(at > low && at <= high) { // NaN too
		at = math.Sqrt(low * high)
	}
	return max(last.footprint()+1, int(math.Ceil(at)))
}
