package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/backend/opencl"
	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/internal/telemetry"
)

// machine is what `keymill devices` says. Its JSON is documented in docs/CLI.md.
type machine struct {
	Processor string       `json:"processor"`
	Cores     int          `json:"cores"`
	Features  []string     `json:"features"`
	Backends  []device     `json:"backends"`
	OpenCL    openCLReport `json:"opencl"`
	NVML      nvmlReport   `json:"nvml"`
}

// device is what it says of a backend.
type device struct {
	Name    string   `json:"name"`
	State   string   `json:"state"`             // "ready" or "unavailable"
	About   string   `json:"about"`             // what it is, or why it is not available
	ByName  bool     `json:"by_name,omitempty"` // it is used only where its name is asked for
	Kernels []kernel `json:"kernels,omitempty"`
}

// kernel is what computes some work of a backend of vector instructions.
type kernel struct {
	Work    string `json:"work"`
	Variant string `json:"variant"`       // the instructions; "cpu" is plain Go
	Why     string `json:"why,omitempty"` // why it is plain Go
}

// openCLReport is what OpenCL finds.
type openCLReport struct {
	Devices []openCLDevice `json:"devices"`
	Problem string         `json:"problem,omitempty"` // why there are none, and what to install
}

// openCLDevice is a device of OpenCL.
type openCLDevice struct {
	Name            string `json:"name"`     // of the backend: "opencl:0"
	Type            string `json:"type"`     // "GPU", "accelerator", "CPU", "other"
	Model           string `json:"model"`    // as its driver names it
	Vendor          string `json:"vendor"`   // likewise
	Platform        string `json:"platform"` // the driver's name
	PlatformVersion string `json:"platform_version"`
	Version         string `json:"version"` // of OpenCL that the device has
	Driver          string `json:"driver"`
	ComputeUnits    int    `json:"compute_units"`
	ClockMHz        int    `json:"clock_mhz"`
	GlobalMemory    uint64 `json:"memory_bytes"`
	MaxAlloc        uint64 `json:"max_alloc_bytes"`
	LocalMemory     uint64 `json:"local_memory_bytes"`
	Unified         bool   `json:"unified"` // its memory is the host's
	FP64            bool   `json:"fp64"`
	PCI             string `json:"pci,omitempty"`
	UUID            string `json:"uuid,omitempty"`
}

// nvmlReport is what the NVIDIA driver says by NVML.
type nvmlReport struct {
	GPUs    []gpu  `json:"gpus"`
	Problem string `json:"problem,omitempty"` // why it was not asked
	unbuilt bool   // ... because this build cannot
}

type gpu struct {
	telemetry.GPU
	OpenCL string `json:"opencl,omitempty"` // the name of the device that it is there
}

// thisMachine asks all there is. What is missing is said in the report.
func thisMachine() machine {
	m := bench.ThisMachine()
	r := machine{Processor: m.Processor, Cores: m.Cores, Features: m.Features}
	for _, e := range backend.List() {
		r.Backends = append(r.Backends, deviceOf(e))
	}
	found, err := opencl.Devices()
	if err != nil {
		r.OpenCL.Problem = err.Error()
	}
	r.OpenCL.Devices = make([]openCLDevice, len(found)) // in JSON [] and not null
	for i, info := range found {
		r.OpenCL.Devices[i] = openCLDeviceOf(info)
	}
	gpus, err := telemetry.GPUs()
	if err != nil {
		r.NVML.Problem, r.NVML.unbuilt = err.Error(), errors.Is(err, telemetry.ErrNotBuilt)
	}
	r.NVML.GPUs = paired(gpus, r.OpenCL.Devices)
	return r
}

func deviceOf(e backend.Entry) device {
	d := device{Name: e.Name, State: "ready", About: "self-test passed", ByName: e.ByName}
	for _, k := range e.Kernels {
		d.Kernels = append(d.Kernels, kernel(k))
	}
	if about, ok := e.Backend.(keymill.Describer); ok {
		d.About = about.Describe() + "; " + d.About
	}
	if e.Err != nil {
		d.State, d.About = "unavailable", e.Err.Error()
	}
	return d
}

func openCLDeviceOf(i opencl.DeviceInfo) openCLDevice {
	return openCLDevice{
		Name: fmt.Sprintf("opencl:%d", i.Index), Type: i.Type.String(), Model: i.Name, Vendor: i.Vendor,
		Platform: i.Platform, PlatformVersion: i.PlatformVersion, Version: i.Version, Driver: i.Driver,
		ComputeUnits: i.ComputeUnits, ClockMHz: i.ClockMHz,
		GlobalMemory: i.GlobalMemory, MaxAlloc: i.MaxAlloc, LocalMemory: i.LocalMemory,
		Unified: i.Unified, FP64: i.FP64, PCI: i.PCI, UUID: i.UUID,
	}
}

// paired says of each GPU which device of OpenCL it is: that with the same UUID,
// before which NVML writes GPU-, or PCI id.
func paired(gpus []telemetry.GPU, devices []openCLDevice) []gpu {
	all := make([]gpu, len(gpus))
	for i, g := range gpus {
		all[i].GPU = g
		same := func(d openCLDevice) bool {
			return g.UUID != "" && strings.EqualFold(strings.TrimPrefix(g.UUID, "GPU-"), d.UUID) || g.PCI != "" && strings.EqualFold(g.PCI, d.PCI)
		}
		if at := slices.IndexFunc(devices, same); at >= 0 {
			all[i].OpenCL = devices[at].Name
		}
	}
	return all
}
