//go:build !purego

package simd

// maskNEON writes hash & low of eight hashes a group.
//
//go:noescape
func maskNEON(dst *uint32, hashes *uint64, groups int, low uint32)
