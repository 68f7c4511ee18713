package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/plan"
)

// splitFlags are the flags of plan split.
type splitFlags struct {
	planFlags
	parts      int
	boundaries string
	bare, hex  bool
}

const (
	splitDraws   = 1 << 16 // rows whose keys may become boundaries
	splitLongest = 1 << 10 // bytes of a key that may
	maxSplit     = splitDraws / 4

	maxBoundaries    = 1 << 18
	maxBoundaryBytes = 16 << 20 // of all together
)

func (a *app) planSplitCommand() *cobra.Command {
	var f splitFlags
	cmd := &cobra.Command{
		Use:   "split --parts N | --boundaries OLD  [FILE...]",
		Short: "Find boundaries that divide the keys into even ranges, for systems that shard by range",
		Long: `Divides the keys, in the order of their bytes, into ranges that have the same, or as
nearly as the keys allow: for systems that shard by range of the bytes, such as HBase,
Bigtable, TiKV, or CockroachDB and MongoDB with the bytes that they make of a key. A range
has its boundary, and all keys from there on up to the next.

Boundaries are chosen among the keys of 65,536 rows, drawn by --by, so that what lies
between two of them is a small part of a range; the first 1,024 bytes of a longer
key. They are as short as they can be: no key lies between one and the key that it comes
from. A file is read twice, and what each range has is exact. The standard input
is read once: then it stands between two bounds, all of which together hold with a
confidence of 99.9 %.

With --boundaries it says, exactly and in one pass, what the ranges between given
boundaries have: a line each, in ascending order, as --bare writes them.`,
		Example: `  keymill plan split --parts 16 keys.tsv.gz
  keymill plan split --parts 16 --by bytes --bare keys.tsv > splits.txt    # HBase: create 't', 'f', SPLITS_FILE => 'splits.txt'
  keymill plan split --boundaries splits.txt new-keys.tsv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			measure, err := f.checkSplit()
			if err != nil {
				return err
			}
			defer lean(0)()
			if f.boundaries != "" {
				return a.splitGiven(cmd.Context(), args, &f, measure)
			}
			return a.splitBest(cmd.Context(), args, &f, measure)
		},
	}
	f.add(cmd)
	flags := cmd.Flags()
	flags.IntVar(&f.parts, "parts", 0, fmt.Sprintf("how many ranges, up to %d", maxSplit))
	flags.StringVar(&f.boundaries, "boundaries", "", "file of boundaries that are there already, a line each")
	flags.BoolVar(&f.bare, "bare", false, `print only the boundaries, a line each, with \x and two hex digits for bytes that do not print`)
	flags.BoolVar(&f.hex, "hex", false, "boundaries of --bare and --boundaries are hex")
	return cmd
}

func (f *splitFlags) checkSplit() (plan.Measure, error) {
	switch {
	case f.types.types != "":
		return "", usageError{errors.New("--key-type: ranges are of the bytes of keys; leave it out")}
	case (f.parts != 0) == (f.boundaries != ""):
		return "", usageError{errors.New("either --parts N, to find boundaries, or --boundaries FILE, to look at given ones")}
	case f.boundaries == "" && (f.parts < 1 || f.parts > maxSplit):
		return "", usageError{fmt.Errorf("--parts %d: it takes 1 to %d", f.parts, maxSplit)}
	case f.bare && (f.input.json || f.boundaries != ""):
		return "", usageError{errors.New("--bare prints the boundaries of --parts, and no more: leave --json and --boundaries out")}
	case f.hex && !f.bare && f.boundaries == "":
		return "", usageError{errors.New("--hex goes with --bare or --boundaries")}
	}
	return f.check()
}

// splitGiven counts what lies between given boundaries.
func (a *app) splitGiven(ctx context.Context, args []string, f *splitFlags, measure plan.Measure) error {
	boundaries, err := readBoundaries(f.boundaries, f.hex)
	if err != nil {
		return fmt.Errorf("--boundaries: %w", err)
	}
	n, rejected, err := a.countRanges(ctx, args, f, boundaries, nil)
	if err != nil {
		return err
	}
	s, err := plan.NewSplit(n, measure)
	if err != nil {
		return err
	}
	return worst(rejected, a.writeSplit(f, s))
}

// splitBest finds boundaries.
func (a *app) splitBest(ctx context.Context, args []string, f *splitFlags, measure plan.Measure) error {
	files, err := a.files(args)
	if err != nil {
		return err
	}
	draws, stamp := plan.NewDraws(measure, splitDraws, splitLongest), new(plan.Stamp)
	f.serials = true
	_, rejected := a.pass(ctx, args, &f.planFlags, nil, true, func(rows *plan.Rows, _ [][]uint32) error {
		return first(draws.Add(rows), stamp.Add(rows))
	})
	if rejected != nil && !isRejected(rejected) {
		return rejected
	}
	var s *plan.Split
	if ingest.Rereadable(files) != nil {
		s, err = plan.SplitOnce(draws.Draws(), stamp.Load(), measure, f.parts)
	} else {
		f.serials, f.input.again = false, true
		var n *plan.Intervals
		if n, _, err = a.countRanges(ctx, args, f, plan.Splitters(draws.Draws()), stamp); err == nil {
			s, err = plan.BestSplit(n, measure, f.parts)
		}
	}
	if err != nil {
		return err
	}
	return worst(rejected, a.writeSplit(f, s))
}

// countRanges reads the input and counts what lies between boundaries; before is what an earlier
// pass has seen, if there was one.
func (a *app) countRanges(ctx context.Context, args []string, f *splitFlags, boundaries [][]byte, before *plan.Stamp) (*plan.Intervals, error, error) {
	n, err := plan.NewIntervals(boundaries, f.weights)
	if err != nil {
		return nil, nil, err
	}
	stamp := new(plan.Stamp)
	_, rejected := a.pass(ctx, args, &f.planFlags, nil, before != nil, func(rows *plan.Rows, _ [][]uint32) error {
		if before != nil {
			if err := stamp.Add(rows); err != nil {
				return err
			}
		}
		return n.Add(rows)
	})
	switch {
	case rejected != nil && !isRejected(rejected):
		return nil, nil, rejected
	case before != nil && !stamp.Equal(before):
		return nil, nil, errChanged(before, stamp)
	}
	return n, rejected, nil
}

// readBoundaries reads a file of boundaries.
func readBoundaries(name string, asHex bool) (boundaries [][]byte, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	lines := bufio.NewReader(io.LimitReader(file, 8*maxBoundaryBytes))
	size := 0
	for number := 1; ; number++ {
		line, readErr := lines.ReadString('\n')
		if readErr == io.EOF && line == "" {
			return boundaries, nil
		}
		if readErr != nil && readErr != io.EOF {
			return nil, readErr
		}
		boundary, err := parseBoundary(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), asHex)
		switch {
		case err != nil:
		case len(boundary) == 0:
			err = errors.New("the line is empty: no key is below it")
		case len(boundaries) > 0 && string(boundaries[len(boundaries)-1]) >= string(boundary):
			err = errors.New("it is not above the line before: boundaries ascend, byte by byte")
		case len(boundaries) == maxBoundaries || size+len(boundary) > maxBoundaryBytes:
			err = fmt.Errorf("too many: up to %d boundaries, of %d bytes together", maxBoundaries, maxBoundaryBytes)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, number, err)
		}
		size += len(boundary)
		boundaries = append(boundaries, boundary)
	}
}

func parseBoundary(text string, asHex bool) (plan.Boundary, error) {
	if !asHex {
		return plan.ParseBoundary(text)
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%q is not hex: two digits a byte", text)
	}
	return b, nil
}

func (a *app) writeSplit(f *splitFlags, s *plan.Split) error {
	if f.html != "" {
		if err := a.writePage(f.html, splitPage(s)); err != nil {
			return err
		}
	}
	if !f.bare {
		return writeReport(a, f.input.json, s, writeSplitText)
	}
	var out strings.Builder
	for _, r := range s.Ranges[1:] {
		if f.hex {
			out.WriteString(hex.EncodeToString(r.Start))
		} else {
			out.WriteString(r.Start.String())
		}
		out.WriteByte('\n')
	}
	_, err := io.WriteString(a.out, out.String())
	return err
}
