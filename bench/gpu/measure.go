package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/keymill/keymill/backend/opencl"
	"github.com/keymill/keymill/bench"
)

// quickRounds are enough for an interval, and few enough for seconds.
const quickRounds = 11

// config is what is measured of a device.
func (o *options) config(device int) bench.Config {
	c := bench.Config{Table: "device", Backend: fmt.Sprintf("opencl:%d", device), Quick: o.quick, Rounds: o.rounds, Seed: 1, Peers: peers}
	if o.quick && o.rounds == 0 {
		c.Rounds = quickRounds
	}
	return c
}

// measure runs the table device and writes its report, for people to out and as JSON to a
// file.
func measure(ctx context.Context, o *options, info opencl.DeviceInfo, checks int, file string, out, errs io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := o.config(info.Index)
	c.Worker, c.Progress = []string{self, "worker"}, progress(errs)
	report, err := bench.Run(ctx, c)
	if err != nil {
		return err
	}
	report.Commit = bench.BuiltFrom()
	report.Date = time.Now().UTC().Format(time.RFC3339)
	report.Command = strings.Join(append([]string{"keymill-gpu"}, o.args[1:]...), " ")
	report.Notes = append(report.Notes, fmt.Sprintf("%d checks of the conformance suite passed: keys copied, memory shared, keys resident", checks))
	fmt.Fprintln(out)
	if err := report.WriteText(out); err != nil {
		return err
	}
	return write(report, filepath.Join(o.out, file), out)
}

// write writes the report to a file, in a folder that is made if it is not there.
func write(report *bench.Report, name string, out io.Writer) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := errors.Join(report.WriteJSON(file), file.Close()); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nwritten to %s\n\n", name)
	return nil
}

// fileName returns the name of a device's report, another for each.
func fileName(info opencl.DeviceInfo, taken map[string]bool) string {
	name := time.Now().UTC().Format(time.DateOnly) + "-" + safe(info.Name)
	if taken[name] { // two of a kind
		name += fmt.Sprintf("-%d", info.Index)
	}
	taken[name] = true
	return name + ".json"
}

// safe returns a name of letters, digits and single dashes.
func safe(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if len(words) == 0 {
		return "device"
	}
	return strings.Join(words, "-")
}

// progress says on each tenth of the way how far it is.
func progress(errs io.Writer) func(done, total int) {
	said := 0
	return func(done, total int) {
		if tenth := 10 * done / total; tenth > said {
			said = tenth
			fmt.Fprintf(errs, "keymill-gpu: measuring, %d %%\n", 10*tenth)
		}
	}
}
