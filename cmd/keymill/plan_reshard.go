package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill/plan"
)

// byPartitions is the measure of --rebalance that counts partitions, whatever is in them.
const byPartitions = "partitions"

// reshardFlags are the flags of `keymill plan reshard`.
type reshardFlags struct {
	planFlags
	before                            schemeFlags
	from, to                          uint32
	toScheme, toHash, toSeed, toNodes string
	rebalance                         bool
	moved                             string
}

func (a *app) reshardCommand() *cobra.Command {
	var f reshardFlags
	cmd := &cobra.Command{
		Use:   "reshard --scheme NAME --from N --to M [FILE...]",
		Short: "Say exactly which keys and how many bytes move, from where to where",
		Long: `Says what moves when the number of partitions changes, or the scheme, or the nodes: keys
and bytes from each place to each other, how much more that is than has to move, and
what the node that gives most and the one that gets most have to bear. All figures
are exact.

The placement before is that of --scheme, --from (or --partitions) and --nodes, and the
one after that of --to-scheme, --to and --to-nodes, which are the same where they are
not given. With --nodes rows move between nodes, and a node of the same name is the same
node; without, between partitions. For a number of partitions, schemes of members
(rendezvous, ketama, maglev ...) have the members node-0, node-1 and so on.

--rebalance is for systems whose partitions stay while their owners change: Redis' slots,
Kafka's partitions on brokers, Couchbase's vBuckets. It gives partitions of the nodes of
--nodes to those of --to-nodes so that each has its share by weight --by keys, bytes,
weight, or numbers of partitions, and moves little. 'keymill plan emit' makes of its --json
what redis-cli, kafka-reassign-partitions and others read.`,
		Example: `  keymill plan reshard --scheme kafka --from 12 --to 16 keys.txt
  keymill plan reshard --scheme rendezvous --nodes old.txt --to-nodes new.txt --by bytes rows.tsv
  keymill plan reshard --scheme mod --to-scheme jump --partitions 100 --moved moved.txt keys.txt
  keymill plan reshard --scheme redis --nodes three.txt --to-nodes four.txt --rebalance --by partitions keys.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := f.resharding()
			if err != nil {
				return err
			}
			return a.reshard(cmd.Context(), args, r)
		},
	}
	f.add(cmd)
	f.before.add(cmd)
	flags := cmd.Flags()
	flags.Lookup("by").Usage += "; with --rebalance also " + byPartitions
	flags.Uint32Var(&f.from, "from", 0, "number of partitions before")
	flags.Uint32Var(&f.to, "to", 0, "number of partitions after (default: as before)")
	flags.StringVar(&f.toScheme, "to-scheme", "", "placement scheme after (default: as before)")
	flags.StringVar(&f.toHash, "to-hash", "", "hash function after, as --hash")
	flags.StringVar(&f.toSeed, "to-seed", "", "seed after, as --seed")
	flags.StringVar(&f.toNodes, "to-nodes", "", "file of the nodes after (default: as before)")
	flags.BoolVar(&f.rebalance, "rebalance", false, "partitions stay: compute which of them get another node, so that little moves")
	flags.StringVar(&f.moved, "moved", "", "write the rows that move to this file, where each goes from and to; - for stdout in place of the report")
	complete(cmd, "to-scheme", allSchemeNames()...)
	return cmd
}

// resharding is a placement before and one after.
type resharding struct {
	flags         *reshardFlags
	measure       plan.Measure
	before, after side
	from, to      plan.Places
	fromOf, toOf  []uint32 // the place of each partition; nil: partitions are the places. toOf is nil until it is computed
	counted       bool     // members have numbers for names
}

// resharding checks the flags.
func (f *reshardFlags) resharding() (*resharding, error) {
	r := &resharding{flags: f}
	err := checkPage(f.html)
	if err != nil {
		return nil, err
	}
	if f.measure == byPartitions && f.rebalance {
		r.measure = plan.ByKeys
	} else if r.measure, err = f.check(); err != nil {
		return nil, err
	}
	before, after, err := f.schemes()
	if err != nil {
		return nil, err
	}
	for _, s := range []struct {
		side  *side
		flags *schemeFlags
	}{{&r.before, before}, {&r.after, after}} {
		params, owners, err := s.flags.planned()
		if err != nil {
			return nil, err
		}
		scheme, err := params.Resolve()
		if err != nil {
			return nil, usageError{err}
		}
		if scheme.Parts > maxCounted {
			return nil, usageError{fmt.Errorf("%d partitions: plans are of at most %d", scheme.Parts, maxCounted)}
		}
		placer, err := f.types.placer(params, &f.input)
		if err != nil {
			return nil, err
		}
		*s.side = side{params, owners, placer, scheme.Parts}
	}
	r.counted = before.counted() || after.counted()
	r.from, r.fromOf = placesOf(&r.before)
	r.to, r.toOf = placesOf(&r.after)
	if f.rebalance {
		return r, r.checkRebalance()
	}
	return r, nil
}

// schemes returns what is placed by before, and after.
func (f *reshardFlags) schemes() (before, after *schemeFlags, err error) {
	b, a := f.before, f.before
	if f.from != 0 && f.to != 0 && b.partitions != 0 {
		return nil, nil, usageError{errors.New("--partitions stands for both numbers: leave it out where there are --from and --to")}
	}
	b.partitions = cmp.Or(f.from, f.before.partitions)
	a.partitions = cmp.Or(f.to, f.before.partitions, f.from)
	if f.toScheme != "" {
		a.scheme, a.hash, a.seed = f.toScheme, "", ""
	}
	if f.toHash != "" {
		a.hash = f.toHash
	}
	if f.toSeed != "" {
		a.seed = f.toSeed
	}
	if f.toNodes != "" {
		a.nodes = f.toNodes
		if b.nodes == "" {
			return nil, nil, usageError{errors.New("--to-nodes are the nodes after: give those before with --nodes")}
		}
	}
	return &b, &a, nil
}

// placesOf returns the places of a side, and which of them each partition is in.
func placesOf(s *side) (plan.Places, []uint32) {
	if s.owners == nil {
		return plan.Partitions(s.parts), nil
	}
	of := make([]uint32, s.parts)
	for p := range of {
		of[p] = uint32(s.owners.Owner(uint32(p)))
	}
	return plan.Nodes(s.owners.List()), of
}

// checkRebalance says whether owners after can be computed, and forgets those that
// the nodes would have without.
func (r *resharding) checkRebalance() error {
	switch {
	case r.before.owners == nil:
		return usageError{errors.New("--rebalance gives partitions to nodes: give --nodes and --to-nodes")}
	case r.before.params.Scheme.Table != nil:
		return usageError{fmt.Errorf("--rebalance: scheme %s itself says which node has a key: leave it out", r.before.params.Scheme.Name)}
	case !r.partitionsMove():
		return usageError{errors.New("--rebalance is for partitions that stay: it takes neither another scheme nor another number of them")}
	}
	if r.flags.toNodes != "" {
		list := r.after.owners.List()
		if i := indexOfPlaced(list); i >= 0 {
			return fmt.Errorf("--to-nodes: %s: node %s has partitions=, which --rebalance computes: leave it out", r.flags.toNodes, list[i].Name)
		}
	}
	r.toOf = nil
	return nil
}

// reshard reads the input and writes the report, the rows that move, or both.
func (a *app) reshard(ctx context.Context, args []string, r *resharding) error {
	moves, err := plan.NewMoves(r.from, r.to, r.flags.weights)
	if err != nil {
		return err
	}
	report := &plan.Reshard{Before: r.layout(&r.before, r.fromOf)}
	out, closeOut, err := a.movedOutput(args, r.flags.moved)
	if err != nil {
		return err
	}
	report.Rows, err = r.run(ctx, a, args, moves, report, out)
	if err = worst(err, closeOut()); err != nil && !isRejected(err) || r.flags.moved == "-" && r.flags.html == "" {
		return err
	}
	movement, sumErr := moves.Movement(r.measure)
	if sumErr != nil {
		return sumErr
	}
	report.Movement, report.After = *movement, r.layout(&r.after, r.toOf)
	if r.flags.html != "" {
		if pageErr := a.writePage(r.flags.html, reshardPage(r, report)); pageErr != nil || r.flags.moved == "-" {
			return worst(err, pageErr)
		}
	}
	return worst(err, a.writeReshard(r, report))
}

func (r *resharding) layout(s *side, of []uint32) plan.Layout {
	scheme, _ := s.params.Resolve() // which was asked before
	l := plan.Layout{Scheme: scheme.Name, Hash: scheme.Hash.String(), Partitions: scheme.Parts}
	if s.owners != nil {
		l.Nodes = plan.LayoutNodes(s.owners.List(), of)
	}
	return l
}
