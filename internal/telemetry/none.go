//go:build !(nvml && linux && cgo)

package telemetry

// GPUs returns what the driver says of each GPU, in NVML's order. The error says
// why none could be asked.
func GPUs() ([]GPU, error) { return nil, ErrNotBuilt }
