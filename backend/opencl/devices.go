package opencl

import (
	"cmp"
	"fmt"
	"slices"
)

// DeviceType says what a device is, in the order in which they are preferred.
type DeviceType int

// The types of devices.
const (
	GPU DeviceType = iota
	Accelerator
	CPU
	OtherDevice
)

// String returns the type in a word.
func (t DeviceType) String() string {
	switch t {
	case GPU:
		return "GPU"
	case Accelerator:
		return "accelerator"
	case CPU:
		return "CPU"
	}
	return "other"
}

// DeviceInfo is what a driver says of a device. What it does not say is the
// least that OpenCL 1.2 allows.
type DeviceInfo struct {
	Index int // its place in the list of [Devices]: Open takes it, and it is in the name opencl:0

	Name            string // of the device: "NVIDIA H100 PCIe"
	Vendor          string
	Platform        string // the name of the driver's platform: "NVIDIA CUDA"
	PlatformVersion string
	Version         string // of OpenCL: "OpenCL 3.0 CUDA"
	Driver          string // the version of the driver

	Type         DeviceType
	ComputeUnits int
	ClockMHz     int

	GlobalMemory uint64 // bytes; some drivers say another number in each process
	MaxAlloc     uint64 // bytes that one buffer may have
	LocalMemory  uint64 // bytes that a work group shares
	MaxGroup     int    // work items that a group may have
	BaseAlign    int    // bits: what the address of a buffer is a multiple of

	Unified      bool // it uses the host's memory
	FP64         bool // it has doubles: cl_khr_fp64
	LittleEndian bool
	Available    bool
	Compiler     bool // the driver can build kernels from source

	PCI  string // "0000:65:00.0", or ""
	UUID string // in the form 8-4-4-4-12, or ""

	platform int // the place of the platform in the loader's list
}

// arrange returns which of the devices are listed, in what order: by type, then by compute units times
// clock, then as the loader has them. A device that is there under two platforms is listed once: as the
// one with the higher version of OpenCL, or else of the platform that comes first. Memory says nothing
// here, since PoCL's varies from process to process.
func arrange(all []DeviceInfo) []int {
	var order []int
	for i := range all {
		twin := slices.IndexFunc(order, func(j int) bool { return sameDevice(&all[i], &all[j]) })
		switch {
		case twin < 0:
			order = append(order, i)
		case all[i].version() > all[order[twin]].version():
			order[twin] = i
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &all[i], &all[j]
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(b.speed(), a.speed()), cmp.Compare(i, j))
	})
	return order
}

// sameDevice says whether the two are one device, under two platforms. A driver may make the UUID itself,
// so two that differ say nothing. Within a platform devices are never the same: the parts of a GPU that
// was divided (NVIDIA's MIG) have one PCI address.
func sameDevice(a, b *DeviceInfo) bool {
	return a.platform != b.platform && (a.UUID != "" && a.UUID == b.UUID || a.PCI != "" && a.PCI == b.PCI)
}

// version returns the version of OpenCL, as 1000 times the major number plus the minor one.
func (i *DeviceInfo) version() int {
	var major, minor int
	if n, _ := fmt.Sscanf(i.Version, "OpenCL %d.%d", &major, &minor); n != 2 {
		return 0
	}
	return 1000*major + minor
}

func (i *DeviceInfo) speed() uint64 { return uint64(i.ComputeUnits) * uint64(i.ClockMHz) }
