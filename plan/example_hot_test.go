package plan_test

import (
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

// hashed returns keys as rows, with what plans need of them.
func hashed(keys ...string) *plan.Rows {
	batch := keymill.NewBatch(keys...)
	var p keymill.Placement
	p.Resize(keymill.OutHashes, batch.Len(), 0)
	if err := cpu.New().Place(&p, &batch, plan.Identity()); err != nil {
		panic(err)
	}
	rows := &plan.Rows{Keys: &batch, Hashes: p.Hashes}
	for i := range keys {
		rows.Serials = append(rows.Serials, uint64(i)) // which row of the stream it is
	}
	return rows
}

// Which key is hot, and what if it had a partition of its own?
func ExampleHot() {
	rows := hashed("a", "a", "b", "a", "c", "a", "d")
	scheme := place.Kafka(2)
	parts := make([]uint32, rows.Keys.Len())
	for i := range parts {
		_, parts[i] = scheme.Place(rows.Keys.Key(i))
	}
	tally, census := plan.NewTally(2, false), plan.NewCensus()
	if err := tally.Add(rows, parts); err != nil { // any number of times, by any number of goroutines
		panic(err)
	}
	if err := census.Add(rows); err != nil {
		panic(err)
	}

	keys, few := census.Keys(plan.ByKeys) // not few: see Bounds.Heavy, and Bounds.Named
	named, others := plan.NamedExactly(keys, plan.ByKeys, 1, 1)
	for i := range named {
		_, named[i].Partition = scheme.Place(named[i].Key)
	}
	loads, _ := tally.Sum()
	hot := plan.Hot{By: plan.ByKeys, Total: plan.Load{Keys: 7}, Exact: few}
	if err := hot.Work(loads, named, others); err != nil {
		panic(err)
	}
	fmt.Printf("%s has %d of %d, no other more than %d\n", hot.Keys[0].Bytes(), hot.Keys[0].Has.Low, hot.Total.Keys, hot.OthersAtMost)
	fmt.Printf("the fullest has %d, with this key isolated %d\n", hot.AsIs.Fullest.Low, hot.WhatIf[0].Isolated.Fullest.Low)
	fmt.Println("largest useful number of partitions:", hot.LargestUseful.Low)
	// Output:
	// a has 4 of 7, no other more than 1
	// the fullest has 6, with this key isolated 4
	// largest useful number of partitions: 2
}

// Where should a table be split so that regions have the same?
func ExampleBestSplit() {
	rows := hashed("user:1001", "user:1002", "order:7", "order:8", "user:2001", "item:44")
	draws := plan.NewDraws(plan.ByKeys, 1000, 1<<10)
	if err := draws.Add(rows); err != nil { // the first pass
		panic(err)
	}
	intervals, err := plan.NewIntervals(plan.Splitters(draws.Draws()), false)
	if err != nil {
		panic(err)
	}
	if err := intervals.Add(rows); err != nil { // the second pass, over the same rows
		panic(err)
	}
	split, err := plan.BestSplit(intervals, plan.ByKeys, 3)
	if err != nil {
		panic(err)
	}
	for _, r := range split.Ranges {
		fmt.Printf("from %q: %d\n", r.Start, r.Load.Keys)
	}
	// Output:
	// from "": 2
	// from "order:8": 2
	// from "user:1002": 2
}

// How many nodes does it take so that none has more than 400 of 1,000 keys?
func ExampleSearch() {
	most := func(nodes int) (fullest int) {
		scheme, counts := place.Jump(uint32(nodes)), make([]int, nodes)
		for i := range 1000 {
			_, part := scheme.Place(fmt.Append(nil, "user:", i))
			counts[part]++
			fullest = max(fullest, counts[part])
		}
		return fullest
	}
	search := plan.NewSearch([]int{1, 2, 3, 4, 5, 6, 7, 8})
	for numbers := search.Next(4); len(numbers) > 0; numbers = search.Next(4) {
		for _, n := range numbers {
			search.Tried(n, most(n) <= 400)
		}
	}
	nodes, found := search.Found()
	fmt.Println(nodes, found, "skipped", search.Skipped())
	// Output: 3 true skipped 0
}
