package bench

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// People read all that the tables have: what each candidate takes, the best marked, what was
// chosen and what that cost; and of what is modelled, that it is.
func TestRegretText(t *testing.T) {
	t.Parallel()
	most, whole, loose := 1.15, 1.05, 1.5
	r := full()
	r.Table, r.Roof, r.Memory, r.Notes = "dispatch", nil, nil, nil
	r.Regret = []Regret{{
		Work: "xxh3 fixed16", Candidates: []string{"cpu", "simd"},
		Sizes: []RegretSize{{
			Keys: 5, NS: []float64{31.84, 40}, Best: "cpu",
			Choices: []Choice{
				{Profile: "calibrated", Chosen: "cpu", NS: 33, Regret: 1.034, CI: [2]float64{1.01, 1.06}, Target: &most, Verdict: Met},
				{Profile: "built-in", Chosen: "simd", NS: 42, Regret: 1.32, CI: [2]float64{1.3, 1.35}, Verdict: Info},
			},
		}},
		Total: []Choice{
			{Profile: "calibrated", Regret: 1.034, CI: [2]float64{1.01, 1.06}, Target: &whole, Verdict: Noisy},
			{Profile: "built-in", Regret: 1.6, CI: [2]float64{1.55, 1.7}, Target: &loose, Verdict: Missed},
		},
	}}
	result := Simulated{
		Timings: "EPYC", Work: "xxh3 fixed16", Stream: "uniform", Batches: 10, Backends: []string{"cpu", "simd"},
		Choices: []SimulatedChoice{
			{Profile: "calibrated", Regret: 1.01, Worst: 1.1, WorstKeys: 7, Shares: []float64{0.1, 0.9}, Verdict: Met},
			{Profile: "built-in", Regret: 1.2, Worst: 3, WorstKeys: 8, Shares: []float64{1, 0}},
			{Profile: "always cpu", Regret: 2.5}, {Profile: "always simd", Regret: 1.3},
		},
	}
	modelled := result
	modelled.Timings, modelled.Modelled, modelled.Stream = "EPYC; a GPU", true, "bursty"
	second := result
	second.Stream = "bursty"
	r.Simulated = []Simulated{result, second, modelled}

	var out bytes.Buffer
	require.NoError(t, r.writeRegret(&out))
	var got []string
	for line := range strings.SplitSeq(out.String(), "\n") {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	require.Equal(t, []string{
		"regret: the time that the dispatcher takes, its choosing and all, over that of the",
		"candidate that is the fastest at this size, as is known afterwards",
		"",
		"xxh3 fixed16",
		"keys cpu simd calibrated ns regret 95 % ≤ 1.15 built-in ns regret 95 %",
		"5 *31.8 40.0 cpu 33.0 1.03 1.01–1.06 met simd 42.0 1.32 1.30–1.35",
		"calibrated: regret 1.034 over all sizes, 95 % 1.010–1.060, target ≤ 1.05: noisy",
		"built-in: regret 1.600 over all sizes, 95 % 1.550–1.700, target ≤ 1.5: missed",
		"",
		"simulated (recorded): EPYC",
		"work stream batches calibrated worst at keys built-in worst at keys always regret calibrated chooses",
		"xxh3 fixed16 uniform 10 1.010 1.10 7 met 1.200 3.00 8 simd 1.30 cpu 10 %, simd 90 %",
		"bursty 10 1.010 1.10 7 met 1.200 3.00 8 simd 1.30 cpu 10 %, simd 90 %",
		"",
		"simulated (modelled GPU, not measured): EPYC; a GPU",
		"work stream batches calibrated worst at keys built-in worst at keys always regret calibrated chooses",
		"xxh3 fixed16 bursty 10 1.010 1.10 7 met 1.200 3.00 8 simd 1.30 cpu 10 %, simd 90 %",
		"",
	}, got)

	// It stands where other tables have their rows; what is below them stays.
	all := text(t, r)
	require.Contains(t, all, out.String())
	require.Contains(t, all, "\nA/A  the same code")
	require.NotContains(t, all, "of roof")
}
