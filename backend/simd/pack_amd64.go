//go:build !purego

package simd

import "unsafe"

var packAVX2 = family{pack: &packKernels{packStrings, packSlices}}

func packStrings(dst []byte, ends []uint32, keys []string) int {
	return packHeaders(dst, ends, unsafe.Pointer(unsafe.SliceData(keys)), unsafe.Sizeof(""), len(keys))
}

func packSlices(dst []byte, ends []uint32, keys [][]byte) int {
	return packHeaders(dst, ends, unsafe.Pointer(unsafe.SliceData(keys)), unsafe.Sizeof([]byte(nil)), len(keys))
}

func packHeaders(dst []byte, ends []uint32, keys unsafe.Pointer, step uintptr, n int) int {
	if n = min(n, len(ends)); n == 0 {
		return 0
	}
	return packKeys(unsafe.SliceData(dst), len(dst), unsafe.SliceData(ends), (*byte)(keys), int(step), n)
}
