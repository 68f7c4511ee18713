package identify

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shapes are keys that differ in what a weak hash sees of them.
var shapes = []struct {
	name string
	key  func(rng *rand.Rand, i int) string
}{
	{"user names", func(_ *rand.Rand, i int) string { return fmt.Sprintf("user:%d", 1000+7*i) }},
	{"counters", func(_ *rand.Rand, i int) string { return fmt.Sprint(i) }},
	{"short", func(_ *rand.Rand, i int) string { return string([]byte{byte('a' + i%26), byte('a' + i/26)}) }},
	{"one end", func(_ *rand.Rand, i int) string { return fmt.Sprintf("%04d/index.html", i) }},
	{"UUIDs", func(rng *rand.Rand, _ int) string {
		return fmt.Sprintf("%08x-0000-4000-8000-%012x", rng.Uint32(), rng.Uint64()>>16)
	}},
	{"bytes", func(rng *rand.Rand, _ int) string {
		return string([]byte{byte(rng.Uint32()), byte(rng.Uint32()), 0, 1, 2})
	}},
	{"tagged", func(_ *rand.Rand, i int) string { return fmt.Sprintf("{tenant%d}.%d", i%40, i) }},
	{"one letter and zeros", func(_ *rand.Rand, i int) string { return string(rune('A'+i%26)) + strings.Repeat("0", i/26+1) }},
	{"large numbers", func(rng *rand.Rand, _ int) string { return fmt.Sprint(rng.Int64()) }},
}

// partitionings have nothing to do with any hash.
var partitionings = []struct {
	name string
	of   func(rng *rand.Rand, i, n int) int
}{
	{"even", func(rng *rand.Rand, _, n int) int { return rng.IntN(n) }},
	{"skewed", func(rng *rand.Rand, _, n int) int { return min(int(rng.ExpFloat64()), n-1) }},
	{"runs", func(_ *rand.Rand, i, n int) int { return i / 9 % n }},
	{"one of them", func(_ *rand.Rand, _, n int) int { return n - 1 }},
}

// Nothing explains pairs that no hash has made.
func TestRandomPairsAreNotExplained(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	pairsOfASet := 32 // fewer than people give, for the sake of time: chance does more with few
	if os.Getenv("KEYMILL_LONG") != "" {
		pairsOfASet = 200
	}
	sets := 0
	for seed, shape := range shapes {
		rng := rand.New(rand.NewPCG(uint64(seed), 7))
		keys, seen := [][]byte{}, map[string]bool{}
		for i := 0; len(keys) < pairsOfASet; i++ {
			if key := shape.key(rng, i); !seen[key] {
				keys, seen[key] = append(keys, []byte(key)), true
			}
		}
		built := &search{ctx: t.Context()}
		for _, n := range [][]int{{2, 12, 4096}, {3, 100, 256}}[seed%2] {
			for _, partitioning := range partitionings {
				parts := make([]uint32, len(keys))
				for i := range parts {
					parts[i] = uint32(partitioning.of(rng, i, n))
				}
				s := &search{ctx: t.Context(), pairs: newPairs(keys, parts)}
				s.sample = s.pairs.sample()
				if built.functions == nil {
					built.functions, built.presets, built.forms = catalogue(t.Context(), s.sample.keys, s.options)
				}
				s.functions, s.presets, s.forms = built.functions, built.presets, built.forms // of the same keys
				require.NoError(t, s.limits())
				require.NoError(t, s.try())
				r, err := s.report()
				require.NoError(t, err)
				name := fmt.Sprintf("%s, %d partitions, %s", shape.name, n, partitioning.name)
				require.Empty(t, r.Named, "%s: %s", name, r.Verdict)
				require.Contains(t, []Verdict{None, TooFew}, r.Verdict, name)
				if partitioning.name == "even" {
					require.Equal(t, None, r.Verdict, "%s: %+v", name, r.Best)
					require.Len(t, r.Best, 1, name)
					require.Greater(t, r.Best[0].Log10Chance, -6.0)
				}
				sets++
			}
		}
	}
	require.GreaterOrEqual(t, sets, 100)
}
