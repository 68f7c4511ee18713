package plan

import (
	"math/bits"
	"slices"
)

// Capacity says how many nodes it takes so that none has more than it may.
type Capacity struct {
	Scheme     string  `json:"scheme"`
	Hash       string  `json:"hash"`
	Partitions uint32  `json:"partitions,omitempty"` // if nodes share so many; else each node is one
	By         Measure `json:"by"`
	Total      Load    `json:"total"`
	Unplaced   Load    `json:"unplaced"` // of rows that have no partition: they come on top

	Limit  uint64  `json:"limit"`  // of a node of weight 1
	Fill   float64 `json:"fill"`   // the part of it that is to be used
	Growth float64 `json:"growth"` // how many times as much there will be
	Usable uint64  `json:"usable"` // limit · fill / growth: what a node may have of this stream
	Racks  string  `json:"racks,omitempty"`

	Nodes   int   `json:"nodes"`   // the smallest number that was found to fit; 0: none
	Skipped int   `json:"skipped"` // so many numbers from From on, but smaller than Nodes, were not tried
	From    int   `json:"from"`    // the smallest number that the scheme takes and whose limits together are enough
	Gaps    bool  `json:"gaps"`    // the scheme does not take every number
	UpTo    int   `json:"up_to"`   // more were not asked for
	Tried   []Fit `json:"tried"`   // in ascending order

	// TooHeavy is a key that alone has more than any node may have, if there is one, and
	// TooFull a partition: then no number of nodes is enough.
	TooHeavy *TooHeavy `json:"too_heavy,omitempty"`
	TooFull  *TooFull  `json:"too_full,omitempty"`
}

// TooHeavy is a key, and what it has.
type TooHeavy struct {
	KeyName
	Has uint64 `json:"has"`
}

// TooFull is a partition, and what it has.
type TooFull struct {
	Partition uint32 `json:"partition"`
	Has       uint64 `json:"has"`
}

// Fit says whether a number of nodes is enough.
type Fit struct {
	Nodes int  `json:"nodes"`
	Fits  bool `json:"fits"`
	Full
	Lost *Lost `json:"lost,omitempty"` // when the rack is lost whose loss is the worst
}

// Full is how full nodes are.
type Full struct {
	Fullest  uint64  `json:"fullest"`   // what the node has that is the fullest for its weight
	Weight   uint64  `json:"weight"`    // of that node
	OfUsable float64 `json:"of_usable"` // what it has of what it may have
	MaxMean  float64 `json:"max_over_mean"`
}

// Lost is how full nodes are when a rack is lost.
type Lost struct {
	Rack string `json:"rack"`
	Left int    `json:"left"` // nodes
	Full
}

// FullOf returns how full nodes with these loads and weights are; nil stands for weights of 1.
func FullOf(loads, weights []uint64, usable uint64) (Full, error) {
	s, err := NewSpread(loads, weights)
	if err != nil {
		return Full{}, err
	}
	f := Full{Fullest: loads[s.Fullest], Weight: 1, MaxMean: s.MaxMean}
	if weights != nil {
		f.Weight = weights[s.Fullest]
	}
	if f.Fullest > 0 {
		f.OfUsable = float64(f.Fullest) / float64(f.Weight) / float64(usable)
	}
	return f, nil
}

// Fits says whether no node has more than it may.
func (f *Full) Fits(usable uint64) bool {
	hi, lo := bits.Mul64(usable, f.Weight)
	return hi > 0 || f.Fullest <= lo
}

// Worst returns the outcome of those when a rack is lost that is the worst, the first if several are.
func Worst(lost []Lost) *Lost {
	worst := slices.MaxFunc(lost, func(a, b Lost) int {
		return compareRatios(a.Fullest, a.Weight, b.Fullest, b.Weight)
	})
	i := slices.IndexFunc(lost, func(l Lost) bool {
		return compareRatios(l.Fullest, l.Weight, worst.Fullest, worst.Weight) == 0
	})
	return &lost[i]
}
