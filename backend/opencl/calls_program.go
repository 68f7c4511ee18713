//go:build cgo && linux && !noopencl && !purego

package opencl

// #cgo noescape km_program_with_source
// #cgo noescape km_program_with_binary
// #cgo noescape km_set_args
// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// programWithSource returns a program that is still to be built.
func (l *library) programWithSource(c context, source string) (program, error) {
	return create(l, "clCreateProgramWithSource", func(code *C.cl_int) program {
		return C.km_program_with_source(c, (*C.char)(unsafe.Pointer(unsafe.StringData(source))), C.size_t(len(source)), code)
	})
}

// programWithBinary returns a program from what programBinary returned; it is
// still to be built. Drivers do not survive a damaged binary: the caller has
// checked that it is whole.
func (l *library) programWithBinary(c context, d deviceID, binary []byte) (program, error) {
	return create(l, "clCreateProgramWithBinary", func(code *C.cl_int) program {
		return C.km_program_with_binary(c, d, (*C.uchar)(unsafe.SliceData(binary)), C.size_t(len(binary)), code)
	})
}

func (l *library) releaseProgram(p program) error {
	return release(l, "clReleaseProgram", p, func(p program) C.cl_int { return C.km_clReleaseProgram(p) })
}

// build builds a program for a device. The error has the compiler's log.
func (l *library) build(p program, d deviceID, options string) error {
	const call = "clBuildProgram"
	coptions, err := cString(call, options)
	if err != nil {
		return err
	}
	err = l.do(call, func() C.cl_int { return C.km_build_program(p, d, coptions) })
	if e, ok := err.(*Error); ok && e.Kind == Build {
		e.Log = l.buildLog(p, d)
	}
	return err
}

// buildLog returns what the compiler wrote, or "" if it cannot be had.
func (l *library) buildLog(p program, d deviceID) string {
	value, err := l.info("clGetProgramBuildInfo", func(size C.size_t, value unsafe.Pointer, have *C.size_t) C.cl_int {
		return C.km_clGetProgramBuildInfo(p, d, C.CL_PROGRAM_BUILD_LOG, size, value, have)
	})
	if err != nil {
		return ""
	}
	return cutLog(text(value))
}

// maxBinary bounds what is believed of the size of a binary: ours are below a MiB.
const maxBinary = 256 << 20

// programBinary returns what the driver made of a program that was built for
// one device, for programWithBinary.
func (l *library) programBinary(p program) ([]byte, error) {
	const call = "clGetProgramInfo"
	value, err := l.info(call, func(size C.size_t, value unsafe.Pointer, have *C.size_t) C.cl_int {
		return C.km_clGetProgramInfo(p, C.CL_PROGRAM_BINARY_SIZES, size, value, have)
	})
	if err != nil {
		return nil, err
	}
	size, err := number(call, value) // of size_t, one a device
	if err != nil {
		return nil, err
	}
	if size == 0 || size > maxBinary { // the driver keeps none, or is not to be believed
		return nil, newError(call, codeInvalidValue)
	}
	binary := make([]byte, size)
	if err := l.do(call, func() C.cl_int { return C.km_program_binary(p, (*C.uchar)(&binary[0])) }); err != nil {
		return nil, err
	}
	return binary, nil
}

func (l *library) createKernel(p program, name string) (kernel, error) {
	const call = "clCreateKernel"
	cname, err := cString(call, name)
	if err != nil {
		return nil, err
	}
	return create(l, call, func(code *C.cl_int) kernel { return C.km_clCreateKernel(p, cname, code) })
}

func (l *library) releaseKernel(k kernel) error {
	return release(l, "clReleaseKernel", k, func(k kernel) C.cl_int { return C.km_clReleaseKernel(k) })
}

// kernelArg is a value for setArgs.
type kernelArg = C.km_arg

func memArg(m mem) kernelArg {
	a := kernelArg{size: C.size_t(unsafe.Sizeof(m))}
	*(*mem)(unsafe.Pointer(&a.value)) = m
	return a
}

func uintArg(v uint32) kernelArg {
	a := kernelArg{size: 4}
	*(*uint32)(unsafe.Pointer(&a.value)) = v
	return a
}

func ulongArg(v uint64) kernelArg {
	a := kernelArg{size: 8}
	*(*uint64)(unsafe.Pointer(&a.value)) = v
	return a
}

// localArg is so many bytes of local memory.
func localArg(bytes int) kernelArg { return kernelArg{size: C.size_t(bytes), local: 1} }

// setArgs sets the first arguments of a kernel, all in one call from Go. After
// an error any of them may have been set.
func (l *library) setArgs(k kernel, args []kernelArg) error {
	const call = "clSetKernelArg"
	if len(args) == 0 {
		return nil
	}
	if l.hook != nil {
		for range args {
			if err := l.ask(call); err != nil {
				return err
			}
		}
	}
	set := C.km_set_args(k, C.cl_uint(len(args)), &args[0])
	if set.code == C.CL_SUCCESS {
		return nil
	}
	err := newError(call, Code(set.code))
	err.Err = fmt.Errorf("argument %d of %d", set.failed, len(args))
	return err
}
