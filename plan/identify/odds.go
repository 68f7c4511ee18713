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

// logChance returns the natural logarithm of how many of the candidates explain as many
// pairs of these partitions by chance, which bounds the chance that any does. others, asked
// only where it matters, returns the partitions that this one gives to other keys, for
// which it was not chosen.
func logChance(x score, parts uint32, given []uint32, others func() []uint32, candidates uint64) float64 {
	q := max(1/float64(parts), collision(given))
	chance := func() float64 {
		return logTail(x.pairs(), x.explained, q) + math.Log(float64(max(candidates, 1)))
	}
	if first := chance(); first >= math.Log(MaxChance) {
		return first
	}
	placed := others()
	if a := agreement(placed, given); len(placed) >= minOthers && a > 2*q+10/float64(len(placed)) {
		q = a
	}
	return chance()
}
