package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// writeMachine writes the page for people.
func writeMachine(out io.Writer, m machine) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "processor\t%s, %s\n", m.Processor, plural(int64(m.Cores), "core"))
	fmt.Fprintf(w, "features\t%s\n\n", strings.Join(m.Features, " "))
	fmt.Fprintln(w, "backend\tstate\tabout")
	for _, d := range m.Backends {
		about := d.About
		if d.ByName && d.State == "ready" {
			about += "; used only when asked for by name"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", d.Name, d.State, printable(about))
	}
	if accelerators := m.accelerators(); len(accelerators) > 0 {
		fmt.Fprintln(w)
		for _, line := range accelerators {
			fmt.Fprintln(w, line)
		}
	}
	writeKernels(w, m.Backends)
	return w.Flush()
}

// accelerators has the lines about the devices of OpenCL, each with what NVML says
// of it, the GPUs that are none of these, and what is missing.
func (m machine) accelerators() (lines []string) {
	nvidia := len(m.NVML.GPUs) > 0
	for _, d := range m.OpenCL.Devices {
		nvidia = nvidia || strings.Contains(d.Vendor, "NVIDIA")
		lines = append(lines, row(d.Name, d.what()), row("", d.has()))
		for _, g := range m.NVML.GPUs {
			if g.OpenCL == d.Name {
				lines = append(lines, g.now()...)
			}
		}
	}
	// A backend that is not available may have said it already.
	said := func(d device) bool { return strings.Contains(d.About, m.OpenCL.Problem) }
	if m.OpenCL.Problem != "" && !slices.ContainsFunc(m.Backends, said) {
		lines = append(lines, row("opencl", "no device: "+m.OpenCL.Problem))
	}
	alone := func(g gpu) bool { return g.OpenCL == "" }
	for _, g := range m.NVML.GPUs {
		if alone(g) {
			lines = append(lines, row(fmt.Sprintf("GPU %d", g.Index), cmp.Or(g.Name, "name unknown")+"; OpenCL does not find it"))
			lines = append(lines, g.now()...)
		}
	}
	if slices.ContainsFunc(m.NVML.GPUs, alone) {
		lines = append(lines, row("", noICD))
	}
	if m.NVML.Problem != "" && (nvidia || !m.NVML.unbuilt) {
		lines = append(lines, row("nvml", "not asked: "+strings.TrimPrefix(m.NVML.Problem, "NVML: ")))
	}
	return lines
}

// In a container the library often is there, and the file is not.
const noICD = "NVIDIA's OpenCL is libnvidia-opencl.so.1, and a file /etc/OpenCL/vendors/nvidia.icd with that name in it"

func row(name, text string) string { return name + "\t" + printable(text) }

func (d openCLDevice) what() string {
	version := strings.Fields(d.Version) // "OpenCL", the number, and what the vendor likes to add
	version = version[:min(2, len(version))]
	return fmt.Sprintf("%s, %s; %s, %s, driver %s", d.Type, d.Model, d.Platform, strings.Join(version, " "), d.Driver)
}

func (d openCLDevice) has() string {
	memory := size(int64(d.GlobalMemory))
	if d.Unified {
		memory += " shared with the processor"
	}
	text := fmt.Sprintf("%s at %d MHz, %s", plural(int64(d.ComputeUnits), "compute unit"), d.ClockMHz, memory)
	if d.PCI != "" {
		text += ", PCI " + d.PCI
	}
	return text
}

// now has what the GPU is doing, as far as that is known.
func (g gpu) now() (lines []string) {
	line := func(text string) { lines = append(lines, row("", text)) }
	percent := func(n int) string { return fmt.Sprintf("%d %%", n) }
	megahertz := func(n int) string { return fmt.Sprintf("%d MHz", n) }
	var facts []string
	fact := func(label, value string) {
		if value != "" {
			facts = append(facts, label+value)
		}
	}
	fact("busy ", of(g.UtilizationGPU, nil, percent))
	fact("its memory busy ", of(g.UtilizationMemory, nil, percent))
	fact("in use ", of(g.MemoryUsed, g.MemoryTotal, func(n uint64) string { return size(int64(n)) }))
	fact("PCIe gen ", of(g.PCIeGen, g.PCIeGenMax, strconv.Itoa))
	fact("lanes ", of(g.PCIeWidth, g.PCIeWidthMax, strconv.Itoa))
	fact("", of(g.PowerWatts, g.PowerLimitWatts, func(w float64) string { return fmt.Sprintf("%.0f W", w) }))
	fact("", of(g.ClockMHz, g.ClockMaxMHz, megahertz))
	fact("", of(g.TemperatureC, nil, func(n int) string { return fmt.Sprintf("%d °C", n) }))
	if len(facts) > 0 {
		line("now: " + strings.Join(facts, ", "))
	}
	if len(g.Throttle) > 0 {
		line("throttled: " + strings.Join(g.Throttle, ", "))
	}
	if g.ECCErrors != nil && *g.ECCErrors > 0 {
		line("its memory had " + plural(int64(*g.ECCErrors), "error") + " that ECC could not correct, since the driver was loaded")
	}
	if g.Problem != "" {
		line("problem: " + g.Problem)
	}
	return lines
}

// of is a value and its limit in words, as far as they are known.
func of[T any](value, limit *T, word func(T) string) string {
	switch {
	case value == nil && limit == nil:
		return ""
	case value == nil:
		return "at most " + word(*limit)
	case limit == nil:
		return word(*value)
	}
	return word(*value) + " of " + word(*limit)
}

// writeKernels lists the kernels, a column for each backend that has any, and why
// some are plain Go.
func writeKernels(w io.Writer, devices []device) {
	devices = slices.DeleteFunc(slices.Clone(devices), func(d device) bool { return len(d.Kernels) == 0 })
	if len(devices) == 0 {
		return
	}
	fmt.Fprint(w, "\nwork")
	for _, d := range devices {
		fmt.Fprintf(w, "\t%s", d.Name)
	}
	fmt.Fprintln(w, "\twhy cpu")
	for i, k := range devices[0].Kernels {
		fmt.Fprint(w, k.Work)
		why := ""
		for _, d := range devices {
			fmt.Fprintf(w, "\t%s", d.Kernels[i].Variant)
			why = cmp.Or(why, d.Kernels[i].Why)
		}
		fmt.Fprintf(w, "\t%s\n", why)
	}
}
