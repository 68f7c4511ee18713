//go:build cgo && linux && !noopencl && !purego

package opencl

// #include "shim.h"
import "C"

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// found is a device of the list.
type found struct {
	platform platformID
	device   deviceID
	info     DeviceInfo
}

// Devices returns the devices of this machine, the best first. If there is none, or no OpenCL, the error
// is an *Error of kind Unavailable, which says what to install.
func Devices() ([]DeviceInfo, error) {
	l, err := load()
	if err != nil {
		return nil, err
	}
	all, err := l.devices()
	if err != nil {
		return nil, err
	}
	var infos []DeviceInfo
	for _, f := range all {
		infos = append(infos, f.info)
	}
	return infos, nil
}

// devices returns the devices of all platforms, as arrange lists them. A platform that fails does not
// hide the others.
func (l *library) devices() ([]found, error) {
	platforms, err := l.platforms()
	if err != nil {
		return nil, unavailable(err, nil)
	}
	var all []found
	var infos []DeviceInfo
	var failure error // the first
	var failed []string
	for i, p := range platforms {
		name, _ := l.platformString(p, C.CL_PLATFORM_NAME)
		version, _ := l.platformString(p, C.CL_PLATFORM_VERSION)
		ids, err := l.deviceIDs(p)
		if err != nil {
			failure = cmp.Or(failure, err)
			failed = append(failed, fmt.Sprintf("platform %q", name))
			continue
		}
		for _, id := range ids {
			info := l.deviceInfo(id)
			info.Platform, info.PlatformVersion, info.platform = name, version, i
			all = append(all, found{p, id, info})
			infos = append(infos, info)
		}
	}
	if len(all) == 0 {
		return nil, unavailable(failure, failed)
	}
	var listed []found
	for index, i := range arrange(infos) {
		all[i].info.Index = index
		listed = append(listed, all[i])
	}
	return listed, nil
}

// unavailable makes err, which names a call, the error for a machine on which no device was found.
func unavailable(err error, platforms []string) error {
	if e, ok := err.(*Error); ok {
		e.Kind = Unavailable
		if len(platforms) > 0 {
			e.Err = errors.New(strings.Join(platforms, ", "))
		}
	}
	return err
}

// deviceInfo asks for what is in DeviceInfo, but for the platform. What cannot be had stays at the least
// that OpenCL 1.2 allows: a driver that fails one question has a device all the same.
func (l *library) deviceInfo(d deviceID) DeviceInfo {
	text := func(what infoParam) string {
		s, _ := l.deviceString(d, what)
		return s
	}
	number := func(what infoParam, least uint64) uint64 {
		if n, err := l.deviceUint(d, what); err == nil {
			return n
		}
		return least
	}
	info := DeviceInfo{
		Name:         text(C.CL_DEVICE_NAME),
		Vendor:       text(C.CL_DEVICE_VENDOR),
		Version:      text(C.CL_DEVICE_VERSION),
		Driver:       text(C.CL_DRIVER_VERSION),
		Type:         deviceType(number(C.CL_DEVICE_TYPE, 0)),
		ComputeUnits: int(number(C.CL_DEVICE_MAX_COMPUTE_UNITS, 1)),
		ClockMHz:     int(number(C.CL_DEVICE_MAX_CLOCK_FREQUENCY, 1)),
		GlobalMemory: number(C.CL_DEVICE_GLOBAL_MEM_SIZE, 128<<20),
		MaxAlloc:     number(C.CL_DEVICE_MAX_MEM_ALLOC_SIZE, 128<<20),
		LocalMemory:  number(C.CL_DEVICE_LOCAL_MEM_SIZE, 32<<10),
		MaxGroup:     int(number(C.CL_DEVICE_MAX_WORK_GROUP_SIZE, 1)),
		BaseAlign:    int(number(C.CL_DEVICE_MEM_BASE_ADDR_ALIGN, 1024)),
		Unified:      number(C.CL_DEVICE_HOST_UNIFIED_MEMORY, 0) != 0,
		LittleEndian: number(C.CL_DEVICE_ENDIAN_LITTLE, 1) != 0,
		Available:    number(C.CL_DEVICE_AVAILABLE, 1) != 0,
		Compiler:     number(C.CL_DEVICE_COMPILER_AVAILABLE, 1) != 0,
	}
	extensions := strings.Fields(text(C.CL_DEVICE_EXTENSIONS))
	info.FP64 = slices.Contains(extensions, "cl_khr_fp64")
	info.identify(extensions, func(what uint32) []byte {
		value, _ := l.deviceBytes(d, infoParam(what))
		return value
	})
	return info
}

// deviceType takes the best of the bits that are set.
func deviceType(bits uint64) DeviceType {
	switch {
	case bits&C.CL_DEVICE_TYPE_GPU != 0:
		return GPU
	case bits&C.CL_DEVICE_TYPE_ACCELERATOR != 0:
		return Accelerator
	case bits&C.CL_DEVICE_TYPE_CPU != 0:
		return CPU
	}
	return OtherDevice
}
