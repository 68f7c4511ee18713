//go:build !purego && (amd64 || arm64)

package simd

import "github.com/keymill/keymill/hash"

// leftOfSystems says why the functions that single systems use have no kernel.
func leftOfSystems() map[string]string {
	left := map[string]string{}
	for why, functions := range map[string][]hash.Func{
		"the loops and kernels of murmur3-cassandra run, and a pass of plain Go makes tokens of its hashes": {
			hash.CassandraToken},
		"no kernel is written; lanes of 32 bits would suit it": {
			hash.Lookup3, hash.MD5, hash.Java31, hash.Java31Unsigned, hash.Java31UTF16, hash.OneAtATime, hash.XXH32},
		"no kernel is written; it multiplies 64-bit numbers, which scalar units do as well": {
			hash.CityHash102},
		"it is look-ups in tables, which a vector does one lane after the other": {
			hash.DES},
	} {
		for _, f := range functions {
			left[fixedWork(f)], left[raggedWork(f)] = why, why
		}
	}
	return left
}
