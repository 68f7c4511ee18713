package backend_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/internal/backendtest"
)

// TestAvailable runs the conformance suite on every backend that is offered to
// users, by the name that it is offered under.
func TestAvailable(t *testing.T) {
	available := backend.Available()
	require.NotEmpty(t, available)
	require.Equal(t, "cpu", available[0].Name(), "the fallback")
	for _, c := range available {
		t.Run(c.Name(), func(t *testing.T) { backendtest.Run(t, c.Backend) })
	}
}

// TestRequired fails if a backend that REQUIRE_BACKENDS names is not there: so
// that on a machine which must have it, nothing passes by being left out.
func TestRequired(t *testing.T) {
	var available []string
	for _, c := range backend.Available() {
		available = append(available, c.Name())
	}
	required := os.Getenv("REQUIRE_BACKENDS")
	if required == "" {
		required = "cpu"
	}
	for name := range strings.SplitSeq(required, ",") {
		require.Contains(t, available, name, "REQUIRE_BACKENDS names it")
	}
}

func TestChoose(t *testing.T) {
	names := func(name string, workers int) (all []string) {
		candidates, err := backend.Choose(name, workers)
		require.NoError(t, err)
		for _, c := range candidates {
			all = append(all, c.Name())
			require.NotEmpty(t, c.Profile)
		}
		return all
	}
	require.Equal(t, []string{"cpu"}, names("cpu", 1))
	require.Equal(t, []string{"cpu", "cpu*4"}, names("cpu", 4))
	require.Contains(t, names("auto", 2), "cpu*2")

	_, err := backend.Choose("cup", 1)
	require.ErrorIs(t, err, keymill.ErrUnavailable)
	require.EqualError(t, err, `backend "cup" is not available here: did you mean "cpu"?`)
	_, err = backend.Choose("tpu:0", 1)
	require.ErrorContains(t, err, "this build has auto, cpu")
	_, err = backend.Choose("", 1)
	require.Error(t, err)
}

// A dispatcher over what Choose returns is a backend like any other.
func TestChosenDispatcher(t *testing.T) {
	candidates, err := backend.Choose(backend.Auto, 3)
	require.NoError(t, err)
	d, err := keymill.NewDispatcher(keymill.Config{Candidates: candidates})
	require.NoError(t, err)
	backendtest.Run(t, d)
	require.Zero(t, d.Stats().Fallbacks())
}
