package opencl

import (
	"path/filepath"
	"runtime"
)

// deviceFiles are there where a driver has found a GPU: NVIDIA's, AMD's, that of any
// driver in the kernel, Windows' under Linux, and Arm's.
var deviceFiles = []string{"/dev/nvidia[0-9]*", "/dev/kfd", "/dev/dri/renderD*", "/dev/dxg", "/dev/mali*"}

// Likely says whether this machine may have a GPU. It takes microseconds, since it loads
// nothing: so a program that has no use for OpenCL does not pay for it.
func Likely() bool { return runtime.GOOS == "linux" && anyOf(deviceFiles) }

func anyOf(patterns []string) bool {
	for _, p := range patterns {
		found, err := filepath.Glob(p)
		if err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}
