//go:build amd64 && !purego

package simd

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

// eachLanes32 runs a test for the kernels of each function that this processor
// can run, under a seed.
func eachLanes32(t *testing.T, test func(t *testing.T, l *lanes32, seed hash.Words)) {
	kernels := map[string]*lanes32{}
	if detected().missing(avx2.needs) == "" {
		kernels["avx2/murmur2"] = murmur2AVX2
		kernels["avx2/murmur3"] = murmur3x32AVX2
		kernels["avx2/spark"] = murmur3SparkAVX2
		kernels["avx2/hive"] = murmur3HiveAVX2
		kernels["avx2/fnv1a"] = fnv1a32AVX2
		kernels["avx2/lookup3"] = lookup3Lanes256
		kernels["avx2/md5"] = md5Lanes256
	}
	if detected().missing(avx512.needs) == "" {
		kernels["avx512/murmur2"] = murmur2AVX512
		kernels["avx512/murmur3"] = murmur3x32AVX512
		kernels["avx512/spark"] = murmur3SparkAVX512
		kernels["avx512/hive"] = murmur3HiveAVX512
		kernels["avx512/fnv1a"] = fnv1a32AVX512
		kernels["avx512/lookup3"] = lookup3Lanes512
		kernels["avx512/md5"] = md5Lanes512
	}
	for name, l := range kernels {
		t.Run(name, func(t *testing.T) { test(t, l, hash.Words{Lo: 0x89abcdef9e3779b9}) })
	}
}

var random32 = func() []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 1<<20)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	return data
}()

// packed returns keys of these lengths, one after the other from an offset on.
func packed(from int, lengths ...int) (data []byte, keys cpu.Spans) {
	at := uint32(from)
	for _, n := range lengths {
		keys.Start = append(keys.Start, at)
		at += uint32(n)
		keys.End = append(keys.End, at)
	}
	return random32[:at:at], keys
}

// requireLanes32 compares hashes with the definition's.
func requireLanes32(t *testing.T, l *lanes32, dst []uint64, data []byte, keys cpu.Spans, seed hash.Words, message string) {
	t.Helper()
	for i := range keys.Start {
		key := data[keys.Start[i]:keys.End[i]]
		if want := l.sum(key, seed.Lo); dst[i] != want {
			require.Equal(t, want, dst[i], "%s: key %d of %d, %d bytes at %d of %d", message, i, len(dst), len(key), keys.Start[i], len(data))
		}
	}
}

func TestLanes32Ragged(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	repeated := func(n int, length func(i int) int) []int {
		lengths := make([]int, n)
		for i := range lengths {
			lengths[i] = length(i)
		}
		return lengths
	}
	mixes := map[string][]int{
		"0 to 511":        repeated(512, func(i int) int { return i }),
		"512 to 1023":     repeated(512, func(i int) int { return 1023 - i }),
		"0 and 4096":      repeated(100, func(i int) int { return i % 7 / 6 * 4096 }),
		"4096":            repeated(67, func(int) int { return 4096 }),
		"one long, first": repeated(512, func(i int) int { return 9 + max(0, 1-i)*100_000 }),
		"one long, last":  repeated(512, func(i int) int { return 9 + i/511*100_000 }),
		"empty":           repeated(40, func(int) int { return 0 }),
		"empty, then 5":   repeated(64, func(i int) int { return i / 20 * 5 }),
		"3, then empty":   repeated(64, func(i int) int { return max(0, 3-i) }),
		"all short":       repeated(512, func(int) int { return rng.IntN(4) }),
		"1 to 32":         repeated(512, func(int) int { return 1 + rng.IntN(32) }),
		"1 to 300":        repeated(500, func(int) int { return 1 + rng.IntN(300) }),
	}
	for n := 16; n < 70; n++ {
		mixes[fmt.Sprint(n, " keys")] = repeated(n, func(int) int { return rng.IntN(20) })
	}
	eachLanes32(t, func(t *testing.T, l *lanes32, seed hash.Words) {
		dst := make([]uint64, 512)
		var left []string
		for name, lengths := range mixes {
			for _, beyond := range []int{0, 1, 16, 5000} {
				data, keys := packed(beyond%17, lengths...)
				data = random32[:len(data)+beyond]
				dst := dst[:len(lengths)]
				if l.hashRagged(dst, data, keys, seed) {
					requireLanes32(t, l, dst, data, keys, seed, name)
				} else {
					left = append(left, fmt.Sprint(name, ", ", beyond, " bytes beyond"))
				}
			}
		}
		// What is left is few keys, or short ones that a long one keeps from being
		// read at the end of data.
		assert.Less(t, len(left), 4*len(mixes)/3, left)
	})
}

// Every length at every place in a cache line.
func TestLanes32Alignments(t *testing.T) {
	eachLanes32(t, func(t *testing.T, l *lanes32, seed hash.Words) {
		dst := make([]uint64, 64)
		for length := range 80 {
			var keys cpu.Spans
			for i := range uint32(64) { // whose starts are all of 0 to 63, and not in order
				keys.Start = append(keys.Start, 64*i+i*37%64)
				keys.End = append(keys.End, keys.Start[i]+uint32(length))
			}
			require.True(t, l.hashRagged(dst, random32, keys, seed))
			requireLanes32(t, l, dst, random32, keys, seed, "apart")
		}
	})
}

// Keys may lie in any order and share bytes; if one lies where it cannot be read
// by 16 bytes, a kernel may leave the block.
func TestLanes32AnyPlace(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	eachLanes32(t, func(t *testing.T, l *lanes32, seed hash.Words) {
		dst, done := make([]uint64, 200), 0
		for range 100 {
			data := random32[:300+rng.IntN(100_000)]
			var keys cpu.Spans
			for range dst {
				start := rng.IntN(len(data))
				keys.Start = append(keys.Start, uint32(start))
				keys.End = append(keys.End, uint32(min(len(data), start+rng.IntN(60))))
			}
			if l.hashRagged(dst, data, keys, seed) {
				requireLanes32(t, l, dst, data, keys, seed, "any place")
				done++
			}
		}
		assert.NotZero(t, done)
	})
}

// What a kernel counts in 32 bits does not count the bits of longer keys.
func TestLanes32LongestKey(t *testing.T) {
	eachLanes32(t, func(t *testing.T, l *lanes32, seed hash.Words) {
		if l.longest == 0 {
			return
		}
		data, keys := packed(0, repeat(64, 20)...)
		keys.End[40] = keys.Start[40] + l.longest + 1
		require.False(t, l.hashRagged(make([]uint64, 64), data, keys, seed))
	})
}

func TestLanes32Fixed(t *testing.T) {
	widths := []int{96, 100, 127, 128, 255, 256, 257, 1000, 1024, 4096}
	for width := range 80 {
		widths = append(widths, width+1)
	}
	eachLanes32(t, func(t *testing.T, l *lanes32, seed hash.Words) {
		for _, width := range widths {
			for _, n := range []int{15, 16, 17, 31, 32, 33, 47, 100, 255} {
				data, dst := random32[:n*width:n*width], make([]uint64, n)
				if !l.hashFixed(dst, data, width, seed) {
					require.Less(t, n, 2*16+16, "width %d", width) // of width 1, 15 cannot be read
					continue
				}
				_, keys := packed(0, repeat(n, width)...)
				requireLanes32(t, l, dst, data, keys, seed, "fixed")
			}
		}
	})
}

func repeat(n, length int) []int {
	lengths := make([]int, n)
	for i := range lengths {
		lengths[i] = length
	}
	return lengths
}

// Columns from streamedKeys on are written past the cache, by vectors that must
// be aligned.
func TestLanes32Streamed(t *testing.T) {
	eachLanes32(t, func(t *testing.T, l *lanes32, seed hash.Words) {
		memory := make([]uint64, 512)
		for words, p := range l.packed {
			if p.lanes == 0 {
				continue
			}
			for from := range 16 {
				dst := memory[from:]
				first, n := p.unaligned(dst), 7*p.lanes
				require.Less(t, first, p.lanes)
				dst = dst[first:]
				require.Zero(t, uintptr(unsafe.Pointer(&dst[0]))%uintptr(4*p.lanes))
				clear(memory)
				p.streamed(&dst[0], &random32[0], n/p.lanes, seed.Lo)
				data, keys := packed(0, repeat(n, 4*words)...)
				requireLanes32(t, l, dst[:n], data, keys, seed, "streamed")
				require.Equal(t, make([]uint64, first+from), memory[:first+from])
				require.Equal(t, make([]uint64, len(dst)-n), dst[n:])
			}
		}
	})
}

func TestLanes32WholeColumnStreamed(t *testing.T) {
	if detected().missing(avx2.needs) != "" {
		return
	}
	n := streamedKeys + 13
	data := make([]byte, 4*n)
	for i := 0; i < n; i++ {
		data[4*i], data[4*i+1], data[4*i+2] = byte(i), byte(i>>8), byte(i>>16)
	}
	got, want := make([]uint64, n+1)[1:], make([]uint64, n)
	require.True(t, murmur2AVX2.hashFixed(got, data, 4, hash.Words{}))
	for lo := 0; lo < n; lo += 1 << 16 { // too few for it
		hi := min(lo+1<<16, n)
		if !murmur2AVX2.hashFixed(want[lo:hi], data[4*lo:4*hi], 4, hash.Words{}) {
			for i := lo; i < hi; i++ {
				want[i] = uint64(hash.SumMurmur2(data[4*i:][:4], 0))
			}
		}
	}
	require.True(t, equal64(want, got))
}

func equal64(a, b []uint64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// The registers from 16 on are AVX-512's: to name one is no error, but the
// instruction is then no longer AVX2's.
func TestLanes32Registers(t *testing.T) {
	text, err := os.ReadFile("lanes32_amd64.s")
	require.NoError(t, err)
	assert.Empty(t, regexp.MustCompile(`.*\b([XYZ](1[6-9]|2\d|3[01])|Z\d|K[0-7])\b.*`).FindAllString(string(text), -1))
}
