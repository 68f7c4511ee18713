//go:build amd64 && !purego

package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/klauspost/cpuid/v2"
	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
)

// crcFamilies returns what this processor runs of the families. The ladder takes
// the best, so that a test of its levels never sees the others.
func crcFamilies() map[string]family {
	families := map[string]family{}
	for _, f := range []struct {
		name   string
		needs  []cpuid.FeatureID
		family family
	}{
		{"sse4.2", []cpuid.FeatureID{cpuid.SSE42}, crcSSE42},
		{"pclmul", []cpuid.FeatureID{cpuid.AVX2, cpuid.SSE42, cpuid.CLMUL}, crcPCLMUL},
		{"vpclmul256", []cpuid.FeatureID{cpuid.AVX2, cpuid.VPCLMULQDQ}, crcVPCLMUL256},
		{"vpclmul", vpclmul.needs, crcVPCLMUL},
	} {
		if detected().missing(f.needs) == "" {
			families[f.name] = f.family
		}
	}
	return families
}

// TestCRCConformance runs the suite on those that the ladder leaves out on a
// processor that has better ones.
func TestCRCConformance(t *testing.T) {
	families := crcFamilies()
	for _, name := range []string{"pclmul", "vpclmul256"} {
		family, ok := families[name]
		if !ok {
			continue
		}
		k := cpu.Kernels{Name: name}
		for f, kernel := range family.fixed {
			k.Fixed[f] = watchFixed(kernel)
		}
		for f, kernel := range family.ragged {
			k.Ragged[f] = watchRagged(kernel)
		}
		t.Run(name, func(t *testing.T) { backendtest.Run(t, cpu.With(k)) })
	}
}

// TestCRCLengths has a key of every length up to 1024, and of 4096 bytes, at every
// place in a cache line; the data ends with a key.
func TestCRCLengths(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	lengths := append(rng.Perm(1025), 4096, 0, 4096, 257)
	data := crcRandom(rng, 64+1025*1024/2+2*4096+257)
	for name, family := range crcFamilies() {
		for f, kernel := range family.ragged {
			want := make(map[int]uint64, len(lengths))
			for align := range 64 {
				at := uint32(align)
				var keys cpu.Spans
				for _, n := range lengths {
					keys.Start, keys.End = append(keys.Start, at), append(keys.End, at+uint32(n))
					at += uint32(n)
				}
				// The keys are those at place 0: only where they lie is different.
				some := make([]byte, at)
				copy(some[align:], data)
				for lo := 0; lo < len(lengths); lo += 500 {
					hi := min(lo+500, len(lengths))
					block := cpu.Spans{Start: keys.Start[lo:hi], End: keys.End[lo:hi]}
					crcCompare(t, fmt.Sprint(name, " from byte ", align), f, kernel, some, block, func(i int) uint64 {
						i += lo
						h, ok := want[i]
						if !ok {
							h = f.Sum64(some[keys.Start[i]:keys.End[i]], hash.Seed{})
							want[i] = h
						}
						return h
					})
				}
			}
		}
	}
}

// TestCRCMixes has blocks of any number of keys, whose lengths are of one class, of
// two, or of all, with more or fewer before which little stands.
func TestCRCMixes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	ranges := [][2]int{{0, 0}, {0, 3}, {0, 16}, {0, 17}, {8, 8}, {1, 32}, {16, 33}, {32, 33}, {33, 33}, {33, 48}, {33, 64}, {48, 49},
		{64, 65}, {35, 80}, {0, 100}, {97, 128}, {225, 256}, {250, 260}, {257, 257}, {256, 400}, {0, 4096}}
	data := crcRandom(rng, 64+512*4096)
	for name, family := range crcFamilies() {
		for f, kernel := range family.ragged {
			for _, r := range ranges {
				for _, n := range append(rng.Perm(40)[:8], 100+rng.IntN(400), 512) {
					if r[1] == 4096 {
						n = min(n, 40)
					}
					at := uint32(rng.IntN(64))
					var keys cpu.Spans
					for range n {
						size := r[0] + rng.IntN(r[1]-r[0]+1)
						keys.Start, keys.End = append(keys.Start, at), append(keys.End, at+uint32(size))
						at += uint32(size)
					}
					crcCompareAll(t, fmt.Sprint(name, " ", n, " keys of ", r), f, kernel, data[:at:at], keys)
				}
			}
		}
	}
}

// TestCRCScattered has keys in no order, some on top of others.
func TestCRCScattered(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	done := 0
	for name, family := range crcFamilies() {
		for f, kernel := range family.ragged {
			for _, size := range []int{0, 1, 31, 32, 33, 64, 100, 300, 5000} {
				data := crcRandom(rng, size)
				for range 30 {
					var keys cpu.Spans
					for range 9 + rng.IntN(100) {
						start := rng.IntN(size + 1)
						if rng.IntN(20) > 0 {
							start = max(start, min(32, size))
						}
						keys.Start = append(keys.Start, uint32(start))
						keys.End = append(keys.End, uint32(start+rng.IntN(min(size-start, 300)+1)))
					}
					done += crcCompareAll(t, fmt.Sprint(name, " in ", size, " bytes"), f, kernel, data, keys)
				}
			}
		}
	}
	require.NotZero(t, done)
}

// TestCRCWidths has keys of every width that there are kernels for, in every number
// around a group.
func TestCRCWidths(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for name, family := range crcFamilies() {
		for f, kernel := range family.fixed {
			require.False(t, kernel(make([]uint64, 64), make([]byte, 64*33), 33, hash.Words{}))
			for width := 1; width <= 32; width++ {
				done := 0
				for n := range 60 {
					data := crcRandom(rng, n*width)
					got := make([]uint64, n+1)
					got[n] = 42
					if !kernel(got[:n], data, width, hash.Words{}) {
						continue
					}
					done++
					for i := range n {
						require.Equal(t, f.Sum64(data[i*width:][:width], hash.Seed{}), got[i], "%s %s: key %d of %d of width %d", name, f, i, n, width)
					}
					require.Equal(t, uint64(42), got[n])
				}
				require.Greater(t, done, 15, "%s %s of width %d", name, f, width)
			}
		}
	}
}

// crcCompareAll compares a kernel with the definition. It returns 1 if the kernel
// did the work.
func crcCompareAll(t *testing.T, what string, f hash.Func, kernel raggedKernel, data []byte, keys cpu.Spans) int {
	return crcCompare(t, what, f, kernel, data, keys, func(i int) uint64 { return f.Sum64(data[keys.Start[i]:keys.End[i]], hash.Seed{}) })
}

func crcCompare(t *testing.T, what string, f hash.Func, kernel raggedKernel, data []byte, keys cpu.Spans, want func(i int) uint64) int {
	t.Helper()
	n := len(keys.Start)
	got := make([]uint64, n+1)
	got[n] = 42
	start, end := slices.Clone(keys.Start), slices.Clone(keys.End) // so that nothing lies behind them
	if !kernel(got[:n:n], data, cpu.Spans{Start: start, End: end}, hash.Words{}) {
		return 0
	}
	for i := range n {
		if got[i] != want(i) {
			require.Equal(t, want(i), got[i], "%s: %s of key %d of %d, %d bytes from %d", what, f, i, n, keys.End[i]-keys.Start[i], keys.Start[i])
		}
	}
	require.Equal(t, uint64(42), got[n], "%s: wrote behind the end", what)
	return 1
}

func crcRandom(rng *rand.Rand, n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	return data
}
