//go:build cgo && linux && !noopencl && !purego

package opencl

// #cgo noescape km_enqueue_kernel
// #cgo noescape km_enqueue_fill
// #cgo noescape km_enqueue_map
// #cgo noescape km_clEnqueueUnmapMemObject
// #include "shim.h"
import "C"

import "unsafe"

// memFlags says how a buffer is used and where it lies.
type memFlags C.cl_mem_flags

const (
	memReadWrite    memFlags = C.CL_MEM_READ_WRITE
	memWriteOnly    memFlags = C.CL_MEM_WRITE_ONLY
	memReadOnly     memFlags = C.CL_MEM_READ_ONLY
	memUseHostPtr   memFlags = C.CL_MEM_USE_HOST_PTR
	memAllocHostPtr memFlags = C.CL_MEM_ALLOC_HOST_PTR
	memCopyHostPtr  memFlags = C.CL_MEM_COPY_HOST_PTR
)

// mapFlags says what a mapped buffer is mapped for.
type mapFlags C.cl_map_flags

const (
	mapRead       mapFlags = C.CL_MAP_READ
	mapWrite      mapFlags = C.CL_MAP_WRITE
	mapInvalidate mapFlags = C.CL_MAP_WRITE_INVALIDATE_REGION // what was there is not wanted
)

// createBuffer returns a buffer of size bytes. Memory at host, with
// memUseHostPtr, belongs to the buffer until it is released; Go's is pinned so long.
func (l *library) createBuffer(c context, flags memFlags, size int, host unsafe.Pointer) (mem, error) {
	return create(l, "clCreateBuffer", func(code *C.cl_int) mem {
		return C.km_create_buffer(c, C.cl_mem_flags(flags), C.size_t(size), C.uintptr_t(uintptr(host)), code)
	})
}

func (l *library) releaseBuffer(m mem) error {
	return release(l, "clReleaseMemObject", m, func(m mem) C.cl_int { return C.km_clReleaseMemObject(m) })
}

// The enqueue methods have in common: the command starts when all events of
// after are complete; done, if not nil, is set to an event that completes with
// the command, which the caller releases. After an error nothing was enqueued
// and done is unchanged.

// enqueue makes a call that enqueues a command, and counts its event.
func (l *library) enqueue(call string, done *event, f func(done *event) C.cl_int) error {
	if err := l.ask(call); err != nil {
		return err
	}
	var was event
	if done != nil {
		was = *done
	}
	if code := f(done); code != C.CL_SUCCESS {
		if done != nil {
			*done = was
		}
		return newError(call, Code(code))
	}
	if done != nil {
		l.live.Add(1)
	}
	return nil
}

// enqueueKernel runs a kernel on global work items, in groups of local. Global
// is a multiple of local and not 0, of which PoCL dies.
func (l *library) enqueueKernel(q queue, k kernel, global, local int, after []event, done *event) error {
	const call = "clEnqueueNDRangeKernel"
	if global <= 0 || local <= 0 {
		return newError(call, codeInvalidGlobalSize)
	}
	return l.enqueue(call, done, func(done *event) C.cl_int {
		return C.km_enqueue_kernel(q, k, C.size_t(global), C.size_t(local), C.cl_uint(len(after)), first(after), done)
	})
}

// enqueueWrite copies size bytes at from to the buffer. If it is not blocking,
// the caller keeps the memory in place, and as it is, until the command is
// complete.
func (l *library) enqueueWrite(q queue, m mem, blocking bool, offset, size int, from unsafe.Pointer, after []event, done *event) error {
	return l.enqueue("clEnqueueWriteBuffer", done, func(done *event) C.cl_int {
		return C.km_clEnqueueWriteBuffer(q, m, cBool(blocking), C.size_t(offset), C.size_t(size), from, C.cl_uint(len(after)), first(after), done)
	})
}

// enqueueRead copies size bytes of the buffer to the memory at to. If it is not
// blocking, the caller keeps the memory in place until the command is complete.
func (l *library) enqueueRead(q queue, m mem, blocking bool, offset, size int, to unsafe.Pointer, after []event, done *event) error {
	return l.enqueue("clEnqueueReadBuffer", done, func(done *event) C.cl_int {
		return C.km_clEnqueueReadBuffer(q, m, cBool(blocking), C.size_t(offset), C.size_t(size), to, C.cl_uint(len(after)), first(after), done)
	})
}

// enqueueMap maps size bytes of the buffer into the host's memory, until
// enqueueUnmap. If it is not blocking, the memory may be used when the command
// is complete.
func (l *library) enqueueMap(q queue, m mem, blocking bool, flags mapFlags, offset, size int, after []event, done *event) (unsafe.Pointer, error) {
	var mapped unsafe.Pointer
	err := l.enqueue("clEnqueueMapBuffer", done, func(done *event) C.cl_int {
		m := C.km_enqueue_map(q, m, cBool(blocking), C.cl_map_flags(flags), C.size_t(offset), C.size_t(size), C.cl_uint(len(after)), first(after), done)
		mapped = m.at
		return m.code
	})
	if err != nil {
		return nil, err
	}
	return mapped, nil
}

// enqueueUnmap gives mapped memory back to the buffer.
func (l *library) enqueueUnmap(q queue, m mem, mapped unsafe.Pointer, after []event, done *event) error {
	return l.enqueue("clEnqueueUnmapMemObject", done, func(done *event) C.cl_int {
		return C.km_clEnqueueUnmapMemObject(q, m, mapped, C.cl_uint(len(after)), first(after), done)
	})
}

// enqueueFill sets the words in size bytes of the buffer to pattern. Offset and
// size are multiples of 4.
func (l *library) enqueueFill(q queue, m mem, pattern uint32, offset, size int, after []event, done *event) error {
	return l.enqueue("clEnqueueFillBuffer", done, func(done *event) C.cl_int {
		return C.km_enqueue_fill(q, m, C.cl_uint(pattern), C.size_t(offset), C.size_t(size), C.cl_uint(len(after)), first(after), done)
	})
}

// enqueueCopy copies the first size bytes of a buffer to the beginning of another.
func (l *library) enqueueCopy(q queue, from, to mem, size int, after []event, done *event) error {
	return l.enqueue("clEnqueueCopyBuffer", done, func(done *event) C.cl_int {
		return C.km_clEnqueueCopyBuffer(q, from, to, 0, 0, C.size_t(size), C.cl_uint(len(after)), first(after), done)
	})
}

// first is where the events lie, or nil if there are none, which OpenCL insists on.
func first(events []event) *event {
	if len(events) == 0 {
		return nil
	}
	return &events[0]
}

func cBool(b bool) C.cl_bool {
	if b {
		return C.CL_TRUE
	}
	return C.CL_FALSE
}
