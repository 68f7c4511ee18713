//go:build cgo && (!linux || noopencl || purego)

package opencl

const hasCgo = true
