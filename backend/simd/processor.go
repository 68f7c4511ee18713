package simd

import (
	"runtime"
	"slices"

	"github.com/klauspost/cpuid/v2"
)

// Processor returns the name of the processor's model, or of its architecture where it does
// not say, and all its features, sorted: what the speed of the kernels depends on.
func Processor() (name string, features []string) {
	features = cpuid.CPU.FeatureSet()
	slices.Sort(features)
	if name = cpuid.CPU.BrandName; name == "" {
		name = runtime.GOARCH
	}
	return name, features
}
