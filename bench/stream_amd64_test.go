//go:build !purego

package bench

import (
	"encoding/binary"
	"runtime/debug"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func promisedByWrite(out []byte) (from, to int) {
	if !hasAVX2 {
		return 0, len(out)
	}
	return 0, len(out) / 128 * 128
}

func promisedByNonTemporal(out []byte) (from, to int) {
	if !hasAVX2 {
		return 0, len(out)
	}
	// The instruction takes addresses that are multiples of 32.
	for uintptr(unsafe.Pointer(unsafe.SliceData(out)))%32 != 0 {
		if len(out) == 0 {
			return 0, 0
		}
		out, from = out[1:], from+1
	}
	return from, from + len(out)/128*128
}

// firstLanes is what readAVX2 computes: of each vector of 32 bytes the first word.
func firstLanes(in []byte) (sum uint64) {
	for i := range len(in) / 128 * 4 {
		sum ^= binary.LittleEndian.Uint64(in[32*i:])
	}
	return sum
}

func TestReadAVX2(t *testing.T) {
	for shift := range 64 {
		for size := range 1100 {
			in := misaligned(size, shift)
			if got := read(in); hasAVX2 && got != firstLanes(in) {
				require.Equal(t, firstLanes(in), got, "%d bytes, %d behind a multiple of 64", size, shift)
			}
		}
	}
	// Where the other words are zero, it is what the build without assembly says.
	in := misaligned(1<<14, 3)
	for i := range in {
		if i/8%4 != 0 {
			in[i] = 0
		}
	}
	require.NotZero(t, read(in))
	require.Equal(t, readPlain(in), read(in))
}

// A processor without AVX2 gets the plain functions.
func TestWithoutAVX2(t *testing.T) {
	defer func(had bool) { hasAVX2 = had }(hasAVX2)
	hasAVX2 = false
	in := misaligned(1000, 5)
	assert.Equal(t, readPlain(in), read(in))
	TestWriters(t)
}

// All 32 bytes of a vector are read and written, not only those that a result
// shows: the last one, moved past the end of memory, is a fault.
func TestWholeVectorsAreTouched(t *testing.T) {
	if !hasGuard || !hasAVX2 {
		return // nothing would tell
	}
	memory := guarded(t, 1)
	for name, touch := range map[string]func(*byte, int){
		"read": func(p *byte, n int) { readAVX2(p, n) }, "write": writeAVX2, "non-temporal": writeNonTemporalAVX2,
	} {
		for _, beyond := range []int{0, 8, 32} {
			if name == "non-temporal" && beyond%32 != 0 {
				continue
			}
			faults := func() (fault bool) {
				defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
				defer func() { fault = recover() != nil }()
				touch(&memory[len(memory)-256+beyond], 2)
				return false
			}()
			assert.Equal(t, beyond > 0, faults, "%s, %d bytes beyond the end", name, beyond)
		}
	}
}
