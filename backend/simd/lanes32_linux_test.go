//go:build amd64 && !purego

package simd

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

// guarded returns memory for n values that ends or begins where memory does.
func guarded[T any](t *testing.T, n int, atEnd bool) []T {
	page := os.Getpagesize()
	var zero T
	size := n * int(unsafe.Sizeof(zero))
	pages := (size + page - 1) / page * page
	mapping, err := syscall.Mmap(-1, 0, pages+2*page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(mapping)) })
	memory := mapping[page : page+pages]
	require.NoError(t, syscall.Mprotect(memory, syscall.PROT_READ|syscall.PROT_WRITE))
	if atEnd {
		memory = memory[pages-size:]
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(memory))), n)
}

// Groups that end with memory, and begin with it, which is a fault if it is left.
func TestLanes32GuardPages(t *testing.T) {
	for _, atEnd := range []bool{true, false} {
		for _, n := range []int{16, 17, 31, 32, 33, 64, 512} {
			dst := guarded[uint64](t, n, atEnd)
			start, end := guarded[uint32](t, n, atEnd), guarded[uint32](t, n, atEnd)
			data := guarded[byte](t, n*70, atEnd)
			copy(data, random32)
			eachLanes32(t, func(t *testing.T, l *lanes32, seed hash.Words) {
				for width := 1; width <= 70; width++ {
					data := data[:n*width]
					if atEnd {
						data = data[:cap(data)][cap(data)-n*width:]
					}
					for i := range start {
						start[i], end[i] = uint32(i*width), uint32(i*width+width)
					}
					keys := cpu.Spans{Start: start, End: end}
					if l.hashFixed(dst, data, width, seed) {
						requireLanes32(t, l, dst, data, keys, seed, "fixed")
					}
					if l.hashRagged(dst, data, keys, seed) {
						requireLanes32(t, l, dst, data, keys, seed, "equal lengths")
					}
					// One in eight is so much longer that they are sorted.
					for i := range n - 1 {
						at := start[i] + uint32(i*37%(width/2+1))
						if i%8 == 0 {
							at = start[i] + uint32(6*width)
						}
						start[i+1], end[i] = min(at, uint32(len(data))), min(at, uint32(len(data)))
					}
					end[n-1] = uint32(len(data))
					if l.hashRagged(dst, data, keys, seed) {
						requireLanes32(t, l, dst, data, keys, seed, "mixed lengths")
					}
				}
				// Before the end of the first keys there are no four bytes.
				for i := range start {
					start[i], end[i] = uint32(i), uint32(i+1)
				}
				keys := cpu.Spans{Start: start, End: end}
				if l.hashRagged(dst, data, keys, seed) {
					requireLanes32(t, l, dst, data, keys, seed, "a byte each")
				}
			})
		}
	}
}

// Offsets from 2 GiB on are no negative numbers, and data of 4 GiB has them all.
func TestLanes32Far(t *testing.T) {
	const size = 1<<32 - 1
	data, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	require.NoError(t, err)
	defer func() { require.NoError(t, syscall.Munmap(data)) }()
	eachLanes32(t, func(t *testing.T, l *lanes32, seed hash.Words) {
		for _, base := range []uint32{1<<31 - 100, size - 2000} {
			copy(data[base:], random32[:2000])
			var keys cpu.Spans
			for i := range uint32(64) {
				keys.Start = append(keys.Start, base+i*31)
				keys.End = append(keys.End, base+i*31+i%31)
			}
			for _, longest := range []uint32{31, 31 + 600} { // the other is sorted
				keys.End[3] = keys.Start[3] + longest
				dst := make([]uint64, 64)
				require.True(t, l.hashRagged(dst, data, keys, seed), fmt.Sprint(base))
				requireLanes32(t, l, dst, data, keys, seed, "far")
			}
		}
	})
}
