//go:build nvml && linux && cgo

package telemetry

import (
	"fmt"
	"strings"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// gpu asks all that a GPU has; the number is NVML's.
func (l library) gpu(i int) GPU {
	g := GPU{Index: i}
	handle := value(l, func() (nvml.Device, nvml.Return) { return l.DeviceGetHandleByIndex(i) }, &g.Problem,
		"nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex")
	if handle == nil {
		return g
	}
	d := *handle
	l.identity(d, &g)
	l.memory(d, &g)
	if u := value(l, d.GetUtilizationRates, nil, "nvmlDeviceGetUtilizationRates"); u != nil {
		g.UtilizationGPU, g.UtilizationMemory = new(int(u.Gpu)), new(int(u.Memory))
	}
	g.PCIeGen = value(l, d.GetCurrPcieLinkGeneration, nil, "nvmlDeviceGetCurrPcieLinkGeneration")
	g.PCIeGenMax = value(l, d.GetMaxPcieLinkGeneration, nil, "nvmlDeviceGetMaxPcieLinkGeneration")
	g.PCIeWidth = value(l, d.GetCurrPcieLinkWidth, nil, "nvmlDeviceGetCurrPcieLinkWidth")
	g.PCIeWidthMax = value(l, d.GetMaxPcieLinkWidth, nil, "nvmlDeviceGetMaxPcieLinkWidth")
	g.PowerWatts = watts(value(l, d.GetPowerUsage, nil, "nvmlDeviceGetPowerUsage"))
	g.PowerLimitWatts = watts(value(l, d.GetEnforcedPowerLimit, nil, "nvmlDeviceGetEnforcedPowerLimit"))
	g.TemperatureC = l.number(of(d.GetTemperature, nvml.TEMPERATURE_GPU), "nvmlDeviceGetTemperature")
	g.ClockMHz = l.number(of(d.GetClockInfo, nvml.CLOCK_SM), "nvmlDeviceGetClockInfo")
	g.ClockMaxMHz = l.number(of(d.GetMaxClockInfo, nvml.CLOCK_SM), "nvmlDeviceGetMaxClockInfo")
	g.MemoryClockMHz = l.number(of(d.GetClockInfo, nvml.CLOCK_MEM), "nvmlDeviceGetClockInfo")
	g.MemoryClockMaxMHz = l.number(of(d.GetMaxClockInfo, nvml.CLOCK_MEM), "nvmlDeviceGetMaxClockInfo")
	l.throttle(d, &g)
	l.ecc(d, &g)
	return g
}

// identity also finds out whether the GPU is still there: a handle outlives it.
func (l library) identity(d nvml.Device, g *GPU) {
	if name := value(l, d.GetName, nil, "nvmlDeviceGetName"); name != nil {
		g.Name = *name
	}
	if uuid := value(l, d.GetUUID, nil, "nvmlDeviceGetUUID"); uuid != nil {
		g.UUID = *uuid
	}
	alive := func() (nvml.PciInfo, nvml.Return) {
		pci, ret := d.GetPciInfo()
		if ret == nvml.ERROR_GPU_IS_LOST || ret == nvml.ERROR_RESET_REQUIRED {
			g.Problem = words(ret)
		}
		return pci, ret
	}
	if pci := value(l, alive, nil, "nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo"); pci != nil {
		g.PCI = address(*pci)
	}
}

// address is the PCI id as Linux writes it: in lower case, and with a domain of
// four digits unless it needs more, where NVML has eight. Before version 3 only
// the legacy field is filled.
func address(pci nvml.PciInfo) string {
	id := text(pci.BusId[:])
	if id == "" {
		id = text(pci.BusIdLegacy[:])
	}
	id = strings.ToLower(id)
	for strings.Index(id, ":") > len("0000") && id[0] == '0' {
		id = id[1:]
	}
	return id
}

// text is a C string.
func text(c []int8) string {
	var b strings.Builder
	for _, char := range c {
		if char == 0 {
			break
		}
		b.WriteByte(byte(char))
	}
	return b.String()
}

// memory prefers version 2, whose used memory is without what the driver keeps.
func (l library) memory(d nvml.Device, g *GPU) {
	if m := value(l, d.GetMemoryInfo_v2, nil, "nvmlDeviceGetMemoryInfo_v2"); m != nil {
		g.MemoryTotal, g.MemoryUsed = &m.Total, &m.Used
	} else if m := value(l, d.GetMemoryInfo, nil, "nvmlDeviceGetMemoryInfo"); m != nil {
		g.MemoryTotal, g.MemoryUsed = &m.Total, &m.Used
	}
}

func (l library) ecc(d nvml.Device, g *GPU) {
	mode := func() (nvml.EnableState, nvml.Return) {
		now, _, ret := d.GetEccMode()
		return now, ret
	}
	if on := value(l, mode, nil, "nvmlDeviceGetEccMode"); on != nil {
		g.ECC = new(*on == nvml.FEATURE_ENABLED)
	}
	errors := func() (uint64, nvml.Return) {
		return d.GetTotalEccErrors(nvml.MEMORY_ERROR_TYPE_UNCORRECTED, nvml.VOLATILE_ECC)
	}
	g.ECCErrors = value(l, errors, nil, "nvmlDeviceGetTotalEccErrors")
}

// throttle asks by the newer name first; drivers before 535 have the older only.
func (l library) throttle(d nvml.Device, g *GPU) {
	bits := value(l, d.GetCurrentClocksEventReasons, nil, "nvmlDeviceGetCurrentClocksEventReasons")
	if bits == nil {
		bits = value(l, d.GetCurrentClocksThrottleReasons, nil, "nvmlDeviceGetCurrentClocksThrottleReasons")
	}
	if bits != nil {
		g.Throttle = reasons(*bits)
	}
}

// reasons puts the bits of NVML's clocks event reasons in words. It is not nil.
func reasons(bits uint64) []string {
	found := []string{}
	for _, r := range []struct {
		bit  uint64
		word string
	}{
		{nvml.ClocksEventReasonGpuIdle, ""}, // nothing holds it
		{nvml.ClocksEventReasonApplicationsClocksSetting, "clocks set by the administrator"},
		{nvml.ClocksEventReasonSwPowerCap, "power limit"},
		{nvml.ClocksThrottleReasonHwSlowdown, "slowed down by the hardware"},
		{nvml.ClocksEventReasonSyncBoost, "sync boost group"},
		{nvml.ClocksEventReasonSwThermalSlowdown, "temperature, by the driver"},
		{nvml.ClocksThrottleReasonHwThermalSlowdown, "temperature, by the hardware"},
		{nvml.ClocksThrottleReasonHwPowerBrakeSlowdown, "power brake of the machine"},
		{nvml.ClocksEventReasonDisplayClockSetting, "display clocks"},
		{nvml.ClocksEventReasonBoardLimit, "board limit"},
		{nvml.ClocksEventReasonReliability, "reliability limit"},
	} {
		if bits&r.bit != 0 && r.word != "" {
			found = append(found, r.word)
		}
		bits &^= r.bit
	}
	if bits != 0 {
		found = append(found, fmt.Sprintf("reasons %#x, newer than this build", bits))
	}
	return found
}

// of is a question with its argument.
func of[A any](ask func(A) (uint32, nvml.Return), argument A) func() (uint32, nvml.Return) {
	return func() (uint32, nvml.Return) { return ask(argument) }
}

func (l library) number(ask func() (uint32, nvml.Return), function string) *int {
	n := value(l, ask, nil, function)
	if n == nil {
		return nil
	}
	return new(int(*n))
}

func watts(milliwatts *uint32) *float64 {
	if milliwatts == nil {
		return nil
	}
	return new(float64(*milliwatts) / 1000)
}
