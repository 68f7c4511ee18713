package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/bench"
)

// benchDispatchCommand measures what the dispatcher's choices cost.
func (a *app) benchDispatchCommand() *cobra.Command {
	f := benchFlags{config: bench.Config{Table: "dispatch", Backend: backend.Auto}, withoutPeers: true}
	c, record := &f.config, ""
	cmd := &cobra.Command{
		Use:   "dispatch",
		Short: "Measure what is lost by leaving the choice of a backend to the dispatcher",
		Long: `Measures regret: the time of the dispatcher over that of the candidate that is the
fastest, for batches of 5 to ten million keys. In interleaved rounds each candidate
is forced, and the dispatcher chooses, by a profile that is calibrated first and by
the one that is built in. Then the simulator replays streams of batch sizes on timings
of another machine, and on those of a GPU that is modelled, not measured.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if record != "" {
				return a.record(cmd.Context(), f, record)
			}
			return a.bench(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&c.Quick, "quick", false, "fewer sizes, and none above a million keys: seconds in place of minutes")
	flags.IntVar(&c.Keys, "keys", 0, "keys of the largest batch (default 10000000, with --quick 1000000)")
	flags.IntVar(&c.Rounds, "rounds", 0, "rounds of each row, 6 or more (default 151, of large batches fewer)")
	flags.Uint64Var(&c.Seed, "seed", 1, "of the keys and of the order of runs")
	flags.StringVar(&c.Only, "only", "", "only rows whose name has this text")
	flags.StringVar(&c.Backend, "backend", backend.Auto, "candidates: auto is each that works here, or a name that 'keymill devices' lists")
	flags.BoolVar(&f.json, "json", false, "write JSON, in the schema of docs/CLI.md")
	flags.BoolVar(&f.asGo, "go", false, "write the samples in the format of Go's benchmarks, which benchstat reads")
	flags.StringVar(&record, "record", "", "write timings of the candidates to this file, for the simulator, in place of the table")
	complete(cmd, "backend", append([]string{backend.Auto}, backend.Names()...)...)
	return cmd
}

// record writes timings of this machine to a file, for the simulator. A file of that name
// stays as it is until the new one is whole; that it can be written is seen at the start.
func (a *app) record(ctx context.Context, f benchFlags, name string) (err error) {
	if f.json || f.asGo {
		return usageError{errors.New("--record takes the place of the table: --json and --go do not go with it")}
	}
	if err := f.config.Check(); err != nil {
		return usageError{err}
	}
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	progress, stop := a.watchRounds()
	f.config.Progress = progress
	timings, err := bench.Record(ctx, f.config)
	stop()
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("interrupted, nothing is recorded: %w", err)
	}
	if err == nil {
		err = timings.WriteJSON(file)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
