// Package telemetry says what the NVIDIA GPUs of the machine are doing, as their
// driver tells it by NVML: memory, load, the PCIe link, power, clocks, and what
// holds the clocks down.
//
// It annotates, and decides nothing: no result and no choice of a backend depends
// on it.
//
// Only a build with the tag nvml can ask, on Linux with cgo; see the file nvml.go
// for why it is not every build. In others [GPUs] returns [ErrNotBuilt].
package telemetry

import "errors"

// ErrNotBuilt is what [GPUs] returns in a build that cannot ask NVML.
var ErrNotBuilt = errors.New("this build cannot ask NVML: on Linux with cgo, build keymill with go build -tags nvml")

// GPU is what the driver says of one GPU. A value is nil where the driver does
// not give it: an old driver, a GPU that does not measure it, a container that
// may not know.
type GPU struct {
	Index  int    `json:"index"`            // NVML's number, by PCI id
	Name   string `json:"name,omitempty"`   // "NVIDIA H100 80GB HBM3"
	UUID   string `json:"uuid,omitempty"`   // "GPU-" and 32 hex digits in groups
	PCI    string `json:"pci,omitempty"`    // "0000:65:00.0", in lower case
	Driver string `json:"driver,omitempty"` // the driver's version

	MemoryTotal *uint64 `json:"memory_total_bytes,omitempty"`
	MemoryUsed  *uint64 `json:"memory_used_bytes,omitempty"` // by all processes

	UtilizationGPU    *int `json:"utilization_gpu_percent,omitempty"`    // of the time, a kernel ran
	UtilizationMemory *int `json:"utilization_memory_percent,omitempty"` // of the time, memory was read or written

	// An idle GPU slows its link down, so PCIeGen is that under load only under load.
	PCIeGen      *int `json:"pcie_gen,omitempty"`
	PCIeGenMax   *int `json:"pcie_gen_max,omitempty"` // that GPU and machine both can
	PCIeWidth    *int `json:"pcie_width,omitempty"`   // lanes
	PCIeWidthMax *int `json:"pcie_width_max,omitempty"`

	PowerWatts      *float64 `json:"power_watts,omitempty"`
	PowerLimitWatts *float64 `json:"power_limit_watts,omitempty"` // the one in force
	TemperatureC    *int     `json:"temperature_c,omitempty"`

	ClockMHz          *int `json:"clock_mhz,omitempty"` // of the multiprocessors
	ClockMaxMHz       *int `json:"clock_max_mhz,omitempty"`
	MemoryClockMHz    *int `json:"memory_clock_mhz,omitempty"`
	MemoryClockMaxMHz *int `json:"memory_clock_max_mhz,omitempty"`

	// Throttle has, in words, what holds the clocks below what the GPU can do. It
	// is empty where nothing does, and nil where the driver does not say. That a
	// GPU is idle is not among them.
	Throttle []string `json:"throttle,omitzero"`

	ECC       *bool   `json:"ecc,omitempty"`                    // memory errors are corrected
	ECCErrors *uint64 `json:"ecc_uncorrected_errors,omitempty"` // that could not be, since the driver was loaded

	// Problem says why nothing else, or nothing true, is known of this GPU.
	Problem string `json:"problem,omitempty"`
}
