package bench

import (
	"bytes"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// families are one or more of each kind of keys that needs no file, and the
// lengths that are promised.
var families = []struct {
	name              string
	shortest, longest int
}{
	{"fixed3", 3, 3}, {"fixed8", 8, 8}, {"fixed17", 17, 17},
	{"ascii3", 3, 3}, {"ascii16", 16, 16}, {"ascii11", 11, 11},
	{"uniform1-3", 1, 3}, {"uniform1-32", 1, 32}, {"uniform7-7", 7, 7},
	{"zipf1-3", 1, 3}, {"zipf8-256", 8, 256},
	{"user", len("user:0"), len("user:99999999")},
	{"order", len("order:1"), len("order:131072")},
	{"uuid", 36, 36},
	{"url", 35, 80},
}

// enough is how many keys a workload of any family needs to have minKeys that
// are distinct.
const enough = 1 << 17

func workload(t *testing.T, family string, c WorkloadConfig) *Workload {
	t.Helper()
	w, err := NewWorkload(family, c)
	require.NoError(t, err, family)
	return w
}

// eachKey calls f with all keys.
func eachKey(w *Workload, f func(key []byte)) {
	for i := range w.Batches {
		for k := range w.Keys {
			f(w.Batches[i].Key(k))
		}
	}
}

func TestWorkloads(t *testing.T) {
	for _, f := range families {
		w := workload(t, f.name, WorkloadConfig{Keys: enough / 4, Batches: 4, Seed: 7})
		require.Equal(t, f.name, w.Name)
		require.Len(t, w.Batches, 4)
		for i := range w.Batches {
			require.NoError(t, w.Batches[i].Validate(), f.name)
			require.Equal(t, enough/4, w.Batches[i].Len(), f.name)
		}
		distinct, size, shortest, longest := map[string]bool{}, 0, math.MaxInt, 0
		eachKey(w, func(key []byte) {
			distinct[string(key)] = true
			size += len(key)
			shortest, longest = min(shortest, len(key)), max(longest, len(key))
		})
		assert.GreaterOrEqual(t, len(distinct), minKeys, f.name)
		assert.Equal(t, size, w.Bytes, f.name)
		assert.InDelta(t, float64(size)/enough, w.PerKey(), 1e-9, f.name)
		assert.GreaterOrEqual(t, shortest, f.shortest, f.name)
		assert.LessOrEqual(t, longest, f.longest, f.name)
		// What is random in length reaches all of it, but for the ends of url.
		if f.name != "url" {
			assert.LessOrEqual(t, shortest, f.shortest+3, f.name)
			assert.Equal(t, f.longest, longest, f.name)
		}
		fixed := strings.HasPrefix(f.name, "fixed") || strings.HasPrefix(f.name, "ascii")
		assert.Equal(t, fixed, w.Batches[0].Width > 0, f.name)
	}
}

// The same seed makes the same keys, however they are cut into batches; another
// seed makes others, and so does another batch.
func TestWorkloadSeeds(t *testing.T) {
	text := func(family string, batches int, seed uint64) string {
		w := workload(t, family, WorkloadConfig{Keys: minKeys / batches, Batches: batches, Seed: seed})
		var all bytes.Buffer
		eachKey(w, func(key []byte) { all.Write(append(key, '\n')) })
		return all.String()
	}
	for _, f := range families {
		one := text(f.name, 1, 1)
		assert.True(t, one == text(f.name, 1, 1), f.name)
		if f.name == "order" { // which counts
			assert.True(t, strings.HasPrefix(one, "order:1\norder:2\norder:3\n"))
			continue
		}
		assert.False(t, one == text(f.name, 1, 2), f.name)
		halves := workload(t, f.name, WorkloadConfig{Keys: minKeys / 2, Batches: 2, Seed: 1})
		assert.NotEqual(t, halves.Batches[0].Data[:100], halves.Batches[1].Data[:100], f.name)
	}
	assert.True(t, text("user", 1, 1) == text("user", 2, 1))
}

func TestWorkloadForms(t *testing.T) {
	forms := map[string]string{
		"uuid":    `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, // RFC 9562, version 4
		"user":    `^user:(0|[1-9][0-9]{0,7})$`,
		"url":     `^https://[a-z.]+\.(com|org|net)/[a-z0-9/]+/[0-9a-z]+(-[a-z]+)*$`,
		"ascii16": `^[0-9A-Za-z_-]{16}$`, // no braces, which Redis takes for hash tags
	}
	for family, form := range forms {
		pattern := regexp.MustCompile(form)
		eachKey(workload(t, family, WorkloadConfig{Keys: minKeys, Batches: 1}), func(key []byte) {
			require.Regexp(t, pattern, string(key))
		})
	}
}

// All 64 characters come as often, at the first place as at the last.
func TestAsciiIsEven(t *testing.T) {
	w := workload(t, "ascii11", WorkloadConfig{Keys: 1 << 16, Batches: 1, Seed: 3})
	for _, place := range []int{0, 9, 10} {
		counts := map[byte]int{}
		eachKey(w, func(key []byte) { counts[key[place]]++ })
		expected := make([]float64, 64)
		for i := range expected {
			expected[i] = float64(w.Keys) / 64
		}
		require.Len(t, counts, 64)
		got := []int{}
		for _, n := range counts {
			got = append(got, n)
		}
		assert.Less(t, chiSquare(got, expected), 110.0, "63 degrees of freedom: more is 1 in 4000")
	}
}

// chiSquare sums the squares of what was counted less what was expected, each
// in units of its own variance.
func chiSquare(got []int, expected []float64) (sum float64) {
	for i, e := range expected {
		sum += (float64(got[i]) - e) * (float64(got[i]) - e) / e
	}
	return sum
}

func TestZipfFollowsItsLaw(t *testing.T) {
	for _, n := range []int{3, 249} {
		const draws = 1 << 18
		draw, counts, expected := zipf(rand.New(rand.NewPCG(1, 1)), n), make([]int, n), make([]float64, n)
		for range draws {
			counts[draw()]++
		}
		sum := 0.0
		for k := range n {
			sum += 1 / float64(k+1)
		}
		for k := range n {
			expected[k] = draws / sum / float64(k+1)
		}
		freedom := float64(n - 1)
		assert.Less(t, chiSquare(counts, expected), freedom+4*math.Sqrt(2*freedom), "%d lengths", n)
	}
	// As lengths of keys: A+k.
	short := 0
	w := workload(t, "zipf8-256", WorkloadConfig{Keys: 1 << 16, Batches: 1})
	eachKey(w, func(key []byte) {
		if len(key) == 8 {
			short++
		}
	})
	assert.InDelta(t, 1/6.0967, float64(short)/float64(w.Keys), 0.01, "the sum of 1/k to 249 is 6.0967")
}

func TestUniformIsEven(t *testing.T) {
	counts, expected := make([]int, 32), make([]float64, 32)
	w := workload(t, "uniform1-32", WorkloadConfig{Keys: 1 << 16, Batches: 1, Seed: 5})
	eachKey(w, func(key []byte) { counts[len(key)-1]++ })
	for i := range expected {
		expected[i] = float64(w.Keys) / 32
	}
	assert.Less(t, chiSquare(counts, expected), 65.0, "31 degrees of freedom: more is 1 in 3000")
}

func TestWorkloadErrors(t *testing.T) {
	for family, says := range map[string]string{
		"uiud":          `unknown workload "uiud": did you mean "uuid"?`,
		"fixed61":       "",
		"fixed":         `unknown workload "fixed": did you mean "fixed16"?`,
		"fixed-1":       `unknown workload "fixed-1": did you mean "fixed16"?`,
		"fixed0":        `unknown workload "fixed0": did you mean "fixed16"?`,
		"fixed2":        "workload fixed2: so few bytes have too few values: take 3 or more",
		"ascii1":        "workload ascii1: so few bytes have too few values: take 3 or more",
		"uniform":       `unknown workload "uniform": did you mean "uniform1-32"?`,
		"uniform1-2":    `unknown workload "uniform1-2": did you mean "uniform1-32"?`,
		"uniform9-8":    `unknown workload "uniform9-8"`,
		"uniform0-8":    `unknown workload "uniform0-8"`,
		"zipf8-9999999": `unknown workload "zipf8-9999999"`,
		"quite another": `unknown workload "quite another": use one of fixed16, ascii16, uniform1-32, zipf8-256, user, order, uuid, url, paths`,
		"fixed1048576":  "workload fixed1048576: 32768 keys a batch are more than 4 GiB of keys: take fewer",
		"ascii1048576":  "workload ascii1048576: 32768 keys a batch are more than 4 GiB of keys: take fewer",
	} {
		_, err := NewWorkload(family, WorkloadConfig{Keys: minKeys, Batches: 1})
		if says == "" {
			assert.NoError(t, err, family)
			continue
		}
		assert.ErrorContains(t, err, says, family)
	}
	for _, c := range []WorkloadConfig{{}, {Keys: minKeys}, {Batches: minKeys}, {Keys: minKeys - 1, Batches: 1}, {Keys: -minKeys, Batches: -1}} {
		_, err := NewWorkload("user", c)
		assert.ErrorContains(t, err, "it needs 32768 keys or more, or branch predictors learn it", "%+v", c)
	}
	_, err := NewWorkload("user", WorkloadConfig{Keys: 1, Batches: minKeys})
	assert.NoError(t, err)
}

// Each family of the help is one that is known.
func TestFamiliesAreKnown(t *testing.T) {
	named := strings.NewReplacer("A-B", "3-9", "N", "9")
	for line := range strings.SplitSeq(Families, "\n") {
		name, _, _ := strings.Cut(named.Replace(line), " ")
		_, err := NewWorkload(name, WorkloadConfig{Keys: minKeys, Batches: 1})
		if name == "paths" {
			assert.ErrorContains(t, err, "no file is given", name)
			continue
		}
		assert.NoError(t, err, name)
	}
}
