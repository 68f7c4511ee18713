//go:build nvml && linux && cgo

package telemetry

// Why a tag: go-nvml links with --unresolved-symbols=ignore-in-object-files, which
// covers the whole program, so that a C symbol which is missing anywhere becomes a
// crash at run time instead of an error of the linker; and a program with such
// symbols dies at its start where they are bound at once (LD_BIND_NOW=1, or a C
// compiler that links with -z now: then build with CGO_LDFLAGS=-Wl,-z,lazy).
// Whoever wants the telemetry takes that; others need not.
//
// The two rules of this file come from the same flag, for a call of a function
// that is not there ends the process: nothing is called before NVML was
// initialised, and no function that the library was not asked for by name.

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// one is held while NVML is in use: go-nvml keeps which version of a function to
// call in global variables, and sets them each time.
var one sync.Mutex

// GPUs returns what the driver says of each GPU, in NVML's order. The error says
// why none could be asked.
func GPUs() ([]GPU, error) {
	one.Lock()
	defer one.Unlock()
	return read(nvml.New())
}

// read asks a library, which it initialises and shuts down.
func read(lib nvml.Interface) (gpus []GPU, err error) {
	if ret := lib.Init(); ret != nvml.SUCCESS {
		return nil, errors.New("NVML: " + words(ret))
	}
	// What it says of its end changes nothing that was read.
	defer func() { _ = lib.Shutdown() }()
	l := library{lib}
	driver := value(l, lib.SystemGetDriverVersion, nil, "nvmlSystemGetDriverVersion")
	var lost string
	count := value(l, lib.DeviceGetCount, &lost, "nvmlDeviceGetCount_v2", "nvmlDeviceGetCount")
	if count == nil {
		return nil, fmt.Errorf("NVML: it does not say how many GPUs there are: %s", cmp.Or(lost, "its library has no such function"))
	}
	for i := range *count {
		g := l.gpu(i)
		if driver != nil {
			g.Driver = *driver
		}
		gpus = append(gpus, g)
	}
	return gpus, nil
}

// library is NVML, initialised.
type library struct{ nvml.Interface }

// has reports whether the library has one of the functions, which go-nvml takes
// for versions of one another.
func (l library) has(functions []string) bool {
	return slices.ContainsFunc(functions, func(f string) bool { return l.Extensions().LookupSymbol(f) == nil })
}

// value is the answer of ask, or nil if the library has none of the functions
// that ask may call, or they failed. Why they failed is written to problem, if
// that is not nil.
func value[T any](l library, ask func() (T, nvml.Return), problem *string, functions ...string) *T {
	if !l.has(functions) {
		return nil
	}
	v, ret := ask()
	if ret == nvml.SUCCESS {
		return &v
	}
	if problem != nil {
		*problem = words(ret)
	}
	return nil
}

// words is what a return code means, and what to do about it. It does not ask the
// library, which may be the one that failed.
func words(ret nvml.Return) string {
	switch ret {
	case nvml.ERROR_LIBRARY_NOT_FOUND:
		return "libnvidia-ml.so.1 is not here: install the NVIDIA driver, if there is such a GPU"
	case nvml.ERROR_DRIVER_NOT_LOADED:
		return "the NVIDIA driver is not loaded: modprobe nvidia, or give the container the GPU"
	case nvml.ERROR_LIB_RM_VERSION_MISMATCH:
		return "the NVIDIA driver's library and kernel module differ in version: reboot after an update"
	case nvml.ERROR_NO_PERMISSION:
		return "no permission to ask the NVIDIA driver"
	case nvml.ERROR_GPU_IS_LOST:
		return "the GPU fell off the bus: reboot, and see dmesg for Xid"
	case nvml.ERROR_RESET_REQUIRED:
		return "the GPU has to be reset: nvidia-smi --gpu-reset"
	}
	return fmt.Sprintf("code %d of nvmlReturn_t", ret)
}
