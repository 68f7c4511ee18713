//go:build cgo && linux && !noopencl && !purego

package opencl

// #cgo LDFLAGS: -ldl
// #cgo noescape km_load
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// library is OpenCL: each call is a method of it. A method is safe to use from
// several goroutines where the OpenCL function is: all but those that set the
// arguments of one kernel.
type library struct {
	// hook, if not nil, is asked before each call, by the OpenCL name of it. A
	// code other than 0 makes the call fail with it, without being made: so a
	// test can let anything go wrong. It must be safe for concurrent use.
	hook func(call string) Code

	live atomic.Int64 // objects created and not yet released
}

// libraryNames are tried in this order. The second is there only with a
// development package, or on systems without versions of libraries.
var libraryNames = []string{"libOpenCL.so.1", "libOpenCL.so"}

// load opens OpenCL, once a process: what drivers load and start is not to be
// undone. The error is an *Error of kind Unavailable.
func load() (*library, error) { return loadOnce() }

var loadOnce = sync.OnceValues(func() (*library, error) {
	prepareDrivers()
	if err := open(libraryNames...); err != nil {
		return nil, err
	}
	return new(library), nil
})

// withHook returns the same OpenCL with another hook and a count of its own.
func (l *library) withHook(hook func(call string) Code) *library { return &library{hook: hook} }

// open opens the first of the libraries that can be opened.
func open(names ...string) error {
	var first error
	for _, name := range names {
		var why [512]C.char
		cname := C.CString(name)
		code := C.km_load(cname, &why[0], C.size_t(len(why)))
		C.free(unsafe.Pointer(cname))
		if code == 0 {
			return nil
		}
		err := errors.New(C.GoString(&why[0]))
		if code != 1 { // it is there, and of no use
			return &Error{Kind: Unavailable, Err: err}
		}
		if first == nil {
			first = err
		}
	}
	return &Error{Kind: Unavailable, Err: fmt.Errorf("%w; install the OpenCL loader (Debian: ocl-icd-libopencl1) and the driver of the device", first)}
}
