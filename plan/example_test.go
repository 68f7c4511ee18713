package plan_test

import (
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

// How evenly does Kafka's partitioner spread a batch of keys?
func ExampleTally() {
	var keys keymill.Batch
	for i := range 1000 {
		if err := keys.Append(fmt.Appendf(nil, "user:%d", 1000+i)); err != nil {
			panic(err)
		}
	}
	var placed keymill.Placement
	placed.Resize(keymill.OutParts, keys.Len(), 0)
	if err := cpu.New().Place(&placed, &keys, keymill.Params{Scheme: place.Kafka(4)}); err != nil {
		panic(err)
	}

	tally := plan.NewTally(4, false)
	if err := tally.Add(&plan.Rows{Keys: &keys}, placed.Parts); err != nil {
		panic(err)
	}
	loads, _ := tally.Sum()
	for p := range loads.Len() {
		fmt.Println("partition", p, "has", loads.At(p).Keys)
	}
	spread, err := loads.Spread(plan.ByKeys)
	if err != nil {
		panic(err)
	}
	fmt.Printf("max/mean %.3f, CV %.3f\n", spread.MaxMean, spread.CV)

	// What would chance make of 1,000 keys?
	chance, err := plan.NewChance(4, nil, 1000, 0)
	if err != nil {
		panic(err)
	}
	fmt.Printf("chance: max/mean %.3f to %.3f\n", chance.MaxMean.Low, chance.MaxMean.High)
	fmt.Printf("p %.2f\n", chance.P(spread))
	// Output:
	// partition 0 has 257
	// partition 1 has 231
	// partition 2 has 246
	// partition 3 has 266
	// max/mean 1.064, CV 0.052
	// chance: max/mean 1.008 to 1.168
	// p 0.44
}

// A balance puts placements side by side on one pass, with what a report has of each.
func ExampleBalance() {
	keys := keymill.NewBatch("user:1001", "user:1002", "order:7", "user:1001", "user:1001")
	kafka, jump := place.Kafka(3), place.Jump(3)
	balance, err := plan.NewBalance(plan.ByKeys, false, plan.Placing{Scheme: kafka}, plan.Placing{Scheme: jump})
	if err != nil {
		panic(err)
	}
	var hashed, placed, other keymill.Placement
	hashed.Resize(keymill.OutHashes, keys.Len(), 0)
	placed.Resize(keymill.OutParts, keys.Len(), 0)
	other.Resize(keymill.OutParts, keys.Len(), 0)
	for _, c := range []struct {
		to *keymill.Placement
		by keymill.Params
	}{{&hashed, plan.Identity()}, {&placed, keymill.Params{Scheme: kafka}}, {&other, keymill.Params{Scheme: jump}}} {
		if err := cpu.New().Place(c.to, &keys, c.by); err != nil {
			panic(err)
		}
	}
	if err := balance.Add(&plan.Rows{Keys: &keys, Hashes: hashed.Hashes}, placed.Parts, other.Parts); err != nil {
		panic(err)
	}
	report, err := balance.Report()
	if err != nil {
		panic(err)
	}
	fmt.Println(report.Distinct.Estimate, "distinct keys")
	for _, p := range report.Placements {
		of := p.Spread[plan.ByKeys]
		fmt.Printf("%s: max/mean %.2f; no key has more than %d rows, so that the floor is %.2f\n",
			p.Scheme, of.MaxMean, p.Heaviest.AtMost, of.Floor)
	}
	// Output:
	// 3 distinct keys
	// kafka: max/mean 2.40; no key has more than 3 rows, so that the floor is 1.80
	// jump: max/mean 2.40; no key has more than 3 rows, so that the floor is 1.80
}
