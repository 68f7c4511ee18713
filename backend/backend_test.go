package backend_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
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
	required := os.Getenv("REQUIRE_BACKENDS")
	if required == "" {
		required = "cpu"
	}
	for name := range strings.SplitSeq(required, ",") {
		_, err := backend.Choose(name, 1)
		require.NoError(t, err, "REQUIRE_BACKENDS names it")
	}
}

// What is chosen of OpenCL by name is its devices, each once for all goroutines; or the
// error says why there is none.
func TestOpenCL(t *testing.T) {
	candidates, err := backend.Choose("opencl", 4)
	if err != nil {
		require.NotContains(t, os.Getenv("REQUIRE_BACKENDS"), "opencl")
		require.ErrorIs(t, err, keymill.ErrUnavailable)
		return
	}
	require.Equal(t, "opencl:0", candidates[0].Name())
	for _, c := range candidates {
		require.Regexp(t, `^opencl:\d+$`, c.Name())
	}
	d, err := keymill.NewDispatcher(keymill.Config{Candidates: candidates})
	require.NoError(t, err)
	b := keymill.Batch{Width: 8, Data: make([]byte, 8000)}
	p := keymill.Params{Scheme: place.Jump(100)}
	var dst keymill.Placement
	dst.Resize(keymill.OutHashes|keymill.OutParts|keymill.OutCounts, b.Len(), 100)
	require.NoError(t, d.Place(&dst, &b, p))
	require.NoError(t, keymill.Verify(&dst, &b, p))

	_, err = backend.Choose("opencl:99", 1)
	require.ErrorIs(t, err, keymill.ErrUnavailable)
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
	require.Equal(t, []string{"cpu", "cpu*2", "cpu*4"}, names("cpu", 4))
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
