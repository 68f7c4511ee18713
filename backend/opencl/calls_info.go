//go:build cgo && linux && !noopencl && !purego

package opencl

// #cgo noescape km_clGetPlatformIDs
// #cgo noescape km_clGetDeviceIDs
// #cgo noescape km_clGetPlatformInfo
// #cgo noescape km_clGetDeviceInfo
// #include "shim.h"
import "C"

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unsafe"
)

// infoParam says which property is asked for: a constant of cl.h.
type infoParam uint32

// maxInfo bounds what is believed of the size of a property: extension lists are
// a few KiB.
const maxInfo = 1 << 20

// platforms returns the platforms, in the order of the loader. Without a driver
// the error is CL_PLATFORM_NOT_FOUND_KHR, also where a loader says "0 platforms".
func (l *library) platforms() ([]platformID, error) {
	const call = "clGetPlatformIDs"
	ids, err := list(l, call, func(n C.cl_uint, ids *platformID, have *C.cl_uint) C.cl_int {
		return C.km_clGetPlatformIDs(n, ids, have)
	})
	if err == nil && len(ids) == 0 {
		return nil, newError(call, codePlatformNotFound)
	}
	return ids, err
}

// deviceIDs returns the devices of a platform, of any type. If there is none,
// the error is CL_DEVICE_NOT_FOUND.
func (l *library) deviceIDs(p platformID) ([]deviceID, error) {
	const call = "clGetDeviceIDs"
	ids, err := list(l, call, func(n C.cl_uint, ids *deviceID, have *C.cl_uint) C.cl_int {
		return C.km_clGetDeviceIDs(p, C.CL_DEVICE_TYPE_ALL, n, ids, have)
	})
	if err == nil && len(ids) == 0 {
		return nil, newError(call, codeDeviceNotFound)
	}
	return ids, err
}

// list makes the two calls that fetch a list: for its length, and for it.
func list[T any](l *library, call string, f func(n C.cl_uint, ids *T, have *C.cl_uint) C.cl_int) ([]T, error) {
	var have C.cl_uint
	if err := l.do(call, func() C.cl_int { return f(0, nil, &have) }); err != nil || have == 0 {
		return nil, err
	}
	ids := make([]T, min(have, maxInfo))
	if err := l.do(call, func() C.cl_int { return f(C.cl_uint(len(ids)), &ids[0], &have) }); err != nil {
		return nil, err
	}
	return ids[:min(int(have), len(ids))], nil
}

// info makes the two calls that fetch a property: for its size, and for it.
func (l *library) info(call string, f func(size C.size_t, value unsafe.Pointer, have *C.size_t) C.cl_int) ([]byte, error) {
	var have C.size_t
	if err := l.do(call, func() C.cl_int { return f(0, nil, &have) }); err != nil || have == 0 {
		return nil, err
	}
	value := make([]byte, min(have, maxInfo))
	if err := l.do(call, func() C.cl_int { return f(C.size_t(len(value)), unsafe.Pointer(&value[0]), &have) }); err != nil {
		return nil, err
	}
	return value[:min(int(have), len(value))], nil
}

func (l *library) platformString(p platformID, what infoParam) (string, error) {
	value, err := l.info("clGetPlatformInfo", func(size C.size_t, value unsafe.Pointer, have *C.size_t) C.cl_int {
		return C.km_clGetPlatformInfo(p, C.cl_platform_info(what), size, value, have)
	})
	return text(value), err
}

// deviceBytes returns a property as it lies in memory.
func (l *library) deviceBytes(d deviceID, what infoParam) ([]byte, error) {
	return l.info("clGetDeviceInfo", func(size C.size_t, value unsafe.Pointer, have *C.size_t) C.cl_int {
		return C.km_clGetDeviceInfo(d, C.cl_device_info(what), size, value, have)
	})
}

// deviceString returns a property that is text, without blanks at its ends.
func (l *library) deviceString(d deviceID, what infoParam) (string, error) {
	value, err := l.deviceBytes(d, what)
	return text(value), err
}

// deviceUint returns a property that is a number of 4 or 8 bytes.
func (l *library) deviceUint(d deviceID, what infoParam) (uint64, error) {
	value, err := l.deviceBytes(d, what)
	if err != nil {
		return 0, err
	}
	return number("clGetDeviceInfo", value)
}

// text is the string that a property holds: up to the first NUL.
func text(value []byte) string {
	value, _, _ = bytes.Cut(value, []byte{0})
	return strings.TrimSpace(strings.ToValidUTF8(string(value), "?"))
}

func number(call string, value []byte) (uint64, error) {
	switch len(value) {
	case 4:
		return uint64(binary.NativeEndian.Uint32(value)), nil
	case 8:
		return binary.NativeEndian.Uint64(value), nil
	}
	return 0, newError(call, codeInvalidValue)
}
