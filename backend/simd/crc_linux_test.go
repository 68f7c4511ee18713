//go:build amd64 && !purego

package simd

import (
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend/cpu"
)

// TestCRCFarKeys has keys up to the end of 4 GiB: their offsets are not negative.
// (The memory is not touched but where the keys are.)
func TestCRCFarKeys(t *testing.T) {
	const size = 1<<32 - 1
	data, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	require.NoError(t, err)
	defer func() { require.NoError(t, syscall.Munmap(data)) }()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, longest := range []int{16, 32, 300} {
		var keys cpu.Spans
		for i := range 40 {
			end := 400 + uint32(i)*(size/41)
			if i == 39 {
				end = size
			}
			start := end - uint32(rng.IntN(longest+1))
			copy(data[start:end], crcRandom(rng, int(end-start)))
			keys.Start, keys.End = append(keys.Start, start), append(keys.End, end)
		}
		for name, family := range crcFamilies() {
			for f, kernel := range family.ragged {
				require.Equal(t, 1, crcCompareAll(t, name, f, kernel, data, keys))
			}
		}
	}
}

// TestCRCEdges has keys in no order between pages that may not be touched. (The
// suite has packed keys only.)
func TestCRCEdges(t *testing.T) {
	page := syscall.Getpagesize()
	memory, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	defer func() { require.NoError(t, syscall.Munmap(memory)) }()
	rng := rand.New(rand.NewPCG(1, 2))
	copy(memory, crcRandom(rng, len(memory)))
	require.NoError(t, syscall.Mprotect(memory[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(memory[2*page:], syscall.PROT_NONE))
	for _, size := range []int{1, 8, 16, 31, 32, 33, 47, 48, 60, 64, 100, 200, page} {
		for range 20 {
			var keys cpu.Spans
			lowest := rng.IntN(40)
			for range 30 {
				start := min(max(rng.IntN(size+1), lowest), size)
				keys.Start = append(keys.Start, uint32(start))
				keys.End = append(keys.End, uint32(start+rng.IntN(min(size-start, 300)+1)))
			}
			for name, family := range crcFamilies() {
				for f, kernel := range family.ragged {
					crcCompareAll(t, name+" first bytes", f, kernel, memory[page:][:size:size], keys)
					crcCompareAll(t, name+" last bytes", f, kernel, memory[2*page-size:2*page:2*page], keys)
				}
			}
		}
	}
}
