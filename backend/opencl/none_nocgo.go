//go:build !cgo

package opencl

const hasCgo = false
