package main

import (
	"context"
	"math/bits"
	"slices"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

// run fills the report. rejected is not nil if rows were.
func (c *capacity) run(ctx context.Context) (rejected, err error) {
	switch {
	case c.shared > 0:
		rejected, err = c.countShared(ctx)
	case len(c.f.try) > 0:
		rejected, err = c.count(ctx, c.layouts(c.f.try))
	default: // how much it is, and how much the heaviest key may have
		rejected, err = c.count(ctx, []layout{c.fewest})
	}
	if err != nil {
		return nil, err
	}
	c.report.Total = c.stamp.Load()
	if err := c.weighKeys(ctx); err != nil {
		return nil, err
	}
	numbers := c.numbers()
	c.report.From = c.report.UpTo + 1
	if len(numbers) > 0 {
		c.report.From = numbers[0]
	}
	search := plan.NewSearch(numbers)
	if err := c.search(ctx, search); err != nil {
		return nil, err
	}
	c.report.Nodes, _ = search.Found()
	c.report.Skipped = search.Skipped()
	return rejected, nil
}

// search tries numbers until it is found out.
func (c *capacity) search(ctx context.Context, search *plan.Search) error {
	switch {
	case len(c.f.try) > 0:
		return c.try(search, c.f.try)
	case c.report.TooHeavy != nil || c.report.TooFull != nil:
		return nil
	case c.shared > 0: // which takes no pass
		return c.trySlowly(search)
	}
	most := maxSides
	if c.racks != nil {
		most = max(maxSides/3, 2)
		if !c.alike() {
			most = max(maxSides/(1+len(slices.Compact(slices.Sorted(slices.Values(c.racks))))), 2)
		}
	}
	for numbers := search.Next(most); len(numbers) > 0; numbers = search.Next(most) {
		if _, err := c.count(ctx, c.layouts(numbers)); err != nil {
			return err
		}
		if err := c.try(search, numbers); err != nil {
			return err
		}
		clear(c.counts)
	}
	return nil
}

// try says of numbers, whose layouts are counted, whether they fit.
func (c *capacity) try(search *plan.Search, numbers []int) error {
	for _, n := range numbers {
		f, err := c.fit(n)
		if err != nil {
			return err
		}
		c.report.Tried = append(c.report.Tried, f)
		search.Tried(n, f.Fits)
	}
	slices.SortFunc(c.report.Tried, func(a, b plan.Fit) int { return a.Nodes - b.Nodes })
	return nil
}

// above is how many numbers above one that fits are looked at, too.
const above = 2

// trySlowly tries one number after the other.
func (c *capacity) trySlowly(search *plan.Search) error {
	left := above
	for _, n := range c.numbers() {
		if err := c.try(search, []int{n}); err != nil {
			return err
		}
		if _, found := search.Found(); found {
			if left--; left < 0 {
				break
			}
		}
	}
	return nil
}

// countShared counts what the partitions have that the nodes share.
func (c *capacity) countShared(ctx context.Context) (rejected, err error) {
	which := c.f.which
	which.nodes, which.partitions = "", c.shared
	s, err := c.f.side(&which)
	if err != nil {
		return nil, err
	}
	tallies, rejected, err := c.pass(ctx, []*side{s})
	if err != nil {
		return nil, err
	}
	loads, unplaced := tallies[0].Sum()
	c.report.Unplaced = unplaced
	c.below = make([]uint64, 1, loads.Len()+1)
	for p := range loads.Len() {
		has := c.report.By.Of(loads.At(p))
		c.below = append(c.below, c.below[p]+has)
		if full := c.report.TooFull; has > c.most() && (full == nil || has > full.Has) {
			c.report.TooFull = &plan.TooFull{Partition: uint32(p), Has: has}
		}
	}
	return rejected, nil
}

// weighKeys finds a key that has more than any node may have, if the input can be read again and there
// may be one.
func (c *capacity) weighKeys(ctx context.Context) error {
	most := c.most()
	if c.once || c.bounds.Heaviest <= most {
		return nil
	}
	heavy, now := c.bounds.HeavyFrom(most+1), new(plan.Stamp)
	_, err := c.app.pass(ctx, c.args, &c.f.planFlags, nil, true, func(rows *plan.Rows, _ [][]uint32) error {
		return first(heavy.Add(rows), now.Add(rows))
	})
	if err != nil && !isRejected(err) {
		return err
	}
	if !now.Equal(c.stamp) {
		return errChanged(c.stamp, now)
	}
	found := heavy.Keys()
	keys := make([][]byte, len(found))
	for i, key := range found {
		keys[i] = key.Key
	}
	s, err := c.anyOne()
	if err != nil {
		return err
	}
	parts, err := c.app.placeKeys(&c.f.input, s, keys)
	if err != nil {
		return err
	}
	for i, key := range found {
		if parts[i] != keymill.NoPartition {
			c.report.TooHeavy = &plan.TooHeavy{KeyName: plan.NameOf(key.Key), Has: c.report.By.Of(key.Load)}
			return nil
		}
	}
	return nil
}

// anyOne returns some placement of the scheme, which says whether a key has a place at all.
func (c *capacity) anyOne() (*side, error) {
	if c.shared == 0 {
		return c.side(c.fewest)
	}
	which := c.f.which
	which.nodes, which.partitions = "", c.shared
	return c.f.side(&which)
}

// numbers returns the numbers of nodes that the scheme takes and that could hold all of it, in
// ascending order.
func (c *capacity) numbers() (numbers []int) {
	holds := c.holds()
	for n := 1; n <= c.report.UpTo; n++ {
		switch {
		case !holds(n):
		case c.possible(n):
			numbers = append(numbers, n)
		default:
			c.report.Gaps = true
		}
	}
	return numbers
}

// possible says whether the scheme takes so many nodes, and what is left of them without a rack.
func (c *capacity) possible(n int) bool {
	if c.members || c.shared > 0 {
		return true
	}
	_, left := c.left(n)
	return !slices.ContainsFunc(append(left, n), func(parts int) bool {
		_, err := place.Lookup(c.f.which.scheme, uint32(parts))
		return parts > 0 && err != nil
	})
}

// holds says whether the nodes' limits together are as much as all of it, whatever is lost.
func (c *capacity) holds() func(n int) bool {
	all, of, most := uint64(0), map[string]uint64{}, uint64(0)
	next := 0
	return func(n int) bool { // n ascends
		for ; next < n; next++ {
			weight := uint64(max(c.list[next].Weight, 1))
			all += weight
			if c.racks != nil {
				of[c.racks[next]] += weight
				most = max(most, of[c.racks[next]])
			}
		}
		hi, lo := bits.Mul64(c.report.Usable, all-most)
		return hi > 0 || lo >= c.placed()
	}
}

// most returns what the node that may have the most may have.
func (c *capacity) most() uint64 {
	weight := uint64(1)
	for _, n := range c.list[:c.report.UpTo] {
		weight = max(weight, uint64(n.Weight))
	}
	if hi, lo := bits.Mul64(c.report.Usable, weight); hi == 0 {
		return lo
	}
	return 1<<64 - 1
}
