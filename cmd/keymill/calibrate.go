package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/ingest"
)

// calibrateFlags are those of `keymill calibrate`.
type calibrateFlags struct {
	quick, json, dryRun bool
	html, backend       string
	workers             int

	hashes []hash.Func // of a test that has little time; nil for all
}

// The time to measure. The rest of what the command promises is for its start, and to fit and
// to write.
const (
	calibrateTime = 15 * time.Second        // of less than 20 s
	quickTime     = 1900 * time.Millisecond // of less than 3 s
)

func (a *app) calibrateCommand() *cobra.Command {
	var f calibrateFlags
	cmd := &cobra.Command{
		Use:   "calibrate",
		Short: "Measure the backends on this machine, and save what the choice between them needs",
		Long: `Measures what batches of 1 to 2,000,000 keys take on each backend of this machine,
and on several cores, side by side. It shows times and crossovers, the sizes of batch
from which on another backend is faster, and saves a profile in the user's cache folder.
From then on keymill chooses by that profile, while it is the same machine, the same
drivers and the same version; --profile builtin does without.

Nothing else should be busy meanwhile. It takes 15 seconds, or 2 with --quick.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.calibrate(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.quick, "quick", false, "measure for 2 seconds: crossovers are less exact")
	flags.StringVar(&f.html, "html", "", "write the tables and plots to this file, too")
	flags.BoolVar(&f.json, "json", false, "write JSON, in the schema of docs/CLI.md")
	flags.StringVar(&f.backend, "backend", backend.Auto, "backends to measure; unless it is auto, nothing is saved")
	flags.IntVar(&f.workers, "workers", 0, "cores to measure on, besides one (default: all)")
	flags.BoolVar(&f.dryRun, "dry-run", false, "save nothing")
	complete(cmd, "backend", append([]string{backend.Auto}, backend.Names()...)...)
	return cmd
}

// calibrate measures, saves the profile and writes the report.
func (a *app) calibrate(ctx context.Context, f calibrateFlags) error {
	if f.workers < 0 || f.workers > ingest.MaxWorkers {
		return usageError{fmt.Errorf("--workers %d: it takes 1 to %d, or 0 for one per processor", f.workers, ingest.MaxWorkers)}
	}
	if f.workers == 0 {
		f.workers = runtime.GOMAXPROCS(0)
	}
	if err := checkPage(f.html); err != nil {
		return err
	}
	start := time.Now()
	candidates, err := backend.Choose(f.backend, f.workers)
	if err != nil {
		return err
	}
	o := keymill.CalibrateOptions{Budget: calibrateTime, Hashes: f.hashes}
	if f.quick {
		o.Budget = quickTime
	}
	var backends []keymill.Backend
	for _, c := range candidates {
		backends = append(backends, c.Backend)
	}
	progress, stop := a.watchShare()
	o.Progress = progress
	calibration, err := keymill.Calibrate(ctx, backends, o)
	stop()
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("interrupted, no profile was saved: %w", err)
	}
	if err != nil {
		return err
	}
	report := newCalibrateReport(calibration)
	report.Quick, report.Seconds = f.quick, time.Since(start).Seconds()
	if err := a.saveProfile(calibration, f, report); err != nil {
		return err
	}
	if f.html != "" {
		if err := a.writePage(f.html, report.page()); err != nil {
			return err
		}
	}
	if f.json {
		return json.NewEncoder(a.out).Encode(report)
	}
	return report.writeText(a.out)
}

// saveProfile saves the profile, unless the flags are against it, and notes where or why not.
func (a *app) saveProfile(c *keymill.Calibration, f calibrateFlags, report *calibrateReport) error {
	switch {
	case f.dryRun:
		report.Unsaved = "--dry-run"
	case f.backend != backend.Auto:
		// Measured costs of some would be compared with the built-in ones of others.
		report.Unsaved = "--backend leaves backends out"
	case a.profile == "":
		_, err := backend.SavedPath()
		return first(err, errors.New("there is no place to save a profile: use --dry-run"))
	default:
		report.Saved = a.profile
		return backend.Save(a.profile, c)
	}
	return nil
}

// watchShare shows how much of the work is done.
func (a *app) watchShare() (progress func(done, total int), stop func()) {
	var done, total atomic.Int64
	stop = a.show(func(elapsed time.Duration) string { return bar(done.Load(), total.Load(), elapsed) })
	return func(d, t int) {
		total.Store(int64(t))
		done.Store(int64(d))
	}, stop
}

// bar draws how much is done, and says how long the rest will take.
func bar(done, total int64, elapsed time.Duration) string {
	if done == 0 || total == 0 {
		return "making keys"
	}
	const width = 40
	full := int(width * done / total)
	left := time.Duration(float64(elapsed) * float64(total-done) / float64(done))
	return fmt.Sprintf("[%s%s] %d %%, %s left", strings.Repeat("#", full), strings.Repeat("-", width-full),
		100*done/total, left.Round(time.Second))
}
