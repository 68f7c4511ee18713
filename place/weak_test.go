package place

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
)

// keyCounts are how many keys of each family are placed: primes, because whole
// powers of two and of ten flatter the checksums, which permute them. Two of
// them, because a counter fills its bits one by one, and some pairs are uneven
// only until the next one has come.
var keyCounts = []int{10_007, 30_011}

// weakSigmas is from where on a pair is weak, in standard deviations of the
// normal distribution: chance goes so far once in 10^12 measurements, and the
// test takes some 17,000. No pair comes near it: from 5.5 to 9 all give the same
// table. Sizes that are too even are none the worse.
const weakSigmas = 7

// measured are the schemes that stand for each choice, with few partitions and
// with many.
func measured() (schemes []Scheme) {
	for _, parts := range []uint32{16, 1024} {
		schemes = append(schemes,
			Scheme{Reduce: ReduceMask, Parts: parts}, Scheme{Reduce: ReduceAbsMod, Parts: parts})
	}
	for _, parts := range []uint32{12, 1000, 15, 1021} { // 1021 is a prime
		schemes = append(schemes,
			Scheme{Reduce: ReduceMod, Parts: parts}, Scheme{Reduce: ReduceAbsMod, Parts: parts},
			Scheme{Reduce: ReduceMod, Fold: FoldLow31, Parts: parts})
	}
	for _, parts := range []uint32{12, 1000, 1024} {
		schemes = append(schemes,
			Scheme{Reduce: ReduceFastrange, Parts: parts}, Scheme{Reduce: ReduceFastrange, Fold: FoldLow31, Parts: parts})
	}
	return append(schemes, // jump is the dearest; its partitions are alike
		Scheme{Reduce: ReduceJump, Parts: 1000}, Scheme{Reduce: ReduceJump, Fold: FoldLow31, Parts: 1000})
}

// hashing is a hash and a seed, or hash.Default for keys that are their own.
type hashing struct {
	hash hash.Func
	seed hash.Seed
}

func hashings() (all []hashing) {
	for _, f := range hash.All() {
		all = append(all, hashing{f, hash.Seed{}})
		switch f.SeedKind() {
		case hash.SeedBits32, hash.SeedBits64:
			all = append(all, hashing{f, hash.Seed64(0x0badcafe)})
		case hash.SeedKey128:
			all = append(all, hashing{f, hash.SeedKey([16]byte{1, 2, 3, 5, 8, 13, 21})})
		}
	}
	return append(all, hashing{})
}

func (h hashing) scheme(s Scheme) Scheme {
	if h.hash == hash.Default {
		s.Hash, s.Word8 = hash.XXH3, true
		return s
	}
	return s.With(h.hash, h.seed)
}

// worst is the worst measurement of each choice, over all families.
type worst [numChoices]struct {
	weakness
	sigmas float64
}

func (h hashing) measure(keys [][][]byte) (found worst) {
	hashes := make([]uint64, slices.Max(keyCounts))
	for f, family := range families {
		if h.hash == hash.Default && len(keys[f][0]) != 8 {
			continue
		}
		definition := h.scheme(Scheme{})
		for i, key := range keys[f] {
			hashes[i] = definition.Sum64(key)
		}
		for _, s := range measured() {
			s = h.scheme(s)
			counts := make([]uint64, s.Parts)
			done := 0
			for _, n := range keyCounts {
				for _, sum := range hashes[done:n] {
					counts[s.Partition(sum)]++
				}
				done = n
				w := &found[s.choice()]
				if sigmas, spread, empty := judge(counts); sigmas > max(weakSigmas, w.sigmas) {
					w.sigmas = sigmas
					w.weakness = weakness{h.hash, s.choice(), family.name, s.Parts, empty, math.Round(spread*10) / 10}
				}
			}
		}
	}
	return found
}

// judge compares sizes with chance by Pearson's chi-square: in standard
// deviations of the normal distribution (by Wilson and Hilferty's cube root,
// good to far tails and from a dozen partitions on), and as the ratio of the
// sizes' deviation to that of chance.
func judge(counts []uint64) (sigmas, spread float64, empty uint32) {
	keys, squares := uint64(0), uint64(0)
	for _, n := range counts {
		keys, squares = keys+n, squares+n*n
		if n == 0 {
			empty++
		}
	}
	parts := uint64(len(counts))
	chi2 := float64(parts*squares-keys*keys) / float64(keys)
	free := float64(parts - 1)
	tail := 2 / (9 * free)
	return (math.Cbrt(chi2/free) - (1 - tail)) / math.Sqrt(tail), math.Sqrt(chi2 / free), empty
}

// TestWeaknesses measures every hash with every choice over all families, and
// holds the table to what it finds, line by line.
func TestWeaknesses(t *testing.T) {
	keys := make([][][]byte, len(families))
	for f, family := range families {
		for i := range slices.Max(keyCounts) {
			keys[f] = append(keys[f], family.key(i))
		}
	}
	all := hashings()
	found := make([]worst, len(all))
	var wait sync.WaitGroup
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, h := range all {
		turn <- struct{}{}
		wait.Go(func() {
			found[i] = h.measure(keys)
			<-turn
		})
	}
	wait.Wait()

	var want []weakness
	for i, h := range all {
		for _, w := range found[i] {
			if w.sigmas == 0 {
				continue
			}
			require.False(t, h.seed.IsSet(), "%s is weak under a seed: the table has no seeds: %s", h.hash, line(w.weakness))
			want = append(want, w.weakness)
		}
	}
	var wrong []string
	for _, w := range want {
		if !slices.Contains(weaknesses, w) {
			wrong = append(wrong, "add     "+line(w))
		}
	}
	for _, w := range weaknesses {
		if !slices.Contains(want, w) {
			wrong = append(wrong, "remove  "+line(w))
		}
	}
	require.Zero(t, len(wrong), "weaknesses in weak.go differs from what is measured:\n%s", strings.Join(wrong, "\n"))
	require.Equal(t, len(want), len(weaknesses), "a line of weaknesses stands there twice")
	require.True(t, slices.IsSortedFunc(weaknesses, func(a, b weakness) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.choice, b.choice))
	}), "weaknesses is in the order of its constants, hashes first")
}

func TestJudge(t *testing.T) {
	_, spread, empty := judge([]uint64{2, 0, 1, 1})
	require.Equal(t, uint32(1), empty)
	require.InDelta(t, math.Sqrt(2.0/3), spread, 1e-9, "chi-square 2, 3 degrees of freedom")

	// Chi-square 30.6 of 15 degrees of freedom: tables have 30.58 for one chance
	// in a hundred, which is 2.33 standard deviations.
	counts := slices.Repeat([]uint64{100}, 16)
	counts[0], counts[3], counts[7], counts[15] = 139, 61, 103, 97
	sigmas, spread, empty := judge(counts)
	require.InDelta(t, 2.33, sigmas, 0.01)
	require.InDelta(t, math.Sqrt(30.6/15), spread, 1e-9)
	require.Zero(t, empty)
	even, _, _ := judge(slices.Repeat([]uint64{100}, 16))
	require.Negative(t, even, "too even is not weak")
}

// Keys that stand twice would look like a weakness.
func TestFamiliesHaveNoKeyTwice(t *testing.T) {
	for _, family := range families {
		seen := make(map[string]bool)
		for i := range slices.Max(keyCounts) {
			seen[string(family.key(i))] = true
		}
		require.Len(t, seen, slices.Max(keyCounts), family.name)
	}
	for _, family := range families[:3] {
		require.Equal(t, family.name, "keys like "+string(family.key(1042)))
	}
}

var choiceNames = [numChoices]string{
	"lowBits", "modEven", "modOdd", "narrowEven", "narrowOdd", "fastrange", "jumping", "narrowFastrange", "narrowJumping",
}

var hashNames = map[hash.Func]string{
	hash.Default: "Default", hash.FX64: "FX64", hash.CRC32: "CRC32", hash.CRC32C: "CRC32C", hash.CRC16: "CRC16",
	hash.FNV1a32: "FNV1a32", hash.FNV1a64: "FNV1a64",
	hash.DES: "DES", hash.Java31: "Java31", hash.Java31Unsigned: "Java31Unsigned", hash.Java31UTF16: "Java31UTF16",
}

// line is w as it is to stand in weak.go.
func line(w weakness) string {
	name, ok := hashNames[w.hash]
	if !ok {
		name = w.hash.String()
	}
	return fmt.Sprintf("{hash.%s, %s, %q, %d, %d, %v},", name, choiceNames[w.choice], w.family, w.parts, w.empty, w.spread)
}
