package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// measured is a group as it is after seven rounds.
func measured() *group {
	flat := func(x float64) []float64 { return []float64{x, x, x, x, x, x, x} }
	g := &group{
		name: "xxh3 fixed16", ours: []side{{name: "cpu"}, {name: "simd"}},
		peers: []side{{name: "a"}, {name: "b", own: true}}, roofs: []side{{name: "slow roof"}, {name: "fast roof"}},
		promises: []promise{{"cpu", "xxh3 fixed16", "a", 2}, {"cpu", "another", "b", 3}},
	}
	g.samples.ours = [][]float64{flat(10), {5, 5, 5, 1, 5, 5, 50}}
	g.samples.again = flat(12)
	g.samples.peers = [][]float64{{20, 25, 25, 25, 30, 30, 60}, flat(10)}
	g.samples.roofs = [][]float64{flat(4), flat(2)}
	return g
}

func TestRows(t *testing.T) {
	rows := measured().rows()
	two, fifth, twoFifths := 2.0, 0.2, 0.4
	require.Equal(t, []Row{
		// The second run of the first of ours is for A/A alone: ours took 10.
		{
			Name: "xxh3 fixed16", Ours: "cpu", Peer: "a", OursNS: 10, PeerNS: 25, Ratio: 2.5, CI: [2]float64{2, 6}, RoofShare: &fifth,
			Target: &two, Verdict: Met,
			Samples: Samples{Ours: []float64{10, 10, 10, 10, 10, 10, 10}, Peer: []float64{20, 25, 25, 25, 30, 30, 60}},
		},
		{
			Name: "xxh3 fixed16", Ours: "cpu", Peer: "b", OursNS: 10, PeerNS: 10, Ratio: 1, CI: [2]float64{1, 1}, RoofShare: &fifth,
			Verdict: Info, Other: true, Samples: Samples{Peer: []float64{10, 10, 10, 10, 10, 10, 10}},
		},
		// The target is for cpu. One round in seven does not move a median.
		{
			Name: "xxh3 fixed16", Ours: "simd", Peer: "a", OursNS: 5, PeerNS: 25, Ratio: 5, CI: [2]float64{1.2, 25}, RoofShare: &twoFifths,
			Verdict: Noisy, Samples: Samples{Ours: []float64{5, 5, 5, 1, 5, 5, 50}, Peer: []float64{20, 25, 25, 25, 30, 30, 60}},
		},
		{
			Name: "xxh3 fixed16", Ours: "simd", Peer: "b", OursNS: 5, PeerNS: 10, Ratio: 2, CI: [2]float64{0.2, 10}, RoofShare: &twoFifths,
			Verdict: Noisy, Other: true, Samples: Samples{Peer: []float64{10, 10, 10, 10, 10, 10, 10}},
		},
	}, rows)

	without := measured()
	without.roofs, without.samples.roofs = nil, nil
	require.Nil(t, without.rows()[0].RoofShare)
}

func TestLimits(t *testing.T) {
	require.Equal(t, []Limit{{Name: "slow roof", NS: 4, Unit: "key"}, {Name: "fast roof", NS: 2, Unit: "key"}}, measured().limits())
}

func TestVerdicts(t *testing.T) {
	target := 2.0
	for _, c := range []struct {
		r      Ratio
		target *float64
		want   string
	}{
		{Ratio{2.2, 2, 2.4}, &target, Met},
		{Ratio{2.2, 1.99, 2.4}, &target, Noisy},
		{Ratio{1.9, 1.7, 2}, &target, Noisy},
		{Ratio{1.9, 1.7, 1.999}, &target, Missed},
		{Ratio{9, 2, 1e9}, &target, Met},
		{Ratio{1, 0.91, 1.1}, nil, Info},
		{Ratio{10, 9, 11}, nil, Info},
		{Ratio{1, 0.89, 1.11}, nil, Noisy},
		{Ratio{1, 0.95, 1.5}, nil, Noisy},
	} {
		assert.Equal(t, c.want, verdict(c.r, c.target), "%+v", c)
	}
}

// The rounds of all groups are one sample.
func TestAAPools(t *testing.T) {
	a, b := measured(), measured()
	for i := range b.samples.again {
		b.samples.again[i] = 10 // as the first time
	}
	aa := aaOf([]*group{a, b, b})
	require.InDelta(t, 0.2, aa.Spread, 1e-9)
	require.Equal(t, AA{Ratio: 1, CI: [2]float64{1, 1.2}, Spread: aa.Spread, Rounds: 21}, aa)
	require.True(t, aa.Holds())
	require.False(t, aaOf([]*group{a}).Holds(), "all of its rounds say 1.2")
}

func TestRounded(t *testing.T) {
	require.Equal(t, []float64{1.2346, 12345, 123460, 0.00012346, 0, 1.0001}, rounded([]float64{1.234567, 12345.4, 123456, 0.0001234567, 0, 1.00005001}))
}

// full is a report in which no field is empty.
func full() *Report {
	g := measured()
	return &Report{
		Table: "hash", Commit: "0123456789ab", Date: "2026-11-23T07:00:00Z", Command: "keymill bench hash --json", Rounds: 7, Unit: "key",
		Machine: Machine{
			Processor: "EPYC", Cores: 2, Features: []string{"avx2"}, L2: 1, L3: 2, System: "linux/amd64", Kernel: "6", HugePages: "madvise",
			Governor: "performance", Load: "0 0 0", Virtual: true, Go: "go1.26.8",
		},
		Notes: []string{"a note", "another note"}, AA: aaOf([]*group{g}), Rows: g.rows(),
		Roof:   append(g.limits(), Limit{"a random read", 80, "read", 64}),
		Memory: []Memory{{"kv/ref", "user", 147}},
	}
}

func TestReportRoundTrip(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, full().WriteJSON(&out))
	again, err := ReadReport(&out)
	require.NoError(t, err)
	require.Equal(t, full(), again)
}

func TestReadReportErrors(t *testing.T) {
	for _, text := range []string{"", "x", "[]", "{}", `{"table": 7}`, `{"table": "hash", "rows": 7}`, `{"processor": "EPYC"}`, `{"table": "hash"`} {
		_, err := ReadReport(strings.NewReader(text))
		assert.Error(t, err, text)
	}
}

// schema returns the keys of JSON with those of what is within, as "rows.name".
func schema(t *testing.T, text []byte) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	var visit func(prefix string, x any)
	visit = func(prefix string, x any) {
		switch x := x.(type) {
		case map[string]any:
			for key, value := range x {
				keys[prefix+key] = true
				visit(prefix+key+".", value)
			}
		case []any:
			for _, value := range x {
				visit(prefix, value)
			}
		}
	}
	var x any
	require.NoError(t, json.Unmarshal(text, &x), string(text))
	visit("", x)
	return keys
}

// documented returns the block of JSON that comes after a text of docs/CLI.md.
func documented(t *testing.T, after string) []byte {
	t.Helper()
	page, err := os.ReadFile("../docs/CLI.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), after)
	require.True(t, found, after)
	_, rest, _ = strings.Cut(rest, "```json\n")
	block, _, _ := strings.Cut(rest, "```")
	return []byte(block)
}

// A report has the keys that scripts build on, and no others.
func TestReportSchema(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, full().WriteJSON(&out))
	keys := schema(t, out.Bytes())
	docs := schema(t, documented(t, "`bench TABLE --json`"))
	docs["roof.bytes"] = true // of random reads alone
	require.Equal(t, docs, keys)
	for _, key := range strings.Fields("table machine commit date aa rows rows.name rows.ours rows.peer rows.ratio rows.ci rows.roof_share rows.target rows.verdict") {
		require.True(t, keys[key], key)
	}
	// A row has its target if it has one, and nothing in its place if not.
	text, err := json.Marshal(full().Rows[1])
	require.NoError(t, err)
	require.False(t, schema(t, text)["target"])
}

func TestComparisonSchema(t *testing.T) {
	c, err := Compare(full(), full())
	require.NoError(t, err)
	c.Notes = []string{"a note"}
	var out bytes.Buffer
	require.NoError(t, c.WriteJSON(&out))
	require.Equal(t, schema(t, documented(t, "`bench compare --json`")), schema(t, out.Bytes()))
}

// noRoom is a full disk.
type noRoom struct{}

var errNoRoom = errors.New("no room")

func (noRoom) Write([]byte) (int, error) { return 0, errNoRoom }

func TestWritersSayWhatFails(t *testing.T) {
	c, err := Compare(full(), full())
	require.NoError(t, err)
	for _, err := range []error{
		full().WriteJSON(noRoom{}), full().WriteText(noRoom{}), full().WriteGo(noRoom{}), c.WriteJSON(noRoom{}), c.WriteText(noRoom{}),
	} {
		require.ErrorIs(t, err, errNoRoom)
	}
}
