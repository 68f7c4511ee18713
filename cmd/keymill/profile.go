package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
)

// builtinProfile is the value of --profile that leaves the saved profile where it is.
const builtinProfile = "builtin"

// addProfile adds the flag of the commands that choose backends.
func addProfile(cmd *cobra.Command, profile *string) {
	cmd.Flags().StringVar(profile, "profile", "",
		"costs to choose backends by: a file that 'keymill calibrate' saved, or builtin (default: what it saved, if it did)")
}

// candidates returns the backends that a user asks for by name, with the costs of a profile:
// that of a file, the built-in one, or for "" the saved one if it is there. One that cannot be
// used is ignored, since no result depends on it, and one line on stderr says so.
func (a *app) candidates(name string, workers int, profile string) ([]keymill.Candidate, error) {
	candidates, err := backend.Choose(name, workers)
	if err != nil || profile == builtinProfile || profile == "" && a.profile == "" {
		return candidates, err
	}
	path := profile
	if path == "" {
		path = a.profile
	}
	loaded, err := backend.Load(path, candidates)
	switch {
	case err == nil:
		return loaded, nil
	case profile == "" && errors.Is(err, fs.ErrNotExist): // nobody has calibrated yet
	default:
		a.complain(fmt.Errorf("ignored: %w", err))
	}
	return candidates, nil
}
