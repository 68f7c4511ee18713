package main

import (
	"github.com/spf13/cobra"

	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/bench"
)

// benchDispatchCommand measures what the dispatcher's choices cost.
func (a *app) benchDispatchCommand() *cobra.Command {
	f := benchFlags{config: bench.Config{Table: "dispatch", Backend: backend.Auto}, withoutPeers: true}
	c := &f.config
	cmd := &cobra.Command{
		Use:   "dispatch",
		Short: "Measure what is lost by leaving the choice of a backend to the dispatcher",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.bench(cmd.Context(), f) },
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
	complete(cmd, "backend", append([]string{backend.Auto}, backend.Names()...)...)
	return cmd
}
