package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/plan"
)

func (a *app) planCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan VERB",
		Short: "Say how the keys of a stream spread, and exactly what moves when something changes",
		Long: `Plans sharding on the real keys: reads a stream of them, once or twice, in bounded
memory, and says what a placement makes of it. Every figure is exact unless it
says that it is a bound.`,
		Args: noArgument,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		a.balanceCommand(),
		a.compareCommand(),
		a.reshardCommand(),
		a.emitCommand(),
		a.planHotCommand(),
		a.planSplitCommand(),
		a.planCapacityCommand(),
	)
	return cmd
}

// planFlags are the flags of all verbs.
type planFlags struct {
	input   inputFlags
	types   keyTypeFlags
	measure string
	weights bool
	html    string

	serials bool // not a flag: rows have their serials
}

func (f *planFlags) add(cmd *cobra.Command) {
	f.input.add(cmd)
	f.types.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.measure, "by", string(plan.ByKeys), "what to balance: keys, bytes (of keys and values) or weight")
	flags.BoolVar(&f.weights, "weights", false, "the value of a row is its weight, a whole number: requests, say, or bytes stored")
	flags.StringVar(&f.html, "html", "", "also write the report as a page to this file")
	complete(cmd, "by", string(plan.ByKeys), string(plan.ByBytes), string(plan.ByWeight))
}

// check returns the measure.
func (f *planFlags) check() (plan.Measure, error) {
	measure, err := plan.ParseMeasure(f.measure)
	if err != nil {
		return "", usageError{fmt.Errorf("--by: %w", err)}
	}
	if measure == plan.ByWeight && !f.weights {
		return "", usageError{errors.New("--by weight: the rows of the input have weights only with --weights")}
	}
	return measure, nil
}

// side is one of the placements that a plan looks at.
type side struct {
	params keymill.Params
	owners *nodes.Nodes // who has the partitions; nil if nobody asked
	placer *keyPlacer
	parts  uint32
}

// side returns the placement that flags ask for.
func (f *planFlags) side(which *schemeFlags) (*side, error) {
	params, owners, err := which.planned()
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
	return &side{params, owners, placer, scheme.Parts}, nil
}

// passed is what a worker of a pass makes of a chunk.
type passed struct {
	rows       plan.Rows
	identities keymill.Placement
	placements []keymill.Placement // of each side
	parts      [][]uint32          // of each side, the partition of each row
}

// pass reads the input once, and hands every chunk to each, which several
// goroutines call at a time: its rows, hashed if hashed says so, and their
// partitions under each side. It returns how many rows were read.
func (a *app) pass(ctx context.Context, args []string, f *planFlags, sides []*side, hashed bool,
	each func(rows *plan.Rows, parts [][]uint32) error) (int64, error) {
	return a.passJobs(ctx, args, f, sides, hashed, func(_ *ingest.Job, rows *plan.Rows, parts [][]uint32) error {
		return each(rows, parts)
	})
}

// passJobs is pass for who writes something of each row: to the Out of its job.
func (a *app) passJobs(ctx context.Context, args []string, f *planFlags, sides []*side, hashed bool,
	each func(job *ingest.Job, rows *plan.Rows, parts [][]uint32) error) (int64, error) {
	f.input.positions = f.input.positions || f.weights // rows of bad weights are rejected
	pool := sync.Pool{New: func() any {
		return &passed{placements: make([]keymill.Placement, len(sides)), parts: make([][]uint32, len(sides))}
	}}
	return a.stream(ctx, args, &f.input, func(d *keymill.Dispatcher, job *ingest.Job) error {
		p := pool.Get().(*passed)
		defer pool.Put(p)
		if f.weights {
			if err := p.weigh(job); err != nil {
				return err
			}
		}
		for settled := false; !settled; {
			settled = true
			for i, s := range sides {
				before := job.Keys.Len()
				if err := p.place(d, job, s, i); err != nil {
					return err
				}
				// Rows that this side cannot take are gone: those before it have to do without them, too.
				settled = settled && (i == 0 || job.Keys.Len() == before)
			}
		}
		if f.weights && len(p.rows.Weights) != job.Keys.Len() {
			if err := p.weigh(job); err != nil {
				return err
			}
		}
		p.rows.Keys, p.rows.Values = &job.Keys, &job.Values
		if hashed {
			p.identities.Resize(keymill.OutHashes, job.Keys.Len(), 0)
			if err := d.Place(&p.identities, &job.Keys, plan.Identity()); err != nil {
				return err
			}
			p.rows.Hashes = p.identities.Hashes
		}
		if f.serials {
			p.rows.Serials = p.rows.Serials[:0]
			for i := range job.Keys.Len() {
				p.rows.Serials = append(p.rows.Serials, job.Serial(i))
			}
		}
		return each(job, &p.rows, p.parts)
	})
}

// place computes the partitions of a chunk under side i.
func (p *passed) place(d *keymill.Dispatcher, job *ingest.Job, s *side, i int) error {
	job.Placement, p.placements[i] = p.placements[i], job.Placement
	err := s.placer.place(d, job, keymill.OutParts)
	job.Placement, p.placements[i] = p.placements[i], job.Placement
	p.parts[i] = p.placements[i].Parts
	return err
}

// weigh reads the weights of a chunk's rows, and rejects rows that have none.
func (p *passed) weigh(job *ingest.Job) error {
	p.rows.Weights = p.rows.Weights[:0]
	var bad []ingest.BadRow
	for i := range job.Keys.Len() {
		text := []byte(nil)
		if job.Values.Len() > 0 {
			text = job.Values.Key(i)
		}
		weight, err := strconv.ParseUint(string(text), 10, 48)
		if err != nil {
			bad = append(bad, ingest.BadRow{Row: i, Reason: fmt.Sprintf("the weight %.40q is no whole number below 2^48", text)})
			continue
		}
		p.rows.Weights = append(p.rows.Weights, weight)
	}
	return job.Reject(bad)
}
