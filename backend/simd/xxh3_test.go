//go:build amd64 && !purego

package simd

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

// xxh3Levels are the kernels of this processor, by level.
func xxh3Levels(t *testing.T) map[string]cpu.Kernels {
	levels := map[string]cpu.Kernels{}
	for _, r := range rungs {
		if detected().missing(r.needs) == "" {
			var k cpu.Kernels
			r.choose(detected(), &k)
			levels[r.name] = k
		}
	}
	if len(levels) == 0 {
		t.Log("this processor has none of the instructions")
	}
	return levels
}

// Keys of every class of lengths, and at its edges, in any order and number, which lie
// in any order and overlap; with the last byte of data the last of a key.
func TestXXH3Sorts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	data := make([]byte, 1<<16)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	edges := []int{0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129, 239, 240, 241, 1023, 1024, 1025, 5000}
	counts := []int{8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129, 500, 511, 512}
	for level, k := range xxh3Levels(t) {
		for _, classes := range [][]int{edges, edges[:17], edges[5:11], {16}, {17, 240}, {5000, 3}} {
			for _, n := range counts {
				seed := rng.Uint64() * uint64(n%2)
				keys := cpu.Spans{Start: make([]uint32, n), End: make([]uint32, n)}
				for i := range n {
					size := classes[rng.IntN(len(classes))]
					at := rng.IntN(len(data) - size + 1)
					if i%7 == 0 {
						at = len(data) - size
					}
					keys.Start[i], keys.End[i] = uint32(at), uint32(at+size)
				}
				got := make([]uint64, n)
				require.True(t, k.Ragged[hash.XXH3](got, data, keys, hash.Words{Lo: seed}))
				for i, h := range got {
					key := data[keys.Start[i]:keys.End[i]]
					require.Equal(t, hash.SumXXH3(key, seed), h, "%s: key %d of %d, of %d bytes, seed %d", level, i, n, len(key), seed)
				}
			}
		}
	}
}

// Keys of every width at every alignment.
func TestXXH3Widths(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	memory := make([]byte, 64+40*1100)
	for i := range memory {
		memory[i] = byte(rng.Uint32())
	}
	for level, k := range xxh3Levels(t) {
		for width := 1; width <= 1100; width++ {
			n := 1 + width%40
			data := memory[width%64:][:n*width]
			got := make([]uint64, n)
			require.True(t, k.Fixed[hash.XXH3](got, data, width, hash.Words{Lo: 7}))
			for i, h := range got {
				require.Equal(t, hash.SumXXH3(data[i*width:][:width], 7), h, "%s: key %d of %d, of %d bytes", level, i, n, width)
			}
		}
	}
}
