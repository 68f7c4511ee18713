package identify

import (
	"math"
	"slices"
)

// MaxChance is the chance from which on nothing is named: that random pairs are
// explained as well as these by any of the candidates that were tried.
const MaxChance = 1e-6

// logTail returns the natural logarithm of the chance that of n things, each with
// the chance q, at least k happen. It is summed up here, since what matters is far
// below the smallest float.
func logTail(n, k int, q float64) float64 {
	if k <= 0 || q >= 1 {
		return 0
	}
	logs := make([]float64, 0, n-k+1)
	all := logFactorial(n)
	for i := k; i <= n; i++ {
		x := all - logFactorial(i) - logFactorial(n-i) + float64(i)*math.Log(q)
		if i < n {
			x += float64(n-i) * math.Log1p(-q)
		}
		logs = append(logs, x)
	}
	largest, sum := slices.Max(logs), 0.0
	for _, x := range logs {
		sum += math.Exp(x - largest)
	}
	return min(largest+math.Log(sum), 0)
}

func logFactorial(n int) float64 {
	l, _ := math.Lgamma(float64(n) + 1)
	return l
}

// surprise is how far k of n, each with the chance q, is beyond chance: about
// -logTail, by Chernoff's bound, and fast; 0 for what chance expects.
func surprise(n, k int, q float64) float64 {
	if n == 0 || float64(k) <= q*float64(n) {
		return 0
	}
	f := float64(k) / float64(n)
	s := f * math.Log(f/q)
	if k < n {
		s += (1 - f) * math.Log((1-f)/(1-q))
	}
	return s * float64(n)
}

// agreement returns how often two columns agree if their rows are shuffled: what is
// to be expected of a candidate whose partitions are as uneven as these.
func agreement(a, b []uint32) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	counts := map[uint32]int{}
	for _, p := range a {
		counts[p]++
	}
	n := 0
	for _, p := range b {
		n += counts[p]
	}
	return float64(n) / (float64(len(a)) * float64(len(b)))
}

// collision returns how often two of the partitions are the same: 1 in N if they are even,
// always if there is only one. What gives all keys few partitions, for whatever reason,
// explains that much of pairs that have few.
func collision(parts []uint32) float64 {
	counts := map[uint32]int{}
	for _, p := range parts {
		counts[p]++
	}
	same := 0
	for _, n := range counts {
		same += n * (n - 1)
	}
	return float64(same) / max(float64(len(parts))*float64(len(parts)-1), 1)
}

// neededPairs returns how many pairs of so many partitions, as even as these, are explained
// by one of the candidates with less than MaxChance; 0 if no number of them would do.
func neededPairs(partitions uint32, parts []uint32, candidates uint64) int {
	q := max(1/float64(max(partitions, 2)), collision(parts))
	if q == 1 {
		return 0
	}
	return int(math.Ceil(math.Log(float64(max(candidates, 1))/MaxChance) / -math.Log(q)))
}

// independent returns how many of some pairs, in the order of their keys, say something of a
// candidate, to which they have these numbers and partitions. Keys of one number, as those
// of one hash tag, are one. And if neighbours mostly have the same partition, as weak
// hashes do with counters, then where a partition goes over into the next is all that pairs say:
// of a good hash all but 1 in N do.
func independent(numbers []number, placed []uint32, partitions uint32) int {
	if partitions < 2 || len(placed) == 0 {
		return len(placed)
	}
	different := map[number]bool{numbers[0]: true}
	changes := 0
	for i := range placed[1:] {
		different[numbers[i+1]] = true
		if placed[i] != placed[i+1] {
			changes++
		}
	}
	runs := 1 + float64(changes)/(1-1/float64(partitions))
	return min(len(different), int(runs), len(placed))
}

// chance returns the natural logarithm of how many of the candidates explain as many of these
// pairs, in the order of their keys, as this one by chance, which bounds the chance that any does.
func (s *search) chance(j *judged, pairs []int, candidates uint64) float64 {
	var given, placed []uint32
	var numbers []number
	explained := 0
	for _, i := range pairs {
		if j.placed[i] == noPartition {
			continue
		}
		given, placed, numbers = append(given, s.pairs.parts[i]), append(placed, j.placed[i]), append(numbers, j.numbers[i])
		if j.placed[i] == s.pairs.parts[i] {
			explained++
		}
	}
	n, q := len(given), max(1/float64(j.parts), collision(given))
	chance := func() float64 { return logTail(n, explained, q) + math.Log(float64(max(candidates, 1))) }
	if first := chance(); first >= math.Log(MaxChance) {
		return first
	}
	// What chance seems not to explain is looked at more closely: it may be that the
	// candidate gives any such keys these partitions, or that it is no random function of them.
	others := j.f.placeAll(s.others, j.parts)
	if a := agreement(others, given); len(others) >= minOthers && a > 2*q+10/float64(len(others)) {
		q = a
	}
	if m := independent(numbers, placed, j.parts); m < n {
		explained, n = explained*m/n, m
	}
	return chance()
}
