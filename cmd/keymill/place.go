package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/place"
)

// maxCounted is the largest number of partitions that --counts prints.
const maxCounted = 1 << 24

// schemeFlags are the flags that choose a placement.
type schemeFlags struct {
	scheme, hash, seed string
	partitions         uint32
}

func (f *schemeFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.scheme, "scheme", "", "placement scheme: "+strings.Join(schemeNames(), ", "))
	flags.Uint32Var(&f.partitions, "partitions", 0, "number of partitions (redis has its own)")
	flags.StringVar(&f.hash, "hash", "", "hash function to use in place of the scheme's own: "+joined(hash.All()))
	flags.StringVar(&f.seed, "seed", "", "seed to use in place of the scheme's own, as for 'keymill hash'")
	complete(cmd, "scheme", schemeNames()...)
	complete(cmd, "hash", names(hash.All())...)
}

func schemeNames() (all []string) {
	for _, p := range place.Presets() {
		all = append(all, p.Name)
	}
	return all
}

func (f *schemeFlags) params() (keymill.Params, error) {
	if f.scheme == "" {
		return keymill.Params{}, usageError{errors.New("no --scheme: use one of " + strings.Join(schemeNames(), ", "))}
	}
	scheme, err := place.Lookup(f.scheme, f.partitions)
	if err != nil {
		if f.partitions == 0 && !errors.As(err, new(*place.UnknownError)) {
			err = fmt.Errorf("%w: give --partitions", err)
		}
		return keymill.Params{}, usageError{err}
	}
	p := keymill.Params{Scheme: scheme}
	if f.hash != "" {
		if p.Hash, err = hash.Parse(f.hash); err != nil {
			return p, usageError{err}
		}
	}
	if p.Seed, err = parseSeed(f.seed); err != nil {
		return p, err
	}
	if _, err := p.Resolve(); err != nil {
		return p, usageError{err}
	}
	return p, nil
}

func (a *app) placeCommand() *cobra.Command {
	var input inputFlags
	var which schemeFlags
	var types keyTypeFlags
	var counts bool
	cmd := &cobra.Command{
		Use:   "place --scheme NAME --partitions N [FILE...]",
		Short: "Print the partition of every key, as a real system places it",
		Long:  placeHelp(),
		Example: `  keymill place --scheme kafka --partitions 12 keys.txt
  keymill place --scheme redis --counts keys.tsv.gz
  keymill place --scheme jump --partitions 100 --hash xxh3 --json - < keys.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			params, err := which.params()
			if err != nil {
				return err
			}
			placer, err := types.placer(params, &input)
			if err != nil {
				return err
			}
			scheme, _ := params.Resolve()
			if counts && scheme.Parts > maxCounted {
				return usageError{fmt.Errorf("--counts of %d partitions: it prints at most %d", scheme.Parts, maxCounted)}
			}
			if warning := scheme.Warning(); warning != "" {
				fmt.Fprintf(a.err, "keymill: warning: %s\n", warning)
			}
			write := partWriter(input.json)
			total := histogram{}
			if counts {
				total.counts = make([]uint64, scheme.Parts)
				write = total.add
			}
			rows, err := a.stream(cmd.Context(), args, &input, func(d *keymill.Dispatcher, job *ingest.Job) error {
				if err := placer.place(d, job, keymill.OutParts); err != nil {
					return err
				}
				write(job)
				return nil
			})
			if !counts || (err != nil && !isRejected(err)) {
				return err
			}
			return worst(err, total.print(a, scheme, rows, input.json))
		},
	}
	input.add(cmd)
	which.add(cmd)
	types.add(cmd)
	cmd.Flags().BoolVar(&counts, "counts", false, "print how many keys each partition has, not each key")
	return cmd
}

func placeHelp() string {
	var b strings.Builder
	b.WriteString(`Prints a line for each key: its partition, a tab, and the key as it stood in the
input. A key that the system does not place by its hash has the partition "-".

FILE is a file or a pattern; - is the standard input. Files that end in .tsv
have the key in their first column; of all others each line is a key. gzip and
zstd are recognised.

Schemes:
`)
	for _, p := range place.Presets() {
		fmt.Fprintf(&b, "  %-18s %s\n", p.Name, p.About)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// partWriter returns the function that writes the lines of a chunk to its Out.
func partWriter(asJSON bool) func(*ingest.Job) {
	return func(job *ingest.Job) {
		out := job.Out
		for i, part := range job.Placement.Parts {
			none := part == keymill.NoPartition
			switch {
			case asJSON && none:
				out = append(out, `{"partition":null,`...)
			case asJSON:
				out = append(out, `{"partition":`...)
				out = strconv.AppendUint(out, uint64(part), 10)
				out = append(out, ',')
			case none:
				out = append(out, '-')
			default:
				out = strconv.AppendUint(out, uint64(part), 10)
			}
			if asJSON {
				out = appendJSONKey(out, job.Keys.Key(i))
				out = append(out, '}')
			} else {
				out = append(out, '\t')
				out = append(out, job.KeyText(i)...)
			}
			out = append(out, '\n')
		}
		job.Out = out
	}
}

// histogram counts the keys of each partition, over all chunks.
type histogram struct {
	mu       sync.Mutex
	counts   []uint64
	unplaced uint64
}

func (h *histogram) add(job *ingest.Job) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, part := range job.Placement.Parts {
		if uint64(part) < uint64(len(h.counts)) {
			h.counts[part]++
		} else {
			h.unplaced++
		}
	}
}

func (h *histogram) print(a *app, s place.Scheme, rows int64, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(a.out).Encode(struct {
			Scheme     string   `json:"scheme"`
			Hash       string   `json:"hash"`
			Partitions uint32   `json:"partitions"`
			Keys       int64    `json:"keys"`
			Unplaced   uint64   `json:"unplaced"`
			Counts     []uint64 `json:"counts"`
		}{s.Name, s.Hash.String(), s.Parts, rows, h.unplaced, h.counts})
	}
	var out []byte
	for part, n := range h.counts {
		out = strconv.AppendInt(out, int64(part), 10)
		out = append(out, '\t')
		out = strconv.AppendUint(out, n, 10)
		out = append(out, '\n')
	}
	if h.unplaced > 0 {
		out = fmt.Appendf(out, "-\t%d\n", h.unplaced)
	}
	_, err := a.out.Write(out)
	return err
}
