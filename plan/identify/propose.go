package identify

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/keymill/keymill/place"
)

// What follows finds the numbers of partitions that are worth a look. It may
// propose too many; that it misses one which explains a third of the pairs is
// next to impossible:
//
//   - mod: h % N = p means that N divides h - p. So N divides the greatest common
//     divisor of those of any two pairs that are explained, and is mostly that
//     divided by a small number.
//   - fastrange: h * N >> 64 = p is true of all N from p * 2^64 / h to the next
//     such, and jump = p of all N from p + 1 to the next jump: an interval
//     each, and what lies in most of them is it.
//   - stablemod is an interval of N up to each power of two, which are taken in the same way.
//   - ranges of whole hashes (Citus, Vitess) are nearly those of fastrange: the N in
//     most of their intervals are looked at.

// span is the numbers of partitions from lo to hi.
type span struct{ lo, hi uint32 }

func (s span) has(n uint64) bool { return n >= uint64(s.lo) && n <= uint64(s.hi) }

// mostRanges is how many N of ranges that are only nearly known are looked at.
const mostRanges = 16

// maxDirect is how many N are looked at, one after the other, where no way is known
// that takes less time.
const maxDirect = 2048

// span returns the numbers of partitions with which the function is tried.
func (f *function) span(s span) (span, bool) {
	if f.fixed != 0 {
		s.lo, s.hi = max(s.lo, f.fixed), f.fixed // the upper limit is for those that are to be found
	}
	if f.most != 0 && s.lo < s.hi { // else the number is known
		s.hi = min(s.hi, f.most)
	}
	return s, s.lo <= s.hi
}

// propose returns the numbers of partitions within s that are worth a look.
func (f *function) propose(p *pairs, numbers []number, s span) []uint32 {
	if s.lo == s.hi {
		return []uint32{s.lo}
	}
	example, err := f.scheme(s.lo)
	if err != nil {
		return nil
	}
	switch example.Reduce {
	case place.ReduceMod, place.ReduceAbsMod, place.ReducePmod:
		if example.Route == 0 {
			return divisors(offsets(&example, p, numbers), s)
		}
	case place.ReduceFastrange, place.ReduceJump, place.ReduceStableMod:
		if in := f.intervals(&example, p, numbers, s); len(in) > 0 {
			return fullest(in, s, 1)
		}
		return nil
	case place.ReduceRing:
		return fullest(f.intervals(&example, p, numbers, s), s, mostRanges)
	}
	all := make([]uint32, 0, maxDirect)
	for n := s.lo; n <= s.hi && len(all) < maxDirect; n++ {
		all = append(all, n)
	}
	return all
}

// offsets returns what N divides of each pair that it explains.
func offsets(s *place.Scheme, p *pairs, numbers []number) []uint64 {
	all := make([]uint64, len(numbers))
	for i, n := range numbers {
		h, part := s.Folded(n.hash), uint64(p.parts[i])
		switch s.Reduce {
		case place.ReduceAbsMod:
			h = magnitude(int64(int32(h)))
		case place.ReducePmod:
			all[i] = magnitude(int64(int32(h)) - int64(part))
			continue
		}
		all[i] = max(h, part) - min(h, part)
	}
	return all
}

func magnitude(x int64) uint64 { return uint64(max(x, -x)) }

// Of each of the first gcdPairs pairs the greatest common divisor is taken with the
// next gcdDistance, and of that the gcdDivisors largest divisors. Of 288 such, 33 are
// multiples of an N that explains a third of the pairs; of one that explains a quarter 18, and it
// is missed once in a thousand times.
const (
	gcdPairs    = 96
	gcdDistance = 3
	gcdDivisors = 8
	gcdVotes    = 2    // so many propose an N, if there are so many pairs
	allDivisors = 4096 // of what divides all offsets
)

// divisors returns the N in s that divide several of the offsets.
func divisors(offsets []uint64, s span) (found []uint32) {
	if all := gcdOfAll(offsets, s); all != 1 {
		found = appendDivisors(found, all, allDivisors, s)
	}
	var voted []uint32
	for i := range offsets[:min(len(offsets), gcdPairs)] {
		for j := i + 1; j <= i+gcdDistance && j < len(offsets); j++ {
			if g := gcd(offsets[i], offsets[j]); g == 0 || g >= uint64(s.lo) {
				voted = appendDivisors(voted, g, gcdDivisors, s)
			}
		}
	}
	slices.Sort(voted)
	for i, n := range voted {
		if last := i + gcdVotes - 1; len(offsets) < gcdPairs || last < len(voted) && voted[last] == n {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// appendDivisors appends those of the most largest divisors of g that are in s.
func appendDivisors(dst []uint32, g, most uint64, s span) []uint32 {
	if g == 0 { // any N is one
		return append(dst, s.lo)
	}
	for k := uint64(1); k <= min(most, g/uint64(s.lo)); k++ {
		if n := g / k; n*k == g && s.has(n) {
			dst = append(dst, uint32(n))
		}
	}
	return dst
}

// gcdOfAll returns the greatest common divisor of all offsets, or 1 if that is below s.
func gcdOfAll(offsets []uint64, s span) uint64 {
	all := uint64(0)
	for _, x := range offsets {
		if all = gcd(all, x); all != 0 && all < uint64(s.lo) {
			return 1
		}
	}
	return all
}

// gcd returns the greatest common divisor; that of 0 and x is x.
func gcd(a, b uint64) uint64 {
	if a == 0 || b == 0 {
		return a | b
	}
	twos := bits.TrailingZeros64(a | b)
	a >>= bits.TrailingZeros64(a)
	for b != 0 {
		b >>= bits.TrailingZeros64(b)
		if a > b {
			a, b = b, a
		}
		b -= a
	}
	return a << twos
}

// intervals returns for each pair the N that explain it, within s.
func (f *function) intervals(example *place.Scheme, p *pairs, numbers []number, s span) []span {
	var all []span
	for i, n := range numbers {
		if example.Reduce == place.ReduceStableMod {
			all = append(all, stableModIntervals(example.Folded(n.hash), p.parts[i], s)...)
			continue
		}
		in, ok := interval(example, example.Folded(n.hash), p.parts[i], s)
		if in.lo, in.hi = max(in.lo, s.lo), min(in.hi, s.hi); ok && in.lo <= in.hi {
			all = append(all, in)
		}
	}
	return all
}

// interval returns the N up to s.hi for which a folded hash has the partition.
func interval(example *place.Scheme, h uint64, part uint32, s span) (span, bool) {
	switch example.Reduce {
	case place.ReduceJump:
		return jumpInterval(h, part, s.hi)
	case place.ReduceRing:
		if example.Bits() == 32 { // Citus': signed
			h = h<<32 ^ 1<<63
		}
	default:
		h <<= 64 - example.Bits() + int(example.Drop)
	}
	return fastrangeInterval(h, part)
}

// fastrangeInterval returns the N with x * N >> 64 = part.
func fastrangeInterval(x uint64, part uint32) (span, bool) {
	bound := func(part uint64) uint64 { // the least N with x * N >> 64 >= part
		if part == 0 {
			return 0
		}
		if x <= part {
			return 1 << 32
		}
		n, rest := bits.Div64(part, 0, x)
		if rest > 0 {
			n++
		}
		return min(n, 1<<32)
	}
	lo, end := bound(uint64(part)), bound(uint64(part)+1)
	if lo >= end {
		return span{}, false
	}
	return span{uint32(lo), uint32(end - 1)}, true
}

// jumpInterval returns the N up to most for which jump consistent hash says part:
// those from part + 1 to the next jump, if there is a jump to part at all.
func jumpInterval(key uint64, part, most uint32) (span, bool) {
	at, next := uint64(0), uint64(0)
	for next <= uint64(part) {
		at = next
		key = key*2862933555777941757 + 1
		next = uint64(float64(at+1) * (float64(1<<31) / float64(key>>33+1)))
	}
	return span{part + 1, uint32(min(next, uint64(most)))}, at == uint64(part)
}

// stableModIntervals returns the N within s for which a folded hash has the partition.
func stableModIntervals(h uint64, part uint32, s span) (all []span) {
	for power := bits.Len32(s.lo - 1); power <= bits.Len32(s.hi-1); power++ {
		in, ok := stableModInterval(h, part, power)
		if in.lo, in.hi = max(in.lo, s.lo), min(in.hi, s.hi); ok && in.lo <= in.hi {
			all = append(all, in)
		}
	}
	return all
}

// stableModInterval returns the N above 2^(power-1) and up to 2^power for which stablemod says
// part: it is the hash's low bits where N is above them, and these less the highest where it is not.
func stableModInterval(h uint64, part uint32, power int) (span, bool) {
	largest := uint64(1) << power
	low, least := h&(largest-1), largest/2+1
	end := min(largest, math.MaxUint32)
	switch {
	case power == 0:
		return span{1, 1}, part == 0
	case low == uint64(part):
		return span{uint32(max(least, low+1)), uint32(end)}, true
	case low == uint64(part)|largest/2:
		return span{uint32(least), uint32(min(low, end))}, low >= least
	}
	return span{}, false
}

// fullest returns so many N that lie in the most intervals, the least of those that are equal.
func fullest(in []span, s span, most int) []uint32 {
	type edge struct {
		at    uint64
		count int
	}
	edges := make([]edge, 0, 2*len(in))
	for _, i := range in {
		edges = append(edges, edge{uint64(i.lo), 1}, edge{uint64(i.hi) + 1, -1})
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Compare(a.at, b.at) })
	type stretch struct{ from, end, count uint64 } // without its end
	var stretches []stretch
	count := 0
	for i, e := range edges {
		count += e.count
		if i+1 < len(edges) && edges[i+1].at != e.at {
			stretches = append(stretches, stretch{e.at, edges[i+1].at, uint64(count)})
		}
	}
	slices.SortStableFunc(stretches, func(a, b stretch) int { return cmp.Compare(b.count, a.count) })
	var found []uint32
	for _, t := range stretches {
		for n := t.from; n < t.end && s.has(n); n++ {
			if len(found) == most {
				return found
			}
			found = append(found, uint32(n))
		}
	}
	return found
}
