package keymill

import (
	"cmp"
	"math"
	"slices"
)

// fitting is a fit in progress.
type fitting struct {
	points      []weighted // by footprint
	short, long float64    // bytes a key: the least and the greatest mean
}

// weighted is a point as a line is to explain it.
type weighted struct {
	Point
	nanos  float64 // of the batch: those of the point, made monotone
	weight float64 // 1, or less of what does not fit in
	series int     // those with keys of about one length are a series
}

func newFitting(points []Point) *fitting {
	f := &fitting{short: math.Inf(1)}
	for _, p := range points {
		if p.Keys > 0 && p.Bytes >= 0 && p.Nanos > 0 && !math.IsInf(p.Nanos, 0) {
			f.points = append(f.points, weighted{p, p.Nanos, 1, 0})
			length := float64(p.Bytes) / float64(p.Keys)
			f.short, f.long = min(f.short, length), max(f.long, length)
		}
	}
	// Those of one length have nearly the same here, since the bytes of few keys are rounded.
	const alike = 1.25
	length := func(p *weighted) float64 { return float64(p.Bytes) / float64(p.Keys) }
	slices.SortStableFunc(f.points, func(a, b weighted) int { return cmp.Compare(length(&a), length(&b)) })
	first := 0
	for i := range f.points {
		p := &f.points[i]
		if length(p) > alike*length(&f.points[first]) {
			first = i
		}
		p.series = first
	}
	slices.SortStableFunc(f.points, func(a, b weighted) int { return cmp.Compare(a.footprint(), b.footprint()) })
	f.each(doubtOutliers)
	return f
}

// each calls do with each series, by footprint.
func (f *fitting) each(do func(series []*weighted)) {
	all := map[int][]*weighted{}
	for i := range f.points {
		p := &f.points[i]
		all[p.series] = append(all[p.series], p)
	}
	for _, series := range all {
		do(series)
	}
}

// doubtOutliers lowers the weight of points that took longer than their neighbours say, three on
// either side: what any two of these say of the one between them, and of that the median.
func doubtOutliers(series []*weighted) {
	const reach = 3
	if len(series) < 2*reach {
		return
	}
	at := func(p *weighted) (x, y float64) { return math.Log(float64(p.footprint())), math.Log(p.Nanos) }
	over := make([]float64, len(series))
	for i, p := range series {
		x, y := at(p)
		var says []float64
		low, high := max(0, i-reach), min(len(series), i+reach+1)
		if i < 2 || i >= len(series)-2 { // the neighbours are all on one side
			low, high = max(0, min(i-reach, len(series)-2*reach)), min(len(series), max(i+reach+1, 2*reach))
		}
		for j := low; j < high; j++ {
			for k := j + 1; k < high; k++ {
				between := j < i && i < k || i < 2 || i >= len(series)-2
				x0, y0 := at(series[j])
				x1, y1 := at(series[k])
				if j == i || k == i || x1 == x0 || !between {
					continue
				}
				slope := min(max((y1-y0)/(x1-x0), 0), 1) // twice the batch takes once to twice as long
				says = append(says, y0+slope*(x-x0))
			}
		}
		over[i] = y - quantile(says, 0.5)
	}
	weigh(series, over)
}

// doubt lowers the weight of points that took longer than a cost says. If their neighbours did, too,
// it is the cost that is to be doubted.
func (f *fitting) doubt(c *Cost) {
	f.each(func(series []*weighted) {
		all, over := make([]float64, len(series)), make([]float64, len(series))
		for i, p := range series {
			all[i] = math.Log(p.Nanos / max(c.Nanos(p.Keys, p.Bytes), 1e-9))
		}
		for i := range over {
			near := slices.Concat(all[max(0, i-2):i], all[i+1:min(len(all), i+3)])
			over[i] = all[i]
			if len(near) > 0 {
				over[i] -= max(0, quantile(near, 0.25))
			}
		}
		weigh(series, over)
	})
}

// weigh gives points the weights of Cauchy's distribution, by how far above they are: it is
// usual to be three times as far off as the median is, and nobody is faster by chance.
func weigh(series []*weighted, over []float64) {
	off := make([]float64, 0, len(over))
	for _, o := range over {
		if !math.IsNaN(o) {
			off = append(off, math.Abs(o))
		}
	}
	usual := max(2*fitError, 3*quantile(off, 0.5))
	for i, p := range series {
		p.weight = 1
		if over[i] > 0 {
			p.weight = 1 / (1 + over[i]*over[i]/(usual*usual))
		}
	}
}

// pool makes each series monotone: points of which a larger one took less get their geometric
// mean. It is the pool-adjacent-violators algorithm, on logarithms.
func (f *fitting) pool() {
	type block struct {
		sum, weight float64
		n           int
	}
	mean := func(b block) float64 { return b.sum / b.weight }
	f.each(func(series []*weighted) {
		var blocks []block
		for _, p := range series {
			b := block{p.weight * math.Log(p.Nanos), p.weight, 1}
			for len(blocks) > 0 && mean(blocks[len(blocks)-1]) > mean(b) {
				last := blocks[len(blocks)-1]
				b = block{b.sum + last.sum, b.weight + last.weight, b.n + last.n}
				blocks = blocks[:len(blocks)-1]
			}
			blocks = append(blocks, b)
		}
		for _, b := range blocks {
			for _, p := range series[:b.n] {
				if p.nanos = p.Nanos; b.n > 1 { // what is as it was stays so to the last bit
					p.nanos = math.Exp(mean(b))
				}
			}
			series = series[b.n:]
		}
	})
}

// errors returns the largest relative error, and the sum of their weighted squares.
func (f *fitting) errors(c *Cost) (largest, squares float64) {
	for i := range f.points {
		p := &f.points[i]
		e := math.Abs(c.Nanos(p.Keys, p.Bytes)/p.nanos - 1)
		largest, squares = max(largest, e), squares+p.weight*e*e
	}
	return largest, squares
}
