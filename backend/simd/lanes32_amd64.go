//go:build !purego

package simd

var lanes32AVX2 = family{}
