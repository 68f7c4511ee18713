//go:build !purego

package simd

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend/cpu"
)

// Offsets from 2^31 on are not negative. (The memory is not touched but where the
// keys are.)
func TestNEONFarKeys(t *testing.T) {
	const size = 1<<32 - 1
	data, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	require.NoError(t, err)
	defer func() { require.NoError(t, syscall.Munmap(data)) }()
	var keys cpu.Spans
	for i := range 40 {
		start := uint32(uint64(i) * size / 40)
		if i == 39 {
			start = size - 100
		}
		copy(data[start:], random(100))
		keys.Start = append(keys.Start, start, start+1)
		keys.End = append(keys.End, start+uint32(i), start+60)
	}
	checkRagged(t, "far apart", data, keys)
}

// Whatever the order of the keys, no byte before or behind the data is read: it is
// not there. (The suite's guard pages only see packed keys.)
func TestNEONScatteredKeysAtTheEdges(t *testing.T) {
	page := syscall.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	defer func() { require.NoError(t, syscall.Munmap(memory)) }()
	copy(memory, random(len(memory)))
	require.NoError(t, syscall.Mprotect(memory[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(memory[2*page:], syscall.PROT_NONE))
	for _, size := range []int{1, 8, 16, 31, 32, 33, 47, 48, 60, 100, 200, page} {
		for seed := range 10 {
			keys := scattered(size, seed)
			checkRagged(t, "first bytes", memory[page:][:size:size], keys)
			checkRagged(t, "last bytes", memory[2*page-size:2*page:2*page], keys)
		}
	}
}
