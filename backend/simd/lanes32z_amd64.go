//go:build !purego

package simd

var lanes32AVX512 = family{}
