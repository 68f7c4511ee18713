package plan

import (
	"math"
	"slices"
)

// tournament holds a number for each of n places, and finds the largest, or the first that
// is large enough, in the logarithm of n steps.
type tournament struct {
	leaves int
	tree   []int64 // node i is the larger one of nodes 2i and 2i+1; the places are the last
}

func newTournament(n int) *tournament {
	leaves := 1
	for leaves < n {
		leaves *= 2
	}
	t := &tournament{leaves, make([]int64, 2*leaves)}
	for i := range t.tree {
		t.tree[i] = math.MinInt64
	}
	return t
}

func (t *tournament) clone() *tournament { return &tournament{t.leaves, slices.Clone(t.tree)} }

func (t *tournament) at(i int) int64 { return t.tree[t.leaves+i] }

func (t *tournament) set(i int, x int64) {
	i += t.leaves
	t.tree[i] = x
	for i > 1 {
		i /= 2
		t.tree[i] = max(t.tree[2*i], t.tree[2*i+1])
	}
}

// largest returns the first place that has the largest number.
func (t *tournament) largest() int { return t.first(t.tree[1]) }

// first returns the first place that has x or more, -1 if there is none.
func (t *tournament) first(x int64) int {
	if t.tree[1] < x {
		return -1
	}
	i := 1
	for i < t.leaves {
		i *= 2
		if t.tree[i] < x {
			i++
		}
	}
	return i - t.leaves
}
