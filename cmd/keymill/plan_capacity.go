package main

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

// capacityFlags are the flags of plan capacity.
type capacityFlags struct {
	planFlags
	which               schemeFlags
	limit, fill, growth string
	racks               string
	upTo                int
	try                 []int
}

// maxCapacity is the largest number of nodes that --up-to takes.
const maxCapacity = 1 << 16

func (a *app) planCapacityCommand() *cobra.Command {
	var f capacityFlags
	cmd := &cobra.Command{
		Use:   "capacity --scheme NAME --limit X [FILE...]",
		Short: "Say how many nodes it takes so that the fullest stays within a limit",
		Long: `Says how many nodes it takes so that none has more than --limit of the rows, bytes or
weight of a stream: on the real keys, exactly, where each key goes under the scheme.

What a node is depends on the scheme:
  counts       kafka, jump, mod and the like: N nodes are N partitions
  partitions   redis, or any of those with --partitions P: P partitions are shared out
               over N nodes anew, in ranges, as 'keymill place --nodes' does
  members      rendezvous, ketama, maglev and the like: N members node-0, node-1 ..., or
               the first N lines of --nodes

With --racks R the nodes are dealt round robin over R racks (named: as the rack= of
--nodes says), and the loss of any one of them must be survived: all keys within the limit
of the nodes that are left. Under a scheme of counts those are so many partitions,
numbered anew; of partitions, they share them out anew; of members, those of the
rack are gone, and the others are as they were. Each rack is lost in turn.

One more node can be worse than one less, so numbers are tried one by one, some thirty in a
pass over the input, from the smallest that can hold the total; what was not tried is said.
The input is a file, as it is read several times; the standard input is read once,
which is enough for schemes of partitions, and for numbers of --try.`,
		Example: `  keymill plan capacity --scheme redis --by bytes --limit 25GB --fill 0.8 --growth 1.3 rows.tsv.gz
  keymill plan capacity --scheme rendezvous --limit 2M --racks 3 keys.txt
  keymill plan capacity --scheme ketama --nodes servers.txt --racks named --by weight --weights --limit 50k requests.tsv
  zcat keys.gz | keymill plan capacity --scheme jump --limit 1M --try 12,16,24 -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.newCapacity(args, &f)
			if err != nil {
				return err
			}
			defer lean(uint64(c.shared))()
			rejected, err := c.run(cmd.Context())
			if err != nil {
				return err
			}
			if f.html != "" {
				if err := a.writePage(f.html, capacityPage(c.report)); err != nil {
					return worst(rejected, err)
				}
			}
			return worst(rejected, writeReport(a, f.input.json, c.report, func(out io.Writer, r *plan.Capacity) {
				writeCapacity(out, r)
				writeUnnamed(out, r.Scheme, f.which.nodes)
			}))
		},
	}
	f.add(cmd)
	f.which.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.limit, "limit", "", "what a node may have by --by, at weight 1: 2M, 400GB, 1.5GiB")
	flags.StringVar(&f.fill, "fill", "1", "the part of the limit that may be used, such as 0.8")
	flags.StringVar(&f.growth, "growth", "1", "how many times as much of every key there will be, such as 1.3")
	flags.StringVar(&f.racks, "racks", "", "survive the loss of any one of so many racks; named: of those of --nodes")
	flags.IntVar(&f.upTo, "up-to", 4096, fmt.Sprintf("the largest number of nodes that is tried, up to %d", maxCapacity))
	flags.IntSliceVar(&f.try, "try", nil, "try these numbers of nodes and no others, in one pass")
	return cmd
}

// capacity is a run of plan capacity.
type capacity struct {
	app    *app
	args   []string
	f      *capacityFlags
	report *plan.Capacity

	members bool   // nodes are members of the scheme
	shared  uint32 // so many partitions are shared out over the nodes; 0: each node is one
	list    []nodes.Node
	racks   []string // of each node; nil: nobody asked
	once    bool     // the input cannot be read again

	bounds *plan.Bounds
	stamp  *plan.Stamp
	fewest layout                 // the fewest nodes that the scheme takes
	counts map[layout]*plan.Loads // where each node is a partition
	below  []uint64               // of shared partitions: what all those below have by the measure
}

func (a *app) newCapacity(args []string, f *capacityFlags) (*capacity, error) {
	measure, err := f.check()
	if err != nil {
		return nil, err
	}
	c := &capacity{app: a, args: args, f: f, report: &plan.Capacity{By: measure, Tried: []plan.Fit{}}, counts: map[layout]*plan.Loads{}}
	if err := c.parseLimit(); err != nil {
		return nil, err
	}
	if err := c.parseScheme(); err != nil {
		return nil, err
	}
	if err := c.parseRacks(); err != nil {
		return nil, err
	}
	if err := c.parseTry(); err != nil {
		return nil, err
	}
	files, err := a.files(args)
	if err != nil {
		return nil, err
	}
	c.once = ingest.Rereadable(files) != nil
	if c.once && c.shared == 0 && len(f.try) == 0 {
		return nil, usageError{fmt.Errorf("the standard input and pipes can be read once, and this takes several passes: " +
			"give a file, or the numbers of nodes to be tried in one pass, as in --try 12,16,24")}
	}
	return c, nil
}

// parseLimit works out what a node may have.
func (c *capacity) parseLimit() error {
	if c.f.limit == "" {
		return usageError{errors.New("no --limit: what may a node have, by --by?")}
	}
	limit, bytes, err := parseAmount(c.f.limit)
	if err != nil {
		return usageError{fmt.Errorf("--limit %s: %w", c.f.limit, err)}
	}
	if bytes && c.report.By != plan.ByBytes {
		return usageError{fmt.Errorf("--limit %s is of bytes: that goes with --by bytes", c.f.limit)}
	}
	fill, err := parseDecimal(c.f.fill)
	if err != nil || fill.Cmp(big.NewRat(1, 1)) > 0 {
		return usageError{fmt.Errorf("--fill %s: it is above 0 and at most 1", c.f.fill)}
	}
	growth, err := parseDecimal(c.f.growth)
	if err != nil {
		return usageError{fmt.Errorf("--growth %s: it is a number above 0", c.f.growth)}
	}
	usable := new(big.Rat).Mul(limit, fill)
	usable.Quo(usable, growth)
	whole := new(big.Int).Quo(usable.Num(), usable.Denom())
	if whole.Sign() == 0 || !whole.IsUint64() || !new(big.Int).Quo(limit.Num(), limit.Denom()).IsUint64() {
		return usageError{fmt.Errorf("--limit %s: a node may have 1 to 2^64-1 of this stream, and this is %s", c.f.limit, usable.FloatString(3))}
	}
	r := c.report
	r.Limit, r.Usable = new(big.Int).Quo(limit.Num(), limit.Denom()).Uint64(), whole.Uint64()
	r.Fill, _ = fill.Float64()
	r.Growth, _ = growth.Float64()
	return nil
}

// parseScheme finds out what a node is, and who they are.
func (c *capacity) parseScheme() error {
	which := &c.f.which
	if c.f.upTo < 1 || c.f.upTo > maxCapacity {
		return usageError{fmt.Errorf("--up-to %d: it takes 1 to %d", c.f.upTo, maxCapacity)}
	}
	c.report.UpTo = c.f.upTo
	c.members = which.scheme == "maglev" || place.NeedsMembers(which.scheme)
	if c.members && which.partitions != 0 {
		return usageError{fmt.Errorf("scheme %s: it has a partition a node, and how many those are is what is asked: leave --partitions out", which.scheme)}
	}
	if which.nodes != "" {
		list, err := readNodes(which.nodes)
		if err != nil {
			return err
		}
		if i := indexOfPlaced(list); i >= 0 {
			return fmt.Errorf("--nodes: %s: node %s has partitions=, but the nodes share them out anew: leave it out", which.nodes, list[i].Name)
		}
		c.list, c.report.UpTo = list, min(c.f.upTo, len(list))
	} else {
		for i := range c.f.upTo {
			c.list = append(c.list, nodes.Node{Member: place.Member{Name: fmt.Sprint("node-", i)}})
		}
	}
	if c.members {
		c.fewest = layout{nodes: 1}
		s, err := c.side(c.fewest)
		if err == nil {
			c.describe(s)
		}
		return err
	}
	if _, err := place.Lookup(which.scheme, 0); which.partitions == 0 && err != nil { // the system has no number of its own
		if which.nodes != "" {
			return usageError{fmt.Errorf("scheme %s: a node is a partition, which has no name: leave --nodes out, or say with --partitions how many they share", which.scheme)}
		}
		return c.findFewest()
	}
	s, err := c.f.side(&schemeFlags{scheme: which.scheme, hash: which.hash, seed: which.seed, partitions: which.partitions})
	if err != nil {
		return err
	}
	c.describe(s)
	c.shared, c.report.Partitions = s.parts, s.parts
	c.report.UpTo = int(min(uint32(c.report.UpTo), s.parts))
	return nil
}

func (c *capacity) describe(s *side) {
	scheme, _ := s.params.Resolve()
	c.report.Scheme, c.report.Hash = scheme.Name, scheme.Hash.String()
}

// findFewest finds the smallest number of partitions that a scheme of counts takes.
func (c *capacity) findFewest() (err error) {
	for n := 1; n <= 64; n++ { // some take only even numbers, or powers of two
		s, sideErr := c.side(layout{nodes: n})
		if sideErr == nil {
			c.fewest = layout{nodes: n}
			c.describe(s)
			return nil
		}
		err = first(err, sideErr)
	}
	return err
}

func (c *capacity) parseRacks() error {
	if c.f.racks == "" {
		return nil
	}
	c.report.Racks = c.f.racks
	if c.f.racks == "named" {
		for _, n := range c.list {
			if n.Rack == "" {
				return usageError{fmt.Errorf("--racks named: node %s has no rack=: each has one, in the file of --nodes", n.Name)}
			}
			c.racks = append(c.racks, n.Rack)
		}
		return nil
	}
	racks, err := strconv.Atoi(c.f.racks)
	if err != nil || racks < 2 || racks > maxCapacity {
		return usageError{fmt.Errorf("--racks %s: it takes 2 to %d, or named", c.f.racks, maxCapacity)}
	}
	for i := range c.list {
		c.racks = append(c.racks, strconv.Itoa(i%racks))
	}
	return nil
}

func (c *capacity) parseTry() error {
	if len(c.f.try) == 0 {
		return nil
	}
	slices.Sort(c.f.try)
	c.f.try = slices.Compact(c.f.try)
	if first, last := c.f.try[0], c.f.try[len(c.f.try)-1]; first < 1 || last > c.report.UpTo {
		return usageError{fmt.Errorf("--try: it takes numbers from 1 to %d (--up-to, and no more than --nodes has)", c.report.UpTo)}
	}
	if n := len(c.layouts(c.f.try)); n > maxSides && c.shared == 0 {
		return usageError{fmt.Errorf("--try: with each rack lost in turn these are %d placements, and one pass takes %d: try fewer", n, maxSides)}
	}
	return nil
}
