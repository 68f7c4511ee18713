//go:build amd64 && !purego

package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

var (
	sums64Funcs = []hash.Func{hash.XXH64, hash.FX64, hash.FNV1a64, hash.Murmur3x128, hash.Murmur3Cassandra, hash.SipHash13, hash.SipHash24}
	sums64Seed  = hash.Words{Lo: 0x9c0ffee1, Hi: 0x0123456789abcdef}
)

// eachSums64 runs a test for each function of both families that this processor runs.
func eachSums64(t *testing.T, test func(t *testing.T, f hash.Func, fixed fixedKernel, ragged raggedKernel)) {
	for _, v := range []struct {
		variant *variant
		family  family
	}{{&avx2, sums64AVX2}, {&avx512, sums64AVX512}} {
		if detected().missing(v.variant.needs) != "" {
			continue
		}
		for _, f := range sums64Funcs {
			t.Run(v.variant.name+"/"+f.String(), func(t *testing.T) { test(t, f, v.family.fixed[f], v.family.ragged[f]) })
		}
	}
}

func randomBytes(seed uint64, n int) []byte {
	rng, data := rand.New(rand.NewPCG(seed, 64)), make([]byte, n)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	return data
}

// requireSums compares with the definition.
func requireSums(t *testing.T, f hash.Func, got []uint64, key func(i int) []byte) {
	t.Helper()
	for i, sum := range got {
		if want := sum64(f, key(i), sums64Seed); sum != want {
			require.Failf(t, "wrong hash", "key %d of %d, of %d bytes: %#x, want %#x", i, len(got), len(key(i)), sum, want)
		}
	}
}

// requireRagged hashes keys of the lengths, which lie end to end from a place on.
func requireRagged(t *testing.T, f hash.Func, kernel raggedKernel, data []byte, from int, lengths []int) {
	t.Helper()
	offsets := []uint32{uint32(from)}
	for _, n := range lengths {
		from += n
		offsets = append(offsets, uint32(from))
	}
	n := len(lengths)
	dst := slices.Repeat([]uint64{0xabad1dea}, n+1)
	if !kernel(dst[:n], data[:from], cpu.Spans{Start: offsets[:n], End: offsets[1:]}, sums64Seed) {
		require.True(t, n < 16 || from == 0, "%d keys", n) // fewer than a group, or no bytes
		return
	}
	requireSums(t, f, dst[:n], func(i int) []byte { return data[offsets[i]:offsets[i+1]] })
	require.EqualValues(t, 0xabad1dea, dst[n])
}

// Every length, from every alignment on, the longest key of a group in any lane.
func TestSums64Lengths(t *testing.T) {
	data := randomBytes(1, 600<<10)
	eachSums64(t, func(t *testing.T, f hash.Func, _ fixedKernel, ragged raggedKernel) {
		rng := rand.New(rand.NewPCG(2, uint64(f)))
		for alignment := range 64 {
			lengths := rng.Perm(1025)[:255]
			requireRagged(t, f, ragged, data, alignment, lengths)
			for i := range lengths {
				lengths[i] %= alignment + 2
			}
			requireRagged(t, f, ragged, data, alignment, append(lengths, 4096, 0))
		}
	})
}

// Every width, with every number of keys around a group.
func TestSums64Widths(t *testing.T) {
	data := randomBytes(3, 64+40*4096)
	eachSums64(t, func(t *testing.T, f hash.Func, fixed fixedKernel, _ raggedKernel) {
		dst := make([]uint64, 80)
		widths := []int{255, 256, 257, 511, 1000, 1024, 4096}
		for width := range 131 {
			widths = append(widths, width+1)
		}
		for _, width := range widths {
			for n := range 40 {
				keys := data[width%64:][:n*width]
				dst[n] = 0xabad1dea
				if fixed(dst[:n], keys, width, sums64Seed) {
					requireSums(t, f, dst[:n], func(i int) []byte { return keys[i*width:][:width] })
					require.EqualValues(t, 0xabad1dea, dst[n])
				} else {
					require.Less(t, n, 19+(32+width-1)/width, "%d bytes", width)
				}
			}
		}
	})
}

// Few keys, short and very long ones, in groups that the loops refuse.
func TestSums64Mixes(t *testing.T) {
	data := randomBytes(4, 3<<20)
	mixes := map[string]func(i int) int{
		"empty":       func(int) int { return 0 },
		"0 and 4096":  func(i int) int { return i % 3 / 2 * 4096 },
		"one giant":   func(i int) int { return 8 + i/300%2*(1<<20) },
		"long tail":   func(i int) int { return 1 + 100_000/(1+i*7919%512) },
		"long, alike": func(i int) int { return 2000 + i*31%900 },
		"31 and 32":   func(i int) int { return 31 + i%2 },
	}
	eachSums64(t, func(t *testing.T, f hash.Func, _ fixedKernel, ragged raggedKernel) {
		for name, length := range mixes {
			for _, n := range []int{0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 129, 511, 512} {
				var lengths []int
				for i, sum := 0, 0; i < n && sum+length(i) < len(data); i++ {
					lengths = append(lengths, length(i))
					sum += length(i)
				}
				t.Run(fmt.Sprint(name, " ", n), func(t *testing.T) { requireRagged(t, f, ragged, data, 0, lengths) })
			}
		}
	})
}

// Keys in any place, as hash tags are: they overlap, go backwards, and end at the
// very end of the data.
func TestSums64Places(t *testing.T) {
	data := randomBytes(5, 2000)
	eachSums64(t, func(t *testing.T, f hash.Func, _ fixedKernel, ragged raggedKernel) {
		rng := rand.New(rand.NewPCG(6, uint64(f)))
		for range 100 {
			n := 16 + rng.IntN(497)
			keys, dst := cpu.Spans{Start: make([]uint32, n), End: make([]uint32, n)}, make([]uint64, n)
			for i := range keys.Start {
				keys.Start[i] = rng.Uint32N(2001)
				keys.End[i] = min(2000, keys.Start[i]+rng.Uint32N(1+rng.Uint32N(300)))
			}
			require.True(t, ragged(dst, data, keys, sums64Seed))
			requireSums(t, f, dst, func(i int) []byte { return data[keys.Start[i]:keys.End[i]] })
		}
	})
}

// More hashes than a cache holds are written past it, from an aligned place on.
func TestSums64Streamed(t *testing.T) {
	n := streamedFrom/8 + 21
	data, memory := randomBytes(7, 1<<20), make([]uint64, n+8)
	eachSums64(t, func(t *testing.T, f hash.Func, fixed fixedKernel, _ raggedKernel) {
		if f != hash.XXH64 && f != hash.FX64 {
			return
		}
		for _, width := range []int{8, 16} {
			keys := slices.Repeat(data, (n*width)>>20+1)
			for _, from := range []int{0, 3} {
				n := n - from
				dst := memory[from:][:n]
				clear(dst)
				dst[:n+1][n] = 0xabad1dea
				require.True(t, fixed(dst, keys[:n*width], width, sums64Seed))
				for _, part := range [][2]int{{0, 1000}, {n - 1000, n}} {
					requireSums(t, f, dst[part[0]:part[1]], func(i int) []byte { return keys[(part[0]+i)*width:][:width] })
				}
				require.False(t, slices.Contains(dst, 0))
				require.EqualValues(t, 0xabad1dea, dst[:n+1][n])
			}
		}
	})
}

// The order of a sort has each key once, and no class after a higher one.
func TestSums64Sort(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	m := new(sums64Sorted)
	for n := sums64Fewest; n <= 512; n += 1 + n/9 {
		keys := cpu.Spans{Start: make([]uint32, n), End: make([]uint32, n)}
		for i := range keys.Start {
			keys.Start[i] = rng.Uint32() >> 1
			keys.End[i] = keys.Start[i] + 1<<rng.IntN(31) - 1 + rng.Uint32N(9)
		}
		m.sort(keys)
		seen := make([]bool, n)
		longest := uint32(0)
		for j, i := range m.order[:n] {
			require.False(t, seen[i])
			seen[i] = true
			require.Equal(t, [2]uint32{keys.Start[i], keys.End[i]}, [2]uint32{m.start[j], m.end[j]})
			size := m.end[j] - m.start[j]
			require.GreaterOrEqual(t, size+7+size/8, longest, "class of key %d", i)
			longest = max(longest, size)
		}
	}
}
