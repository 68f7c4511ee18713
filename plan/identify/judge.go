package identify

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/keymill/keymill/place"
)

// Bounds on what is looked at closely, and on what is reported.
const (
	maxJudged = 100 // candidates of those that explain all pairs, and of those that do not
	maxNamed  = 16  // that explain the same pairs
	maxBest   = 5   // if none is named
)

// judged is a fit on all pairs, not only on the sample.
type judged struct {
	fit
	numbers   []number // of all keys, while it is judged
	placed    []uint32 // where each key is
	low, high uint32   // numbers of partitions with which the same pairs are explained
	chance    float64  // natural logarithm, see search.chance
}

// likelihood is the smaller the likelier a candidate is.
func (j *judged) likelihood() float64 { return j.chance + float64(j.f.effort) }

// judge counts on all pairs what a candidate explains, and says what chance does.
func (s *search) judge(x fit) *judged {
	j := &judged{fit: x}
	j.numbers, _ = x.f.numbers.compute(s.pairs.keys)
	if s.pairs.len() > searchPairs && s.options.Partitions == 0 {
		j.repropose(s)
	}
	j.count(s)
	j.low, j.high = j.parts, j.parts
	if example, err := j.f.scheme(j.parts); err == nil {
		j.stretch(s, &example)
	}
	j.chance, j.numbers = s.chance(j, s.byKey, s.candidates), nil
	return j
}

// count places all keys.
func (j *judged) count(s *search) {
	j.placed = make([]uint32, s.pairs.len())
	if scheme, err := j.f.scheme(j.parts); err == nil {
		j.score = s.pairs.score(&scheme, j.numbers, j.placed)
	}
}

// repropose takes the number of partitions that fits all pairs best: of those that fit the
// sample alike it need not be the least.
func (j *judged) repropose(s *search) {
	in, _ := j.f.span(s.span)
	placed := make([]uint32, s.pairs.len())
	explained := -1
	for _, n := range append(j.f.propose(s.pairs, j.numbers, in), j.parts) {
		scheme, err := j.f.scheme(n)
		if err != nil {
			continue
		}
		if x := s.pairs.score(&scheme, j.numbers, placed); x.explained > explained {
			explained, j.parts = x.explained, n
		}
	}
}

// stretch finds the numbers of partitions that explain the same pairs, and takes the least.
func (j *judged) stretch(s *search, example *place.Scheme) {
	in, ok := j.f.span(s.span)
	if !ok || j.explained == 0 {
		return
	}
	switch example.Reduce {
	case place.ReduceFastrange, place.ReduceJump:
		for i, n := range j.numbers {
			if j.placed[i] == s.pairs.parts[i] {
				x, _ := interval(example, example.Folded(n.hash), s.pairs.parts[i], in)
				in.lo, in.hi = max(in.lo, x.lo), min(in.hi, x.hi)
			}
		}
	case place.ReduceStableMod:
		for i, n := range j.numbers {
			if j.placed[i] == s.pairs.parts[i] {
				x, _ := stableModInterval(example.Folded(n.hash), s.pairs.parts[i], bits.Len32(j.parts-1))
				in.lo, in.hi = max(in.lo, x.lo), min(in.hi, x.hi)
			}
		}
	case place.ReduceMod, place.ReduceAbsMod, place.ReducePmod:
		for i, x := range offsets(example, s.pairs, j.numbers) {
			if j.placed[i] == s.pairs.parts[i] && x != 0 {
				return // few other N divide all of them, and none of these is as likely
			}
		}
	default:
		return
	}
	if in.has(uint64(j.parts)) {
		j.low, j.high = in.lo, in.hi
		if j.parts != in.lo {
			j.parts = in.lo
			j.count(s)
		}
	}
}

// full returns what explains all pairs, the likeliest first, and how many these are.
func (s *search) full() (all []*judged, count int) {
	var fits []fit
	for _, x := range s.fits {
		if x.missed == 0 {
			fits = append(fits, x)
		}
	}
	slices.SortStableFunc(fits, func(a, b fit) int { return cmp.Compare(a.f.effort, b.f.effort) })
	for i, x := range fits {
		if len(all) == maxJudged || s.ctx.Err() != nil {
			return all, count + len(fits) - i
		}
		if j := s.judge(x); j.missed == 0 {
			all = append(all, j)
			count++
		}
	}
	return all, count
}

// near returns what explains some of the pairs, the likeliest first.
func (s *search) near() (all []*judged) {
	fits := slices.Clone(s.fits)
	slices.SortStableFunc(fits, func(a, b fit) int {
		return cmp.Compare(b.surprise-float64(b.f.effort), a.surprise-float64(a.f.effort))
	})
	for _, x := range fits[:min(len(fits), maxJudged)] {
		if s.ctx.Err() != nil {
			break
		}
		all = append(all, s.judge(x))
	}
	slices.SortStableFunc(all, func(a, b *judged) int { return cmp.Compare(a.likelihood(), b.likelihood()) })
	return all
}

// significant reports whether chance does not explain as many pairs.
func (j *judged) significant() bool { return j.chance < math.Log(MaxChance) }

// named returns the candidates that chance does not explain: the likeliest, and then those
// that explain as much.
func named(all []*judged) (some []*judged) {
	for _, j := range all {
		if j.significant() && len(some) < maxNamed && (len(some) == 0 || j.explained >= some[0].explained) {
			some = append(some, j)
		}
	}
	return some
}
