package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/bench"
)

// device is what `keymill devices` says of a backend.
type device struct {
	Name    string   `json:"name"`
	State   string   `json:"state"` // "ready" or "unavailable"
	About   string   `json:"about"` // what it is, or why it is not available
	Kernels []kernel `json:"kernels,omitempty"`
}

// kernel is what computes some work of a backend of vector instructions.
type kernel struct {
	Work    string `json:"work"`
	Variant string `json:"variant"`       // the instructions; "cpu" is plain Go
	Why     string `json:"why,omitempty"` // why it is plain Go
}

func (a *app) devicesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "devices",
		Aliases: []string{"doctor"},
		Short:   "List the backends of this build, and whether they work here",
		Long: `Lists the backends that this build knows. Each has just run its self-test, which
compares every hash and every reduction with their definitions; a backend that
did not pass is not used. Of a backend of vector instructions it lists what each
hash and reduction is computed with, and why where that is plain Go.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var devices []device
			for _, e := range backend.List() {
				d := device{Name: e.Name, State: "ready", About: "self-test passed"}
				for _, k := range e.Kernels {
					d.Kernels = append(d.Kernels, kernel(k))
				}
				if about, ok := e.Backend.(keymill.Describer); ok {
					d.About = about.Describe() + "; " + d.About
				}
				if e.Err != nil {
					d.State, d.About = "unavailable", e.Err.Error()
				}
				devices = append(devices, d)
			}
			m := bench.ThisMachine()
			if asJSON {
				return json.NewEncoder(a.out).Encode(struct {
					Processor string   `json:"processor"`
					Cores     int      `json:"cores"`
					Features  []string `json:"features"`
					Backends  []device `json:"backends"`
				}{m.Processor, m.Cores, m.Features, devices})
			}
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			fmt.Fprintf(w, "processor\t%s, %s\n", m.Processor, plural(int64(m.Cores), "core"))
			fmt.Fprintf(w, "features\t%s\n\n", strings.Join(m.Features, " "))
			fmt.Fprintln(w, "backend\tstate\tabout")
			for _, d := range devices {
				fmt.Fprintf(w, "%s\t%s\t%s\n", d.Name, d.State, d.About)
			}
			writeKernels(w, devices)
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, in the schema of docs/CLI.md")
	return cmd
}

// writeKernels lists the kernels, a column for each backend that has any, and why
// some are plain Go.
func writeKernels(w io.Writer, devices []device) {
	devices = slices.DeleteFunc(slices.Clone(devices), func(d device) bool { return len(d.Kernels) == 0 })
	if len(devices) == 0 {
		return
	}
	fmt.Fprint(w, "\nwork")
	for _, d := range devices {
		fmt.Fprintf(w, "\t%s", d.Name)
	}
	fmt.Fprintln(w, "\twhy cpu")
	for i, k := range devices[0].Kernels {
		fmt.Fprint(w, k.Work)
		why := ""
		for _, d := range devices {
			fmt.Fprintf(w, "\t%s", d.Kernels[i].Variant)
			why = cmp.Or(why, d.Kernels[i].Why)
		}
		fmt.Fprintf(w, "\t%s\n", why)
	}
}
