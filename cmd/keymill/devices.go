package main

import (
	"encoding/json"

	"github.com/spf13/cobra"
)

func (a *app) devicesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "devices",
		Aliases: []string{"doctor"},
		Short:   "List the backends and devices, and whether they work here",
		Long: `Lists the backends that this build knows. Each has just run its self-test, which
compares every hash and every reduction with their definitions; a backend that
did not pass is not used, and the list says why, and what to install. Of a
backend of vector instructions it lists what each hash and reduction is computed
with, and why where that is plain Go.

Then the devices that OpenCL finds here; and what the NVIDIA GPUs are doing, in a
build with the tag nvml: memory, load, PCIe link, power, and what throttles them.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return json.NewEncoder(a.out).Encode(thisMachine())
			}
			return writeMachine(a.out, thisMachine())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, in the schema of docs/CLI.md")
	return cmd
}
