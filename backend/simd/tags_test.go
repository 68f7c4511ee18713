//go:build amd64 && !purego

package simd

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/place"
)

// TestHashTags has packed keys about as long as what a kernel looks at, and half of
// that, with few braces or many, in blocks of any length.
func TestHashTags(t *testing.T) {
	lengths := []int{0, 1, 2, 3, 8, 16, 24, 31, 32, 33, 34, 62, 63, 64, 65, 66, 100}
	rng := rand.New(rand.NewPCG(1, 2))
	done := 0
	for range 4000 {
		n := rng.IntN(50)
		data, offsets := []byte{}, []uint32{0}
		some := lengths[:1+rng.IntN(len(lengths))]
		for range n {
			key := slices.Repeat([]byte{'x'}, some[rng.IntN(len(some))])
			for range rng.IntN(4) {
				if len(key) > 0 {
					key[rng.IntN(len(key))] = '{'
					key[rng.IntN(len(key))] = '}'
				}
			}
			if len(key) > 2 && rng.IntN(4) == 0 { // where a window ends
				key[0], key[len(key)-1] = '{', '}'
			}
			data = append(data, key...)
			offsets = append(offsets, uint32(len(data)))
		}
		done += checkTags(t, data, cpu.Spans{Start: offsets[:n], End: offsets[1:]})
	}
	require.Greater(t, done, 2000)
}

// TestHashTagsAnywhere has keys that overlap, in no order, of data that is full of
// braces.
func TestHashTagsAnywhere(t *testing.T) {
	const bytes = "{}abc"
	rng := rand.New(rand.NewPCG(3, 4))
	done := 0
	for range 2000 {
		data := make([]byte, rng.IntN(300))
		for i := range data {
			data[i] = bytes[rng.IntN(len(bytes))]
		}
		keys := cpu.Spans{Start: make([]uint32, rng.IntN(50))}
		keys.End = make([]uint32, len(keys.Start))
		for i := range keys.Start {
			start := rng.IntN(len(data) + 1)
			keys.Start[i], keys.End[i] = uint32(start), uint32(start+rng.IntN(len(data)-start+1))
		}
		done += checkTags(t, data, keys)
	}
	require.Greater(t, done, 500)
}

// checkTags runs the kernels, in place and not, and returns how often they did the
// work.
func checkTags(t *testing.T, data []byte, keys cpu.Spans) (done int) {
	n := len(keys.Start)
	for name, family := range families256And512(tagsAVX2, tagsAVX512) {
		for _, inPlace := range []bool{false, true} {
			from := cpu.Spans{Start: slices.Clone(keys.Start), End: slices.Clone(keys.End)}
			to := from
			if !inPlace {
				to = cpu.Spans{Start: make([]uint32, n), End: make([]uint32, n)}
			}
			if !family.hashTags(to, data, from) {
				continue
			}
			done++
			for i := range n {
				key := data[keys.Start[i]:keys.End[i]]
				if want, got := place.HashTag(key), data[to.Start[i]:to.End[i]]; string(want) != string(got) {
					require.Equal(t, string(want), string(got), "%s: %q", name, key)
				}
			}
		}
	}
	return done
}
