package page

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 1000: "1,000", -999: "-999", -1000: "-1,000", 1234567: "1,234,567", math.MinInt64: "-9,223,372,036,854,775,808"} {
		require.Equal(t, want, Grouped(n))
	}
	require.Equal(t, "18,446,744,073,709,551,615", Grouped(uint64(math.MaxUint64)))
}

func TestShort(t *testing.T) {
	for want, x := range map[string]float64{"0": 0, "0.5": 0.5, "1.5": 1.5, "9": 9, "9.9": 9.94, "10": 9.96, "999": 999.4, "1k": 999.5, "1.2k": 1234,
		"12k": 12_345, "123k": 123_456, "1M": 999_600, "1.2M": 1.23e6, "3.4G": 3.4e9, "18E": math.MaxUint64, "−1.5k": -1500, "1.1k": 1050.1} {
		require.Equal(t, want, Short(x), x)
	}
	for x := 0.01; x < 1e20; x *= 1.01 {
		require.LessOrEqual(t, len(Short(x)), 6, x)
	}
}

func TestSignedPercent(t *testing.T) {
	for want, x := range map[string]float64{"0 %": 0, "+0.01 %": 0.0001, "−0.09 %": -0.0009, "+0.1 %": 0.00099, "+9.9 %": 0.099, "+10 %": 0.0999, "−100 %": -1, "+123,400 %": 1234} {
		require.Equal(t, want, signedPercent(x), x)
	}
	require.Equal(t, "0 %", signedPercent(-1e-9), "not less than nothing")
}

func TestKeyText(t *testing.T) {
	for key, want := range map[string]string{
		"usr/bin/ls": "usr/bin/ls", "ключ 键": "ключ 键", "": `""`, " a": `" a"`, `a"b`: `"a\"b"`, "a\tb\n": `"a\tb\n"`, "\xff\x00": `"\xff\x00"`,
		"\u202eabc": `"\u202eabc"`, "a\u200bb": `"a\u200bb"`, "<b>": "<b>", strings.Repeat("é", 64): strings.Repeat("é", 64),
		strings.Repeat("é", 65):                strings.Repeat("é", 48) + "… (130 bytes)",
		strings.Repeat("\xff", 5000):           `"` + strings.Repeat(`\xff`, 48) + `"… (5,000 bytes)`,
		strings.Repeat("a", 60) + "\n" + "bcd": `"` + strings.Repeat("a", 60) + `\nbcd"`,
	} {
		require.Equal(t, want, KeyText([]byte(key)))
	}
}

func TestVisible(t *testing.T) {
	for from, want := range map[string]string{
		"plain – “text” №1 键 👍 é": "plain – “text” №1 键 👍 é", "line\n": "line\n", "\r": `\x0d`, "\t": `\x09`, "\x7f\u0085": `\x7f\u0085`,
		"\u202a\u2066\u200e": `\u202a\u2066\u200e`, "\u2028": `\u2028`, "\ufffe": `\ufffe`, "\ufffd": "\ufffd", "\xc3": `\xc3`, "\U000e0001": `\U000e0001`,
	} {
		require.Equal(t, want, string(visible([]byte(from))))
	}
}

func TestTicks(t *testing.T) {
	for want, s := range map[string]scale{
		"0 50 100": {low: 0, high: 100}, "0.98 1 1.02": {low: 0.97, high: 1.03}, "-2 0 2": {low: -2.1, high: 2.1}, "5": {low: 5, high: 5},
		"1 10 100 1000": {low: 1, high: 1000, log: true}, "2 5 10 20": {low: 2, high: 30, log: true}, "0.1 10 1000": {low: 0.1, high: 1e4, log: true},
	} {
		got := strings.Trim(fmt.Sprintf("%.4g", s.ticks(4)), "[]")
		require.Equal(t, want, strings.ReplaceAll(got, "1e+03", "1000"))
	}
	for i, x := range []float64{0.3, 1, 1.1, 2.5, 6, 15} {
		require.InDelta(t, []float64{0.5, 1, 2, 5, 10, 20}[i], roundStep(x), 1e-12)
	}
	for _, c := range []struct {
		x, step float64
		want    string
	}{{0, 5, "0"}, {-0.5, 0.5, "−0.5"}, {1, 0.02, "1.00"}, {1500, 500, "1,500"}, {20_000, 5000, "20k"}, {12_500, 500, "12.5k"}, {2.5e6, 5e5, "2.5M"}, {1e-17, 1, "0"}} {
		require.Equal(t, c.want, tickText(c.x, c.step))
	}
}

func TestShorten(t *testing.T) {
	short, cut := shorten("node-1", 100, labelSize)
	require.Equal(t, "node-1", short)
	require.False(t, cut)
	short, cut = shorten(strings.Repeat("键", 50), 100, labelSize)
	require.True(t, cut)
	require.Regexp(t, "^键+…$", short)
	require.LessOrEqual(t, textWidth(short, labelSize), 100.0)
}
