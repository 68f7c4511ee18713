package plan_test

import (
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

// What moves if Kafka's partitions become three, of two.
func ExampleMoves() {
	keys := keymill.NewBatch("user:1001", "user:1002", "order:7", "order:8")
	moves, err := plan.NewMoves(plan.Partitions(2), plan.Partitions(3), false)
	if err != nil {
		panic(err)
	}
	var before, after keymill.Placement
	for _, side := range []struct {
		placed *keymill.Placement
		n      uint32
	}{{&before, 2}, {&after, 3}} {
		side.placed.Resize(keymill.OutParts, keys.Len(), 0)
		if err := cpu.New().Place(side.placed, &keys, keymill.Params{Scheme: place.Kafka(side.n)}); err != nil {
			panic(err)
		}
	}
	if err := moves.Add(&plan.Rows{Keys: &keys}, before.Parts, after.Parts); err != nil {
		panic(err)
	}
	m, err := moves.Movement(plan.ByKeys)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d of %d keys move, at least %d have to\n", m.Moved.Keys, m.Total.Keys, m.Least)
	for _, p := range m.Pairs {
		fmt.Printf("%v to %v: %d keys, %d bytes\n", p.From, p.To, p.Keys, p.Bytes)
	}
	// Output:
	// 4 of 4 keys move, at least 3 have to
	// 1 to 0: 2 keys, 14 bytes
	// 1 to 2: 2 keys, 18 bytes
}

// A third broker takes partitions from two, by what they have.
func ExampleRebalance() {
	from := plan.Places{N: 2, Names: []string{"1", "2"}}
	to := plan.Places{N: 3, Names: []string{"1", "2", "3"}}
	loads := []uint64{50, 30, 10, 10, 60, 20} // of each partition
	owners := []uint32{0, 0, 0, 0, 1, 1}      // broker 1 has four of them
	r, err := plan.Rebalance(loads, owners, from, to)
	if err != nil {
		panic(err)
	}
	for p, owner := range r.Owners {
		if owner != owners[p] {
			fmt.Printf("partition %d goes to broker %s\n", p, to.Names[owner])
		}
	}
	fmt.Printf("%d of 180 move, and no plan as even moves less than %d\n", r.Moved, r.Bound)
	// Output:
	// partition 1 goes to broker 3
	// partition 2 goes to broker 3
	// partition 5 goes to broker 3
	// 60 of 180 move, and no plan as even moves less than 60
}
