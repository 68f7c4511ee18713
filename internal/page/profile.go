package page

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Profile is many things, such as 16,384 partitions: their values from the least to the greatest, and how many
// have which, both on the same axis.
type Profile struct {
	Title, Description string
	Things             string // what they are: "partitions"
	Quantity           string // what the values are
	Mean               float64
	Band               *Band                   // in which nearly all are expected
	By                 string                  // whose the band and Chance are
	Chance             func(x float64) float64 // what share is expected to have no more than x; nil: not known
	Whole              bool                    // values are whole numbers

	buckets map[uint64]int // of values whose first bits are the same
	n       int
}

// bucketBits is how many of its last bits a value loses: 14 behind the point remain, which is finer than a
// picture.
const bucketBits = 52 - 14

// Add adds things of that value, which is not negative. What a profile takes of memory does not depend on how
// many there are.
func (p *Profile) Add(value float64) {
	if p.buckets == nil {
		p.buckets = map[uint64]int{}
	}
	p.buckets[math.Float64bits(value)>>bucketBits]++
	p.n++
}

// bucket is how many things have a value.
type bucket struct {
	value float64
	count int
}

func (p *Profile) sorted() []bucket {
	var all []bucket
	for bits, count := range p.buckets {
		all = append(all, bucket{math.Float64frombits(bits << bucketBits), count})
	}
	slices.SortFunc(all, func(a, b bucket) int { return cmp.Compare(a.value, b.value) })
	return all
}

// Drawing draws the profile.
func (p *Profile) Drawing() *Drawing {
	const left, split, top, height = 66.0, 572.0, 30.0, 320.0
	all := p.sorted()
	d := &Drawing{Title: p.Title, Description: p.Description, Width: pageWidth, Height: top + height + 42}
	y, beyond := p.scale(all)
	y.from, y.to = top+height, top
	ranks := scale{low: 0, high: 1, from: left, to: split - 40}
	d.text("tick", 0, 12, atStart, p.Quantity)
	d.text("tick", split, 12, atStart, "how many "+p.Things+" have so much")
	if p.Band != nil {
		d.box("band", ranks.from, y.at(p.Band.Low), pageWidth, y.at(p.Band.High), "")
		d.legend("band", "box", p.By)
	}
	ticks := y.ticks(6)
	for _, t := range ticks {
		at := y.at(t)
		d.line("grid", ranks.from, at, pageWidth, at)
		d.text("tick", left-8, at+4, atEnd, tickText(t, step(ticks)))
	}
	for _, share := range []float64{0, 0.25, 0.5, 0.75, 1} {
		d.line("grid", ranks.at(share), y.from, ranks.at(share), y.from+5)
		d.text("tick", ranks.at(share), y.from+20, atMiddle, fmt.Sprintf("%.0f %%", 100*share))
	}
	d.text("tick", ranks.from, y.from+37, atStart, p.Things+" in the order of what they have")
	p.histogram(d, all, y, split)
	d.line("axis", ranks.from, y.at(p.Mean), ranks.to, y.at(p.Mean))
	p.curve(d, all, ranks, y)
	p.chanceCurve(d, ranks, y)
	if beyond > 0 {
		d.text("alarm tick", ranks.to, y.to-6, atEnd,
			fmt.Sprintf("▲ %s of %s above, up to %s", Grouped(beyond), Grouped(p.n), Short(all[len(all)-1].value)))
	}
	d.legend("curve one", "line", "these "+p.Things)
	if p.Chance != nil {
		d.legend("chance", "line", "by chance")
	}
	d.line("axis", left, y.from, ranks.to, y.from)
	return d
}

// scale returns the axis of values, and how many are above it: a few that have many times what others have would
// leave nothing to be seen of those.
func (p *Profile) scale(all []bucket) (s scale, beyond int) {
	if len(all) == 0 {
		return scale{low: 0, high: 1}, 0
	}
	s = scale{low: all[0].value, high: all[len(all)-1].value}
	most := p.atRank(all, 0.995)
	if p.Band != nil {
		s.low, most = min(s.low, p.Band.Low), max(most, p.Band.High)
	}
	if s.high > 1.8*most && most > 0 {
		s.high = 1.25 * most
	} else {
		s.high = max(s.high, most)
	}
	for _, b := range all {
		if b.value > s.high {
			beyond += b.count
		}
	}
	room := (s.high - s.low) * 0.04
	if s.low < 0.5*s.high || s.low-room < 0 {
		s.low = 0
	} else {
		s.low -= room
	}
	if beyond == 0 {
		s.high += room
	}
	if p.Whole { // the boxes of the histogram are around whole numbers
		s.low, s.high = s.low-0.5, s.high+0.5
	}
	if s.high <= s.low {
		s.high = s.low + 1
	}
	return s, beyond
}

// atRank returns the value that this share of the things has at most.
func (p *Profile) atRank(all []bucket, share float64) float64 {
	below := 0
	for _, b := range all {
		if below += b.count; float64(below) >= share*float64(p.n) {
			return b.value
		}
	}
	return 0
}

// curve draws the values in their order. Points that would lie upon each other are left out.
func (p *Profile) curve(d *Drawing, all []bucket, ranks, y scale) {
	var points []point
	add := func(x, value float64) {
		next := point{ranks.at(x), y.at(value)}
		if n := len(points); n < 2 || math.Abs(next.x-points[n-1].x)+math.Abs(next.y-points[n-1].y) >= 0.5 || x == 1 {
			points = append(points, next)
		}
	}
	below := 0
	for _, b := range all {
		add(float64(below)/float64(p.n), b.value)
		below += b.count
		add(float64(below)/float64(p.n), b.value)
	}
	d.curve("curve one", points, "")
}

// chanceCurve draws the order that is expected.
func (p *Profile) chanceCurve(d *Drawing, ranks, y scale) {
	if p.Chance == nil {
		return
	}
	var points []point
	const steps = 200
	for i := range steps + 1 {
		value := y.low + (y.high-y.low)*float64(i)/steps
		if share := p.Chance(value); share*float64(p.n) >= 0.5 && (1-share)*float64(p.n) >= 0.5 {
			points = append(points, point{ranks.at(share), y.at(value)})
		}
	}
	d.curve("chance", points, p.By)
}

// histogram draws how many things have which value.
func (p *Profile) histogram(d *Drawing, all []bucket, y scale, left float64) {
	width := roundStep((y.high - y.low) / 60)
	shift := 0.0
	if p.Whole {
		width, shift = max(width, 1), 0.5
	}
	bins := map[int]int{}
	for _, b := range all {
		if b.value <= y.high {
			bins[int(math.Floor(b.value/width))] += b.count
		}
	}
	expected := func(bin int) float64 {
		if p.Chance == nil {
			return 0
		}
		return float64(p.n) * (p.Chance(float64(bin+1)*width-shift) - p.Chance(float64(bin)*width-shift))
	}
	first, last := int(math.Floor(y.low/width)), int(math.Floor(y.high/width))
	counts := scale{low: 0, high: 1, from: left, to: pageWidth}
	for bin := first; bin <= last; bin++ {
		counts.high = max(counts.high, float64(bins[bin]), expected(bin))
	}
	counts.high *= 1.03
	ticks := counts.ticks(3)
	for _, t := range ticks {
		d.line("grid", counts.at(t), y.from, counts.at(t), y.from+5)
		d.text("tick", counts.at(t), y.from+20, atMiddle, tickText(t, step(ticks)))
	}
	order := slices.Sorted(maps.Keys(bins))
	for _, bin := range order {
		low, high := float64(bin)*width, float64(bin+1)*width
		gap := min(0.75, math.Abs(y.at(high-shift)-y.at(low-shift))/6)
		d.box("bar", counts.from, y.at(low-shift)-gap, counts.at(float64(bins[bin])), y.at(high-shift)+gap, p.binTip(bins[bin], low, high))
	}
	if p.Chance != nil {
		var points []point
		for bin := first; bin <= last; bin++ {
			x := counts.at(expected(bin))
			if x < counts.from+0.5 {
				continue
			}
			points = append(points, point{x, y.at(float64(bin)*width - shift)}, point{x, y.at(float64(bin+1)*width - shift)})
		}
		d.curve("chance", points, p.By)
	}
	d.line("axis", left, y.from, left, y.to)
}

// binTip says how many things have from low to less than high.
func (p *Profile) binTip(count int, low, high float64) string {
	number := func(x float64) string { return group2(trimmed(x)) }
	if p.Whole && high-low == 1 {
		return fmt.Sprintf("%s %s have %s", Grouped(count), p.Things, number(low))
	}
	if p.Whole {
		high--
		return fmt.Sprintf("%s %s have %s to %s", Grouped(count), p.Things, number(low), number(high))
	}
	return fmt.Sprintf("%s %s have %s to below %s", Grouped(count), p.Things, number(low), number(high))
}
