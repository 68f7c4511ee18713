//go:build !race && cgo && linux && !noopencl && !purego

package opencl

func watchReads[T any]([]T)  {}
func watchWrites[T any]([]T) {}
