package plan

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// Split says what ranges of keys have, in the order of the keys' bytes. Range i
// is from Ranges[i].Start on, up to, and without, the start of the next.
type Split struct {
	By    Measure `json:"by"`
	Total Load    `json:"total"`
	// Exact says that every figure is. If it is not, each range has as much as its span says, with a
	// confidence of 99.9 % for all of them together.
	Exact  bool         `json:"exact"`
	Asked  int          `json:"asked,omitempty"` // for so many ranges; 0 if they were given
	Ranges []SplitRange `json:"ranges"`
	Spread *Spread      `json:"spread,omitempty"` // of what the ranges have, if it is known exactly

	// AtBest is such that so many ranges cannot be chosen so that the fullest has less. It is
	// known of boundaries that were chosen exactly.
	AtBest uint64 `json:"at_best,omitempty"`
}

// SplitRange is a range of keys.
type SplitRange struct {
	Start Boundary `json:"start"`          // empty of the first
	Has   Span     `json:"has"`            // by the measure
	Load  *Load    `json:"load,omitempty"` // all that it has, if that is known exactly
}

// Splitters are boundaries that may come to divide ranges: the keys of draws, and what comes next
// after one that was drawn twice, so that a range can begin and end with it. They ascend.
func Splitters(draws []Draw) [][]byte {
	drawn := make(map[string]int, len(draws))
	for _, draw := range draws {
		drawn[string(draw.Key)]++
		if draw.Cut {
			drawn[string(draw.Key)] = -len(draws) // which is no key: others begin with it, too
		}
	}
	var all [][]byte
	for key, times := range drawn {
		if key != "" {
			all = append(all, []byte(key))
		}
		if times > 1 {
			all = append(all, append([]byte(key), 0))
		}
	}
	slices.SortFunc(all, bytes.Compare)
	return slices.CompactFunc(all, bytes.Equal)
}

// NewSplit returns the ranges between boundaries that were given: those of n.
func NewSplit(n *Intervals, by Measure) (*Split, error) {
	loads := n.Loads()
	s := &Split{By: by, Exact: true}
	for i := range loads.Len() {
		var start Boundary
		if i > 0 {
			start = n.starts[i-1]
		}
		s.add(start, loads.At(i))
	}
	return s, s.finish()
}

// BestSplit returns so many ranges, or as many as there can be, such that the fullest has as little
// as boundaries of n allow, each boundary as short as it can be.
func BestSplit(n *Intervals, by Measure, ranges int) (*Split, error) {
	loads, separators := n.Loads(), n.Separators()
	s := &Split{By: by, Exact: true, Asked: ranges}
	runs := runsBy(loads.Len(), func(i int) uint64 { return by.Of(loads.At(i)) })
	begins, most := runs.cut(ranges)
	ends := append(begins[1:len(begins):len(begins)], loads.Len())
	for i, begin := range begins {
		var start Boundary
		if begin > 0 {
			start = separators[begin-1]
		}
		sum := Load{}
		for j := begin; j < ends[i]; j++ {
			sum = sum.Plus(loads.At(j))
		}
		s.add(start, sum)
	}
	s.AtBest = n.atBest(by, ranges, most)
	return s, s.finish()
}

// atBest returns what the fullest of so many ranges has at least, whatever the boundaries are, if
// the best with these has most. Of the best boundaries of all, each could go up to the next of these, and
// its range would grow by less than one interval. An interval that is one key cannot be divided, but
// a range has it whole.
func (n *Intervals) atBest(by Measure, ranges int, most uint64) uint64 {
	loads := n.Loads()
	total, whole, divisible := uint64(0), uint64(0), uint64(0)
	for i := range loads.Len() {
		load := by.Of(loads.At(i))
		total += load
		if n.oneKey(i) {
			whole = max(whole, load)
		} else {
			divisible = max(divisible, load)
		}
	}
	return max(ceilDiv(total, uint64(max(ranges, 1))), whole, most-min(most, divisible))
}

// oneKey says that there is but one key that can be in the interval: its boundary, to which the next
// adds a zero.
func (n *Intervals) oneKey(i int) bool {
	if i == len(n.starts) {
		return false
	}
	start, end := []byte(nil), n.starts[i]
	if i > 0 {
		start = n.starts[i-1]
	}
	return len(end) == len(start)+1 && bytes.HasPrefix(end, start) && end[len(start)] == 0
}

// SplitOnce returns so many ranges, or as many as there can be, by the draws of one pass over rows
// that have this total, and what each has, within bounds.
//
// Source: Massart, "The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality" (1990): of n
// draws, the share that is below any boundary, and that of the whole, are nowhere apart by more
// than the square root of ln(2/c)/2n, but with a probability of c.
func SplitOnce(draws []Draw, total Load, by Measure, ranges int) (*Split, error) {
	s := &Split{By: by, Total: total, Asked: ranges}
	off := 0.0
	draws, off = drawsOff(draws)
	keys := make([][]byte, len(draws))
	for i, draw := range draws {
		keys[i] = draw.Key
	}
	slices.SortFunc(keys, bytes.Compare)
	var starts [][]byte // of the different keys
	var counts []uint64
	for _, key := range keys {
		if n := len(starts); n > 0 && bytes.Equal(starts[n-1], key) {
			counts[n-1]++
		} else {
			starts, counts = append(starts, key), append(counts, 1)
		}
	}
	if len(starts) == 0 {
		s.Ranges = []SplitRange{{}}
		return s, nil
	}
	runs := runsBy(len(counts), func(i int) uint64 { return counts[i] })
	begins, _ := runs.cut(ranges)
	sum := by.Of(total)
	below := uint64(0) // draws
	for i, begin := range begins {
		end := len(starts)
		if i+1 < len(begins) {
			end = begins[i+1]
		}
		var start Boundary
		if begin > 0 {
			start = starts[begin][:common(starts[begin-1], starts[begin])+1]
		}
		here := uint64(0)
		for _, n := range counts[begin:end] {
			here += n
		}
		// What is below is known from one side only where nothing lies beyond.
		sides := 2.0
		if i == 0 {
			sides--
		}
		if i == len(begins)-1 {
			sides--
		}
		share := float64(here) / float64(len(draws))
		s.Ranges = append(s.Ranges, SplitRange{Start: start, Has: Span{
			portion(sum, share-sides*off), min(portion(sum, share+sides*off)+1, sum),
		}})
		below += here
	}
	if below != uint64(len(draws)) {
		return nil, fmt.Errorf("%d of %d draws are in a range", below, len(draws))
	}
	return s, nil
}

// drawsOff returns the first of the draws, and how far the share of those that are below any boundary
// is from the share of all rows. How many draws were kept may depend on their keys; so it takes a
// power of two of them, and leaves each of those a part of the chance.
func drawsOff(draws []Draw) ([]Draw, float64) {
	if len(draws) == 0 {
		return nil, 1
	}
	draws = draws[:1<<(bits.Len(uint(len(draws)))-1)]
	return draws, math.Sqrt(math.Log(2*64/uncertain) / 2 / float64(len(draws)))
}

// portion returns a share of the total, which is no less than nothing and no more than all.
func portion(total uint64, share float64) uint64 {
	if share >= 1 {
		return total
	}
	return uint64(max(share, 0) * float64(total))
}

func (s *Split) add(start Boundary, load Load) {
	s.Total = s.Total.Plus(load)
	s.Ranges = append(s.Ranges, SplitRange{start, Exactly(s.By.Of(load)), &load})
}

// finish computes the spread.
func (s *Split) finish() error {
	spread, err := spreadOf(len(s.Ranges), func(i int) uint64 { return s.Ranges[i].Has.High }, nil)
	s.Spread = &spread
	return err
}

// runs are loads of intervals, without those that are 0.
type runs struct {
	loads []uint64
	at    []int // of each, the interval where it begins
}

// runsBy returns the loads of so many intervals. One without load belongs to that before it.
func runsBy(n int, load func(i int) uint64) (r runs) {
	for i := range n {
		if x := load(i); x > 0 {
			r.loads, r.at = append(r.loads, x), append(r.at, i)
		}
	}
	if len(r.at) == 0 {
		return runs{[]uint64{0}, []int{0}}
	}
	r.at[0] = 0 // and those before the first belong to it
	return r
}

// cut returns the intervals where each of so many ranges begins, or of as many as there can be,
// and what the fullest has.
func (r runs) cut(ranges int) (begins []int, most uint64) {
	cuts, most := cut(r.loads, min(max(ranges, 1), len(r.loads)))
	begins = []int{0}
	for _, i := range cuts {
		begins = append(begins, r.at[i])
	}
	return begins, most
}
