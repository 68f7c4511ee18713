package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
)

func (a *app) ingestCommand() *cobra.Command {
	var input inputFlags
	var into string
	var verify bool
	cmd := &cobra.Command{
		Use:   "ingest --into mem: [FILE...]",
		Short: "Read keys and values, and set them in a store",
		Long: `Reads rows, hashes their keys, groups them by the shards of the store, and sets
them. Of rows with the same key the last one of the input wins, for any number of
workers. Interrupted by Ctrl-C it finishes what is under way, and reports exactly
how many rows of the input went in.

FILE is a file or a pattern; - is the standard input. Files that end in .tsv
have the key in their first column and the value in their second; of all others
each line is a key, with an empty value; with --format tree a FILE is a folder,
and each file below it is a row, path and contents. gzip and zstd are recognised.

Stores:
  mem:     in the memory of this process, gone when it ends: to try it out, and to
           measure`,
		Example: `  keymill ingest --into mem: --verify pairs.tsv.gz
  keymill ingest --into mem: --format tree /usr/share/doc`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch into {
			case "mem:":
			case "":
				return usageError{errors.New("no --into: say which store (--into mem:)")}
			default:
				return usageError{fmt.Errorf("--into %q: this version ingests into mem: only", into)}
			}
			options, err := input.options(a)
			if err != nil {
				return err
			}
			files, err := a.files(args)
			if err != nil {
				return err
			}
			d, err := input.dispatcher(a)
			if err != nil {
				return err
			}
			defer input.explained(a)
			store := ref.New(ref.Options{Backend: d})
			defer func() { _ = store.Close() }()
			if verify {
				if err := ingest.Rereadable(files); err != nil {
					return usageError{err}
				}
			}
			result := a.ingestInto(cmd.Context(), store, d, files, options, verify)
			return worst(result.err, result.print(a, input.json))
		},
	}
	input.add(cmd)
	cmd.Flags().StringVar(&into, "into", "", "the store: mem:")
	cmd.Flags().BoolVar(&verify, "verify", false, "then read every key back, and compare the value")
	complete(cmd, "into", "mem:")
	return cmd
}

// ingested is what an ingest did, as it is printed.
type ingested struct {
	ingest.Report
	stats    keymill.Stats
	early    bool                 // the input was not read to its end
	verified *ingest.Verification // nil if it was not verified to the end
	err      error                // what went wrong; rejected rows, too
}

// ingestInto runs an ingest and, if asked to, verifies it.
func (a *app) ingestInto(ctx context.Context, store kv.Store, d *keymill.Dispatcher, files []string,
	options ingest.Options, verify bool) *ingested {
	shown := rejects{app: a}
	config := ingest.Config{
		Options: options, Files: files, Backend: d, Store: store,
		Progress: new(ingest.Progress), OnReject: shown.show,
	}
	stop := a.watch(config.Progress, ingest.Size(files))
	report, err := ingest.Run(ctx, config)
	stop()
	result := &ingested{Report: report, stats: d.Stats(), early: err != nil}
	switch {
	case err != nil:
		result.err = ended(err, report.Rows)
	case verify:
		result.err = a.verify(ctx, config, result)
	}
	if result.err == nil && shown.count > 0 {
		result.err = rejectedError{shown.count}
	}
	return result
}

// verify reads the input again, and says what is not as the ingest left it.
func (a *app) verify(ctx context.Context, config ingest.Config, r *ingested) error {
	config.Progress = new(ingest.Progress)
	stop := a.watch(config.Progress, ingest.Size(config.Files))
	v, err := ingest.Verify(ctx, config)
	stop()
	if err != nil {
		return fmt.Errorf("verify: %w", ended(err, v.Rows))
	}
	r.verified = &v
	switch {
	case v.Rows != r.Rows:
		return fmt.Errorf("verify: the input has %s now, and had %s: it changed meanwhile", plural(v.Rows, "row"), plural(r.Rows, "row"))
	case int64(config.Store.Len()) != r.Added:
		return fmt.Errorf("verify: the store has %s, and %s were added", plural(int64(config.Store.Len()), "key"), grouped(r.Added))
	case !v.OK():
		return fmt.Errorf("verify: %s not found, %s with another value, such as %s",
			plural(v.Missing, "row"), plural(v.Wrong, "key"), v.Example)
	}
	return nil
}

func (r *ingested) print(a *app, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(a.out).Encode(r.json())
	}
	seconds := r.Elapsed.Seconds()
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	if r.early {
		fmt.Fprintln(w, "ended early: what went in is the beginning of the input")
	}
	fmt.Fprintf(w, "rows\t%s in %s: %s\n", grouped(r.Rows), r.Elapsed.Round(time.Millisecond), rate(r.Rows, seconds, "rows"))
	fmt.Fprintf(w, "keys\t%s distinct, %s, %s\n", grouped(r.Added), plural(r.Replaced, "row")+" overwritten by later ones", size(r.KeyBytes))
	fmt.Fprintf(w, "values\t%s\n", size(r.ValueBytes))
	if r.Rejected > 0 {
		fmt.Fprintf(w, "rejected\t%s\n", plural(r.Rejected, "row"))
	}
	for _, b := range r.stats.Backends {
		if b.Batches > 0 {
			fmt.Fprintf(w, "backend\t%s: %s of keys\n", b.Name, batches(b.Batches))
		}
		if b.Quarantine != "" {
			fmt.Fprintf(w, "backend\t%s: in quarantine, %s redone: %s\n", b.Name, batches(b.Failures), printable(b.Quarantine))
		}
	}
	if r.verified != nil && (r.err == nil || isRejected(r.err)) {
		fmt.Fprintf(w, "verified\t%s read again: every key found, every value that of its last row\n", plural(r.verified.Rows, "row"))
	}
	fmt.Fprintf(w, "\nstage\tgoroutines\tbusy\tshare of its time\n")
	busiest := ingest.Stage{}
	for _, s := range r.Stages {
		fmt.Fprintf(w, "%s\t%d\t%s\t%.0f %%\n", s.Name, s.Goroutines, s.Busy.Round(time.Millisecond), 100*s.Share(r.Elapsed))
		if s.Share(r.Elapsed) > busiest.Share(r.Elapsed) {
			busiest = s
		}
	}
	if busiest.Name != "" {
		fmt.Fprintf(w, "bounded by\t%s\n", busiest.Name)
	}
	return w.Flush()
}

func batches(n uint64) string {
	if n == 1 {
		return "1 batch"
	}
	return grouped(int64(n)) + " batches"
}

// jsonStage and the types below are the schema of `keymill ingest --json`.
type jsonStage struct {
	Name       string  `json:"name"`
	Goroutines int     `json:"goroutines"`
	Busy       float64 `json:"busy_seconds"`
	Share      float64 `json:"share"`
}

type jsonBackend struct {
	Name       string `json:"name"`
	Batches    uint64 `json:"batches"`
	Keys       uint64 `json:"keys"`
	Bytes      uint64 `json:"bytes"`
	Failures   uint64 `json:"failures"`
	Quarantine string `json:"quarantine,omitempty"`
}

type jsonVerified struct {
	Rows    int64 `json:"rows"`
	Missing int64 `json:"missing"`
	Wrong   int64 `json:"wrong"`
}

type jsonIngest struct {
	Rows        int64         `json:"rows"`
	Distinct    int64         `json:"distinct_keys"`
	Overwritten int64         `json:"overwritten_rows"`
	Rejected    int64         `json:"rejected_rows"`
	KeyBytes    int64         `json:"key_bytes"`
	ValueBytes  int64         `json:"value_bytes"`
	Seconds     float64       `json:"seconds"`
	RowsPerSec  float64       `json:"rows_per_second"`
	Stages      []jsonStage   `json:"stages"`
	Backends    []jsonBackend `json:"backends"`
	Verified    *jsonVerified `json:"verified,omitempty"`
	Error       string        `json:"error,omitempty"`
}

func (r *ingested) json() jsonIngest {
	out := jsonIngest{
		Rows: r.Rows, Distinct: r.Added, Overwritten: r.Replaced, Rejected: r.Rejected,
		KeyBytes: r.KeyBytes, ValueBytes: r.ValueBytes, Seconds: r.Elapsed.Seconds(),
	}
	if out.Seconds > 0 {
		out.RowsPerSec = float64(r.Rows) / out.Seconds
	}
	for _, s := range r.Stages {
		out.Stages = append(out.Stages, jsonStage{s.Name, s.Goroutines, s.Busy.Seconds(), s.Share(r.Elapsed)})
	}
	for _, b := range r.stats.Backends {
		out.Backends = append(out.Backends, jsonBackend{b.Name, b.Batches, b.Keys, b.Bytes, b.Failures, b.Quarantine})
	}
	if r.verified != nil {
		out.Verified = &jsonVerified{r.verified.Rows, r.verified.Missing, r.verified.Wrong}
	}
	if r.err != nil && !isRejected(r.err) {
		out.Error = r.err.Error()
	}
	return out
}
