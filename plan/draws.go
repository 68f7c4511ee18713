package plan

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// Draws are draws from the rows of a stream, with replacement: each draw is a row with a
// probability of what the row has over what all have, whatever the draws before it
// were. So a key that has a tenth of the bytes has each of the draws by bytes with a
// chance of a tenth. Any number of goroutines may add to it at a time.
//
// A row that has w fires at random times, w times a second in the mean: a Poisson process
// whose clock is [Rows].Serials. The draws are what fires first of all, so which those
// are depends on nothing but the set of rows. Rows without load are never drawn.
//
// Source: Kingman, "Poisson Processes" (1993), the superposition and the colouring
// theorem: of all that fires, each is independently that row with a chance of w over all w. Keeping
// the earliest is that of Cohen and Kaplan, "Summarizing data using bottom-k sketches"
// (2007).
type Draws struct {
	measure Measure
	k       int
	longest int // bytes of a key that are kept
	// limit: what fires later is not drawn; the bits of a float64. It is read without the
	// lock, and only falls.
	limit atomic.Uint64

	mu    sync.Mutex
	draws []Draw
	bytes int // of the keys, of those that are there twice some counted twice
}

// Draw is the key of a row that was drawn.
type Draw struct {
	Hash uint64 // as [Identity] says
	Key  []byte
	Cut  bool // these are only its first bytes
	at   float64
}

// drawnBytes is how many bytes of different keys are kept.
const drawnBytes = 8 << 20

// NewDraws returns up to k draws, 8 at least, by the measure; fewer, if their
// different keys have more than 8 MiB. Of a key no more than so many bytes are kept,
// 8 MiB at most.
func NewDraws(measure Measure, k, bytes int) *Draws {
	d := &Draws{measure: measure, k: max(k, 8), longest: min(bytes, drawnBytes)}
	d.limit.Store(math.Float64bits(math.Inf(1)))
	return d
}

// Add adds rows, whose Hashes and Serials are there.
func (d *Draws) Add(rows *Rows) error {
	if err := errors.Join(rows.checkHashes(), rows.check()); err != nil {
		return err
	}
	if len(rows.Serials) != rows.Keys.Len() {
		return fmt.Errorf("%d serials for %d rows: each row has one", len(rows.Serials), rows.Keys.Len())
	}
	limit := math.Float64frombits(d.limit.Load())
	for i, serial := range rows.Serials {
		w := 1.0
		if d.measure != ByKeys {
			w = float64(d.measure.Of(rows.Load(i)))
		}
		first := mix(serial*golden + drawsSeed)
		// The first time is -ln(1-x)/w, which is never less than x/w: so most rows take no logarithm.
		if fraction(first) > w*limit || w == 0 {
			continue
		}
		d.fire(rows, i, first, w)
		limit = math.Float64frombits(d.limit.Load())
	}
	return nil
}

// fire draws row i as often as it fires within the limit.
func (d *Draws) fire(rows *Rows, i int, random uint64, w float64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var key []byte // once in memory
	at := 0.0
	for n := range d.k { // of one row, no more than k are among the first k
		at -= math.Log1p(-fraction(random)) / w
		if at > math.Float64frombits(d.limit.Load()) {
			return
		}
		if n == 0 {
			key = bytes.Clone(rows.Keys.Key(i)[:min(len(rows.Keys.Key(i)), d.longest)])
			d.bytes += len(key)
		}
		d.add(Draw{rows.Hashes[i], key, len(rows.Keys.Key(i)) > len(key), at})
		random = mix(random + uint64(n+1)*golden)
	}
}

// add takes a draw in. Twice what is kept comes together before the later half goes,
// so that each costs little.
func (d *Draws) add(draw Draw) {
	d.draws = append(d.draws, draw)
	if d.bytes >= 2*drawnBytes {
		d.shrink()
	} else if len(d.draws) >= 2*d.k {
		d.halve()
	}
}

// halve leaves the first k draws, and those that fire with the last of them, in no order: that is
// enough where their keys have room, and takes less time than shrink.
func (d *Draws) halve() {
	times := make([]float64, len(d.draws))
	for i, draw := range d.draws {
		times[i] = draw.at
	}
	slices.Sort(times)
	limit := times[d.k-1]
	d.draws = slices.DeleteFunc(d.draws, func(draw Draw) bool { return draw.at > limit })
	d.limit.Store(math.Float64bits(limit))
	if len(d.draws) > d.k { // of rows with the same serial
		d.shrink()
	}
}

// shrink sorts the draws and leaves the first, as many as there is room for: of them and of
// the bytes of their keys. What is left of some draws has of all that come later in again
// only what would have been left of them together.
func (d *Draws) shrink() {
	slices.SortFunc(d.draws, func(a, b Draw) int {
		if a.at != b.at { // the others are hardly ever asked
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Or(cmp.Compare(a.Hash, b.Hash), bytes.Compare(a.Key, b.Key))
	})
	keys := map[uint64][]byte{}
	d.bytes = 0
	n := 0
	for ; n < min(len(d.draws), d.k); n++ {
		draw := &d.draws[n]
		key, there := keys[draw.Hash]
		if !there {
			if d.bytes+len(draw.Key) > drawnBytes {
				break
			}
			key = draw.Key
			keys[draw.Hash] = key
			d.bytes += len(key)
		}
		draw.Key = key // once in memory
	}
	if n < len(d.draws) || n == d.k {
		clear(d.draws[n:])
		d.draws = d.draws[:n]
		d.limit.Store(math.Float64bits(d.draws[n-1].at))
	}
}

// Merge adds the draws of other, which are by the same measure, of rows with other serials.
func (d *Draws) Merge(other *Draws) error {
	if d.measure != other.measure {
		return fmt.Errorf("draws by %s cannot take draws by %s", d.measure, other.measure)
	}
	draws := other.Draws()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, draw := range draws {
		if draw.at <= math.Float64frombits(d.limit.Load()) {
			d.bytes += len(draw.Key)
			d.add(draw)
		}
	}
	return nil
}

// Draws returns the draws, in the order in which they were drawn. Nobody may add meanwhile.
func (d *Draws) Draws() []Draw {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shrink()
	return slices.Clone(d.draws)
}

// golden is the odd number next to 2^64 over the golden ratio: the step of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// drawsSeed is no other's, so that draws have nothing to do with what else is random.
const drawsSeed = 0x6472617773206f66

// mix is the output function of SplitMix64.
//
// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// fraction returns 53 bits as a number from 0 up to, and without, 1.
func fraction(random uint64) float64 { return float64(random>>11) * (1.0 / (1 << 53)) }
