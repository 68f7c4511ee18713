package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

// balanceFlags are the flags of `keymill plan balance`.
type balanceFlags struct {
	planFlags
	which schemeFlags
	all   bool
}

func (a *app) balanceCommand() *cobra.Command {
	var f balanceFlags
	cmd := &cobra.Command{
		Use:   "balance --scheme NAME [--partitions N] [--nodes FILE] [FILE...]",
		Short: "Say how evenly keys and bytes lie on partitions and nodes, beside what chance alone gives",
		Long: `Says what each partition has of the keys, bytes and weight of a stream, how uneven that
is, what chance alone would make of as many keys, and below which max/mean no function
comes since the heaviest key is on one of the partitions. With --nodes the same of the
nodes, beside their weights.

Partitions and nodes are counted exactly. A file is read a second time if the first pass
knows the heaviest key too badly; of the standard input, which can be read once, it is a
bound. How many distinct keys there are is exact up to 16,383.`,
		Example: `  keymill plan balance --scheme kafka --partitions 12 keys.txt
  keymill plan balance --scheme redis --nodes masters.txt --by bytes rows.tsv.gz
  keymill plan balance --scheme jump --partitions 100 --weights --by weight --json requests.tsv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := f.side(&f.which)
			if err != nil {
				return err
			}
			report, rejected, err := a.balance(cmd.Context(), args, &f.planFlags, []*side{s})
			if err != nil {
				return err
			}
			single := singleBalance{report.By, report.Stream, report.Distinct, report.Placements[0]}
			return worst(rejected, writeReport(a, f.input.json, &single, f.write))
		},
	}
	f.add(cmd)
	f.which.add(cmd)
	cmd.Flags().BoolVar(&f.all, "all", false, "list all partitions, however many there are")
	return cmd
}

// singleBalance is a report of one placement.
type singleBalance struct {
	By       plan.Measure  `json:"by"`
	Stream   plan.Load     `json:"stream"`
	Distinct plan.Distinct `json:"distinct_keys"`
	*plan.Balanced
}

// compareFlags are the flags of `keymill plan compare`.
type compareFlags struct {
	planFlags
	schemes    []string
	partitions uint32
	nodes      string
}

func (a *app) compareCommand() *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare --scheme NAME,NAME,... [--partitions N] [--nodes FILE] [FILE...]",
		Short: "Put several schemes side by side on the same keys",
		Long: `Says of several schemes, in one pass over the same keys, how evenly each spreads them:
the figures of 'keymill plan balance', a line a scheme. A scheme whose system fixes the
number of partitions, such as redis, has that number. Schemes of members (rendezvous,
ketama, maglev ...) place on the nodes of --nodes, or of a number of partitions on the
members node-0, node-1 and so on.`,
		Example: `  keymill plan compare --scheme kafka,librdkafka,sarama --partitions 12 keys.txt
  keymill plan compare --scheme mod,jump,rendezvous,maglev,redis --partitions 16 --by bytes rows.tsv
  keymill plan compare --scheme redis,ketama,rendezvous --nodes servers.txt keys.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			sides, err := f.sides()
			if err != nil {
				return err
			}
			report, rejected, err := a.balance(cmd.Context(), args, &f.planFlags, sides)
			if err != nil {
				return err
			}
			return worst(rejected, writeReport(a, f.input.json, report, writeCompared))
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.StringSliceVar(&f.schemes, "scheme", nil, "placement schemes, with commas between them, of those that 'keymill place --list' has")
	flags.Uint32Var(&f.partitions, "partitions", 0, "number of partitions of all schemes that do not have their own")
	flags.StringVar(&f.nodes, "nodes", "", "file of the nodes that keys or partitions are placed on, a line a node")
	complete(cmd, "scheme", allSchemeNames()...)
	return cmd
}

// maxCompared bounds the memory of a comparison: a placement takes 9 MiB and more.
const maxCompared = 64

// sides returns a side for each scheme.
func (f *compareFlags) sides() (sides []*side, err error) {
	if len(f.schemes) == 0 {
		return nil, usageError{errors.New("no --scheme: name several, with commas between them, of " + strings.Join(allSchemeNames(), ", "))}
	}
	if len(f.schemes) > maxCompared {
		return nil, usageError{fmt.Errorf("--scheme: %d schemes: it compares at most %d", len(f.schemes), maxCompared)}
	}
	for i, name := range f.schemes {
		if name = strings.TrimSpace(name); name == "maglev" {
			name = "maglev-envoy"
		}
		if slices.Contains(f.schemes[:i], name) {
			return nil, usageError{fmt.Errorf("--scheme: %s is there twice", name)}
		}
		f.schemes[i] = name
		which := schemeFlags{scheme: name, partitions: f.partitions, nodes: f.nodes}
		fixed := slices.ContainsFunc(place.Presets(), func(p place.Preset) bool { return p.Name == name && p.Parts > 0 })
		if fixed || f.nodes != "" && place.NeedsMembers(name) {
			which.partitions = 0
		}
		s, err := f.side(&which)
		if err != nil {
			return nil, err
		}
		sides = append(sides, s)
	}
	return sides, nil
}

// balance reads the input, once or twice, and returns how evenly the sides spread it. rejected is
// not nil if rows were.
func (a *app) balance(ctx context.Context, args []string, f *planFlags, sides []*side) (report *plan.BalanceReport, rejected, err error) {
	measure, err := f.check()
	if err != nil {
		return nil, nil, err
	}
	var placings []plan.Placing
	partitions := uint64(0)
	for _, s := range sides {
		partitions += uint64(s.parts)
		scheme, err := s.params.Resolve()
		if err != nil {
			return nil, nil, usageError{err}
		}
		placings = append(placings, plan.Placing{Scheme: scheme, Owners: s.owners, Members: place.NeedsMembers(scheme.Name)})
	}
	defer lean(partitions)()
	balance, err := plan.NewBalance(measure, f.weights, placings...)
	if err != nil {
		return nil, nil, err
	}
	files, err := a.files(args)
	if err != nil {
		return nil, nil, err
	}
	again, stamp := ingest.Rereadable(files) == nil, new(plan.Stamp)
	_, rejected = a.pass(ctx, args, f, sides, true, func(rows *plan.Rows, parts [][]uint32) error {
		if again {
			if err := stamp.Add(rows); err != nil {
				return err
			}
		}
		return balance.Add(rows, parts...)
	})
	if rejected != nil && !isRejected(rejected) {
		return nil, nil, rejected
	}
	if report, err = balance.Report(); err != nil {
		return nil, nil, err
	}
	if again && report.Unsure() {
		err = a.recount(ctx, args, f, sides, balance, report, stamp)
	}
	return report, rejected, err
}

// recount reads the input again to know its heaviest key.
func (a *app) recount(ctx context.Context, args []string, f *planFlags, sides []*side, balance *plan.Balance, report *plan.BalanceReport, before *plan.Stamp) error {
	recount, now := balance.Recount(), new(plan.Stamp)
	f.input.again = true
	_, err := a.pass(ctx, args, f, sides, true, func(rows *plan.Rows, parts [][]uint32) error {
		return first(now.Add(rows), recount.Add(rows, parts...))
	})
	if err != nil && !isRejected(err) {
		return err
	}
	if !now.Equal(before) {
		return errChanged(before, now)
	}
	heavy := recount.Keys()
	keys := make([][]byte, len(heavy))
	for i, key := range heavy {
		keys[i] = key.Key
	}
	parts := make([][]uint32, len(sides))
	for i, s := range sides {
		if parts[i], err = a.placeKeys(&f.input, s, keys); err != nil {
			return err
		}
	}
	return report.Settle(recount, heavy, parts...)
}
