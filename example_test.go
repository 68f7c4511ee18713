package keymill_test

import (
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/place"
)

// Where would Kafka put these keys, on 12 partitions?
func Example() {
	batch := keymill.NewBatch("user:1001", "user:1002", "order:7")
	var placed keymill.Placement
	placed.Resize(keymill.OutParts|keymill.OutCounts, batch.Len(), 12)
	err := cpu.New().Place(&placed, &batch, keymill.Params{Scheme: place.Kafka(12)})
	if err != nil {
		panic(err)
	}
	fmt.Println(placed.Parts)
	fmt.Println(placed.Counts)
	// Output:
	// [5 5 3]
	// [0 0 0 1 0 2 0 0 0 0 0 0]
}

// Group gives the order in which each partition's keys are together.
func ExamplePlacement_Group() {
	batch := keymill.NewBatch("a", "b", "c", "d", "e")
	var placed keymill.Placement
	placed.Resize(keymill.OutParts, batch.Len(), 3)
	if err := cpu.New().Place(&placed, &batch, keymill.Params{Scheme: place.Mod(3)}); err != nil {
		panic(err)
	}
	var groups keymill.Groups
	if err := placed.Group(&groups, 3); err != nil {
		panic(err)
	}
	for part := range uint32(3) {
		fmt.Print(part, ":")
		for _, i := range groups.Of(part) {
			fmt.Printf(" %s", batch.Key(int(i)))
		}
		fmt.Println()
	}
	// Output:
	// 0: c e
	// 1: a d
	// 2: b
}
