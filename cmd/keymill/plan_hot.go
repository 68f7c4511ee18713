package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/plan"
)

// hotFlags are the flags of plan hot.
type hotFlags struct {
	planFlags
	which  schemeFlags
	top    int
	salt   int
	saltAs string
}

// Bounds of the flags.
const (
	maxTop  = 1000
	maxSalt = 1 << 16
)

func (a *app) planHotCommand() *cobra.Command {
	var f hotFlags
	cmd := &cobra.Command{
		Use:   "hot --scheme NAME --partitions N [FILE...]",
		Short: "Name the heaviest keys, and say what remains if they are isolated or salted",
		Long: `Names the heaviest keys of a stream, what they have, and in which partition they
are; how many partitions are of use before the heaviest key alone is as much as the
fullest of them; and how full partitions are if the heaviest key, the two heaviest,
and so on, are

  isolated   each has one more partition, of its own
  salted     the rows of each are dealt round robin to --salt keys, which the
             scheme places: KEY#0, KEY#1 and so on, or as --salt-as says. The
             bytes of the suffixes do not count.

A file is read twice, and all figures are exact (only of more than 10,000 distinct
keys is their number estimated). The standard input is read once: of more than
32,768 distinct keys, what a key has stands between two bounds, all of which
together hold with a confidence of 99.9 %.`,
		Example: `  keymill plan hot --scheme kafka --partitions 12 events.tsv.gz
  keymill plan hot --scheme redis --by bytes --salt 16 --salt-as '%n:%k' keys.tsv
  zcat access.log.gz | cut -f1 | keymill plan hot --scheme jump --partitions 100 --json -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("salt") && f.unsalted() {
				f.salt = 0
			}
			return a.planHot(cmd.Context(), args, &f)
		},
	}
	f.planFlags.add(cmd)
	f.which.add(cmd)
	flags := cmd.Flags()
	flags.IntVar(&f.top, "top", 10, fmt.Sprintf("how many keys to name, up to %d", maxTop))
	flags.IntVar(&f.salt, "salt", 8, "how many keys each hot key is salted to; 0: leave it out")
	flags.StringVar(&f.saltAs, "salt-as", "%k#%n", "what those are called: %k is the key, %n their number from 0")
	return cmd
}

// unsalted says that keys of this type cannot be salted.
func (f *hotFlags) unsalted() bool {
	if f.types.types == "" {
		return false
	}
	types := splitTypes(f.types.types)
	last, err := columns.ParseType(types[len(types)-1])
	return err == nil && last.Kind != columns.String && last.Kind != columns.Binary
}

// checkHot checks the flags that are of hot alone.
func (f *hotFlags) checkHot() error {
	if f.top < 1 || f.top > maxTop {
		return usageError{fmt.Errorf("--top %d: it takes 1 to %d", f.top, maxTop)}
	}
	if f.salt == 0 {
		return nil
	}
	if f.salt < 2 || f.salt > maxSalt {
		return usageError{fmt.Errorf("--salt %d: it takes 2 to %d, or 0", f.salt, maxSalt)}
	}
	if f.unsalted() {
		return usageError{fmt.Errorf("--salt: keys of type %s have no suffix: salt text, or leave it out", f.types.types)}
	}
	if strings.Count(f.saltAs, "%k") != 1 || strings.Count(f.saltAs, "%n") != 1 || strings.Count(f.saltAs, "%") != 2 {
		return usageError{fmt.Errorf("--salt-as %q: it has %%k and %%n once each, as %%k#%%n has", f.saltAs)}
	}
	if !utf8.ValidString(f.saltAs) || strings.ContainsFunc(f.saltAs, unicode.IsControl) {
		return usageError{fmt.Errorf("--salt-as %q: it is text without tabs and the like", f.saltAs)}
	}
	if strings.Contains(f.types.types, ",") && len(splitTypes(f.types.types)) > 1 && !strings.HasPrefix(f.saltAs, "%k") {
		return usageError{fmt.Errorf("--salt-as %q: of several columns only the last is salted: %%k comes first", f.saltAs)}
	}
	return nil
}

// salted returns the keys that a key is split to; nil if it is an absent one.
func (f *hotFlags) salted(key []byte) (keys [][]byte) {
	if f.salt == 0 || f.types.types != "" && (string(key) == f.types.null || strings.HasSuffix(string(key), "\t"+f.types.null)) {
		return nil
	}
	for n := range f.salt {
		keys = append(keys, []byte(strings.NewReplacer("%k", string(key), "%n", fmt.Sprint(n)).Replace(f.saltAs)))
	}
	return keys
}

// hotPass is what the first pass adds up.
type hotPass struct {
	*plan.Tally
	*plan.Sketch
	*plan.Sample
	*plan.Census
	*plan.Stamp
	*plan.Draws // nil if the input can be read again
}

const (
	hotWidth    = 1 << 16 // of the sketch: what a key has is known in one pass to 1/5,000 of the stream or so
	hotSample   = 10_000  // distinct keys: their number is known to 3 %
	hotDraws    = 1 << 14 // every key with more than 1/1,000 of the stream is among them
	hotLongest  = 1 << 20 // bytes of a key that are kept
	hotExactly  = 4       // times as many keys as are shown are counted exactly
	hotExactMin = 1000
)

func newHotPass(measure plan.Measure, s *side, weights, once bool) (*hotPass, error) {
	sketch, err := plan.NewSketch(measure, hotWidth)
	p := &hotPass{plan.NewTally(s.parts, weights), sketch, plan.NewSample(hotSample, false), plan.NewCensus(), new(plan.Stamp), nil}
	if once {
		p.Draws = plan.NewDraws(measure, hotDraws, hotLongest)
	}
	return p, err
}

func (p *hotPass) add(rows *plan.Rows, parts [][]uint32) error {
	err := first(p.Tally.Add(rows, parts[0]), p.Sketch.Add(rows), p.Sample.Add(rows), p.Census.Add(rows), p.Stamp.Add(rows))
	if err == nil && p.Draws != nil {
		err = p.Draws.Add(rows)
	}
	return err
}

func (a *app) planHot(ctx context.Context, args []string, f *hotFlags) error {
	measure, err := f.check()
	if err != nil {
		return err
	}
	if err := f.checkHot(); err != nil {
		return err
	}
	s, err := f.side(&f.which)
	if err != nil {
		return err
	}
	files, err := a.files(args)
	if err != nil {
		return err
	}
	once := ingest.Rereadable(files) != nil
	p, err := newHotPass(measure, s, f.weights, once)
	if err != nil {
		return err
	}
	defer lean(uint64(s.parts))()
	f.serials = once
	_, rejected := a.pass(ctx, args, &f.planFlags, []*side{s}, true, p.add)
	if rejected != nil && !isRejected(rejected) {
		return rejected
	}
	loads, unplaced := p.Tally.Sum()
	scheme, _ := s.params.Resolve()
	report := &plan.Hot{
		Scheme: scheme.Name, Hash: scheme.Hash.String(), By: measure,
		Total: p.Stamp.Load(), Unplaced: unplaced, Distinct: p.Distinct(), Exact: true,
	}
	var named []plan.HotPlaced
	var others uint64
	if all, few := p.Census.Keys(measure); few {
		named, others = plan.NamedExactly(all, measure, 1, f.top)
		report.Distinct = plan.Distinct{Estimate: uint64(len(all)), Low: uint64(len(all)), High: uint64(len(all))}
	} else if bounds := p.Bounds(); once {
		report.Exact = false
		named, others = bounds.Named(p.Draws.Draws(), report.Total.Keys, f.top)
	} else {
		if named, others, err = a.countHot(ctx, args, f, bounds, p.Stamp); err != nil {
			return err
		}
	}
	if err := a.placeHot(f, s, named); err != nil {
		return err
	}
	if f.salt > 0 {
		report.Salt = &plan.Salt{Over: f.salt, As: f.saltAs}
	}
	if err := report.Work(loads, named, others); err != nil {
		return err
	}
	if f.html != "" {
		if err := a.writePage(f.html, hotPage(report)); err != nil {
			return worst(rejected, err)
		}
	}
	return worst(rejected, writeReport(a, f.input.json, report, func(out io.Writer, h *plan.Hot) {
		writeHot(out, h)
		writeUnnamed(out, h.Scheme, f.which.nodes)
	}))
}

// countHot reads the input again, and counts its heaviest keys.
func (a *app) countHot(ctx context.Context, args []string, f *hotFlags, bounds *plan.Bounds, before *plan.Stamp) ([]plan.HotPlaced, uint64, error) {
	heavy, now := bounds.Heavy(max(hotExactly*f.top, hotExactMin)), new(plan.Stamp)
	f.input.again = true
	_, err := a.pass(ctx, args, &f.planFlags, nil, true, func(rows *plan.Rows, _ [][]uint32) error {
		return first(heavy.Add(rows), now.Add(rows))
	})
	if err != nil && !isRejected(err) {
		return nil, 0, err
	}
	if !now.Equal(before) {
		return nil, 0, errChanged(before, now)
	}
	named, others := plan.NamedExactly(heavy.Keys(), bounds.Measure(), heavy.Threshold(), f.top)
	return named, others, nil
}

// errChanged says that the second pass has not seen what the first one has.
func errChanged(before, now *plan.Stamp) error {
	then, since := before.Load(), now.Load()
	if then.Keys == since.Keys {
		return errors.New("the input changed while it was read twice: plan on files that nobody writes to")
	}
	return fmt.Errorf("the input changed while it was read twice, %s and then %s: plan on files that nobody writes to",
		plural(int64(then.Keys), "row"), plural(int64(since.Keys), "row"))
}

// placeHot says of each key where it is, and where those are that it is split to.
func (a *app) placeHot(f *hotFlags, s *side, keys []plan.HotPlaced) error {
	var all [][]byte
	for _, key := range keys {
		all = append(append(all, key.Key), f.salted(key.Key)...)
	}
	parts, err := a.placeKeys(&f.input, s, all)
	if err != nil {
		return err
	}
	for i := range keys {
		key := &keys[i]
		key.Partition, parts = parts[0], parts[1:]
		n := len(f.salted(key.Key))
		key.Salted, parts = parts[:n], parts[n:]
		if key.Cut {
			key.Partition, key.Salted = keymill.NoPartition, nil
		}
		if s.owners != nil && key.Partition != keymill.NoPartition {
			key.Node = s.owners.List()[s.owners.Owner(key.Partition)].Name
		}
	}
	return nil
}

// placeKeys returns the partition of each key, of such as the input has.
func (a *app) placeKeys(f *inputFlags, s *side, keys [][]byte) ([]uint32, error) {
	d, err := f.dispatcher(a)
	if err != nil {
		return nil, err
	}
	var job ingest.Job
	for _, key := range keys {
		if err := job.Keys.Append(key); err != nil {
			return nil, err
		}
	}
	if err := s.placer.place(d, &job, keymill.OutParts); err != nil {
		return nil, err
	}
	if len(job.Placement.Parts) != len(keys) {
		return nil, fmt.Errorf("%d of %d keys were placed", len(job.Placement.Parts), len(keys))
	}
	return job.Placement.Parts, nil
}
