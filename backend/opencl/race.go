//go:build race && cgo && linux && !noopencl && !purego

package opencl

import (
	"runtime"
	"unsafe"
)

// The race detector does not see what a device reads and writes: it is told.

func watchReads[T any](s []T) {
	runtime.RaceReadRange(unsafe.Pointer(&s[0]), len(s)*int(unsafe.Sizeof(s[0])))
}

func watchWrites[T any](s []T) {
	runtime.RaceWriteRange(unsafe.Pointer(&s[0]), len(s)*int(unsafe.Sizeof(s[0])))
}
