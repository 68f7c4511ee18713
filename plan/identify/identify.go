package identify

import (
	"context"
	"errors"
	"fmt"

	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// Options says what is known already.
type Options struct {
	// Partitions is the number of partitions, 0 if it is to be found: then it is
	// looked for from the largest partition + 1 up to four times that, and up to
	// [MinTo] at least.
	Partitions uint32
	// Types says what keys are, if they are values: of a key of several columns, with
	// tabs between their texts, the type of each. Without it everything is tried that
	// the keys can be.
	Types []columns.Type
	// Seeds are tried with every hash that takes them, besides those that are not rare.
	Seeds []hash.Seed
}

// MinTo is up to which number of partitions is looked at least.
const MinTo = 1024

// Find says which functions give each of the keys its partition. The keys are not
// kept and not changed. The report is the same for every order of the pairs. The error is
// that of ctx, or says that partitions and options do not go together.
func Find(ctx context.Context, keys [][]byte, parts []uint32, o Options) (*Report, error) {
	if len(keys) != len(parts) {
		return nil, fmt.Errorf("%d keys and %d partitions: each key has one", len(keys), len(parts))
	}
	if len(keys) == 0 {
		return nil, errors.New("no pairs: give keys with the partitions that they have")
	}
	s := &search{ctx: ctx, options: o, pairs: newPairs(keys, parts)}
	s.sample = s.pairs.sample()
	if err := s.limits(); err != nil {
		return nil, err
	}
	s.functions, s.presets, s.forms = catalogue(ctx, s.sample.keys, o)
	if err := s.try(); err != nil {
		return nil, err
	}
	return s.report()
}

// search is one run of Find.
type search struct {
	ctx     context.Context
	options Options
	pairs   *pairs
	sample  *pairs // those to search with
	span    span   // of the numbers of partitions
	largest uint32

	functions  []*function // those that can place the keys of the sample
	presets    int
	forms      []*form
	candidates uint64
	fits       []fit    // what explains all of the sample, and what does so better than chance
	others     [][]byte // keys made of the pieces of the given ones
	byKey      []int    // all pairs in the order of their keys
}

// limits finds out which numbers of partitions are possible.
func (s *search) limits() error {
	n := s.options.Partitions
	if n > place.MaxParts {
		return fmt.Errorf("%d partitions: a scheme has at most %d", n, uint32(place.MaxParts))
	}
	for i, part := range s.pairs.parts {
		s.largest = max(s.largest, part)
		switch {
		case n != 0 && part >= n:
			return &PartitionError{s.pairs.keys[i], part, n}
		case part >= place.MaxParts:
			return &PartitionError{s.pairs.keys[i], part, place.MaxParts}
		}
	}
	s.span = span{n, n}
	if n == 0 {
		// With one partition every function explains everything.
		s.span.lo = max(s.largest+1, 2)
		s.span.hi = uint32(max(min(4*(uint64(s.largest)+1), place.MaxParts), MinTo))
	}
	return nil
}

// PartitionError says that a pair has a partition that there cannot be.
type PartitionError struct {
	Key        []byte
	Partition  uint32
	Partitions uint32 // so many there can be
}

func (e *PartitionError) Error() string {
	return fmt.Sprintf("the key %.64q has partition %d, and of %d partitions the last is %d", e.Key, e.Partition, e.Partitions, e.Partitions-1)
}

// fit is a function with a number of partitions, and what it explains.
type fit struct {
	f     *function
	parts uint32
	score
	surprise float64 // see surprise: by what the sample says
}

// score is how many pairs a candidate explains.
type score struct {
	explained, unplaced, missed int
}

// pairs returns how many pairs a candidate can explain.
func (s score) pairs() int { return s.explained + s.missed }

// score counts the pairs that a function explains. placed gets the partitions that it says.
func (p *pairs) score(sc *place.Scheme, numbers []number, placed []uint32) (s score) {
	for i, n := range numbers {
		part := n.place(sc)
		placed[i] = part
		switch part {
		case p.parts[i]:
			s.explained++
		case noPartition:
			s.unplaced++
		default:
			s.missed++
		}
	}
	return s
}

// keptSurprise is the surprise from which on a candidate that does not explain all
// pairs is remembered. One of e^8 random ones has it.
const keptSurprise = 8

// try tries all candidates on the sample.
func (s *search) try() error {
	sample := s.sample
	placed := make([]uint32, sample.len())
	best := fit{surprise: -1}
	for _, f := range s.functions {
		if s.ctx.Err() != nil {
			return context.Cause(s.ctx)
		}
		in, ok := f.span(s.span)
		numbers, can := f.numbers.searched(sample.keys)
		if !ok || !can {
			continue
		}
		s.candidates += uint64(in.hi-in.lo) + 1
		for _, n := range f.propose(sample, numbers, in) {
			scheme, err := f.scheme(n)
			if err != nil {
				continue // such as more ranges than the system has
			}
			x := fit{f: f, parts: n}
			x.score = sample.score(&scheme, numbers, placed)
			x.surprise = surprise(x.pairs(), x.explained, 1/float64(n))
			if x.missed > 0 && x.surprise >= keptSurprise {
				x.surprise = surprise(x.pairs(), x.explained, max(1/float64(n), agreement(sample.parts, placed)))
			}
			if x.surprise > best.surprise {
				best = x
			}
			if x.missed == 0 || x.surprise >= keptSurprise {
				s.fits = append(s.fits, x)
			}
		}
	}
	if best.f != nil && len(s.fits) == 0 {
		s.fits = append(s.fits, best)
	}
	return nil
}
