package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/plan/identify"
)

// userKeys are lines of keys.
func userKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "user:%d\n", 1001+i)
	}
	return b.String()
}

// identified runs plan identify --json.
func identified(t *testing.T, rows string, args ...string) (report identifyReport, code int) {
	t.Helper()
	out, errs, code := call(t, rows, append([]string{"plan", "identify", "--json"}, args...)...)
	decoder := json.NewDecoder(strings.NewReader(out))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&report), "%s%s", out, errs)
	return report, code
}

// swapped puts the first column behind the second.
func swapped(rows string) string {
	return regexp.MustCompile(`(?m)^([^\t]*)\t(.*)$`).ReplaceAllString(rows, "$2\t$1")
}

// What place prints is read as it is, and in the order of columns that ingest has.
func TestIdentifyWhatPlacePrints(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	ints := regexp.MustCompile(`user:`).ReplaceAllString(userKeys(200), "")
	for _, c := range []struct{ keys, flags string }{
		{userKeys(200), "--scheme kafka --partitions 12"},
		{userKeys(200), "--scheme librdkafka --partitions 2"},
		{userKeys(200), "--scheme redis"},
		{userKeys(200), "--scheme cassandra --partitions 6"},
		{userKeys(200), "--scheme jump --partitions 12"},
		{userKeys(200), "--scheme elasticsearch --partitions 5"},
		{userKeys(200), "--scheme mod --hash xxh64 --partitions 100"},
		{userKeys(200), "--scheme mod --hash murmur2 --seed 0x1 --partitions 7"},
		{ints, "--scheme spark --key-type int32 --partitions 100"},
		{ints, "--scheme iceberg --key-type int64 --partitions 16"},
		{ints, "--scheme postgres --key-type int64 --partitions 8"},
	} {
		rows := done(t, c.keys, append([]string{"place"}, strings.Fields(c.flags)...)...)
		report, code := identified(t, rows)
		require.Zero(t, code)
		require.Equal(t, identify.Found, report.Verdict, c.flags)
		require.Equal(t, "partition", report.Input.First)
		command := "keymill place " + c.flags
		require.Equal(t, flagsOf(command), flagsOf(report.Named[0].Command))

		other, code := identified(t, swapped(rows))
		require.Zero(t, code)
		require.Equal(t, "key", other.Input.First)
		require.Equal(t, report.Report, other.Report)
	}
}

// flagsOf returns the flags of a command with their values, in the order of their names.
func flagsOf(command string) (all []string) {
	for flag := range strings.SplitSeq(command, " --") {
		all = append(all, flag)
	}
	slices.Sort(all)
	return all
}

func TestIdentifyText(t *testing.T) {
	keys := userKeys(200)
	kafka := done(t, keys, "place", "--scheme", "kafka", "--partitions", "12")
	librdkafka := done(t, keys, "place", "--scheme", "librdkafka", "--partitions", "12")
	lines := strings.Split(strings.TrimSpace(kafka), "\n")
	others := strings.Split(strings.TrimSpace(librdkafka), "\n")

	require.Contains(t, done(t, kafka, "plan", "identify"), `kafka, 12 partitions: explains all 200 pairs
  system      Kafka's Java producer; librdkafka's murmur2, franz-go
  rule        (murmur2 & 0x7fffffff) % N
  chance      1 in 10^206 that any candidate explains as many random pairs
  command     keymill place --scheme kafka --partitions 12

read   200 rows, the partition first
tried  `)

	out := done(t, swapped(librdkafka), "plan", "identify")
	shown, _, _ := strings.Cut(out, "\n\n")
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), "$ keymill plan identify pairs.tsv\n"+shown+"\n```")

	mixed := strings.Join(append(append([]string{}, lines[:120]...), others[120:]...), "\n")
	out = done(t, mixed, "plan", "identify")
	require.Regexp(t, `^2 functions together, 12 partitions: explain all 200 pairs, as if clients of 2 kinds had written them

function    explains  only it      chance  system
kafka            1\d\d      1\d\d  1 in 10\^\d\d  Kafka's Java producer; .*
librdkafka        \d\d       \d\d  1 in 10\^\d\d  Kafka by librdkafka, .*
`, out)

	wrong := append([]string{}, others...)
	wrong[3] = "-\tuser:1004"
	wrong[5] = "9\tuser:1006"
	wrong = append(wrong, wrong[7], "10\tuser:1009")
	out = done(t, strings.Join(wrong, "\n"), "plan", "identify", "--partitions", "12")
	require.Contains(t, out, "librdkafka, 12 partitions: explains 198 of 200 pairs\n")
	require.Contains(t, out, "2 pairs not explained:\n\nkey        partition  librdkafka\nuser:1006          9           ")
	require.Contains(t, out, "1 key of several partitions, of which a function can explain one:\n\nuser:1009 has ")
	require.Contains(t, out, "read   202 rows, the partition first, 1 there before, 1 not placed (-)\n")
	require.Contains(t, out, "with 12 partitions\n")
}

// Nothing is named that is not there, and the exit code says so.
func TestIdentifyNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows strings.Builder
	for key := range strings.Lines(userKeys(200)) {
		fmt.Fprintf(&rows, "%s\t%d\n", strings.TrimSpace(key), rng.IntN(12))
	}
	out, errs, code := call(t, rows.String(), "plan", "identify")
	require.Equal(t, exitFailed, code)
	require.Equal(t, "keymill: nothing that was tried explains these pairs\n", errs)
	require.Regexp(t, `^nothing that was tried explains these 200 pairs
  nearest  .*: explains \d+ of 200, as .* of the candidates would if the pairs were random
  If there are more than 1,024 partitions, say how many with --partitions.

read   200 rows
tried  [\d,]+ candidates: `, out)

	for rows, says := range map[string]string{
		"a\t3\n":             "too few: 1 pair is explained by ",
		"a\t3\nb\t1\n":       "too few: 2 pairs are explained by ",
		"a\t3\nb\t3\nc\t3\n": "all pairs have one partition, 3, which tells nothing: add keys of others\n  likeliest  ",
	} {
		out, errs, code := call(t, rows, "plan", "identify")
		require.Equal(t, exitFailed, code)
		require.Equal(t, "keymill: these pairs are too few to tell\n", errs)
		require.Contains(t, out, says)
	}
}

// Bad rows are rejected where they stand; the others count.
func TestIdentifyBadRows(t *testing.T) {
	rows := done(t, userKeys(100), "place", "--scheme", "kafka", "--partitions", "12")
	out, errs, code := call(t, "no tab\n"+rows+"x\ty\n-1\tz\n2147483648\tz\n", "plan", "identify")
	require.Equal(t, exitRejected, code)
	require.Contains(t, out, "kafka, 12 partitions: explains all 100 pairs\n")
	require.Contains(t, errs, "rejected: stdin:1: byte 0: no tab: a row is a key, a tab and a partition\n")
	require.Contains(t, errs, `the partition "y" is no whole number below 2^31`)
	require.Contains(t, errs, "keymill: 4 rows rejected\n")

	// Rows that would be pairs only in the other order.
	_, errs, code = call(t, rows+"key\t5\n", "plan", "identify")
	require.Equal(t, exitRejected, code)
	require.Contains(t, errs, `rejected: the row "key\t5": the partition "key" is no whole number below 2^31`)

	for says, c := range map[string]struct {
		rows string
		args []string
	}{
		`the key "a" has partition 12, and of 12 partitions the last is 11`:                                       {"a\t12\n", []string{"--partitions", "12"}},
		"no pairs: a row is a key, a tab and the partition that the key has (of 0 rows 0 not placed, 0 rejected)": {"", nil},
		"no pairs: a row is a key, a tab and the partition that the key has (of 2 rows 1 not placed, 1 rejected)": {"a\t-\nb\n", nil},
	} {
		_, errs, code := call(t, c.rows, append([]string{"plan", "identify"}, c.args...)...)
		require.Equal(t, exitFailed, code)
		require.Contains(t, errs, says)
	}
}

func TestIdentifyUsage(t *testing.T) {
	for says, args := range map[string][]string{
		`--columns: unknown first column "kye": did you mean "key"?`: {"--columns", "kye"},
		`--seeds "1,,2": there is nothing between two commas`:        {"--seeds", "1,,2"},
		`--seeds: seed "x" is neither a number below 2^64`:           {"--seeds", "x"},
		`--key-type: unknown type "itn64": did you mean "int64"?`:    {"--key-type", "itn64"},
		`--partitions 2147483649: a scheme has at most 2147483648`:   {"--partitions", "2147483649"},
		`unknown key encoding "hxe": did you mean "hex"?`:            {"--key-encoding", "hxe"},
		`--key-encoding is for keys of one column`:                   {"--key-type", "int64,string", "--key-encoding", "hex"},
		`--max-row 0: it takes 1 to 1073741824`:                      {"--max-row", "0"},
	} {
		_, errs, code := call(t, "a\t1\n", append([]string{"plan", "identify"}, args...)...)
		require.Equal(t, exitUsage, code, errs)
		require.Contains(t, errs, says)
	}
}

// Columns, encodings and types as flags say.
func TestIdentifyFlags(t *testing.T) {
	ints := regexp.MustCompile(`user:`).ReplaceAllString(userKeys(100), "")
	rows := done(t, ints, "place", "--scheme", "kafka", "--partitions", "500")
	report, _ := identified(t, rows)
	require.Equal(t, []any{"partition", true, identify.Found}, []any{report.Input.First, report.Input.Guessed, report.Verdict}, "partitions repeat")
	report, code := identified(t, rows, "--columns", "key")
	require.Equal(t, exitFailed, code)
	require.Equal(t, []any{"key", false, identify.None}, []any{report.Input.First, report.Input.Guessed, report.Verdict})
	report, _ = identified(t, swapped(rows), "--partitions", "500")
	require.Equal(t, []any{"key", "kafka"}, []any{report.Input.First, report.Named[0].Scheme})

	hexed := regexp.MustCompile(`user:\d+`).ReplaceAllStringFunc(userKeys(100), func(k string) string { return fmt.Sprintf("%x", k) })
	rows = done(t, hexed, "place", "--scheme", "kafka", "--partitions", "9", "--key-encoding", "hex")
	report, _ = identified(t, rows, "--key-encoding", "hex")
	require.Equal(t, "keymill place --scheme kafka --partitions 9 --key-encoding hex", report.Named[0].Command)

	var twoColumns strings.Builder
	for i := range 100 {
		fmt.Fprintf(&twoColumns, "%d\tname%d\n", i, 7*i)
	}
	rows = done(t, twoColumns.String()+"\\N\tx\n", "place", "--scheme", "spark", "--key-type", "int64,string", "--partitions", "64")
	report, _ = identified(t, rows, "--key-type", "int64,string", "--columns", "partition", "--null", "none")
	require.Equal(t, int64(1), report.Input.Rejected, "the null, which --null calls something else")
	require.Equal(t, "keymill place --scheme spark --key-type int64,string --partitions 64", report.Named[0].Command)

	rows = done(t, "5\n6\n\\N\n", "place", "--scheme", "iceberg", "--key-type", "int64", "--partitions", "64")
	report, _ = identified(t, rows+"3\t\\N\n", "--key-type", "int64")
	require.Equal(t, []int64{1, 1}, []int64{report.Input.Unplaced, report.Input.Absent})

	report, _ = identified(t, done(t, userKeys(maxPairs+100), "place", "--scheme", "kafka", "--partitions", "9"))
	require.True(t, report.Input.More)
	require.Equal(t, maxPairs, report.Named[0].Explained)
}

// docs/CLI.md has every field, and no other.
func TestIdentifyDocumentedJSON(t *testing.T) {
	doc, err := os.ReadFile("../../docs/CLI.md")
	require.NoError(t, err)
	_, rest, found := bytes.Cut(doc, []byte("`plan identify --json`"))
	require.True(t, found)
	prose, rest, _ := bytes.Cut(rest, []byte("```json\n"))
	example, _, _ := bytes.Cut(rest, []byte("```"))
	decoder := json.NewDecoder(bytes.NewReader(example))
	decoder.DisallowUnknownFields()
	var report identifyReport
	require.NoError(t, decoder.Decode(&report))
	again, err := json.Marshal(report)
	require.NoError(t, err)
	require.JSONEq(t, string(example), string(again), "fields that are always there are in the example")
	for _, field := range jsonNames(identifyReport{}) {
		require.True(t, bytes.Contains(example, []byte(`"`+field+`"`)) || bytes.Contains(prose, []byte("`"+field+"`")), field)
	}
}

// jsonNames returns the names of all fields in JSON.
func jsonNames(value any) (names []string) {
	seen := map[reflect.Type]bool{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] {
			return
		}
		seen[t] = true
		for i := range t.NumField() {
			if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" {
				names = append(names, name)
			}
			visit(t.Field(i).Type)
		}
	}
	visit(reflect.TypeOf(value))
	return names
}
