package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill/internal/nearest"
)

// app is one run of the program.
type app struct {
	terminal
	started     bool // flags and arguments were understood
	args        []string
	commandPath string // "keymill place": of the command that runs
}

func (a *app) root() *cobra.Command {
	a.commandPath = "keymill"
	root := &cobra.Command{
		Use:   "keymill",
		Short: "Hash keys in bulk, place them as real systems do, feed them to a store",
		Long: `keymill grinds keys in bulk: it hashes a batch of keys, says where each key
lives under the placement of Kafka, Redis Cluster and others, and feeds keys
and values to a store.

Start with:  keymill demo`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			a.started, a.commandPath = true, cmd.CommandPath()
		},
		Args: noArgument,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		a.commandPath = cmd.CommandPath()
		return err
	})
	root.SetVersionTemplate("keymill {{.Version}}\n")
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usageError{nearest.Unknown("command", strings.Join(args, " "), commandNames(root))}
			}
			return cmd.Help()
		},
	})
	root.AddCommand(a.hashCommand(), a.placeCommand(), a.planCommand(), a.ingestCommand(), a.demoCommand(), a.benchCommand(), a.calibrateCommand(), a.devicesCommand(), a.versionCommand())
	return root
}

// noArgument refuses what is no command of cmd.
func noArgument(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nearest.Unknown("command", args[0], commandNames(cmd))
	}
	return nil
}

func commandNames(cmd *cobra.Command) (names []string) {
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(append(names, c.Name()), c.Aliases...)
		}
	}
	return names
}

// plural returns "1 row", "1,234 rows".
func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(n) + " " + what + "s"
}

// grouped returns the number with its digits in groups: 1,234,567.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size returns a number of bytes to three digits: 12.3 MB.
func size(n int64) string { return scaled(float64(n), 1000, "B", "kB", "MB", "GB", "TB") }

// rate returns how many a second: 1.23 M rows/s.
func rate(n int64, seconds float64, what string) string {
	if seconds <= 0 {
		return "-"
	}
	return scaled(float64(n)/seconds, 1000, what+"/s", "k "+what+"/s", "M "+what+"/s", "G "+what+"/s")
}

func scaled(x, step float64, units ...string) string {
	i := 0
	for x >= step && i < len(units)-1 {
		x /= step
		i++
	}
	switch {
	case i == 0 || x >= 100:
		return fmt.Sprintf("%.0f %s", x, units[i])
	case x >= 10:
		return fmt.Sprintf("%.1f %s", x, units[i])
	}
	return fmt.Sprintf("%.2f %s", x, units[i])
}

// printable escapes the control characters of a message: a file's name or a key
// must not move the cursor of the terminal, nor start a new line.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			fmt.Fprintf(&b, "\\x%02x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
