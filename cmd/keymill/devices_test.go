package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/telemetry"
)

// devicesJSON decodes what `devices --json` printed, which has no other fields
// than those of machine.
func devicesJSON(t *testing.T, text string) (m machine) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&m))
	return m
}

func TestDevices(t *testing.T) {
	for _, name := range []string{"devices", "doctor"} {
		require.Regexp(t, `(?m)^cpu +ready +plain Go, one core; self-test passed$`, done(t, "", name))
	}
	m := devicesJSON(t, done(t, "", "devices", "--json"))
	require.Equal(t, device{Name: "cpu", State: "ready", About: "plain Go, one core; self-test passed"}, m.Backends[0])
	text := done(t, "", "devices")
	for _, d := range m.Backends[1:] {
		require.Contains(t, text, "\n"+d.Name)
		for _, k := range d.Kernels {
			require.Equal(t, k.Variant == "cpu", k.Why != "", k)
			require.Regexp(t, "(?m)^"+k.Work+" .*\\b"+regexp.QuoteMeta(k.Variant)+"\\b.*"+regexp.QuoteMeta(k.Why)+"$", text)
		}
	}
	require.NotEmpty(t, m.Processor)
	require.Positive(t, m.Cores)

	require.Equal(t, len(m.OpenCL.Devices) == 0, m.OpenCL.Problem != "", "%+v", m.OpenCL)
	require.True(t, len(m.OpenCL.Devices) > 0 || !strings.Contains(os.Getenv("REQUIRE_BACKENDS"), "opencl"), "REQUIRE_BACKENDS names opencl: %s", m.OpenCL.Problem)
	for _, d := range m.OpenCL.Devices {
		require.Regexp(t, "(?m)^"+d.Name+" +"+d.Type+", "+regexp.QuoteMeta(d.Model), text)
		require.NotEmpty(t, d.Platform)
		require.Positive(t, d.ComputeUnits)
		require.Positive(t, d.GlobalMemory)
	}
	require.Contains(t, text, printable(m.OpenCL.Problem))
}

// Without a driver of OpenCL the page says so, and all else is as it was.
func TestDevicesWithoutDriver(t *testing.T) {
	t.Setenv("OCL_ICD_VENDORS", t.TempDir())
	out, err := process(t, "devices", "--json").Output()
	require.NoError(t, err)
	m := devicesJSON(t, string(out))
	require.Empty(t, m.OpenCL.Devices)
	require.NotEmpty(t, m.OpenCL.Problem)
	require.Contains(t, string(out), `"devices":[]`)

	text, err := process(t, "devices").Output()
	require.NoError(t, err)
	require.Regexp(t, `(?m)^cpu +ready `, string(text))
	require.Equal(t, 1, strings.Count(string(text), m.OpenCL.Problem), "%s", text)
}

// machinePage is what is written about a made-up machine that has the backend cpu.
func machinePage(t *testing.T, m machine) string {
	t.Helper()
	m.Processor, m.Cores, m.Features = "Made Up", 2, []string{"sse42", "avx2"}
	m.Backends = append([]device{{Name: "cpu", State: "ready", About: "plain Go, one core; self-test passed"}}, m.Backends...)
	var text strings.Builder
	require.NoError(t, writeMachine(&text, m))
	return text.String()
}

const head = `processor  Made Up, 2 cores
features   sse42 avx2

backend  state  about
cpu      ready  plain Go, one core; self-test passed
`

// noTag is what a build says that cannot ask NVML.
var noTag = nvmlReport{Problem: telemetry.ErrNotBuilt.Error(), unbuilt: true}

const noDriver = "OpenCL cannot be used: no driver; install it"

func TestPageOfNothing(t *testing.T) {
	require.Equal(t, head, machinePage(t, machine{NVML: noTag}))
	require.Equal(t, head+`
opencl  no device: `+noDriver+`
`, machinePage(t, machine{OpenCL: openCLReport{Problem: noDriver}, NVML: noTag}))
	require.Equal(t, head+`
opencl  no device: `+noDriver+`
nvml    not asked: no library
`, machinePage(t, machine{OpenCL: openCLReport{Problem: noDriver}, NVML: nvmlReport{Problem: "NVML: no library"}}))
}

// What a backend has said of OpenCL is not said again.
func TestPageSaysItOnce(t *testing.T) {
	m := machine{OpenCL: openCLReport{Problem: noDriver}, NVML: noTag}
	m.Backends = []device{{Name: "opencl", State: "unavailable", About: "backend opencl is not available here: " + noDriver}}
	require.Equal(t, `processor  Made Up, 2 cores
features   sse42 avx2

backend  state        about
cpu      ready        plain Go, one core; self-test passed
opencl   unavailable  backend opencl is not available here: `+noDriver+`
`, machinePage(t, m))
}

// h100 is a GPU as OpenCL sees it; docs/CLI.md has it, too.
func h100() openCLDevice {
	return openCLDevice{
		Name: "opencl:0", Type: "GPU", Model: "NVIDIA H100 80GB HBM3", Vendor: "NVIDIA Corporation",
		Platform: "NVIDIA CUDA", PlatformVersion: "OpenCL 3.0 CUDA 13.0.97", Version: "OpenCL 3.0 CUDA", Driver: "580.159.04",
		ComputeUnits: 132, ClockMHz: 1980, GlobalMemory: 85_014_216_704, MaxAlloc: 21_253_554_176, LocalMemory: 49_152, FP64: true,
		PCI: "0000:c1:00.0", UUID: "01234567-89ab-cdef-0123-456789abcdef",
	}
}

// busy is the same GPU as NVML sees it.
func busy() telemetry.GPU {
	return telemetry.GPU{
		Name: "NVIDIA H100 80GB HBM3", UUID: "GPU-01234567-89ab-cdef-0123-456789abcdef", PCI: "0000:c1:00.0", Driver: "580.159.04",
		MemoryTotal: new(uint64(85_520_809_984)), MemoryUsed: new(uint64(2_147_483_648)), UtilizationGPU: new(97), UtilizationMemory: new(41),
		PCIeGen: new(5), PCIeGenMax: new(5), PCIeWidth: new(16), PCIeWidthMax: new(16),
		PowerWatts: new(412.5), PowerLimitWatts: new(700.0), TemperatureC: new(54),
		ClockMHz: new(1755), ClockMaxMHz: new(1980), MemoryClockMHz: new(2619), MemoryClockMaxMHz: new(2619),
		Throttle: []string{}, ECC: new(true), ECCErrors: new(uint64),
	}
}

func TestPageOfOneGPU(t *testing.T) {
	devices := []openCLDevice{h100()}
	m := machine{OpenCL: openCLReport{Devices: devices}, NVML: nvmlReport{GPUs: paired([]telemetry.GPU{busy()}, devices)}}
	require.Equal(t, head+`
opencl:0  GPU, NVIDIA H100 80GB HBM3; NVIDIA CUDA, OpenCL 3.0, driver 580.159.04
          132 compute units at 1980 MHz, 85.0 GB, PCI 0000:c1:00.0
          now: busy 97 %, its memory busy 41 %, in use 2.15 GB of 85.5 GB, PCIe gen 5 of 5, lanes 16 of 16, 412 W of 700 W, 1755 MHz of 1980 MHz, 54 °C
`, machinePage(t, m))

	m.NVML = noTag
	require.Equal(t, head+`
opencl:0  GPU, NVIDIA H100 80GB HBM3; NVIDIA CUDA, OpenCL 3.0, driver 580.159.04
          132 compute units at 1980 MHz, 85.0 GB, PCI 0000:c1:00.0
nvml      not asked: this build cannot ask NVML: on Linux with cgo, build keymill with go build -tags nvml
`, machinePage(t, m))
}

// The second throttles and says little, the third is none of OpenCL's, and the CPU
// is no GPU.
func TestPageOfThreeGPUs(t *testing.T) {
	second := h100()
	second.Name, second.PCI, second.UUID = "opencl:1", "0000:C2:00.0", ""
	pocl := openCLDevice{Name: "opencl:2", Type: "CPU", Model: "pthread\x1b[31m", Vendor: "AMD", Platform: "Portable Computing Language",
		Version: "OpenCL 3.0 ", Driver: "3.1", ComputeUnits: 1, ClockMHz: 2445, GlobalMemory: 6_000_000_000, Unified: true}
	devices := []openCLDevice{h100(), second, pocl}
	hot := telemetry.GPU{Index: 1, Name: "NVIDIA H100 80GB HBM3", PCI: "0000:c2:00.0", ClockMHz: new(990), PowerLimitWatts: new(700.0),
		Throttle: []string{"power limit", "temperature, by the hardware"}, ECCErrors: new(uint64(2))}
	lost := telemetry.GPU{Index: 2, Problem: "the GPU fell off the bus"}
	m := machine{OpenCL: openCLReport{Devices: devices}, NVML: nvmlReport{GPUs: paired([]telemetry.GPU{busy(), hot, lost}, devices)}}
	m.Backends = []device{{Name: "o", State: "ready", About: "two", ByName: true}, {Name: "p", State: "unavailable", About: "three", ByName: true}}
	require.Equal(t, `processor  Made Up, 2 cores
features   sse42 avx2

backend  state        about
cpu      ready        plain Go, one core; self-test passed
o        ready        two; used only when asked for by name
p        unavailable  three

opencl:0  GPU, NVIDIA H100 80GB HBM3; NVIDIA CUDA, OpenCL 3.0, driver 580.159.04
          132 compute units at 1980 MHz, 85.0 GB, PCI 0000:c1:00.0
          now: busy 97 %, its memory busy 41 %, in use 2.15 GB of 85.5 GB, PCIe gen 5 of 5, lanes 16 of 16, 412 W of 700 W, 1755 MHz of 1980 MHz, 54 °C
opencl:1  GPU, NVIDIA H100 80GB HBM3; NVIDIA CUDA, OpenCL 3.0, driver 580.159.04
          132 compute units at 1980 MHz, 85.0 GB, PCI 0000:C2:00.0
          now: at most 700 W, 990 MHz
          throttled: power limit, temperature, by the hardware
          its memory had 2 errors that ECC could not correct, since the driver was loaded
opencl:2  CPU, pthread\x1b[31m; Portable Computing Language, OpenCL 3.0, driver 3.1
          1 compute unit at 2445 MHz, 6.00 GB shared with the processor
GPU 2     name unknown; OpenCL does not find it
          problem: the GPU fell off the bus
          NVIDIA's OpenCL is libnvidia-opencl.so.1, and a file /etc/OpenCL/vendors/nvidia.icd with that name in it
`, machinePage(t, m))
}

// Two GPUs that are not known by UUID or PCI id are not taken for one.
func TestPaired(t *testing.T) {
	require.Empty(t, paired([]telemetry.GPU{{}}, []openCLDevice{{Name: "opencl:0"}})[0].OpenCL)
	require.Equal(t, "opencl:1", paired([]telemetry.GPU{{UUID: "GPU-ab-cd"}}, []openCLDevice{{Name: "opencl:0"}, {Name: "opencl:1", UUID: "ab-cd"}})[0].OpenCL)
}

// docs/CLI.md has the JSON of the machine with one GPU.
func TestDevicesDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/CLI.md")
	require.NoError(t, err)
	_, text, found := strings.Cut(string(docs), "`devices --json`")
	require.True(t, found)
	_, text, _ = strings.Cut(text, "```json\n")
	text, _, _ = strings.Cut(text, "```")

	devices := []openCLDevice{h100()}
	hot := busy()
	hot.Throttle = []string{"power limit"}
	want, err := json.Marshal(machine{
		Processor: "AMD EPYC", Cores: 2, Features: []string{"avx2"},
		Backends: []device{{Name: "simd/avx2", State: "ready", About: "AVX2 assembly, one core; self-test passed",
			Kernels: []kernel{{Work: "xxh3, fixed width", Variant: "avx2", Why: "..."}}},
			{Name: "opencl:1", State: "unavailable", About: "...", ByName: true}},
		OpenCL: openCLReport{Devices: devices, Problem: "..."},
		NVML:   nvmlReport{GPUs: paired([]telemetry.GPU{hot}, devices), Problem: "..."},
	})
	require.NoError(t, err)
	require.JSONEq(t, string(want), text)
}
