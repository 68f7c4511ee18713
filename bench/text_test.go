package bench

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func text(t *testing.T, r *Report) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, r.WriteText(&out))
	return out.String()
}

// People read all that the report has; a name that is that of the row above is
// left out.
func TestText(t *testing.T) {
	r := full()
	r.Rows = append(r.Rows, Row{
		Name: "xxh3 user", Ours: "simd", Peer: "a", OursNS: 123.4, PeerNS: 99.96, Ratio: 0.81, CI: [2]float64{0.8, 0.82}, Verdict: Info,
	})
	var got []string
	for line := range strings.SplitSeq(text(t, r), "\n") {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	require.Equal(t, []string{
		"hash: EPYC, 2 cores, linux/amd64, go1.26.8",
		"commit 0123456789ab, 2026-11-23T07:00:00Z, medians of 7 rounds, ns per key",
		"",
		"work ours ns of roof peer ns ratio 95 % target verdict",
		"xxh3 fixed16 cpu 10.0 20 % a 25.0 2.50 2.00–6.00 ≥ 2 met",
		"b * 10.0 1.00 1.00–1.00 info",
		"xxh3 fixed16 simd 5.00 40 % a 25.0 5.00 1.20–25.00 noisy",
		"b * 10.0 2.00 0.20–10.00 noisy",
		"xxh3 user simd 123 a 100 0.81 0.80–0.82 info",
		"",
		"A/A the same code against itself: 1.200, 95 % 1.200–1.200, single rounds ±0.0 %, of 7 rounds",
		"which does not hold 1: do not trust differences of this size; one run in twenty is like that",
		"memory kv/ref, keys user: 147 bytes a row",
		"roof slow roof: 4.00 ns a key",
		"roof fast roof: 2.00 ns a key",
		"roof a random read: 80.0 ns a read",
		"* computes something else: the time is compared, the results are not",
		"note a note",
		"note another note",
		"",
	}, got)
}

// What is not there is not spoken of.
func TestTextOfASmallReport(t *testing.T) {
	r := full()
	r.AA, r.Rows, r.Roof, r.Memory, r.Notes = AA{1, [2]float64{0.99, 1.01}, 0.1, 7}, r.Rows[:1], nil, nil, nil
	out := text(t, r)
	for _, word := range []string{"does not hold", "\nmemory", "\nroof", "*", "\nnote"} {
		require.NotContains(t, out, word)
	}
	require.Contains(t, out, "single rounds ±5.0 %")
}

func TestNanos(t *testing.T) {
	for ns, want := range map[float64]string{
		0.1234: "0.12", 9.994: "9.99", 9.996: "10.0", 99.94: "99.9", 99.96: "100", 1234.5: "1234", 0: "0.00",
	} {
		require.Equal(t, want, nanos(ns))
	}
}

// benchLine is a result in the format of Go's benchmarks, and what it has.
var benchLine = regexp.MustCompile(`^Benchmark([^\s]*)\s+\d+\s+([0-9.e+-]+) ns/key$`)

// https://go.dev/design/14313-benchmark-format: lines that begin with
// "Benchmark", and lines of configuration, "key: value" with a key that begins
// with a small letter and has none that is large, and no spaces.
func TestGoFormat(t *testing.T) {
	r := full()
	r.Rows[0].Samples.Peer[6] = 1234567
	r.Rows = append(r.Rows, Row{Name: "hit user, batches of 1024", Ours: "kv/ref in batches", Peer: "a-8", Samples: Samples{[]float64{0.001}, []float64{1e-7}}})
	var out bytes.Buffer
	require.NoError(t, r.WriteGo(&out))
	config := regexp.MustCompile(`^[a-z][^A-Z\s]*: .+$`)
	samples, configs := map[string][]string{}, []string{}
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSuffix(line, "\n")
		if result := benchLine.FindStringSubmatch(line); result != nil {
			samples[result[1]] = append(samples[result[1]], result[2])
			continue
		}
		require.Regexp(t, config, line)
		configs = append(configs, line)
	}
	assert.Equal(t, []string{
		"goos: linux", "goarch: amd64", "pkg: github.com/keymill/keymill/bench", "cpu: EPYC", "commit: 0123456789ab", "date: 2026-11-23T07:00:00Z",
	}, configs)
	// Ours is there once, though it is in the row of each peer; and so is a peer,
	// though it is in the row of each of ours.
	tens := strings.Fields(strings.Repeat("10 ", 7))
	assert.Equal(t, map[string][]string{
		"Hash/work=xxh3_fixed16/by=cpu":  tens,
		"Hash/work=xxh3_fixed16/by=simd": strings.Fields("5 5 5 1 5 5 50"),
		"Hash/work=xxh3_fixed16/by=a":    strings.Fields("20 25 25 25 30 30 1.234567e+06"),
		"Hash/work=xxh3_fixed16/by=b":    tens,

		"Hash/work=hit_user_batches_of_1024/by=kv_ref_in_batches": {"0.001"},
		"Hash/work=hit_user_batches_of_1024/by=a_8":               {"1e-07"},
	}, samples)
	// A name that ends in a number after a dash would lose it, as GOMAXPROCS.
	for name := range samples {
		assert.NotRegexp(t, `-\d+$`, name)
	}
}

// What comes out of a real run is in that format, too, and all of it: as many
// lines as there are samples.
func TestGoFormatOfARun(t *testing.T) {
	t.Parallel()
	report := runQuick(t, Config{Table: "place", Workloads: []string{"ascii16"}, Only: "a"})
	var out bytes.Buffer
	require.NoError(t, report.WriteGo(&out))
	lines := 0
	for line := range strings.Lines(out.String()) {
		if benchLine.MatchString(strings.TrimSpace(line)) {
			lines++
		} else {
			require.False(t, strings.HasPrefix(line, "Bench"), line)
		}
	}
	require.Equal(t, len(report.Rows)*2*6, lines)
	require.Equal(t, lines, strings.Count(out.String(), "\nBenchmarkPlace/work="), fmt.Sprint(names(report)))
}

// Small ratios keep their digits, and what moves bytes says how many a second.
func TestTimesAndRates(t *testing.T) {
	require.Equal(t, []string{"0.0049", "0.1", "0.25", "12.35"}, []string{times(0.00491), times(0.0999), times(0.25), times(12.346)})
	require.Equal(t, ", 53.3 GB/s", rate(Limit{NS: 0.3, Unit: "key", Bytes: 16}))
	require.Empty(t, rate(Limit{NS: 80, Unit: "read", Bytes: 64}))
	require.Empty(t, rate(Limit{NS: 0.3, Unit: "key"}))
}
