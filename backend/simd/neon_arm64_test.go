//go:build !purego

package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/cpuid/v2"
	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

// neonKernels returns the kernels that this processor runs.
func neonKernels(t *testing.T) (fixed [hash.NumFuncs]fixedKernel, ragged [hash.NumFuncs]raggedKernel) {
	t.Helper()
	var k cpu.Kernels
	rungs[0].choose(processor{cpuid.CPU}, &k)
	return k.Fixed, k.Ragged
}

// defined returns the hash of a key by its definition.
func defined(f hash.Func, key []byte, seed hash.Words) uint64 {
	if f.SeedKind() == hash.NoSeed {
		return f.Sum64(key, hash.Seed{})
	}
	return f.Sum64(key, hash.Seed64(seed.Lo))
}

func random(n int) []byte {
	rng := rand.NewChaCha8([32]byte{byte(n)})
	b := make([]byte, n)
	_, _ = rng.Read(b) // never fails
	return b
}

// Groups are of four or eight keys: numbers below and above that, and widths on
// both sides of every chunk, where the last key ends with the data.
func TestNEONFixed(t *testing.T) {
	fixed, _ := neonKernels(t)
	seed := hash.Words{Lo: 0x89abcdef}
	for f, run := range fixed {
		if run == nil {
			continue
		}
		for _, width := range []int{1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 20, 23, 24, 31, 32, 33, 47, 48, 63, 100, 1023, 4096} {
			for n := range 35 {
				data := random(n * width)
				dst := make([]uint64, n+1)
				dst[n] = 12345
				if !run(dst[:n:n], data, width, seed) {
					require.Less(t, (n-1)*width, 24+7*width, "%s left %d keys of width %d", hash.Func(f), n, width)
					continue
				}
				for i, got := range dst[:n] {
					require.Equal(t, defined(hash.Func(f), data[i*width:][:width], seed), got, "%s of key %d of %d, width %d", hash.Func(f), i, n, width)
				}
				require.EqualValues(t, 12345, dst[n])
			}
		}
	}
}

// Lengths that lanes, heads and chunks may go wrong at, next to each other.
func TestNEONRagged(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	mixes := map[string]func(i int) int{
		"rising":      func(i int) int { return i },
		"falling":     func(i int) int { return 511 - i },
		"0 and 4096":  func(i int) int { return 4096 * (i % 3 / 2) },
		"one long":    func(i int) int { return 5 + 100_000*(i%200/199) },
		"to 32":       func(int) int { return rng.IntN(33) },
		"to 1024":     func(int) int { return rng.IntN(1025) },
		"mostly tiny": func(int) int { return rng.IntN(4) + rng.IntN(50)/49*300 },
		"empty":       func(int) int { return 0 },
		"multiples":   func(i int) int { return 16 * (i % 6) },
	}
	for name, length := range mixes {
		for _, n := range []int{1, 2, 7, 8, 9, 15, 16, 17, 63, 200, 511, 512} {
			keys := cpu.Spans{Start: make([]uint32, n), End: make([]uint32, n)}
			at := 0
			for i := range n {
				keys.Start[i] = uint32(at)
				at += length(i)
				keys.End[i] = uint32(at)
			}
			checkRagged(t, fmt.Sprintf("%d packed keys, %s", n, name), random(at), keys)
		}
	}
}

// Keys need not be packed: they may overlap and lie in any order.
func TestNEONScattered(t *testing.T) {
	for _, size := range []int{1, 15, 16, 17, 31, 32, 33, 40, 64, 100, 1000, 20_000} {
		for seed := range 10 {
			checkRagged(t, fmt.Sprintf("%d bytes", size), random(size), scattered(size, seed))
		}
	}
}

// scattered returns up to 512 keys of so much data, half of them short.
func scattered(size, seed int) cpu.Spans {
	rng := rand.New(rand.NewPCG(uint64(size), uint64(seed)))
	var keys cpu.Spans
	for i := range 1 + rng.IntN(512) {
		a, b := rng.IntN(size+1), rng.IntN(size+1)
		start, end := min(a, b), max(a, b)
		if i%2 == 0 {
			end = min(end, start+40)
		}
		keys.Start, keys.End = append(keys.Start, uint32(start)), append(keys.End, uint32(end))
	}
	return keys
}

func checkRagged(t *testing.T, what string, data []byte, keys cpu.Spans) {
	t.Helper()
	_, ragged := neonKernels(t)
	seed := hash.Words{Lo: 0x89abcdef}
	n := len(keys.Start)
	dst := make([]uint64, n+1)
	dst[n] = 12345
	for f, run := range ragged {
		if run == nil || !run(dst[:n:n], data, keys, seed) {
			continue
		}
		for i, got := range dst[:n] {
			key := data[keys.Start[i]:keys.End[i]]
			if want := defined(hash.Func(f), key, seed); want != got {
				require.Equal(t, want, got, "%s: %s of key %d, %d bytes", what, hash.Func(f), i, len(key))
			}
		}
		require.EqualValues(t, 12345, dst[n])
	}
}

// Lanes take keys in the order of the data unless one key makes the others wait;
// keys at the very end of the data stay out of them.
func TestLaneOrder(t *testing.T) {
	order := func(size int, lengths ...uint32) ([]uint16, []uint16) {
		keys, at := cpu.Spans{}, uint32(0)
		for _, n := range lengths {
			keys.Start = append(keys.Start, at)
			at += n
			keys.End = append(keys.End, at)
		}
		var memory blockOrder
		order, n := laneOrder(&memory, size, keys)
		return order[:n], order[n:len(lengths)]
	}
	lanes, rest := order(100, 4, 30, 1, 8)
	require.Equal(t, []uint16{0, 1, 2, 3}, lanes)
	require.Empty(t, rest)
	lanes, rest = order(43+15, 4, 30, 1, 8)
	require.ElementsMatch(t, []uint16{0, 1, 2}, lanes)
	require.Equal(t, []uint16{3}, rest)
	lanes, rest = order(1e6, 100, 600, 4, 5000, 70, 18, 3, 30, 2)
	require.Equal(t, []uint16{2, 6, 8, 5, 7, 4, 0, 1, 3}, lanes, "by length")
	require.Empty(t, rest)
	lanes, rest = order(10, 4, 6)
	require.Empty(t, lanes)
	require.Equal(t, []uint16{0, 1}, rest)
}
