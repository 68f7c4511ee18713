//go:build purego || !(amd64 || arm64)

package simd

var rungs []rung

// whyNone says why there are no rungs.
const whyNone = "built with -tags purego, or for a processor that keymill has none for"

var leftToCPU map[string]string
