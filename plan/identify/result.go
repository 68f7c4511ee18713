package identify

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/keymill/keymill/hash"
)

// report judges what the search has found.
func (s *search) report() (*Report, error) {
	r := &Report{
		Verdict: None, Pairs: s.pairs.len(), Repeated: s.pairs.repeated,
		Different: s.pairs.different(), Largest: s.largest, From: s.span.lo, To: s.span.hi,
		OfSystems: s.presets, Functions: len(s.functions), Candidates: s.candidates,
		Needed: neededPairs(max(s.largest+1, s.options.Partitions), s.pairs.parts, s.candidates),
	}
	r.Contradictory, r.Contradictions = s.pairs.contradictions()
	for _, f := range s.forms {
		if f.name != asItStands {
			r.Forms = append(r.Forms, f.name)
		}
	}
	s.others, s.byKey = otherKeys(s.sample.keys), s.pairs.byKey(s.pairs.all())
	full, count := s.full()
	r.Fitting = count
	if some := named(full); len(some) > 0 {
		r.Verdict, r.Named = Found, s.alike(some)
		return r, context.Cause(s.ctx)
	}
	near := s.near()
	switch some := named(near); {
	case len(some) > 0:
		r.Verdict = Partly
		if mixed := s.mixture(some[0]); len(mixed) > 1 {
			r.Verdict, r.Named = Mixed, s.together(mixed)
			s.unexplained(r, mixed)
		} else {
			r.Named = s.alike(some)
			s.unexplained(r, some[:1])
		}
	case len(full) > 0:
		r.Verdict, r.Best = TooFew, s.alike(likeliest(full))
	case len(near) > 0:
		r.Best = s.alike(near[:1])
	}
	return r, context.Cause(s.ctx)
}

// likeliest returns the first maxBest candidates that differ in more than N.
func likeliest(all []*judged) (some []*judged) {
	for _, j := range all {
		if len(some) < maxBest && !slices.ContainsFunc(some, func(k *judged) bool { return k.f == j.f }) {
			some = append(some, j)
		}
	}
	return some
}

// alike returns candidates that explain the same pairs, and what tells each from the first.
func (s *search) alike(some []*judged) []Candidate {
	all := make([]Candidate, len(some))
	keys := append(slices.Clone(s.others), unusual()...)
	first := some[0].f.placeAll(keys, some[0].parts)
	for i, j := range some {
		all[i] = s.candidate(j)
		if j.low < j.high {
			all[i].Narrow, _ = apart(keys, j.f.placeAll(keys, j.low), j.f.placeAll(keys, j.high))
		}
		if i > 0 {
			all[i].Apart, all[i].SameOn = apart(keys, first, j.f.placeAll(keys, j.parts))
		}
	}
	return all
}

// apart returns the first key that two candidates place differently, or on how many
// keys they agree.
func apart(keys [][]byte, first, here []uint32) (*Apart, int) {
	same := 0
	for i, key := range keys {
		switch {
		case first[i] == impossible || here[i] == impossible:
		case first[i] != here[i]:
			return &Apart{NewKey(key), partition(first[i]), partition(here[i])}, 0
		default:
			same++
		}
	}
	return nil, same
}

// partition returns a partition as reports have it.
func partition(p uint32) *uint32 {
	if p >= impossible {
		return nil
	}
	return &p
}

// together returns the candidates that explain the pairs only together.
func (s *search) together(mixed []*judged) []Candidate {
	all := make([]Candidate, len(mixed))
	for i, j := range mixed {
		all[i] = s.candidate(j)
	}
	for i, part := range s.pairs.parts {
		by, n := 0, 0
		for k, j := range mixed {
			if j.placed[i] == part {
				by, n = k, n+1
			}
		}
		if n == 1 {
			all[by].Only++
		}
	}
	return all
}

// unexplained lists the pairs that none of the candidates explains, in the order of the input.
func (s *search) unexplained(r *Report, by []*judged) {
	var rest []int
	for i, part := range s.pairs.parts {
		if !slices.ContainsFunc(by, func(j *judged) bool { return j.placed[i] == part || j.placed[i] == noPartition }) {
			rest = append(rest, i)
		}
	}
	slices.SortFunc(rest, func(a, b int) int { return s.pairs.order[a] - s.pairs.order[b] })
	r.Unexplained = len(rest)
	for _, i := range rest[:min(len(rest), maxListed)] {
		pair := Pair{KeyText: NewKey(s.pairs.keys[i]), Partition: s.pairs.parts[i]}
		for _, j := range by {
			pair.Expected = append(pair.Expected, partition(j.placed[i]))
		}
		r.UnexplainedPairs = append(r.UnexplainedPairs, pair)
	}
}

// candidate describes what was judged.
func (s *search) candidate(j *judged) Candidate {
	f := j.f
	c := Candidate{
		Variant: f.variant, Rule: f.rule, Keys: f.form.name,
		Partitions: j.parts, Low: j.low, High: j.high,
		Explained: j.explained, Unplaced: j.unplaced, Missed: j.missed,
		Log10Chance: math.Round(10*j.chance/math.Ln10) / 10,
	}
	if f.types != nil && !isText(f.types) {
		c.KeyType = typeNames(f.types)
	}
	switch {
	case f.preset != nil:
		c.Scheme, c.System = f.preset.Name, f.preset.System
	case f.hash != hash.Default:
		c.Hash, c.Seed = f.hash.String(), s.seedName(f)
	default: // the number that the key is
		c.Keys = ""
	}
	if f.command != "" {
		c.Command = "keymill place " + f.command
		if f.fixed == 0 {
			c.Command += fmt.Sprintf(" --partitions %d", j.parts)
		}
	}
	return c
}

// seedName returns the seed, but not a secret key.
func (s *search) seedName(f *function) string {
	if !f.seed.IsSet() || f.hash.SeedKind() != hash.SeedKey128 {
		return f.seed.String()
	}
	return fmt.Sprintf("key %d of those given", 1+slices.Index(s.options.Seeds, f.seed))
}
