package telemetry

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// A zero that was read is there; what was not read is not. An empty list of
// reasons says that nothing throttles.
func TestJSON(t *testing.T) {
	text, err := json.Marshal([]GPU{{Index: 1}, {UtilizationGPU: new(0), ECC: new(false), ECCErrors: new(uint64), Throttle: []string{}}})
	require.NoError(t, err)
	require.JSONEq(t, `[{"index": 1},
		{"index": 0, "utilization_gpu_percent": 0, "ecc": false, "ecc_uncorrected_errors": 0, "throttle": []}]`, string(text))
}
