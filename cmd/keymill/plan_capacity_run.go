package main

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

// layout is one state of the cluster: the first so many nodes, without those of a rack, if it
// is not "". Where nodes are all alike it is just so many.
type layout struct {
	nodes int
	lost  string
}

const (
	maxSides = 48      // placements in one pass
	sideRows = 1 << 18 // partitions of all of them, 16 bytes each for each worker, if they are more than one

	capacityWidth = 1 << 14 // of the sketch, that says whether a key may be too heavy
)

// alike says that nodes differ in nothing but their number.
func (c *capacity) alike() bool {
	return !c.members && !slices.ContainsFunc(c.list, func(n nodes.Node) bool { return max(n.Weight, 1) != 1 })
}

// left returns how many nodes are left of the first n when each of their racks is lost, in the order of
// the racks' first nodes.
func (c *capacity) left(n int) (racks []string, left []int) {
	if c.racks == nil {
		return nil, nil
	}
	of := map[string]int{}
	for _, rack := range c.racks[:n] {
		if of[rack]++; of[rack] == 1 {
			racks = append(racks, rack)
		}
	}
	for _, rack := range racks {
		left = append(left, n-of[rack])
	}
	return racks, left
}

// without returns the layout of the first n nodes without a rack, of which so many are left.
func (c *capacity) without(n int, rack string, left int) layout {
	if c.alike() {
		return layout{nodes: left}
	}
	return layout{n, rack}
}

// layouts returns all that it takes to know whether these numbers fit.
func (c *capacity) layouts(numbers []int) (all []layout) {
	seen := map[layout]bool{}
	add := func(l layout) {
		if !seen[l] {
			seen[l], all = true, append(all, l)
		}
	}
	for _, n := range numbers {
		add(layout{nodes: n})
		racks, left := c.left(n)
		for i, rack := range racks {
			if left[i] > 0 {
				add(c.without(n, rack, left[i]))
			}
		}
	}
	return all
}

// nodesOf returns the nodes of a layout.
func (c *capacity) nodesOf(l layout) []nodes.Node {
	if l.lost == "" {
		return c.list[:l.nodes]
	}
	var list []nodes.Node
	for i, n := range c.list[:l.nodes] {
		if c.racks[i] != l.lost {
			list = append(list, n)
		}
	}
	return list
}

// side returns the placement of a layout, where each node is a partition.
func (c *capacity) side(l layout) (*side, error) {
	which := c.f.which
	if !c.members {
		which.nodes, which.partitions = "", uint32(l.nodes)
		return c.f.side(&which)
	}
	if which.hash != "" || which.seed != "" {
		return nil, usageError{fmt.Errorf("scheme %s: --hash and --seed are fixed by its members, which are hashed too: leave them out", which.scheme)}
	}
	if which.scheme == "maglev" {
		which.scheme = "maglev-envoy"
	}
	scheme, err := place.LookupMembers(which.scheme, nodes.Members(c.nodesOf(l)))
	if err != nil && which.nodes == "" {
		err = usageError{fmt.Errorf("%w (members node-0, node-1 ...: name the real ones with --nodes)", err)}
	}
	if err != nil {
		return nil, fmt.Errorf("of %s: %w", plural(int64(l.nodes), "node"), err)
	}
	params := keymill.Params{Scheme: scheme}
	placer, err := c.f.types.placer(params, &c.f.input)
	return &side{params: params, placer: placer, parts: scheme.Parts}, err
}

// count reads the input and counts what each node of these layouts has, those that are not counted yet.
func (c *capacity) count(ctx context.Context, all []layout) (rejected, err error) {
	all = slices.DeleteFunc(slices.Clone(all), func(l layout) bool { return c.counts[l] != nil })
	for len(all) > 0 {
		n, parts := 0, 0
		for n < min(len(all), maxSides) && (n == 0 || c.once || parts+all[n].nodes <= sideRows) {
			parts += all[n].nodes
			n++
		}
		var sides []*side
		for _, l := range all[:n] {
			s, err := c.side(l)
			if err != nil {
				return nil, err
			}
			sides = append(sides, s)
		}
		tallies, rejectedHere, err := c.pass(ctx, sides)
		if err != nil {
			return nil, err
		}
		rejected = first(rejected, rejectedHere)
		for i, l := range all[:n] {
			c.counts[l], c.report.Unplaced = tallies[i].Sum()
		}
		all = all[n:]
	}
	return rejected, nil
}

// pass reads the input, and counts what each partition has under each side. All but the first
// side are placed in the same memory.
func (c *capacity) pass(ctx context.Context, sides []*side) (tallies []*plan.Tally, rejected, err error) {
	for _, s := range sides {
		tallies = append(tallies, plan.NewTally(s.parts, c.f.weights))
	}
	d, err := c.f.input.dispatcher(c.app)
	if err != nil {
		return nil, nil, err
	}
	stamp, sketch, err := new(plan.Stamp), (*plan.Sketch)(nil), error(nil)
	if c.bounds == nil {
		if sketch, err = plan.NewSketch(c.report.By, capacityWidth); err != nil {
			return nil, nil, err
		}
	}
	_, rejected = c.app.passJobs(ctx, c.args, &c.f.planFlags, sides[:1], true, func(job *ingest.Job, rows *plan.Rows, parts [][]uint32) error {
		if err := first(stamp.Add(rows), tallies[0].Add(rows, parts[0])); err != nil {
			return err
		}
		if sketch != nil {
			if err := sketch.Add(rows); err != nil {
				return err
			}
		}
		for i, s := range sides[1:] {
			if err := s.placer.place(d, job, keymill.OutParts); err != nil {
				return err
			}
			if err := tallies[1+i].Add(rows, job.Placement.Parts); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case rejected != nil && !isRejected(rejected):
		return nil, nil, rejected
	case c.stamp != nil && !c.stamp.Equal(stamp):
		return nil, nil, errChanged(c.stamp, stamp)
	}
	c.stamp, c.f.input.again = stamp, true
	if sketch != nil {
		c.bounds = sketch.Bounds()
	}
	return tallies, rejected, nil
}

// loads returns what each node of a layout has by the measure, and its weight.
func (c *capacity) loads(l layout) (loads, weights []uint64, err error) {
	list := c.nodesOf(l)
	for _, n := range list {
		weights = append(weights, uint64(max(n.Weight, 1)))
	}
	by := c.report.By
	if c.shared == 0 {
		counts := c.counts[l]
		for p := range counts.Len() {
			loads = append(loads, by.Of(counts.At(p)))
		}
		return loads, weights, nil
	}
	owners, err := nodes.Assign(list, c.shared)
	if err != nil {
		return nil, nil, err
	}
	end := 0
	for i := range list { // each has a range, in their order
		begin := end
		end = begin + sort.Search(int(c.shared)-begin, func(p int) bool { return owners.Owner(uint32(begin+p)) > i })
		loads = append(loads, c.below[end]-c.below[begin])
	}
	return loads, weights, nil
}

// fit returns whether so many nodes are enough.
func (c *capacity) fit(n int) (plan.Fit, error) {
	known := map[layout]plan.Full{} // racks of nodes that are all alike leave the same
	full := func(l layout) (plan.Full, error) {
		if f, there := known[l]; there {
			return f, nil
		}
		loads, weights, err := c.loads(l)
		if err != nil {
			return plan.Full{}, err
		}
		known[l], err = plan.FullOf(loads, weights, c.report.Usable)
		return known[l], err
	}
	f := plan.Fit{Nodes: n}
	var err error
	if f.Full, err = full(layout{nodes: n}); err != nil {
		return f, err
	}
	f.Fits = f.Full.Fits(c.report.Usable)
	var lost []plan.Lost
	racks, left := c.left(n)
	for i, rack := range racks {
		l := plan.Lost{Rack: rack, Left: left[i]}
		if left[i] == 0 { // nobody is left who could have anything
			placed := c.placed()
			l.Full = plan.Full{Fullest: placed, Weight: 1, OfUsable: float64(placed) / float64(c.report.Usable)}
			f.Fits = f.Fits && placed == 0
		} else if l.Full, err = full(c.without(n, rack, left[i])); err != nil {
			return f, err
		}
		f.Fits = f.Fits && l.Full.Fits(c.report.Usable)
		lost = append(lost, l)
	}
	if len(lost) > 0 {
		f.Lost = plan.Worst(lost)
	}
	return f, nil
}

// placed returns what all nodes have together.
func (c *capacity) placed() uint64 {
	return c.report.By.Of(c.report.Total) - c.report.By.Of(c.report.Unplaced)
}
