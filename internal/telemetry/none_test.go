//go:build !(nvml && linux && cgo)

package telemetry

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNotBuilt(t *testing.T) {
	gpus, err := GPUs()
	require.ErrorIs(t, err, ErrNotBuilt)
	require.ErrorContains(t, err, "go build -tags nvml")
	require.Nil(t, gpus)
}
