package keymill

import (
	"cmp"
	"errors"
	"math/bits"
	"slices"
	"time"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// sizes are the numbers of keys of what is measured in depth. Between them a cost is known
// from its neighbours; so they are dense where the loops for few keys are, and where the
// second core begins to pay.
var sizes = []int{
	1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144,
	8192, 12288, 16384, 24576, 32768, 49152, 65536, 98304, 131072, 196608, 262144, 524288, 1048576, 2097152,
}

// fewSizes are those of all else.
var (
	fewSizes   = []int{1, 4, 16, 64, 512, 4096, 32768}
	fewerSizes = []int{1, 64, 4096} // where there is little time
)

// curve is one op on keys of one kind.
type curve struct {
	op     Op
	params Params
	column *column
	depth  bool // in depth, on all backends
}

// spot is a curve at one size: what is measured side by side.
type spot struct {
	*curve
	keys    int
	samples []sample // of each subject that is measured here
	rounds  int      // so many there shall be, after the first

	whole, again time.Duration // what the last visit took, and what one more will take
}

// sample is what one subject took at a spot.
type sample struct {
	of    *subject
	calls int       // in one measurement
	nanos []float64 // of a call, by round; NaN where it was left out

	hopeless bool // it is so slow here that nothing depends on how slow
}

// The numbers of partitions: none is a power of two where the scheme takes any.
const (
	kafkaParts = 12
	otherParts = 1000
)

// plan says what is to be measured.
func (c *calibrator) plan() {
	for _, col := range c.columns {
		deep := col.class == Ragged || col.class == Width8 || col.class == Width16
		for _, p := range c.inDepth() {
			if deep {
				c.add(col, p, true)
			}
		}
		for _, f := range c.options.Hashes {
			c.add(col, Params{Hash: f}, false)
		}
		if col.class == Width8 { // where hashing takes least, what is added shows best
			for _, s := range append(tableSchemes(),
				place.Mod(otherParts), place.Sarama(otherParts), place.Mask(1<<10), place.Fastrange(otherParts), place.Jump(otherParts),
				place.Scheme{Reduce: place.ReducePmod, Parts: otherParts},
				place.Scheme{Reduce: place.ReduceStableMod, Parts: otherParts},
			) {
				c.add(col, Params{Hash: c.plainHash(), Scheme: s}, false)
			}
		}
	}
}

// tableSchemes are those whose reductions need a table: of sizes that real systems have,
// 100 members of a rendezvous, 10,000 points of a ring, and Maglev's 65,537 entries.
func tableSchemes() (all []place.Scheme) {
	const members = 100
	owners := make([]uint32, 65_537)
	points := make([]uint64, 10_000)
	for i := range owners {
		owners[i] = uint32(i*7) % members
	}
	for i := range points {
		points[i] = uint64(i+1) * (1 << 64 / 10_001)
	}
	table, err := place.NewTable(owners, members)
	ring, err2 := place.NewRing(points, owners[:len(points)], members)
	rendezvous, err3 := place.NewRendezvous(points[:members], nil)
	if err = errors.Join(err, err2, err3); err != nil {
		panic(err) // they are ours
	}
	return []place.Scheme{
		{Reduce: place.ReduceTable, Parts: members, Table: table},
		{Reduce: place.ReduceRing, Parts: members, Table: ring},
		{Reduce: place.ReduceRendezvous, Parts: members, Table: rendezvous},
	}
}

// inDepth returns what is measured in depth.
func (c *calibrator) inDepth() (all []Params) {
	for _, p := range []Params{
		{Hash: hash.XXH3}, {Hash: hash.XXH3, Scheme: place.Fastrange(otherParts)},
		{Hash: hash.Murmur2, Scheme: place.Kafka(kafkaParts)}, {Hash: hash.CRC16, Scheme: place.Redis()},
	} {
		if slices.Contains(c.options.Hashes, p.Hash) {
			all = append(all, p)
		}
	}
	if all == nil {
		all = []Params{{Hash: c.options.Hashes[0]}}
	}
	return all
}

// plainHash is the hash that reductions are measured with.
func (c *calibrator) plainHash() hash.Func {
	if slices.Contains(c.options.Hashes, hash.XXH3) {
		return hash.XXH3
	}
	return c.options.Hashes[0]
}

// add plans a curve, unless its op is measured on that column already.
func (c *calibrator) add(col *column, p Params, depth bool) {
	op := Op{Hash: p.Hash, Class: col.class, Reduce: p.Scheme.Reduce}
	if slices.ContainsFunc(c.curves, func(cv *curve) bool { return cv.op == op && cv.column == col }) {
		return
	}
	cv := &curve{op: op, params: p, column: col, depth: depth}
	c.curves = append(c.curves, cv)
	at := fewSizes
	switch {
	case depth:
		at = sizes
	case c.options.Budget < littleTime:
		at = fewerSizes
	}
	for _, n := range at {
		if n > col.keys.Len() {
			break
		}
		sp := &spot{curve: cv, keys: n}
		for _, s := range c.subjects {
			if depth || s.base == nil {
				sp.samples = append(sp.samples, sample{of: s, calls: 1})
			}
		}
		if len(sp.samples) > 0 {
			c.spots = append(c.spots, sp)
		}
	}
}

// order sorts the spots as they are measured the first time: so that whenever the time is
// over, what there is says as much as it can.
func (c *calibrator) order() {
	stage := func(s *spot) int {
		coarse := bits.OnesCount(uint(s.keys)) == 1 && bits.TrailingZeros(uint(s.keys))%3 == 0 // powers of 8
		switch {
		case s.keys > 1<<16:
			return 3
		case s.depth && coarse:
			return 0
		case !s.depth:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(c.spots, func(a, b *spot) int {
		return cmp.Or(cmp.Compare(stage(a), stage(b)), cmp.Compare(a.keys, b.keys))
	})
}

// baseOf returns the subject that "x*n" is Parallel over, and n.
func (c *calibrator) baseOf(name string) (*subject, int) {
	of, n := CutParallel(name)
	if n == 1 {
		return nil, 0
	}
	for _, s := range c.subjects {
		if s.name == of {
			return s, n
		}
	}
	return nil, 0
}
