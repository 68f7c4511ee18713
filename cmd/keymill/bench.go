package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/bench"
)

func (a *app) benchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure hashing, placement, stores and devices against other libraries",
		Long: `Measures what keymill does against other libraries, and against the limits of
this machine. What is compared runs in turn, in a random order, on keys that are
not in the cache; each row is the median of the ratios of many short rounds,
with a 95 % confidence interval; and the same code runs against itself (A/A).

The other libraries are a module of their own, bench/peers, which is built when
this runs inside a checkout of keymill's source. Elsewhere the rows against them
are left out.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		a.benchTableCommand("hash", "Hash batches of keys"),
		a.benchTableCommand("place", "Compute the partitions of batches of keys"),
		a.benchTableCommand("kv", "Load, find, miss and update rows of stores"),
		a.benchTableCommand("device", "Hash and place keys of 16 bytes on an OpenCL device and beside it"),
		a.benchDispatchCommand(), a.benchCompareCommand(), a.benchWorkerCommand())
	return cmd
}

// benchFlags are the flags of a table.
type benchFlags struct {
	config       bench.Config
	json, asGo   bool
	withoutPeers bool
}

func (a *app) benchTableCommand(table, short string) *cobra.Command {
	f := benchFlags{config: bench.Config{Table: table, Backend: backend.Auto}}
	c := &f.config
	cmd := &cobra.Command{
		Use:   table,
		Short: short,
		Long:  short + ", and compare with other libraries.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.bench(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&c.Quick, "quick", false, "fewer rows and keys: seconds in place of minutes")
	flags.IntVar(&c.Keys, "keys", 0, "keys of a batch; for kv, rows of a store (default: what the table is meant for)")
	flags.IntVar(&c.Rounds, "rounds", 0, "rounds of each row, 6 or more (default 151)")
	flags.Uint64Var(&c.Seed, "seed", 1, "of the keys and of the order of runs")
	flags.StringVar(&c.Only, "only", "", "only rows whose name has this text")
	flags.BoolVar(&f.withoutPeers, "no-peers", false, "leave out the other libraries")
	flags.BoolVar(&f.json, "json", false, "write JSON, in the schema of docs/CLI.md")
	flags.BoolVar(&f.asGo, "go", false, "write the samples in the format of Go's benchmarks, which benchstat reads")
	if table != "device" {
		cmd.Long += "\n\nWorkloads:\n\n" + bench.Families
		flags.StringSliceVar(&c.Workloads, "workload", nil, "kinds of keys (default: those of the table)")
		flags.StringVar(&c.Paths, "paths", datasetFile(), "file with the keys of the workload paths, as scripts/dataset.sh makes it")
	}
	switch table {
	case "kv":
		flags.BoolVar(&c.Disk, "disk", false, "stores on disk too, with 100,000 rows; they do not wait for the disk at each call")
	case "device":
		flags.StringVar(&c.Backend, "backend", "opencl:0", "OpenCL device to measure, as 'keymill devices' names it")
	default:
		flags.StringVar(&c.Backend, "backend", backend.Auto, "backend to measure: auto is each that works here, or a name that 'keymill devices' lists")
		complete(cmd, "backend", append([]string{backend.Auto}, backend.Names()...)...)
	}
	return cmd
}

// datasetFile returns the file that scripts/dataset.sh has made, "" if it is not
// there.
func datasetFile() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	file := filepath.Join(cache, "keymill", "debian-contents.tsv")
	if _, err := os.Stat(file); err != nil {
		return ""
	}
	return file
}

// bench measures a table and writes the report.
func (a *app) bench(ctx context.Context, f benchFlags) error {
	if f.json && f.asGo {
		return usageError{errors.New("--json and --go are two formats: give one of them")}
	}
	if err := f.config.Check(); err != nil {
		return usageError{err}
	}
	progress, stop := a.watchRounds()
	f.config.Progress = progress
	report, err := a.measure(ctx, f)
	stop()
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("interrupted, there is no report: %w", err)
	}
	if err != nil {
		return err
	}
	report.Date = time.Now().UTC().Format(time.RFC3339)
	report.Command = "keymill " + strings.Join(a.args, " ")
	if settings := os.Getenv("GODEBUG"); settings != "" {
		report.Command = "GODEBUG=" + settings + " " + report.Command // it may hide instructions from libraries
	}
	switch {
	case f.json:
		return report.WriteJSON(a.out)
	case f.asGo:
		return report.WriteGo(a.out)
	}
	return report.WriteText(a.out)
}

// measure runs the config with the peers if they can be built, else without.
func (a *app) measure(ctx context.Context, f benchFlags) (*bench.Report, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f.config.Worker = []string{self, "bench", "worker"}
	source, note := "", "the other libraries are left out, as --no-peers says"
	if !f.withoutPeers {
		source, note = checkout()
	}
	if source == "" {
		report, err := bench.Run(ctx, f.config)
		if err == nil {
			report.Commit = bench.BuiltFrom()
			if f.config.Table != "dispatch" { // where there are no others
				report.Notes = append(report.Notes, note)
			}
		}
		return report, err
	}
	program, err := buildPeers(ctx, source)
	if err != nil {
		return nil, err
	}
	report, err := bench.Ask(ctx, f.config, []string{program}, a.err)
	if err == nil {
		report.Commit = commitOf(ctx, source)
	}
	return report, err
}

// checkout returns the folder of keymill's source around the working folder, or
// why the peers cannot be built.
func checkout() (folder, why string) {
	if _, err := exec.LookPath("go"); err != nil {
		return "", "the other libraries are left out: building them takes Go, which is not there"
	}
	at, err := os.Getwd()
	for ; err == nil; at = filepath.Dir(at) {
		text, readErr := os.ReadFile(filepath.Join(at, "go.mod"))
		if readErr == nil && strings.HasPrefix(string(text), "module github.com/keymill/keymill\n") {
			return at, ""
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	return "", "the other libraries are left out: they are built inside a checkout of keymill's source, and this is none"
}

// buildPeers builds the module of the peers.
func buildPeers(ctx context.Context, source string) (program string, err error) {
	program = filepath.Join(source, "bin", "keymill-peers")
	// What was changed is asked of git, below; so a checkout without it builds too.
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", program, ".")
	build.Dir = filepath.Join(source, "bench", "peers")
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the other libraries cannot be built in %s (--no-peers leaves them out): %w: %s",
			build.Dir, err, strings.TrimSpace(string(text)))
	}
	return program, nil
}

// commitOf returns the commit of a checkout, with a "+" if files were changed.
func commitOf(ctx context.Context, source string) string {
	git := func(args ...string) (string, error) {
		text, err := exec.CommandContext(ctx, "git", append([]string{"-C", source}, args...)...).Output()
		return strings.TrimSpace(string(text)), err
	}
	commit, err := git("rev-parse", "--short=12", "HEAD")
	if err != nil {
		return "unknown"
	}
	if changed, err := git("status", "--porcelain", "--untracked-files=no"); err != nil || changed != "" {
		commit += "+"
	}
	return commit
}

func (a *app) benchCompareCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "Say what became faster or slower between two reports",
		Long: `Compares two reports of the same table, as --json wrote them, by the ratios to the
other libraries: these have not changed, so if they take longer now, it is the
machine that has. Ends with 1 if a row is slower.`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			var reports [2]*bench.Report
			for i, name := range args {
				file, err := os.Open(name)
				if err != nil {
					return err
				}
				reports[i], err = bench.ReadReport(file)
				if err = errors.Join(err, file.Close()); err != nil {
					return fmt.Errorf("%s: this is no report of keymill bench --json: %w", name, err)
				}
			}
			c, err := bench.Compare(reports[0], reports[1])
			if err != nil {
				return err
			}
			if asJSON {
				err = c.WriteJSON(a.out)
			} else {
				err = c.WriteText(a.out)
			}
			if err == nil && c.Verdict == bench.Slower {
				err = fmt.Errorf("slower than before: %s", strings.Join(c.Slower(), ", "))
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, in the schema of docs/CLI.md")
	return cmd
}

// benchWorkerCommand is what a run of kv starts for each store.
func (a *app) benchWorkerCommand() *cobra.Command {
	return &cobra.Command{
		Use: "worker", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return bench.ServeWorker(a.in, a.out, nil) },
	}
}
