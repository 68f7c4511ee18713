package keymill

import (
	"math"
	"math/bits"
	"slices"
)

// line is a cost without pieces.
type line struct{ fixed, perKey, perByte float64 }

func (l line) at(keys, bytes float64) float64 { return l.fixed + l.perKey*keys + l.perByte*bytes }

func (l line) less(m line) line {
	return line{l.fixed - m.fixed, l.perKey - m.perKey, l.perByte - m.perByte}
}

// sums are what least squares need to know of points: the normal equations of the
// relative error, fixed/t + perKey*keys/t + perByte*bytes/t - 1.
type sums struct {
	h [3][3]float64
	g [3]float64
	n float64
}

func (s *sums) add(p *weighted) {
	a := [3]float64{1 / p.nanos, float64(p.Keys) / p.nanos, float64(p.Bytes) / p.nanos}
	for i := range a {
		for j := range a {
			s.h[i][j] += p.weight * a[i] * a[j]
		}
		s.g[i] += p.weight * a[i]
	}
	s.n += p.weight
}

// squares returns the sum of the squared relative errors of a line.
func (s *sums) squares(l line) float64 {
	x := [3]float64{l.fixed, l.perKey, l.perByte}
	sum := s.n
	for i := range x {
		sum -= 2 * s.g[i] * x[i]
		for j := range x {
			sum += x[i] * s.h[i][j] * x[j]
		}
	}
	return max(0, sum) // below 0 it is the rounding
}

// bound is a condition that a line must meet: of * line >= least.
type bound struct {
	of    [3]float64
	least float64
}

// first bounds the line of the smallest batches: no part of it is negative.
var first = append([]bound{{of: [3]float64{1, 0, 0}}}, rising...)

// rising bounds any line.
var rising = []bound{{of: [3]float64{0, 1, 0}}, {of: [3]float64{0, 0, 1}}}

// after bounds a line that takes over from another at a footprint. There it is as
// high as that one, for keys as short and as long as the points have, and above 0 for keys
// of any length. It rises from there on. So its fixed part may be negative.
func (f *fitting) after(last line, from int) []bound {
	size := float64(from)
	bounds := slices.Clone(rising)
	lowest := math.Inf(1)
	for _, length := range []float64{f.short, f.long} {
		keys := size / (16 + length)
		high := last.at(keys, keys*length)
		lowest = min(lowest, high)
		bounds = append(bounds, bound{[3]float64{1, keys, keys * length}, high})
	}
	const little = 1e-6 // above 0 in spite of rounding
	return append(bounds,
		bound{[3]float64{1, size / 16, 0}, little * lowest}, // keys of no bytes
		bound{[3]float64{1, 0, size}, little * lowest})      // bytes of no keys
}

// last bounds the line that goes on beyond the largest batch: its fixed part is but a small
// share of what that takes, so that a key of a larger batch takes nearly the same. Without
// this, noise in the last few points would grow with each larger batch.
func (f *fitting) last() []bound {
	const share = 0.15
	fixed := share * f.points[len(f.points)-1].nanos
	return []bound{{[3]float64{-1, 0, 0}, -fixed}, {[3]float64{1, 0, 0}, -fixed}}
}

// solve returns the line with the least squares among those that meet the bounds. Where
// the points do not tell keys from bytes, because all keys have one length, the cost goes
// with the footprint; then it is monotone for keys of any length.
func (s *sums) solve(bounds []bound) line {
	// Decided here is only what the points leave open, so little weight do these have.
	const footprint, small = 1e-7, 1e-11
	h := s.h
	with := footprint * h[1][1]
	h[1][1] += with
	h[1][2] -= 16 * with
	h[2][1] -= 16 * with
	h[2][2] += 256 * with
	for i := range h {
		h[i][i] *= 1 + small
	}
	best, least := line{}, math.Inf(1)
	// The optimum meets some of the bounds exactly, at most three, as if there were no others.
	for active := range 1 << len(bounds) {
		if bits.OnesCount(uint(active)) > 3 {
			continue
		}
		l, ok := minimum(&h, &s.g, bounds, active)
		if !ok || !l.meets(bounds) {
			continue
		}
		squares := s.squares(l)
		if squares < least {
			best, least = l, squares
		}
		if active == 0 {
			break // nothing is better than what no bound hinders
		}
	}
	return best.raised(bounds)
}

// meets says whether a line meets all bounds, but for rounding.
func (l line) meets(bounds []bound) bool {
	for _, b := range bounds {
		size := math.Abs(b.of[0]*l.fixed) + math.Abs(b.of[1]*l.perKey) + math.Abs(b.of[2]*l.perByte)
		if !(b.value(l) >= b.least-1e-9*(size+math.Abs(b.least))) { // NaN does not
			return false
		}
	}
	return true
}

func (b *bound) value(l line) float64 { return b.of[0]*l.fixed + b.of[1]*l.perKey + b.of[2]*l.perByte }

// raised undoes what rounding has left below the bounds.
func (l line) raised(bounds []bound) line {
	l.perKey, l.perByte = max(0, l.perKey), max(0, l.perByte)
	for _, b := range bounds {
		if b.of[0] > 0 {
			l.fixed += max(0, b.least-b.value(l))
		}
	}
	return l
}

// minimum returns where the squares are least among the lines that meet the bounds of the
// bit set exactly. ok is false if there is no such line, or more than one.
func minimum(h *[3][3]float64, g *[3]float64, bounds []bound, active int) (l line, ok bool) {
	// The equations of Lagrange, h x + sum(b.of m) = g and b.of x = b.least, in units in
	// which the diagonal of h is 1.
	var m equations
	var unit [3]float64
	for i := range unit {
		unit[i] = 1 / math.Sqrt(h[i][i])
	}
	for i := range unit {
		for j := range unit {
			m.a[i][j] = h[i][j] * unit[i] * unit[j]
		}
		m.b[i] = g[i] * unit[i]
	}
	m.n = 3
	for k, b := range bounds {
		if active>>k&1 == 0 {
			continue
		}
		size := 0.0
		for i := range unit {
			size = max(size, math.Abs(b.of[i]*unit[i]))
		}
		for i := range unit {
			m.a[m.n][i] = b.of[i] * unit[i] / size
			m.a[i][m.n] = m.a[m.n][i]
		}
		m.b[m.n] = b.least / size
		m.n++
	}
	if !m.solve() {
		return line{}, false
	}
	return line{m.b[0] * unit[0], m.b[1] * unit[1], m.b[2] * unit[2]}, true
}

// equations are n linear equations, a x = b.
type equations struct {
	a [6][6]float64
	b [6]float64
	n int
}

// solve leaves x in b, by Gauss's elimination. It is false if there is no x, or more than
// one.
func (m *equations) solve() bool {
	for k := range m.n {
		pivot := k
		for i := k + 1; i < m.n; i++ {
			if math.Abs(m.a[i][k]) > math.Abs(m.a[pivot][k]) {
				pivot = i
			}
		}
		if !(math.Abs(m.a[pivot][k]) > 1e-14) { // NaN too
			return false
		}
		m.a[k], m.a[pivot] = m.a[pivot], m.a[k]
		m.b[k], m.b[pivot] = m.b[pivot], m.b[k]
		for i := k + 1; i < m.n; i++ {
			times := m.a[i][k] / m.a[k][k]
			for j := k; j < m.n; j++ {
				m.a[i][j] -= times * m.a[k][j]
			}
			m.b[i] -= times * m.b[k]
		}
	}
	for k := m.n - 1; k >= 0; k-- {
		for j := k + 1; j < m.n; j++ {
			m.b[k] -= m.a[k][j] * m.b[j]
		}
		m.b[k] /= m.a[k][k]
	}
	return true
}
