package identify

import (
	"cmp"
	"slices"
)

// maxMixed is how many functions are looked for that only together explain the pairs.
const maxMixed = 4

// mixture returns functions with the same number of partitions of which each explains,
// far beyond chance, what those before it do not: as clients leave it that place
// by different functions. The first is given.
func (s *search) mixture(first *judged) []*judged {
	all := []*judged{first}
	explained := make([]bool, s.pairs.len())
	for len(all) < maxMixed {
		last := all[len(all)-1]
		var rest []int
		for i, part := range last.placed {
			if explained[i] = explained[i] || part == s.pairs.parts[i]; !explained[i] {
				rest = append(rest, i)
			}
		}
		next := s.explains(rest, first.parts)
		if next == nil {
			break
		}
		all = append(all, next)
	}
	return all
}

// explains returns what explains the rest of the pairs best, with so many partitions;
// nil if chance could explain as many.
func (s *search) explains(rest []int, parts uint32) (best *judged) {
	inSample := rest
	if i, _ := slices.BinarySearch(rest, searchPairs); i > 0 {
		inSample = rest[:i]
	}
	var fits []fit
	for _, f := range s.functions {
		if s.ctx.Err() != nil {
			return nil
		}
		in, ok := f.span(s.span)
		scheme, err := f.scheme(parts)
		if !ok || err != nil || !in.has(uint64(parts)) {
			continue
		}
		numbers, _ := f.numbers.searched(s.sample.keys)
		x := fit{f: f, parts: parts}
		for _, i := range inSample {
			if i < len(numbers) && numbers[i].place(&scheme) == s.pairs.parts[i] {
				x.explained++
			}
		}
		x.surprise = surprise(len(inSample), x.explained, 1/float64(parts)) - float64(f.effort)
		fits = append(fits, x)
	}
	slices.SortStableFunc(fits, func(a, b fit) int { return cmp.Compare(b.surprise, a.surprise) })
	rest = s.pairs.byKey(rest)
	for _, x := range fits[:min(len(fits), maxJudged)] {
		j := &judged{fit: x, low: x.parts, high: x.parts}
		j.numbers, _ = x.f.numbers.compute(s.pairs.keys)
		j.count(s)
		j.chance, j.numbers = s.chance(j, rest, uint64(len(fits))), nil
		if j.significant() && (best == nil || j.likelihood() < best.likelihood()) {
			best = j
		}
	}
	return best
}
