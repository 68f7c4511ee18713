//go:build nvml && linux && cgo

package telemetry

import (
	"maps"
	"slices"
	"testing"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/require"
)

// h100 is what is read of the fake.
func h100() GPU {
	return GPU{
		Name: "NVIDIA H100 80GB HBM3", UUID: "GPU-01234567-89ab-cdef-0123-456789abcdef", PCI: "0000:c1:00.0", Driver: "580.159.04",
		MemoryTotal: new(uint64(80 << 30)), MemoryUsed: new(uint64(2 << 30)),
		UtilizationGPU: new(0), UtilizationMemory: new(7),
		PCIeGen: new(4), PCIeGenMax: new(5), PCIeWidth: new(8), PCIeWidthMax: new(16),
		PowerWatts: new(71.5), PowerLimitWatts: new(700.0), TemperatureC: new(31),
		ClockMHz: new(345), ClockMaxMHz: new(1980), MemoryClockMHz: new(2619), MemoryClockMaxMHz: new(2620),
		Throttle: []string{}, ECC: new(true), ECCErrors: new(uint64(1)),
	}
}

func TestReadsAllValues(t *testing.T) {
	f := newFake(t)
	f.gpus, f.bits = 2, nvml.ClocksEventReasonGpuIdle
	gpus, err := read(f)
	require.NoError(t, err)
	second := h100()
	second.Index = 1
	require.Equal(t, []GPU{h100(), second}, gpus)
	require.False(t, f.running)
}

func TestNoGPU(t *testing.T) {
	f := newFake(t)
	f.gpus = 0
	gpus, err := read(f)
	require.NoError(t, err)
	require.Empty(t, gpus)
}

// A fake that is not running fails the test when anything is called.
func TestInitFails(t *testing.T) {
	for ret, want := range map[nvml.Return]string{
		nvml.ERROR_LIBRARY_NOT_FOUND:       "NVML: libnvidia-ml.so.1 is not here: install the NVIDIA driver, if there is such a GPU",
		nvml.ERROR_DRIVER_NOT_LOADED:       "NVML: the NVIDIA driver is not loaded: modprobe nvidia, or give the container the GPU",
		nvml.ERROR_LIB_RM_VERSION_MISMATCH: "NVML: the NVIDIA driver's library and kernel module differ in version: reboot after an update",
		nvml.ERROR_NO_PERMISSION:           "NVML: no permission to ask the NVIDIA driver",
		nvml.ERROR_UNKNOWN:                 "NVML: code 999 of nvmlReturn_t",
	} {
		f := newFake(t)
		f.init = ret
		gpus, err := read(f)
		require.EqualError(t, err, want)
		require.Nil(t, gpus)
	}
}

func TestCountFails(t *testing.T) {
	f := newFake(t)
	f.fails["nvmlDeviceGetCount_v2"] = nvml.ERROR_NO_PERMISSION
	_, err := read(f)
	require.EqualError(t, err, "NVML: it does not say how many GPUs there are: no permission to ask the NVIDIA driver")
	require.False(t, f.running, "it was not shut down")

	f = newFake(t)
	f.missing = map[string]bool{"nvmlDeviceGetCount_v2": true, "nvmlDeviceGetCount": true}
	_, err = read(f)
	require.EqualError(t, err, "NVML: it does not say how many GPUs there are: its library has no such function")
}

func TestHandleFails(t *testing.T) {
	f := newFake(t)
	f.fails["nvmlDeviceGetHandleByIndex_v2"] = nvml.ERROR_GPU_IS_LOST
	gpus, err := read(f)
	require.NoError(t, err)
	require.Equal(t, []GPU{{Driver: "580.159.04", Problem: "the GPU fell off the bus: reboot, and see dmesg for Xid"}}, gpus)
}

// A GPU that is lost later still has a handle.
func TestLostGPU(t *testing.T) {
	for ret, want := range map[nvml.Return]string{
		nvml.ERROR_GPU_IS_LOST:    "the GPU fell off the bus: reboot, and see dmesg for Xid",
		nvml.ERROR_RESET_REQUIRED: "the GPU has to be reset: nvidia-smi --gpu-reset",
	} {
		f := newFake(t)
		for function := range without {
			f.fails[function] = ret
		}
		gpus, err := read(f)
		require.NoError(t, err)
		require.Equal(t, []GPU{{Problem: want}}, gpus)
	}
}

// without says what is not known when a function fails or is missing.
var without = map[string]func(*GPU){
	"nvmlSystemGetDriverVersion":                func(g *GPU) { g.Driver = "" },
	"nvmlDeviceGetName":                         func(g *GPU) { g.Name = "" },
	"nvmlDeviceGetUUID":                         func(g *GPU) { g.UUID = "" },
	"nvmlDeviceGetPciInfo_v3":                   func(g *GPU) { g.PCI = "" },
	"nvmlDeviceGetMemoryInfo_v2":                func(g *GPU) { g.MemoryUsed = new(uint64(3 << 30)) }, // version 1 has it
	"nvmlDeviceGetMemoryInfo":                   func(*GPU) {},                                        // not called
	"nvmlDeviceGetUtilizationRates":             func(g *GPU) { g.UtilizationGPU, g.UtilizationMemory = nil, nil },
	"nvmlDeviceGetCurrPcieLinkGeneration":       func(g *GPU) { g.PCIeGen = nil },
	"nvmlDeviceGetMaxPcieLinkGeneration":        func(g *GPU) { g.PCIeGenMax = nil },
	"nvmlDeviceGetCurrPcieLinkWidth":            func(g *GPU) { g.PCIeWidth = nil },
	"nvmlDeviceGetMaxPcieLinkWidth":             func(g *GPU) { g.PCIeWidthMax = nil },
	"nvmlDeviceGetPowerUsage":                   func(g *GPU) { g.PowerWatts = nil },
	"nvmlDeviceGetEnforcedPowerLimit":           func(g *GPU) { g.PowerLimitWatts = nil },
	"nvmlDeviceGetTemperature":                  func(g *GPU) { g.TemperatureC = nil },
	"nvmlDeviceGetClockInfo":                    func(g *GPU) { g.ClockMHz, g.MemoryClockMHz = nil, nil },
	"nvmlDeviceGetMaxClockInfo":                 func(g *GPU) { g.ClockMaxMHz, g.MemoryClockMaxMHz = nil, nil },
	"nvmlDeviceGetCurrentClocksEventReasons":    func(*GPU) {}, // the older one has it
	"nvmlDeviceGetCurrentClocksThrottleReasons": func(*GPU) {}, // not called
	"nvmlDeviceGetEccMode":                      func(g *GPU) { g.ECC = nil },
	"nvmlDeviceGetTotalEccErrors":               func(g *GPU) { g.ECCErrors = nil },
}

func TestOneFunctionFails(t *testing.T) {
	for function, take := range without {
		f := newFake(t)
		f.fails[function] = nvml.ERROR_NOT_SUPPORTED
		want := h100()
		take(&want)
		gpus, err := read(f)
		require.NoError(t, err, function)
		require.Equal(t, []GPU{want}, gpus, function)
	}
}

func TestOneFunctionIsMissing(t *testing.T) {
	for function, take := range without {
		f := newFake(t)
		f.missing[function] = true
		want := h100()
		take(&want)
		if function == "nvmlDeviceGetPciInfo_v3" {
			want.PCI = h100().PCI // version 2 has it
		}
		gpus, err := read(f)
		require.NoError(t, err, function)
		require.Equal(t, []GPU{want}, gpus, function)
	}
}

// Nothing is called that is not in without, and what is called is looked up by
// its name there: of a library without any of it, nothing is known.
func TestAllFunctionsAreMissing(t *testing.T) {
	f := newFake(t)
	for function := range without {
		f.missing[function] = true
	}
	f.missing["nvmlDeviceGetPciInfo_v2"], f.missing["nvmlDeviceGetPciInfo"] = true, true
	gpus, err := read(f)
	require.NoError(t, err)
	require.Equal(t, []GPU{{}}, gpus)
	require.Equal(t, []string{"nvmlDeviceGetCount_v2", "nvmlDeviceGetHandleByIndex_v2"}, slices.Sorted(maps.Keys(f.called)))
}

func TestReasons(t *testing.T) {
	for bits, want := range map[uint64][]string{
		0:     {},
		1:     {}, // idle
		2:     {"clocks set by the administrator"},
		4:     {"power limit"},
		5:     {"power limit"},
		8:     {"slowed down by the hardware"},
		16:    {"sync boost group"},
		32:    {"temperature, by the driver"},
		72:    {"slowed down by the hardware", "temperature, by the hardware"},
		128:   {"power brake of the machine"},
		256:   {"display clocks"},
		512:   {"board limit"},
		1024:  {"reliability limit"},
		34820: {"power limit", "reasons 0x8800, newer than this build"},
	} {
		f := newFake(t)
		f.bits = bits
		gpus, err := read(f)
		require.NoError(t, err)
		require.Equal(t, want, gpus[0].Throttle, "%#x", bits)
	}
	require.Len(t, reasons(nvml.ClocksEventReasonAll), 10)
}

func TestAddress(t *testing.T) {
	for id, want := range map[string]string{
		"00000000:C1:00.0": "0000:c1:00.0",
		"00000001:C1:00.4": "0001:c1:00.4",
		"00010000:C1:00.0": "10000:c1:00.0", // a domain of more than 16 bits, as in some virtual machines
	} {
		require.Equal(t, want, address(nvml.PciInfo{BusId: [32]int8(chars(id, 32))}))
	}
	require.Equal(t, "0000:65:00.0", address(nvml.PciInfo{BusIdLegacy: [16]int8(chars("0000:65:00.0", 16))}))
	require.Empty(t, address(nvml.PciInfo{}))
}
