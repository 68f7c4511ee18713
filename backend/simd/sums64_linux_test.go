//go:build amd64 && !purego

package simd

import (
	"math"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

// Offsets are 32 bits without a sign. The memory is reserved, but only its pages
// with keys are used.
func TestSums64LargeOffsets(t *testing.T) {
	memory, err := syscall.Mmap(-1, 0, math.MaxUint32, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	require.NoError(t, err)
	defer func() { require.NoError(t, syscall.Munmap(memory)) }()
	n := 100
	keys := cpu.Spans{Start: make([]uint32, n), End: make([]uint32, n)}
	for i := range keys.Start {
		keys.Start[i] = [...]uint32{1<<31 - 40, math.MaxUint32 - 5000, 5}[i%3] + uint32(i)
		keys.End[i] = keys.Start[i] + uint32(i)*uint32(i)%100
		copy(memory[keys.Start[i]:keys.End[i]], randomBytes(uint64(i), 100))
	}
	eachSums64(t, func(t *testing.T, f hash.Func, _ fixedKernel, ragged raggedKernel) {
		dst := make([]uint64, n)
		require.True(t, ragged(dst, memory, keys, sums64Seed))
		requireSums(t, f, dst, func(i int) []byte { return memory[keys.Start[i]:keys.End[i]] })
	})
}

// Loads of whole vectors stop in front of the end of the memory, wherever in a
// group the last key is that may be read so.
func TestSums64EndOfMemory(t *testing.T) {
	page := syscall.Getpagesize()
	mapping, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	defer func() { require.NoError(t, syscall.Munmap(mapping)) }()
	memory := mapping[page : 2*page]
	require.NoError(t, syscall.Mprotect(memory, syscall.PROT_READ|syscall.PROT_WRITE))
	copy(memory, randomBytes(9, page))
	eachSums64(t, func(t *testing.T, f hash.Func, fixed fixedKernel, ragged raggedKernel) {
		lengths := make([]int, 17)
		dst := make([]uint64, 17)
		for length := range 72 {
			for last := range 48 {
				sum := last
				for i := range 16 {
					lengths[i] = length + i%2
					sum += lengths[i]
				}
				lengths[16] = last
				requireRagged(t, f, ragged, memory[page-sum:], 0, lengths)
			}
			width := length + 1
			for n := 9; n <= 17; n++ {
				for _, keys := range [][]byte{memory[page-n*width:], memory[:n*width]} {
					if fixed(dst[:n], keys, width, sums64Seed) {
						requireSums(t, f, dst[:n], func(i int) []byte { return keys[i*width:][:width] })
					}
				}
			}
		}
	})
}
