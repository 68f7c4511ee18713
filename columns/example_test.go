package columns_test

import (
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/place"
)

// In which of 16 buckets does Iceberg put the rows of a bigint column?
func ExamplePlace() {
	ids := columns.Column{Type: columns.Type{Kind: columns.Int64}, Ints: []int64{34, 35, 36}}
	placed := keymill.Placement{Parts: make([]uint32, ids.Len())}
	err := columns.Place(cpu.New(), &placed, keymill.Params{Scheme: place.Iceberg(16)}, ids)
	fmt.Println(placed.Parts, err)
	// Output: [3 5 14] <nil>
}

// An encoder is made once, and used for one batch of rows after another: here of
// Spark's repartition(200, customer, day), with a null.
func ExampleEncoder() {
	customer, day := columns.Type{Kind: columns.String}, columns.Type{Kind: columns.Date}
	e, err := columns.NewEncoder(place.Spark(200), customer, day)
	if err != nil {
		panic(err)
	}
	rows := []columns.Column{
		{Type: customer, Bytes: keymill.NewBatch("c-1001", "c-1001", "c-1002")},
		{Type: day, Ints: []int64{20780, 0, 20780}, Valid: []uint64{0b101}},
	}
	placed := keymill.Placement{Parts: make([]uint32, 3)}
	if err := e.Place(cpu.New(), &placed, rows...); err != nil {
		panic(err)
	}
	fmt.Println(placed.Parts)
	// Output: [151 128 4]
}
