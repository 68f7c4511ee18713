package plan

import "sort"

// cut cuts loads, which are not 0, into so many runs of one or more, so that the heaviest
// run is as light as it can be, and the others near the mean. It returns where each run but the first
// begins, and what the heaviest has. There are as many loads as runs at least.
func cut(loads []uint64, runs int) (begins []int, heaviest uint64) {
	sums := make([]uint64, len(loads)+1) // of all before
	largest := uint64(0)
	for i, load := range loads {
		sums[i+1] = sums[i] + load
		largest = max(largest, load)
	}
	total := sums[len(loads)]
	low, high := max(largest, ceilDiv(total, uint64(runs))), total
	for low < high {
		if middle := low + (high-low)/2; runsOf(sums, middle) <= runs {
			high = middle
		} else {
			low = middle + 1
		}
	}
	heaviest = low
	// needs has of each load how many runs it takes from there on, none above the heaviest.
	needs := make([]int, len(loads)+1)
	for i, end := len(loads)-1, len(loads); i >= 0; i-- {
		for sums[end]-sums[i] > heaviest {
			end--
		}
		needs[i] = needs[end] + 1
	}
	at := 0
	for left := runs; left > 1; left-- {
		// It ends where the rest can do with the runs that are left, and has a load for each.
		first := at + 1 + sort.Search(len(loads)-at-left, func(i int) bool { return needs[at+1+i] <= left-1 })
		last := min(at+sort.Search(len(loads)-at, func(i int) bool { return sums[at+i+1]-sums[at] > heaviest }), len(loads)-left+1)
		target := sums[at] + (total-sums[at])/uint64(left)
		end := at + sort.Search(len(loads)-at, func(i int) bool { return sums[at+i] >= target })
		if end > at && target-sums[end-1] < sums[end]-target {
			end--
		}
		at = min(max(end, first), last)
		begins = append(begins, at)
	}
	return begins, heaviest
}

// runsOf returns how many runs it takes, none of which is above the limit, if no load is.
func runsOf(sums []uint64, limit uint64) (runs int) {
	for at := 0; at < len(sums)-1; runs++ {
		at += sort.Search(len(sums)-1-at, func(i int) bool { return sums[at+i+1]-sums[at] > limit })
	}
	return runs
}
