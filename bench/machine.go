package bench

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// Machine says where figures come from.
type Machine struct {
	Processor string   `json:"processor"`
	Cores     int      `json:"cores"` // that the program may use
	Features  []string `json:"features"`
	L2        int      `json:"l2_bytes"`
	L3        int      `json:"l3_bytes"`
	System    string   `json:"system"`               // "linux/amd64"
	Kernel    string   `json:"kernel,omitempty"`     // of Linux
	HugePages string   `json:"huge_pages,omitempty"` // of Linux: when it gives them
	Governor  string   `json:"governor,omitempty"`   // of Linux: how it chooses the frequency
	Load      string   `json:"load,omitempty"`       // of Linux, at the start: averages of 1, 5, 15 minutes
	Virtual   bool     `json:"virtual"`              // another machine may share the processor
	Go        string   `json:"go"`
}

// ThisMachine describes the machine that the program runs on.
func ThisMachine() Machine {
	name := cpuid.CPU.BrandName
	if name == "" {
		name = runtime.GOARCH
	}
	return Machine{
		Processor: name,
		Cores:     runtime.GOMAXPROCS(0),
		Features:  features(),
		L2:        max(0, cpuid.CPU.Cache.L2),
		L3:        max(0, cpuid.CPU.Cache.L3),
		System:    runtime.GOOS + "/" + runtime.GOARCH,
		Kernel:    fromLinux("/proc/sys/kernel/osrelease"),
		HugePages: chosen(fromLinux("/sys/kernel/mm/transparent_hugepage/enabled")),
		Governor:  fromLinux("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
		Load:      load(fromLinux("/proc/loadavg")),
		Virtual:   cpuid.CPU.Supports(cpuid.HYPERVISOR),
		Go:        runtime.Version(),
	}
}

// BuiltFrom returns the commit that this program was built from, with a "+" if files were
// changed, or "unknown".
func BuiltFrom() string {
	commit, changed := "unknown", ""
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	return commit + changed
}

// features returns the instruction sets that matter for hashing and that the
// processor has.
func features() []string {
	have := []string{}
	for _, f := range []cpuid.FeatureID{
		cpuid.SSE42, cpuid.CLMUL, cpuid.BMI2, cpuid.AVX2, cpuid.AVX512F, cpuid.AVX512DQ, cpuid.AVX512BW, cpuid.AVX512VL,
		cpuid.VPCLMULQDQ, cpuid.ASIMD, cpuid.CRC32, cpuid.PMULL, cpuid.SVE,
	} {
		if cpuid.CPU.Supports(f) {
			have = append(have, strings.ToLower(f.String()))
		}
	}
	return have
}

// fromLinux returns the text of a file of the kernel, "" where there is none.
func fromLinux(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// chosen returns b of "a [b] c".
func chosen(choice string) string {
	_, rest, _ := strings.Cut(choice, "[")
	word, _, _ := strings.Cut(rest, "]")
	return word
}

// load returns the averages of /proc/loadavg.
func load(text string) string {
	fields := strings.Fields(text)
	return strings.Join(fields[:min(3, len(fields))], " ")
}
