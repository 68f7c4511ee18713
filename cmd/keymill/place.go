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
	nodes              string
	partitions         uint32
	ceph               cephFlags
}

func (f *schemeFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.scheme, "scheme", "", "placement scheme, one of those above")
	flags.Uint32Var(&f.partitions, "partitions", 0, "number of partitions (redis has its own, and schemes of --nodes one a node)")
	flags.StringVar(&f.hash, "hash", "", "hash function to use in place of the scheme's own, one of 'keymill hash'")
	flags.StringVar(&f.seed, "seed", "", "seed to use in place of the scheme's own, as for 'keymill hash'")
	flags.StringVar(&f.nodes, "nodes", "", "file of the nodes that keys or partitions are placed on, a line a node")
	complete(cmd, "scheme", allSchemeNames()...)
	complete(cmd, "hash", names(hash.All())...)
}

func schemeNames() (all []string) {
	for _, p := range place.Presets() {
		all = append(all, p.Name)
	}
	return all
}

// params returns what to compute, and with --nodes who has the partitions.
func (f *schemeFlags) params() (keymill.Params, owners, error) {
	if f.scheme == "" {
		return keymill.Params{}, nil, usageError{errors.New("no --scheme: use one of " + strings.Join(allSchemeNames(), ", "))}
	}
	if flag := f.ceph.given(); flag != "" && (f.scheme != cephScheme || f.nodes == "") {
		return keymill.Params{}, nil, usageError{fmt.Errorf("--%s goes with --scheme ceph and --nodes", flag)}
	}
	if place.NeedsMembers(f.scheme) {
		return f.ofMembers()
	}
	scheme, err := place.Lookup(f.scheme, f.partitions)
	if err != nil {
		return keymill.Params{}, nil, usageError{f.withoutPartitions(err)}
	}
	p := keymill.Params{Scheme: scheme}
	if f.hash != "" {
		if p.Hash, err = hash.Parse(f.hash); err != nil {
			return p, nil, usageError{err}
		}
	}
	if p.Seed, err = parseSeed(f.seed); err != nil {
		return p, nil, err
	}
	if _, err := p.Resolve(); err != nil {
		return p, nil, usageError{err}
	}
	has, err := f.owners(scheme.Parts)
	return p, has, err
}

func (a *app) placeCommand() *cobra.Command {
	var input inputFlags
	var which schemeFlags
	var types keyTypeFlags
	var list listFlags
	var counts bool
	cmd := &cobra.Command{
		Use:   "place --scheme NAME --partitions N [FILE...]",
		Short: "Print the partition of every key, as a real system places it",
		Long:  placeHelp(),
		Example: `  keymill place --scheme kafka --partitions 12 keys.txt
  keymill place --scheme redis --counts keys.tsv.gz
  keymill place --scheme jump --partitions 100 --hash xxh3 --json - < keys.txt
  keymill place --scheme ketama --nodes servers.txt keys.txt
  keymill place --scheme ceph --partitions 128 --nodes crushmap.txt --pool 2 names.txt
  keymill place --list`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if list.list {
				return a.listSchemes(list, input.json, args)
			}
			if list.markdown {
				return usageError{errors.New("--markdown goes with --list")}
			}
			params, has, err := which.params()
			if err != nil {
				return err
			}
			column, err := newNodeColumn(has, input.json)
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
			write := partWriter(input.json, column)
			total := histogram{column: column}
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
	which.ceph.add(cmd)
	types.add(cmd)
	cmd.Flags().BoolVar(&list.list, "list", false, "list the schemes: the system, the rule, where that stands, and which backends run it")
	cmd.Flags().BoolVar(&list.markdown, "markdown", false, "with --list: write Markdown")
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

Schemes (--list says how each places, and where that stands):
`)
	for _, p := range place.Presets() {
		fmt.Fprintf(&b, "  %-18s %s\n", p.Name, p.System)
	}
	b.WriteString(memberHelp())
	return strings.TrimSuffix(b.String(), "\n")
}

// partWriter returns the function that writes the lines of a chunk to its Out.
func partWriter(asJSON bool, column nodeColumn) func(*ingest.Job) {
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
				out = column.append(out, part)
				out = appendJSONKey(out, job.Keys.Key(i))
				out = append(out, '}')
			} else {
				out = column.append(append(out, '\t'), part)
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
	column   nodeColumn
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
			Scheme     string      `json:"scheme"`
			Hash       string      `json:"hash"`
			Partitions uint32      `json:"partitions"`
			Keys       int64       `json:"keys"`
			Unplaced   uint64      `json:"unplaced"`
			Counts     []uint64    `json:"counts"`
			Nodes      []nodeCount `json:"nodes,omitempty"`
		}{s.Name, s.Hash.String(), s.Parts, rows, h.unplaced, h.counts, h.column.counts(h.counts)})
	}
	var out []byte
	for part, n := range h.counts {
		out = strconv.AppendInt(out, int64(part), 10)
		out = h.column.append(append(out, '\t'), uint32(part))
		out = strconv.AppendUint(out, n, 10)
		out = append(out, '\n')
	}
	if h.unplaced > 0 {
		out = h.column.append(append(out, "-\t"...), place.NoPartition)
		out = fmt.Appendf(out, "%d\n", h.unplaced)
	}
	_, err := a.out.Write(out)
	return err
}
