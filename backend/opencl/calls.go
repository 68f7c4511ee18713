//go:build cgo && linux && !noopencl && !purego

package opencl

// #cgo noescape km_create_context
// #cgo noescape km_clCreateCommandQueue
// #cgo noescape km_clWaitForEvents
// #include "shim.h"
import "C"

import (
	"strings"
	"unsafe"
)

// The handles of OpenCL. The zero value of each is none.
type (
	platformID = C.cl_platform_id
	deviceID   = C.cl_device_id
	context    = C.cl_context
	queue      = C.cl_command_queue
	mem        = C.cl_mem
	program    = C.cl_program
	kernel     = C.cl_kernel
	event      = C.cl_event
)

// do makes a call, unless the hook lets it fail.
func (l *library) do(call string, f func() C.cl_int) error {
	if err := l.ask(call); err != nil {
		return err
	}
	if code := f(); code != C.CL_SUCCESS {
		return newError(call, Code(code))
	}
	return nil
}

// ask returns the error that the hook wants of this call, if any.
func (l *library) ask(call string) error {
	if l.hook == nil {
		return nil
	}
	if code := l.hook(call); code != 0 {
		return newError(call, code)
	}
	return nil
}

// create makes a call that returns an object, and counts it.
func create[T comparable](l *library, call string, f func(code *C.cl_int) T) (T, error) {
	var none T
	if err := l.ask(call); err != nil {
		return none, err
	}
	var code C.cl_int
	object := f(&code)
	if code != C.CL_SUCCESS {
		return none, newError(call, Code(code))
	}
	if object == none { // and no reason is given
		return none, newError(call, codeInvalidValue)
	}
	l.live.Add(1)
	return object, nil
}

// release makes a call that releases an object, if there is one, and uncounts it.
func release[T comparable](l *library, call string, object T, f func(T) C.cl_int) error {
	var none T
	if object == none {
		return nil
	}
	if err := l.do(call, func() C.cl_int { return f(object) }); err != nil {
		return err
	}
	l.live.Add(-1)
	return nil
}

// createContext returns a context of one device of that platform.
func (l *library) createContext(p platformID, d deviceID) (context, error) {
	return create(l, "clCreateContext", func(code *C.cl_int) context {
		return C.km_create_context(p, d, code)
	})
}

func (l *library) releaseContext(c context) error {
	return release(l, "clReleaseContext", c, func(c context) C.cl_int { return C.km_clReleaseContext(c) })
}

// createQueue returns a queue whose commands run in order, without profiling.
func (l *library) createQueue(c context, d deviceID) (queue, error) {
	return create(l, "clCreateCommandQueue", func(code *C.cl_int) queue {
		return C.km_clCreateCommandQueue(c, d, 0, code)
	})
}

func (l *library) releaseQueue(q queue) error {
	return release(l, "clReleaseCommandQueue", q, func(q queue) C.cl_int { return C.km_clReleaseCommandQueue(q) })
}

// flush sends what was enqueued to the device.
func (l *library) flush(q queue) error {
	return l.do("clFlush", func() C.cl_int { return C.km_clFlush(q) })
}

// finish waits for all that was enqueued. A command that failed need not be an
// error of it: only wait says so.
func (l *library) finish(q queue) error {
	return l.do("clFinish", func() C.cl_int { return C.km_clFinish(q) })
}

// wait waits for the events, none of which is nil. If a command failed, the
// error says how it ended, and is of the kind of that.
func (l *library) wait(events ...event) error {
	if len(events) == 0 {
		return nil
	}
	err := l.do("clWaitForEvents", func() C.cl_int { return C.km_clWaitForEvents(C.cl_uint(len(events)), &events[0]) })
	if e, ok := err.(*Error); ok && e.Code == codeEventFailed {
		for _, ev := range events {
			if status, err := l.eventStatus(ev); err == nil && status < 0 {
				e.blameCommand(status)
				break
			}
		}
	}
	return err
}

// eventStatus returns where a command is: 0 complete, 1 running, 2 submitted,
// 3 queued, or the negative code that it failed with.
func (l *library) eventStatus(ev event) (Code, error) {
	var status C.cl_int
	err := l.do("clGetEventInfo", func() C.cl_int {
		return C.km_clGetEventInfo(ev, C.CL_EVENT_COMMAND_EXECUTION_STATUS, C.size_t(unsafe.Sizeof(status)), unsafe.Pointer(&status), nil)
	})
	return Code(status), err
}

func (l *library) releaseEvent(ev event) error {
	return release(l, "clReleaseEvent", ev, func(ev event) C.cl_int { return C.km_clReleaseEvent(ev) })
}

// cString returns s with a NUL behind it. OpenCL would take a NUL within s for
// its end.
func cString(call, s string) (*C.char, error) {
	if strings.IndexByte(s, 0) >= 0 {
		return nil, newError(call, codeInvalidValue)
	}
	return (*C.char)(unsafe.Pointer(unsafe.StringData(s + "\x00"))), nil
}
