package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

// zipfRows returns rows of a TSV file, whose keys are as unequal as Zipf says; of more than
// 1000 keys every second row has one of its own besides.
func zipfRows(seed uint64, rows, keys int) (text string, sums map[string]plan.Load) {
	random := rand.New(rand.NewPCG(seed, 2))
	zipf := rand.NewZipf(random, 1.1, 1, uint64(keys-1))
	var b strings.Builder
	sums = map[string]plan.Load{}
	for i := range rows {
		key, weight := fmt.Sprintf("k%d", zipf.Uint64()), random.Uint64N(1000)
		if keys > 1000 && i%2 == 0 {
			key = fmt.Sprintf("once-%d", i)
		}
		value := fmt.Sprint(weight)
		fmt.Fprintf(&b, "%s\t%s\n", key, value)
		sums[key] = sums[key].Plus(plan.Load{Keys: 1, Bytes: uint64(len(key) + len(value)), Weight: weight})
	}
	return b.String(), sums
}

func hotOf(t *testing.T, stdin string, args ...string) (h plan.Hot) {
	t.Helper()
	out := done(t, stdin, append([]string{"plan", "hot", "--json"}, args...)...)
	require.NoError(t, json.Unmarshal([]byte(out), &h))
	return h
}

// byLoad sorts keys, the heaviest first.
func byLoad(sums map[string]plan.Load, by plan.Measure) (keys []string) {
	for key := range sums {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if x, y := by.Of(sums[a]), by.Of(sums[b]); x != y {
			return map[bool]int{true: -1, false: 1}[x > y]
		}
		return strings.Compare(a, b)
	})
	return keys
}

// requireHot checks an exact report against maps.
func requireHot(t *testing.T, h plan.Hot, scheme place.Scheme, by plan.Measure, sums map[string]plan.Load, top, salt int) {
	t.Helper()
	loads, total := map[uint32]uint64{}, uint64(0)
	for key, load := range sums {
		_, part := scheme.Place([]byte(key))
		loads[part] += by.Of(load)
		total += by.Of(load)
	}
	fullest := func() (most uint64) {
		for _, load := range loads {
			most = max(most, load)
		}
		return most
	}
	require.True(t, h.Exact)
	require.Equal(t, fullest(), h.AsIs.Fullest.Low)
	require.Equal(t, plan.Exactly(fullest()), h.AsIs.Fullest)
	require.Len(t, h.Keys, top)
	keys := byLoad(sums, by)
	require.Equal(t, by.Of(sums[keys[top]]), h.OthersAtMost)
	heaviest := by.Of(sums[keys[0]])
	require.Equal(t, plan.Exactly((total+heaviest-1)/heaviest), h.LargestUseful)
	for i, key := range keys[:top] {
		got, load := h.Keys[i], sums[key]
		_, part := scheme.Place([]byte(key))
		require.Equal(t, key, string(got.Bytes()))
		require.Equal(t, load, *got.Load)
		require.Equal(t, plan.Exactly(by.Of(load)), got.Has)
		require.Equal(t, part, *got.Partition)
		loads[part] -= by.Of(load)
		own := by.Of(sums[keys[0]])
		require.Equal(t, plan.Exactly(max(fullest(), own)), h.WhatIf[i].Isolated.Fullest)
		require.Equal(t, plan.Exactly(fullest()), h.WhatIf[i].Others.Fullest)
	}
	for _, key := range keys[:top] { // now deal all of them
		for n := range uint64(salt) { // those that leave n in a division by salt
			_, part := scheme.Place(fmt.Appendf(nil, "%s#%d", key, n))
			loads[part] += (by.Of(sums[key]) + uint64(salt) - 1 - n) / uint64(salt)
		}
	}
	require.Equal(t, plan.Exactly(fullest()), h.WhatIf[top-1].Salted.Fullest)
}

// A file's figures are what maps say: of few keys, which one pass counts, and of many, which
// need a second one.
func TestHotOfFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	for _, keys := range []int{300, 200_000} {
		text, sums := zipfRows(uint64(keys), 80_000, keys)
		require.Equal(t, keys > 1000, len(sums) > 1<<15, "%d keys", len(sums))
		file := write(t, "x.tsv", text)
		for by, scheme := range map[plan.Measure]place.Scheme{plan.ByKeys: place.Kafka(12), plan.ByBytes: place.Redis(), plan.ByWeight: place.Jump(100)} {
			args := []string{"--scheme", scheme.Name, "--by", string(by), "--weights", "--top", "7", "--salt", "5", file}
			if scheme.Name != "redis" {
				args = append(args, "--partitions", fmt.Sprint(scheme.Parts))
			}
			h := hotOf(t, "", args...)
			requireHot(t, h, scheme, by, sums, 7, 5)
			total := plan.Load{}
			for _, load := range sums {
				total = total.Plus(load)
			}
			require.Equal(t, total, h.Total)
			require.InEpsilon(t, len(sums), h.Distinct.Estimate, 0.05)
			require.Equal(t, h, hotOf(t, "", append(args, "--workers", "7")...))
		}
	}
}

// What is said of a stream that can be read once is true, and the same however it is read.
func TestHotOfStdin(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	text, sums := zipfRows(3, 80_000, 200_000)
	text += strings.Repeat("hot\t500\n", 10_000)
	sums["hot"] = plan.Load{Keys: 10_000, Bytes: 60_000, Weight: 5_000_000}
	for _, by := range []plan.Measure{plan.ByKeys, plan.ByBytes, plan.ByWeight} {
		args := []string{"--scheme", "kafka", "--partitions", "12", "--by", string(by), "--weights", "--format", "tsv"}
		h := hotOf(t, text, args...)
		require.False(t, h.Exact)
		require.Len(t, h.Keys, 10)
		named := map[string]bool{}
		for _, key := range h.Keys {
			name := string(key.Bytes())
			named[name] = true
			has := by.Of(sums[name])
			require.LessOrEqual(t, key.Has.Low, has)
			require.GreaterOrEqual(t, key.Has.High, has)
			require.Less(t, key.Has.High-key.Has.Low, by.Of(h.Total)/10_000)
			_, part := place.Kafka(12).Place([]byte(name))
			require.Equal(t, part, *key.Partition)
		}
		require.True(t, named["hot"])
		for _, key := range byLoad(sums, by) {
			if !named[key] { // the heaviest of all others
				require.LessOrEqual(t, by.Of(sums[key]), h.OthersAtMost)
				break
			}
		}
		if by == plan.ByKeys {
			exact := hotOf(t, "", append(args, write(t, "x.tsv", text))...)
			require.Equal(t, exact.AsIs, h.AsIs)
			require.LessOrEqual(t, h.LargestUseful.Low, exact.LargestUseful.Low)
			require.GreaterOrEqual(t, h.LargestUseful.High, exact.LargestUseful.High)
			require.Equal(t, h, hotOf(t, text, append(args, "--workers", "5")...))
		}
	}
	out := done(t, text, "plan", "hot", "--scheme", "kafka", "--partitions", "12", "--format", "tsv")
	require.Contains(t, out, "The input was read once")
	require.Regexp(t, `\n 1  hot +\S+ to 10,0\d\d +11\.`, out)
}

// A few keys are counted exactly on the standard input, too.
func TestHotOfFewOnStdin(t *testing.T) {
	text, sums := zipfRows(4, 50_000, 500)
	h := hotOf(t, text, "--scheme", "kafka", "--partitions", "12", "--format", "tsv", "--top", "3", "--salt", "2")
	for key, load := range sums {
		load.Weight = 0
		sums[key] = load
	}
	requireHot(t, h, place.Kafka(12), plan.ByKeys, sums, 3, 2)
	require.Equal(t, uint64(len(sums)), h.Distinct.High)
}

// The second pass says so if it has not seen what the first one did.
func TestHotOfAFileThatChanges(t *testing.T) {
	sketch, err := plan.NewSketch(plan.ByKeys, 1<<8)
	require.NoError(t, err)
	file := write(t, "x", "a\nb\n")
	a := &app{terminal: terminal{in: strings.NewReader(""), out: &strings.Builder{}, err: &strings.Builder{}}}
	f := &hotFlags{top: 3}
	f.measure, f.input.format, f.input.encoding, f.input.maxRow = "keys", "auto", "raw", 1000
	f.input.backend = "auto"
	_, _, err = a.countHot(context.Background(), []string{file}, f, sketch.Bounds(), new(plan.Stamp))
	require.ErrorContains(t, err, "the input changed while it was read twice, 0 rows and then 2 rows")
}
