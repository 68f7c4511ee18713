package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/internal/nearest"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan/identify"
)

// identifyFlags are the flags of plan identify.
type identifyFlags struct {
	types      keyTypeFlags
	partitions uint32
	seeds      string
	columns    string
	encoding   string
	maxRow     int
	json       bool
	html       string
}

func (a *app) identifyCommand() *cobra.Command {
	var f identifyFlags
	cmd := &cobra.Command{
		Use:   "identify [FILE...]",
		Short: "Say which function, seed and number of partitions explain pairs of key and partition",
		Long: `Reads pairs of a key and the partition that a real system has it in, one a line
with a tab between them, and says what places keys so: which system's function, or
which hash with which seed and reduction, and the number of partitions. 200 pairs
are plenty; 20 are often enough. What keymill place prints is recognised, and a
partition "-" is left out.

Every preset of keymill place is tried, and every hash with every reduction and
the usual seeds, on the key as it stands and on what a system may have made of it:
the number or the UUID that it is, UTF-16, the hash tag, quotes around it, a line
feed that was not cut off. Nothing is named that chance explains as well: among
millions of candidates some always fit a few pairs. If no single function explains
all pairs, several that do so together are looked for, such as clients of two kinds
leave. Schemes of servers by name (ketama, maglev ...) are not tried.

Ends with 1 if nothing explains the pairs.`,
		Example: `  keymill plan identify pairs.tsv
  keymill plan identify --partitions 12 --seeds 7,0xcafe pairs.tsv
  keymill place --scheme kafka --partitions 12 keys.txt | keymill plan identify`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.identify(cmd, args, &f) },
	}
	flags := cmd.Flags()
	flags.Uint32Var(&f.partitions, "partitions", 0, "number of partitions (default: to be found, up to four times what is seen, or 1,024)")
	flags.StringVar(&f.seeds, "seeds", "", "further seeds to try, with commas between them: numbers, 32 hex digits, or @FILE")
	flags.StringVar(&f.columns, "columns", "auto", "which column comes first: auto, key or partition")
	flags.StringVar(&f.encoding, "key-encoding", "raw", "how keys are written: raw, hex or base64")
	flags.IntVar(&f.maxRow, "max-row", ingest.DefaultMaxRow, "longest row in bytes; longer ones are rejected")
	flags.BoolVar(&f.json, "json", false, "write JSON, in the schema of docs/CLI.md")
	flags.StringVar(&f.html, "html", "", "also write the report as a page to this file")
	f.types.add(cmd)
	complete(cmd, "columns", columnOrders...)
	complete(cmd, "key-encoding", "raw", "hex", "base64")
	return cmd
}

// columnOrders are the values of --columns.
var columnOrders = []string{"auto", "key", "partition"}

// identifyReport is what --json prints.
type identifyReport struct {
	Input identifyInput `json:"input"`
	*identify.Report
}

// identifyInput says what the pairs were read from.
type identifyInput struct {
	Rows     int64  `json:"rows"`
	First    string `json:"first_column"` // key or partition
	Guessed  bool   `json:"guessed"`      // both columns are numbers
	Unplaced int64  `json:"unplaced"`     // rows whose partition is -
	Absent   int64  `json:"absent"`       // rows whose key is absent
	Rejected int64  `json:"rejected"`
	More     bool   `json:"more"` // there are more rows than are read
}

func (a *app) identify(cmd *cobra.Command, args []string, f *identifyFlags) error {
	options, err := f.options()
	if err == nil {
		err = checkPage(f.html)
	}
	if err != nil {
		return err
	}
	pairs, err := a.readPairs(cmd.Context(), args, f, options)
	if err != nil && !isRejected(err) {
		return err
	}
	report, findErr := identify.Find(cmd.Context(), pairs.keys, pairs.parts, options)
	switch {
	case cmd.Context().Err() != nil:
		return interruptedError{pairs.input.Rows}
	case findErr != nil:
		return findErr
	}
	f.complete(report.Named)
	f.complete(report.Best)
	said := identifyReport{pairs.input, report}
	if f.html != "" {
		err = worst(err, a.writePage(f.html, identifyPage(said)))
	}
	if err == nil || isRejected(err) {
		err = worst(err, writeReport(a, f.json, said, writeIdentified))
	}
	switch {
	case err != nil && !isRejected(err):
		return err
	case report.Verdict == identify.None:
		return errors.New("nothing that was tried explains these pairs")
	case report.Verdict == identify.TooFew:
		return errors.New("these pairs are too few to tell")
	}
	return err
}

// complete adds to commands what the files of the pairs need.
func (f *identifyFlags) complete(all []identify.Candidate) {
	for i := range all {
		if all[i].Command != "" && f.encoding != string(ingest.KeyRaw) {
			all[i].Command += " --key-encoding " + f.encoding
		}
	}
}

// readPairs reads the pairs. If rows are rejected, the error says so, and the others are there.
func (a *app) readPairs(ctx context.Context, args []string, f *identifyFlags, o identify.Options) (readPairs, error) {
	reader := &pairReader{
		encoding: ingest.KeyEncoding(f.encoding), null: f.types.null, first: f.columns, parts: f.partitions, types: o.Types,
	}
	// Rows come whole, since it is not known yet which column is the key.
	input := inputFlags{
		format: string(ingest.FormatLines), encoding: string(ingest.KeyRaw), maxRow: f.maxRow, positions: true,
		workers: 1, backend: "cpu", profile: builtinProfile,
	}
	_, err := a.stream(ctx, args, &input, reader.work)
	if err != nil && !isRejected(err) && !errors.Is(err, errEnoughPairs) {
		return readPairs{}, err
	}
	pairs := reader.pairs(func(reason string) {
		fmt.Fprintf(a.err, "keymill: rejected: %s\n", printable(reason))
	})
	in := pairs.input
	switch {
	case len(pairs.keys) == 0:
		return pairs, fmt.Errorf("no pairs: a row is a key, a tab and the partition that the key has (of %s %s not placed, %s rejected)",
			plural(in.Rows+in.Rejected, "row"), grouped(in.Unplaced), grouped(in.Rejected))
	case in.Rejected > 0:
		return pairs, rejectedError{in.Rejected}
	}
	return pairs, nil
}

// options checks the flags.
func (f *identifyFlags) options() (o identify.Options, err error) {
	o.Partitions = f.partitions
	if _, err := ingest.ParseKeyEncoding(f.encoding); err != nil {
		return o, usageError{err}
	}
	if !slices.Contains(columnOrders, f.columns) {
		return o, usageError{fmt.Errorf("--columns: %w", nearest.Unknown("first column", f.columns, columnOrders))}
	}
	if f.partitions > place.MaxParts {
		return o, usageError{fmt.Errorf("--partitions %d: a scheme has at most %d", f.partitions, uint32(place.MaxParts))}
	}
	if f.types.types != "" {
		for _, name := range splitTypes(f.types.types) {
			t, err := columns.ParseType(name)
			if err != nil {
				return o, usageError{fmt.Errorf("--key-type: %w", err)}
			}
			o.Types = append(o.Types, t)
		}
		if len(o.Types) > 1 && f.encoding != string(ingest.KeyRaw) {
			return o, usageError{errors.New("--key-encoding is for keys of one column, and --key-type names several")}
		}
	}
	if f.seeds == "" {
		return o, nil
	}
	for text := range strings.SplitSeq(f.seeds, ",") {
		seed, err := parseSignedSeed(strings.TrimSpace(text))
		switch {
		case err != nil:
			return o, err
		case !seed.IsSet():
			return o, usageError{fmt.Errorf("--seeds %q: there is nothing between two commas", f.seeds)}
		}
		o.Seeds = append(o.Seeds, seed)
	}
	return o, nil
}

// parseSignedSeed reads a seed, which may be negative, or stand in @FILE.
func parseSignedSeed(text string) (hash.Seed, error) {
	if strings.HasPrefix(text, "@") {
		return parseSeed(text)
	}
	if v, err := strconv.ParseInt(text, 10, 64); err == nil && v < 0 {
		return hash.Seed64(uint64(v)), nil
	}
	seed, err := hash.ParseSeed(text)
	if err != nil {
		err = usageError{fmt.Errorf("--seeds: %w", err)}
	}
	return seed, err
}
