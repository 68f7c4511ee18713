//go:build !cgo || !linux || noopencl || purego

package opencl

import (
	"errors"
	"fmt"
	"runtime"
)

// Devices returns why this build has no OpenCL: an *Error of kind Unavailable.
func Devices() ([]DeviceInfo, error) { return nil, errNone }

// errNone is what this build answers.
var errNone = &Error{Kind: Unavailable, Err: errors.New(whyNone(runtime.GOOS, hasCgo))}

func whyNone(system string, cgo bool) string {
	switch {
	case system != "linux":
		return fmt.Sprintf("keymill uses OpenCL on linux, and not yet on %s", system)
	case !cgo:
		return "this build has no cgo: build it with CGO_ENABLED=1 and a C compiler"
	}
	return "this build leaves it out, by the build tag purego or noopencl"
}
