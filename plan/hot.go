package plan

import (
	"fmt"
	"slices"

	"github.com/keymill/keymill"
)

// Hot says which keys of a stream are hot, and what remains of them if each is given a
// partition of its own (isolated) or is split over several (salted). Where it was not Exact, spans
// hold with a confidence of 99.9 %, all of them together.
type Hot struct {
	Scheme     string   `json:"scheme"`
	Hash       string   `json:"hash"`
	Partitions uint32   `json:"partitions"`
	By         Measure  `json:"by"`
	Total      Load     `json:"total"`
	Unplaced   Load     `json:"unplaced"` // of rows that have no partition
	Distinct   Distinct `json:"distinct_keys"`
	Exact      bool     `json:"exact"` // every figure but Distinct is
	Keys       []HotKey `json:"keys"`  // the heaviest first

	// OthersAtMost is such that no key that is not in Keys has more.
	OthersAtMost uint64 `json:"others_at_most"`
	// LargestUseful is how many partitions are enough to make the fullest as small as the
	// heaviest key that has a partition: more do not make it smaller. 0 if no row has one.
	LargestUseful Span `json:"largest_useful_partitions"`

	AsIs   Outcome   `json:"as_is"`
	Salt   *Salt     `json:"salt,omitempty"`
	WhatIf []HotStep `json:"what_if"` // the heaviest key isolated or salted, the two heaviest, ...
}

// Salt is how keys are split: the rows of a key are dealt round robin to so many keys. By
// bytes or weight, too, each has the same, but for one unit, and their names count as the key's.
type Salt struct {
	Over int    `json:"over"`
	As   string `json:"as"` // what those are called, where %k is the key and %n their number, from 0
}

// HotKey is a key that is hot.
type HotKey struct {
	KeyName
	Cut       bool    `json:"cut,omitempty"`       // these are only its first bytes
	Has       Span    `json:"has"`                 // by the measure
	Load      *Load   `json:"load,omitempty"`      // all that it has, if that is known exactly
	Share     Ratio   `json:"share"`               // Has of the total
	Partition *uint32 `json:"partition"`           // null: it has none, or is cut
	Node      string  `json:"node,omitempty"`      // that has the partition
	OfItsOwn  Ratio   `json:"share_of_partition"`  // Has of what the partition has
	SaltedTo  int     `json:"salted_to,omitempty"` // how many partitions it is on when it is salted
}

// Outcome is how full partitions are.
type Outcome struct {
	Partitions uint64 `json:"partitions"`
	Fullest    Span   `json:"fullest"` // what the fullest partition has
	MaxMean    Ratio  `json:"max_over_mean"`
}

// HotStep is what remains when the heaviest keys are taken out of the way.
type HotStep struct {
	Keys     int      `json:"keys"`     // how many: those first in Hot.Keys that have a partition
	Isolated Outcome  `json:"isolated"` // each has one more partition, of its own
	Others   Outcome  `json:"others"`   // of those, the partitions that the scheme has, with the other keys
	Salted   *Outcome `json:"salted,omitempty"`
}

// HotPlaced is a hot key as [Hot.Work] needs it.
type HotPlaced struct {
	Key       []byte
	Cut       bool
	Has       Span
	Load      *Load
	Partition uint32   // keymill.NoPartition if it has none, or that is not known
	Node      string   // "" if there are no nodes
	Salted    []uint32 // the partition of each key that it is split to; none if it is not split
}

// Work works the report out for keys, the heaviest first, of which no key but those
// has more than others, and for what each partition has. Total, Unplaced and By are there.
func (h *Hot) Work(loads *Loads, keys []HotPlaced, others uint64) error {
	h.Partitions, h.OthersAtMost = uint32(loads.Len()), others
	h.Keys, h.WhatIf = []HotKey{}, []HotStep{}
	w := newHotWork(h, loads)
	heaviest := Span{0, others}
	for _, key := range keys {
		of := HotKey{
			KeyName: NameOf(key.Key), Cut: key.Cut, Has: key.Has, Load: key.Load, Node: key.Node,
			Share: key.Has.over(h.By.Of(h.Total), 1),
		}
		if key.Partition != keymill.NoPartition {
			if uint64(key.Partition) >= uint64(loads.Len()) {
				return fmt.Errorf("key %q is in partition %d, of %d", key.Key, key.Partition, loads.Len())
			}
			of.Partition = &key.Partition
			of.OfItsOwn = key.Has.over(h.By.Of(loads.At(int(key.Partition))), 1)
			heaviest = Span{max(heaviest.Low, key.Has.Low), max(heaviest.High, key.Has.High)}
			distinct := slices.Clone(key.Salted)
			slices.Sort(distinct)
			of.SaltedTo = len(slices.Compact(distinct))
		}
		if key.Cut {
			heaviest.High = max(heaviest.High, key.Has.High) // if it is in a partition
		}
		h.Keys = append(h.Keys, of)
	}
	placed := slices.DeleteFunc(slices.Clone(keys), func(k HotPlaced) bool { return k.Partition == keymill.NoPartition })
	w.watch(placed)
	h.AsIs = w.outcome(w.fullest(w.isolated), uint64(loads.Len()), w.total)
	var own, out Span // what has the heaviest of the keys that are out of the way, and what have all of them
	for i, key := range placed {
		own = Span{max(own.Low, key.Has.Low), max(own.High, key.Has.High)}
		out = w.more(out, key.Has)
		w.isolate(key)
		rest := w.fullest(w.isolated)
		step := HotStep{
			Keys:     i + 1,
			Isolated: w.outcome(Span{max(own.Low, rest.Low), max(own.High, rest.High)}, uint64(loads.Len()+i+1), w.total),
			Others:   w.others(rest, uint64(loads.Len()), out),
		}
		if h.Salt != nil {
			w.salt(key)
			salted := w.outcome(w.fullest(w.salted), uint64(loads.Len()), w.total)
			step.Salted = &salted
		}
		h.WhatIf = append(h.WhatIf, step)
	}
	if w.total > 0 {
		h.LargestUseful = Span{ceilDiv(w.total, max(heaviest.High, 1)), ceilDiv(w.total, max(heaviest.Low, 1))}
	}
	return nil
}

// hotWork is what partitions have as keys are taken out of the way.
type hotWork struct {
	by       Measure
	total    uint64 // of all rows that have a partition
	loads    *Loads
	rest     uint64          // what the fullest partition has of those that are not watched
	isolated map[uint32]Span // what the watched partitions have left
	salted   map[uint32]Span
}

func newHotWork(h *Hot, loads *Loads) *hotWork {
	w := &hotWork{by: h.By, loads: loads, isolated: map[uint32]Span{}, salted: map[uint32]Span{}}
	for p := range loads.Len() {
		w.total += h.By.Of(loads.At(p))
	}
	return w
}

// watch begins with the partitions that any of the keys is in, or is split to: all others stay
// as they are.
func (w *hotWork) watch(keys []HotPlaced) {
	for _, key := range keys {
		for _, p := range append([]uint32{key.Partition}, key.Salted...) {
			w.isolated[p] = Exactly(w.by.Of(w.loads.At(int(p))))
			w.salted[p] = w.isolated[p]
		}
	}
	for p := range w.loads.Len() {
		if _, watched := w.isolated[uint32(p)]; !watched {
			w.rest = max(w.rest, w.by.Of(w.loads.At(p)))
		}
	}
}

// fullest returns what the fullest of all partitions has.
func (w *hotWork) fullest(watched map[uint32]Span) Span {
	fullest := Exactly(w.rest)
	for _, s := range watched {
		fullest = Span{max(fullest.Low, s.Low), max(fullest.High, s.High)}
	}
	return fullest
}

// isolate takes the key out of its partition.
func (w *hotWork) isolate(key HotPlaced) {
	w.isolated[key.Partition] = w.isolated[key.Partition].less(key.Has)
}

// salt deals the key's rows to the keys that it is split to. What stays in its own
// partition is the less, the more the key has.
func (w *hotWork) salt(key HotPlaced) {
	if len(key.Salted) == 0 {
		return
	}
	gets := map[uint32]Span{}
	for i, p := range key.Salted {
		n, of := uint64(len(key.Salted)), gets[p]
		gets[p] = Span{of.Low + dealt(key.Has.Low, n, uint64(i)), of.High + dealt(key.Has.High, n, uint64(i))}
	}
	own := gets[key.Partition]
	delete(gets, key.Partition)
	w.salted[key.Partition] = w.salted[key.Partition].less(Span{key.Has.Low - own.Low, key.Has.High - own.High})
	for p, s := range gets {
		w.salted[p] = w.more(w.salted[p], s)
	}
}

// more returns s and what comes to it: together no more than all has.
func (w *hotWork) more(s, comes Span) Span {
	return Span{s.Low + min(comes.Low, w.total-s.Low), s.High + min(comes.High, w.total-s.High)}
}

// ceilDiv is a/b, rounded up.
func ceilDiv(a, b uint64) uint64 {
	n := a / b
	if a%b > 0 {
		n++
	}
	return n
}

// dealt is how much of what is dealt round robin to n number i gets.
func dealt(what, n, i uint64) uint64 {
	if i < what%n {
		return what/n + 1
	}
	return what / n
}

// less returns what is left of s without what goes.
func (s Span) less(goes Span) Span {
	return Span{s.Low - min(s.Low, goes.High), s.High - min(s.High, goes.Low)}
}

func (w *hotWork) outcome(fullest Span, partitions, total uint64) Outcome {
	return Outcome{partitions, fullest, fullest.over(total, partitions)}
}

// others is the outcome of partitions that have lost some of the total.
func (w *hotWork) others(fullest Span, partitions uint64, lost Span) Outcome {
	o := Outcome{Partitions: partitions, Fullest: fullest}
	o.MaxMean.Low = fullest.over(w.total-lost.Low, partitions).Low
	o.MaxMean.High = float64(partitions) // one has all of it
	if left := w.total - lost.High; fullest.High == 0 || left > 0 {
		o.MaxMean.High = min(o.MaxMean.High, fullest.over(left, partitions).High)
	}
	return o
}
