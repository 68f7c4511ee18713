//go:build !purego

package bench

import (
	"unsafe"

	"github.com/klauspost/cpuid/v2"
)

var hasAVX2 = cpuid.CPU.Supports(cpuid.AVX2)

// hasNonTemporal says whether writeNonTemporal goes past the cache.
var hasNonTemporal = hasAVX2

//go:noescape
func readAVX2(in *byte, vectors int) uint64

//go:noescape
func writeAVX2(out *byte, vectors int)

//go:noescape
func writeNonTemporalAVX2(out *byte, vectors int)

// read reads memory as fast as the processor can.
func read(in []byte) uint64 {
	if !hasAVX2 {
		return readPlain(in)
	}
	return readAVX2(unsafe.SliceData(in), len(in)/128)
}

// write writes zeros to memory as fast as the processor can.
func write(out []byte) {
	if !hasAVX2 {
		writePlain(out)
		return
	}
	writeAVX2(unsafe.SliceData(out), len(out)/128)
}

// writeNonTemporal writes zeros to memory, past the cache.
func writeNonTemporal(out []byte) {
	if !hasAVX2 {
		writePlain(out)
		return
	}
	if odd := int(-uintptr(unsafe.Pointer(unsafe.SliceData(out))) % 32); odd <= len(out) {
		out = out[odd:] // the instruction takes none but aligned addresses
	}
	writeNonTemporalAVX2(unsafe.SliceData(out), len(out)/128)
}
