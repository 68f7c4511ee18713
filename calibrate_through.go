package keymill

import (
	"math"
	"slices"
)

// scalePieces is how many lines there are at most from what a backend takes to what Parallel
// over it takes: where goroutines are started, where they overlap, where memory bounds them.
const scalePieces = 3

// fitScale fits what Parallel over the base takes to what the base takes, over all that was
// measured on both.
func (d *derivation) fitScale() {
	type key struct {
		op          Op
		keys, bytes int
	}
	base := map[key]float64{}
	for op, points := range d.base.times {
		for _, p := range points {
			base[key{op, p.Keys, p.Bytes}] = p.Nanos
		}
	}
	var points []Point
	for op, measured := range d.levelled {
		for _, p := range measured {
			if nanos, ok := base[key{op, p.Keys, p.Bytes}]; ok {
				points = append(points, Point{Keys: max(1, int(math.Round(nanos))), Nanos: p.Nanos})
			}
		}
	}
	if d.scale = fit(points, scalePieces); len(points) == 0 {
		d.scale = Cost{Fixed: 2000 * float64(d.slices), PerKey: 1 / (0.9 * float64(d.slices))}
	}
}

// through returns the cost of what takes scale of the nanoseconds that c is: where the lines of
// either change, another begins. What keys of the class take as a rule says where scale does.
func through(scale, c Cost, class WidthClass) Cost {
	length := typicalBytes(class)
	keys := func(footprint float64) float64 { return footprint / (16 + length) }
	var result []Piece
	own, other := c.pieces(), scale.pieces()
	for i, p := range own {
		l := line{p.Fixed, p.PerKey, p.PerByte}
		end := float64(math.MaxInt32) // no need to know what is beyond
		if i+1 < len(own) {
			end = min(end, float64(own[i+1].From))
		}
		for j, q := range other {
			// From when on, by the footprint of the batch, c is as many nanoseconds.
			from := (float64(q.From)/16 - l.fixed) / (l.at(1, length) - l.fixed) * (16 + length)
			if j == 0 || !(from > float64(p.From)) {
				from = float64(p.From)
			}
			if from >= end {
				break
			}
			next := Piece{int(math.Ceil(from)), q.Fixed + q.PerKey*l.fixed, q.PerKey * l.perKey, q.PerKey * l.perByte}
			if n := len(result); n > 0 && result[n-1].From == next.From {
				result = result[:n-1]
			}
			if n := len(result); n > 0 {
				next.raise(&result[n-1], keys(float64(next.From)), length)
			}
			result = append(result, next)
		}
	}
	d := Cost{Fixed: result[0].Fixed, PerKey: result[0].PerKey, PerByte: result[0].PerByte}
	if len(result) > 1 {
		d.Beyond = slices.Clone(result[1:])
	}
	return d
}

// pieces returns all lines of the cost, the first from 0 on.
func (c *Cost) pieces() []Piece {
	return append([]Piece{{Fixed: c.Fixed, PerKey: c.PerKey, PerByte: c.PerByte}}, c.Beyond...)
}

// raise makes the piece as high, where it begins, as the one before for so many keys of that
// length, and not negative for any.
func (p *Piece) raise(before *Piece, keys, length float64) {
	l, last := line{p.Fixed, p.PerKey, p.PerByte}, line{before.Fixed, before.PerKey, before.PerByte}
	from := float64(p.From)
	high := last.at(keys, keys*length)
	little := 1e-6 * high // above 0 in spite of rounding
	p.Fixed += max(0, high-l.at(keys, keys*length), little-l.at(from/16, 0), little-l.at(0, from))
}
