package identify_test

import (
	"context"
	"fmt"

	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan/identify"
)

// What has placed these keys, of which a system says only where they are?
func ExampleFind() {
	var keys [][]byte
	var parts []uint32
	for i := range 200 {
		key := fmt.Appendf(nil, "order:%d", i)
		_, part := place.Librdkafka(12).Place(key) // the system that nobody knows
		if i == 7 {
			part = 3 // somebody has moved it
		}
		keys, parts = append(keys, key), append(parts, part)
	}
	report, err := identify.Find(context.Background(), keys, parts, identify.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(report.Verdict)
	named := report.Named[0]
	fmt.Printf("%s, %d partitions: %d of %d pairs\n", named.Scheme, named.Partitions, named.Explained, report.Pairs)
	for _, pair := range report.UnexplainedPairs {
		fmt.Printf("%s has %d and not %d\n", pair.Key(), pair.Partition, *pair.Expected[0])
	}
	// Output:
	// partly
	// librdkafka, 12 partitions: 199 of 200 pairs
	// order:7 has 3 and not 4
}
