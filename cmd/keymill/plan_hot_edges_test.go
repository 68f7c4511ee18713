package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

func TestHotOfNothing(t *testing.T) {
	require.Equal(t, "0 rows of 0 distinct keys; mod, 4 partitions, by keys\n",
		done(t, "", "plan", "hot", "--scheme", "mod", "--partitions", "4"))
	h := hotOf(t, "", "--scheme", "mod", "--partitions", "4")
	require.NotNil(t, h.Keys, "a list, not null")
	require.NotNil(t, h.WhatIf)
	require.Equal(t, plan.Span{}, h.LargestUseful)
}

func TestHotOfOneKey(t *testing.T) {
	h := hotOf(t, strings.Repeat("a\n", 1001), "--scheme", "mod", "--partitions", "1", "--salt", "4")
	require.Equal(t, plan.Exactly(1), h.LargestUseful)
	require.Equal(t, plan.Outcome{Partitions: 1, Fullest: plan.Exactly(1001), MaxMean: plan.Ratio{Low: 1, High: 1}}, h.AsIs)
	require.Equal(t, plan.Outcome{Partitions: 1}, h.WhatIf[0].Others)
	require.Equal(t, plan.Exactly(1001), h.WhatIf[0].Salted.Fullest)
	require.Zero(t, h.OthersAtMost)
	require.Contains(t, done(t, "a\n", "plan", "hot", "--scheme", "mod", "--partitions", "1"), "No other key has any.\n")
}

func TestHotOfManyPartitions(t *testing.T) {
	h := hotOf(t, "a\na\nb\n", "--scheme", "mod", "--partitions", fmt.Sprint(1<<24))
	require.Equal(t, plan.Exactly(2), h.AsIs.Fullest)
	require.InEpsilon(t, 2.0/3*(1<<24), h.AsIs.MaxMean.High, 1e-9)
}

// Keys that the system does not place are hot, too, but in nobody's way; null is not the text that
// stands for it.
func TestHotKeysWithoutPartition(t *testing.T) {
	h := hotOf(t, "\\N\n\\N\n\\N\n7\n7\n8\n", "--scheme", "iceberg", "--partitions", "5", "--key-type", "int64")
	require.Nil(t, h.Salt, "numbers are not salted")
	require.Equal(t, plan.Load{Keys: 3, Bytes: 6}, h.Unplaced)
	require.Equal(t, `\N`, string(h.Keys[0].Bytes()))
	require.Nil(t, h.Keys[0].Partition)
	require.Len(t, h.WhatIf, 2)
	require.Equal(t, plan.Exactly(2), h.LargestUseful)
	// A null of text is not salted, but it has a partition in Hive.
	h = hotOf(t, "\\N\n\\N\nb\n", "--scheme", "hive", "--partitions", "5", "--key-type", "string", "--salt", "3")
	require.Equal(t, uint32(0), *h.Keys[0].Partition)
	require.Zero(t, h.Keys[0].SaltedTo)
	require.Equal(t, h.AsIs.Fullest, h.WhatIf[0].Salted.Fullest)
	require.Positive(t, h.Keys[1].SaltedTo)

	out := done(t, "\n\n\nab\n", "plan", "hot", "--scheme", "librdkafka-random", "--partitions", "4")
	require.Contains(t, out, "Without a partition, since the system places them by chance: 3 rows.\n")
	require.Contains(t, out, `1  ""      3  75.00 %          -`)
	require.Contains(t, out, "With more the fullest one still has the heaviest key that has one.")
}

// What a scheme hashes of the salted keys decides: of a hash tag, the same for all.
func TestHotSaltsGoThroughTheScheme(t *testing.T) {
	out := done(t, "{x}a\n{x}a\n{x}b\n", "plan", "hot", "--scheme", "redis")
	require.Contains(t, out, "A key that is salted on 1 partition is not split")
	h := hotOf(t, "{x}a\n", "--scheme", "redis", "--salt-as", "{%n}:%k", "--salt", "3")
	parts := map[uint32]bool{}
	for n := range 3 {
		_, part := place.Redis().Place(fmt.Appendf(nil, "{%d}:{x}a", n))
		parts[part] = true
	}
	require.Equal(t, len(parts), h.Keys[0].SaltedTo)
	require.Equal(t, "{%n}:%k", h.Salt.As)
}

func TestHotKeysOfSeveralColumns(t *testing.T) {
	args := []string{"--scheme", "spark", "--partitions", "8", "--key-type", "int32,string", "--salt", "4"}
	h := hotOf(t, "1\ta\n1\ta\n2\tb\n2\t\\N\n", args...)
	require.Equal(t, "1\ta", string(h.Keys[0].Bytes()))
	require.Positive(t, h.Keys[0].SaltedTo)
	for _, key := range h.Keys {
		require.Equal(t, strings.HasSuffix(string(key.Bytes()), `\N`), key.SaltedTo == 0)
	}
	_, errs, code := call(t, "1\ta\n", append([]string{"plan", "hot", "--salt-as", "%n%k"}, args...)...)
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "only the last is salted")
}

func TestHotWithNodes(t *testing.T) {
	nodes := write(t, "nodes", "east\nwest\n")
	h := hotOf(t, "a\na\nb\n", "--scheme", "kafka", "--partitions", "10", "--nodes", nodes)
	for _, key := range h.Keys {
		require.Equal(t, map[bool]string{true: "east", false: "west"}[*key.Partition < 5], key.Node)
	}
	h = hotOf(t, "a\na\nb\n", "--scheme", "rendezvous", "--nodes", nodes)
	require.Equal(t, uint32(2), h.Partitions)
	require.Contains(t, []string{"east", "west"}, h.Keys[0].Node)
}

// Rejected rows are shown once, though the file is read twice, and the report is there.
func TestHotWithRejectedRows(t *testing.T) {
	text, _ := zipfRows(5, 70_000, 200_000)
	file := write(t, "x.tsv", text+"no tab\n")
	out, errs, code := call(t, "", "plan", "hot", "--scheme", "mod", "--partitions", "4", file)
	require.Equal(t, exitRejected, code)
	require.Equal(t, 1, strings.Count(errs, "no tab"), errs)
	require.Contains(t, errs, "1 row rejected")
	require.Contains(t, out, "70,000 rows of about")
	_, errs, code = call(t, "a\tx\nb\t5\n", "plan", "hot", "--scheme", "mod", "--partitions", "4", "--weights", "--format", "tsv")
	require.Equal(t, exitRejected, code)
	require.Contains(t, errs, `the weight "x" is no whole number`)
}

func TestHotUsage(t *testing.T) {
	for says, args := range map[string][]string{
		"no --scheme":                          {},
		"--top 0":                              {"--scheme", "redis", "--top", "0"},
		"--top 1001":                           {"--scheme", "redis", "--top", "1001"},
		"--salt 1":                             {"--scheme", "redis", "--salt", "1"},
		"--salt -1":                            {"--scheme", "redis", "--salt", "-1"},
		"--salt 65537":                         {"--scheme", "redis", "--salt", "65537"},
		`--salt-as "%k"`:                       {"--scheme", "redis", "--salt-as", "%k"},
		`--salt-as "%k%n%n"`:                   {"--scheme", "redis", "--salt-as", "%k%n%n"},
		`--salt-as "%k%n%d"`:                   {"--scheme", "redis", "--salt-as", "%k%n%d"},
		`--salt-as "%k\t%n"`:                   {"--scheme", "redis", "--salt-as", "%k\t%n"},
		"--by weight":                          {"--scheme", "redis", "--by", "weight"},
		`unknown measure "rows"`:               {"--scheme", "redis", "--by", "rows"},
		"keys of type int64 have no suffix":    {"--scheme", "iceberg", "--partitions", "3", "--key-type", "int64", "--salt", "3"},
		`unknown scheme "kafak": did you mean`: {"--scheme", "kafak", "--partitions", "3"},
	} {
		_, errs, code := call(t, "a\n", append([]string{"plan", "hot"}, args...)...)
		require.Equal(t, exitUsage, code, "%s: %s", says, errs)
		require.Contains(t, errs, says)
	}
	_, errs, code := call(t, "", "plan", "hot", "--scheme", "redis", "/nowhere/to/be")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "check the name")
}
