package bench

import (
	"math"
	"slices"

	"github.com/keymill/keymill"
)

// fitted returns the cost of an op by the sizes to fit on of its timings.
func fitted(works []WorkTimings) keymill.Cost {
	var points []fitPoint
	for _, w := range works {
		for _, t := range w.Fit {
			points = append(points, fitPoint{float64(t.Keys), float64(t.Keys) * w.KeyBytes, t.at(0.5)})
		}
	}
	return fitPoints(points)
}

// fitPoint is a batch and what it took.
type fitPoint struct{ keys, bytes, nanos float64 }

func (p fitPoint) footprint() int { return keymill.Footprint(int(p.keys), int(p.bytes)) }

// fitEdges are the footprints at which another line begins: about where a batch leaves a
// cache.
var fitEdges = []int{0, 1 << 12, 1 << 15, 1 << 18, 1 << 21, 1 << 25}

// fitPoints returns the lines through the points.
func fitPoints(points []fitPoint) keymill.Cost {
	var cost keymill.Cost
	first := true
	for i, from := range fitEdges {
		var part []fitPoint
		for _, p := range points {
			// Those of the next cache's beginning too: so lines meet, about.
			if size := p.footprint(); size >= from/2 && (i == len(fitEdges)-1 || size < 2*fitEdges[i+1]) {
				part = append(part, p)
			}
		}
		if len(part) < 3 {
			continue
		}
		line := fitLine(part)
		if first {
			cost, first = keymill.Cost{Fixed: line[0], PerKey: line[1], PerByte: line[2]}, false
		} else {
			cost.Beyond = append(cost.Beyond, keymill.Piece{From: from, Fixed: line[0], PerKey: line[1], PerByte: line[2]})
		}
	}
	return cost
}

// fitLine returns what a batch, a key and a byte take by the points: none below 0, with
// the smallest sum of squares of relative errors.
func fitLine(points []fitPoint) (best [3]float64) {
	least := math.Inf(1)
	for subset := 1; subset < 8; subset++ { // of the three, those that are not 0
		line, ok := solveFor(points, subset)
		if !ok || slices.Min(line[:]) < 0 {
			continue
		}
		sum := 0.0
		for _, p := range points {
			relative := (line[0]+line[1]*p.keys+line[2]*p.bytes)/p.nanos - 1
			sum += relative * relative
		}
		if sum < least {
			best, least = line, sum
		}
	}
	return best
}

// solveFor solves the normal equations of some of the three unknowns by elimination. ok
// is false if the points do not tell them apart, as keys and bytes of one width.
func solveFor(points []fitPoint, subset int) (line [3]float64, ok bool) {
	var unknowns []int
	for i := range 3 {
		if subset>>i&1 != 0 {
			unknowns = append(unknowns, i)
		}
	}
	n := len(unknowns)
	m := make([][]float64, n) // each row of the equations, and its right side
	for i := range m {
		m[i] = make([]float64, n+1)
	}
	for _, p := range points {
		terms := [3]float64{1 / p.nanos, p.keys / p.nanos, p.bytes / p.nanos}
		for i, u := range unknowns {
			for j, v := range unknowns {
				m[i][j] += terms[u] * terms[v]
			}
			m[i][n] += terms[u]
		}
	}
	for i := range m {
		diagonal := m[i][i]
		for j := range i {
			factor := m[i][j] / m[j][j]
			for k := j; k <= n; k++ {
				m[i][k] -= factor * m[j][k]
			}
		}
		if !(m[i][i] > 1e-9*diagonal) {
			return line, false
		}
	}
	for i := n - 1; i >= 0; i-- {
		x := m[i][n]
		for j := i + 1; j < n; j++ {
			x -= m[i][j] * line[unknowns[j]]
		}
		line[unknowns[i]] = x / m[i][i]
	}
	return line, true
}
