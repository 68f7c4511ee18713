//go:build nvml && linux && cgo

package telemetry

import (
	"errors"
	"testing"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/require"
)

// fake is NVML on a machine with one H100. A function that it does not have here
// would end the process, so calling it before Init, after Shutdown or where the
// library lacks it fails the test. A nil interface within makes every other call
// panic.
type fake struct {
	nvml.Interface
	t       *testing.T
	init    nvml.Return
	fails   map[string]nvml.Return // by the C function
	missing map[string]bool
	gpus    int
	bits    uint64
	called  map[string]int
	running bool
}

func newFake(t *testing.T) *fake {
	return &fake{t: t, gpus: 1, fails: map[string]nvml.Return{}, missing: map[string]bool{}, called: map[string]int{}}
}

func (f *fake) Init() nvml.Return {
	f.running = f.init == nvml.SUCCESS
	return f.init
}

func (f *fake) Shutdown() nvml.Return {
	require.True(f.t, f.running, "shut down, but not running")
	f.running = false
	return nvml.ERROR_UNKNOWN // which must not matter
}

func (f *fake) Extensions() nvml.ExtendedInterface { return f }

func (f *fake) LookupSymbol(name string) error {
	require.True(f.t, f.running, "%s looked up, but not running", name)
	if f.missing[name] {
		return errors.New("undefined symbol: " + name)
	}
	return nil
}

// call is a call of the newest version that the library has.
func (f *fake) call(versions ...string) nvml.Return {
	require.True(f.t, f.running, "%v called, but not running", versions)
	for _, name := range versions {
		if !f.missing[name] {
			f.called[name]++
			return f.fails[name]
		}
	}
	require.Fail(f.t, "called, but the library lacks it", "%v", versions)
	return nvml.ERROR_FUNCTION_NOT_FOUND
}

func (f *fake) SystemGetDriverVersion() (string, nvml.Return) {
	return "580.159.04", f.call("nvmlSystemGetDriverVersion")
}

func (f *fake) DeviceGetCount() (int, nvml.Return) {
	return f.gpus, f.call("nvmlDeviceGetCount_v2", "nvmlDeviceGetCount")
}

func (f *fake) DeviceGetHandleByIndex(int) (nvml.Device, nvml.Return) {
	return fakeGPU{f: f}, f.call("nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex")
}

type fakeGPU struct {
	nvml.Device
	f *fake
}

func (d fakeGPU) GetName() (string, nvml.Return) {
	return "NVIDIA H100 80GB HBM3", d.f.call("nvmlDeviceGetName")
}

func (d fakeGPU) GetUUID() (string, nvml.Return) {
	return "GPU-01234567-89ab-cdef-0123-456789abcdef", d.f.call("nvmlDeviceGetUUID")
}

// GetPciInfo leaves BusId empty as version 1 and 2 do.
func (d fakeGPU) GetPciInfo() (nvml.PciInfo, nvml.Return) {
	pci := nvml.PciInfo{BusIdLegacy: [16]int8(chars("0000:C1:00.0", 16))}
	if !d.f.missing["nvmlDeviceGetPciInfo_v3"] {
		pci.BusId = [32]int8(chars("00000000:C1:00.0", 32))
	}
	return pci, d.f.call("nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo")
}

func (d fakeGPU) GetMemoryInfo_v2() (nvml.Memory_v2, nvml.Return) {
	return nvml.Memory_v2{Total: 80 << 30, Reserved: 1 << 30, Used: 2 << 30}, d.f.call("nvmlDeviceGetMemoryInfo_v2")
}

func (d fakeGPU) GetMemoryInfo() (nvml.Memory, nvml.Return) {
	return nvml.Memory{Total: 80 << 30, Used: 3 << 30}, d.f.call("nvmlDeviceGetMemoryInfo")
}

func (d fakeGPU) GetUtilizationRates() (nvml.Utilization, nvml.Return) {
	return nvml.Utilization{Gpu: 0, Memory: 7}, d.f.call("nvmlDeviceGetUtilizationRates")
}

func (d fakeGPU) GetCurrPcieLinkGeneration() (int, nvml.Return) {
	return 4, d.f.call("nvmlDeviceGetCurrPcieLinkGeneration")
}

func (d fakeGPU) GetMaxPcieLinkGeneration() (int, nvml.Return) {
	return 5, d.f.call("nvmlDeviceGetMaxPcieLinkGeneration")
}

func (d fakeGPU) GetCurrPcieLinkWidth() (int, nvml.Return) {
	return 8, d.f.call("nvmlDeviceGetCurrPcieLinkWidth")
}

func (d fakeGPU) GetMaxPcieLinkWidth() (int, nvml.Return) {
	return 16, d.f.call("nvmlDeviceGetMaxPcieLinkWidth")
}

func (d fakeGPU) GetPowerUsage() (uint32, nvml.Return) {
	return 71_500, d.f.call("nvmlDeviceGetPowerUsage")
}

func (d fakeGPU) GetEnforcedPowerLimit() (uint32, nvml.Return) {
	return 700_000, d.f.call("nvmlDeviceGetEnforcedPowerLimit")
}

func (d fakeGPU) GetTemperature(sensor nvml.TemperatureSensors) (uint32, nvml.Return) {
	require.Equal(d.f.t, nvml.TEMPERATURE_GPU, sensor)
	return 31, d.f.call("nvmlDeviceGetTemperature")
}

func (d fakeGPU) GetClockInfo(clock nvml.ClockType) (uint32, nvml.Return) {
	return map[nvml.ClockType]uint32{nvml.CLOCK_SM: 345, nvml.CLOCK_MEM: 2619}[clock], d.f.call("nvmlDeviceGetClockInfo")
}

func (d fakeGPU) GetMaxClockInfo(clock nvml.ClockType) (uint32, nvml.Return) {
	return map[nvml.ClockType]uint32{nvml.CLOCK_SM: 1980, nvml.CLOCK_MEM: 2620}[clock], d.f.call("nvmlDeviceGetMaxClockInfo")
}

func (d fakeGPU) GetCurrentClocksEventReasons() (uint64, nvml.Return) {
	return d.f.bits, d.f.call("nvmlDeviceGetCurrentClocksEventReasons")
}

func (d fakeGPU) GetCurrentClocksThrottleReasons() (uint64, nvml.Return) {
	return d.f.bits, d.f.call("nvmlDeviceGetCurrentClocksThrottleReasons")
}

func (d fakeGPU) GetEccMode() (nvml.EnableState, nvml.EnableState, nvml.Return) {
	return nvml.FEATURE_ENABLED, nvml.FEATURE_DISABLED, d.f.call("nvmlDeviceGetEccMode")
}

func (d fakeGPU) GetTotalEccErrors(kind nvml.MemoryErrorType, counter nvml.EccCounterType) (uint64, nvml.Return) {
	require.Equal(d.f.t, nvml.MEMORY_ERROR_TYPE_UNCORRECTED, kind)
	require.Equal(d.f.t, nvml.VOLATILE_ECC, counter)
	return 1, d.f.call("nvmlDeviceGetTotalEccErrors")
}

func chars(s string, n int) []int8 {
	c := make([]int8, n)
	for i := range s {
		c[i] = int8(s[i])
	}
	return c
}
