package backend

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// BenchmarkRegret calibrates, and then measures on other sizes how much time a dispatcher with
// those profiles loses against the best backend in hindsight: all of it together, and at the
// worst size.
func BenchmarkRegret(b *testing.B) {
	candidates, err := Choose(Auto, 2)
	require.NoError(b, err)
	var backends []keymill.Backend
	for _, c := range candidates {
		backends = append(backends, c.Backend)
	}
	budget, err := time.ParseDuration(cmpOr(os.Getenv("KEYMILL_BUDGET"), "15s"))
	require.NoError(b, err)
	start := time.Now()
	calibration, err := keymill.Calibrate(b.Context(), backends, keymill.CalibrateOptions{Budget: budget})
	require.NoError(b, err)
	b.Logf("calibrated in %s: %d points", time.Since(start), len(calibration.Points))
	builtin, err := keymill.NewDispatcher(keymill.Config{Candidates: slices.Clone(candidates)})
	require.NoError(b, err)
	for i, c := range candidates {
		candidates[i].Profile = calibration.Profile(c.Name())
	}
	d, err := keymill.NewDispatcher(keymill.Config{Candidates: candidates})
	require.NoError(b, err)
	for range b.N {
		r := regret{b: b, backends: backends, dispatcher: d, builtin: builtin, rng: rand.New(rand.NewPCG(7, 7))}
		r.run()
	}
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

type regret struct {
	b                   *testing.B
	backends            []keymill.Backend
	dispatcher, builtin *keymill.Dispatcher
	rng                 *rand.Rand
}

func (r *regret) run() {
	const most = 10_000_000
	data := make([]byte, 17*most)
	for i := range data {
		data[i] = 'a' + byte(r.rng.Uint32()&15)
	}
	ragged := keymill.Batch{Data: data, Offsets: make([]uint32, 1, most+1)}
	for at := uint32(0); len(ragged.Offsets) <= most; {
		at += 1 + r.rng.Uint32N(32)
		if int(at) > len(data) {
			break
		}
		ragged.Offsets = append(ragged.Offsets, at)
	}
	fixed := keymill.Batch{Data: data[:16*most], Width: 16}
	for _, w := range []struct {
		name   string
		keys   *keymill.Batch
		params keymill.Params
	}{
		{"xxh3/16", &fixed, keymill.Params{Hash: hash.XXH3}},
		{"xxh3/ragged", &ragged, keymill.Params{Hash: hash.XXH3}},
		{"kafka/ragged", &ragged, keymill.Params{Scheme: place.Kafka(12)}},
		{"redis/ragged", &ragged, keymill.Params{Scheme: place.Redis()}},
	} {
		r.measure(w.name, w.keys, w.params)
	}
}

func (r *regret) measure(name string, keys *keymill.Batch, p keymill.Params) {
	sizes := []int{1, 5, 9, 20, 37, 90, 150, 300, 620, 1300, 2500, 5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 700_000, 1_500_000, 4_000_000, 9_700_000}
	all := append(slices.Clone(r.backends), r.dispatcher)
	text := fmt.Sprintf("%s\n%9s", name, "keys")
	for _, b := range r.backends {
		text += fmt.Sprintf("%14s", b.Name())
	}
	var out keymill.Placement
	out.Resize(keymill.OutHashes|keymill.OutParts, keys.Len(), 0)
	var sum, best, bestBuiltin, worst, planned float64
	for _, n := range sizes {
		n = min(n, keys.Len()-1)
		samples := make([][]float64, len(all))
		next := 0
		for range min(61, max(15, 20_000_000/n)) {
			for _, i := range r.rng.Perm(len(all)) {
				calls, took := 0, time.Duration(0)
				start := time.Now()
				for took < 60*time.Microsecond {
					for range 1 + 200/n {
						if next+n > keys.Len() {
							next = 0
						}
						b := keys.Slice(next, next+n)
						next += n
						dst := keymill.Placement{Hashes: out.Hashes[:n]}
						if p.Scheme.Reduce != place.ReduceNone {
							dst = keymill.Placement{Parts: out.Parts[:n]}
						}
						if err := all[i].Place(&dst, &b, p); err != nil {
							r.b.Fatal(err)
						}
						calls++
					}
					took = time.Since(start)
				}
				samples[i] = append(samples[i], float64(took)/float64(calls))
			}
		}
		medians := make([]float64, len(all))
		text += fmt.Sprintf("\n%9d", n)
		for i := range samples {
			slices.Sort(samples[i])
			medians[i] = samples[i][len(samples[i])/4]
			if i < len(r.backends) {
				text += fmt.Sprintf("%14.2f", medians[i]/float64(n))
			}
		}
		b := keys.Slice(0, n)
		op := keymill.OpOf(&keymill.Placement{Parts: out.Parts[:n]}, &b, &p)
		plan := r.dispatcher.Plan(op, n, b.Size()).Name()
		chosen := slices.IndexFunc(r.backends, func(b keymill.Backend) bool { return b.Name() == plan })
		plan2 := r.builtin.Plan(op, n, b.Size()).Name()
		chosen2 := slices.IndexFunc(r.backends, func(b keymill.Backend) bool { return b.Name() == plan2 })
		least := slices.Min(medians[:len(r.backends)])
		lost := medians[len(all)-1] / least
		text += fmt.Sprintf("  %-13s %.3f (as planned %.3f)  predicted", plan, lost, medians[chosen]/least)
		for _, p := range r.dispatcher.Predict(op, n, b.Size()) {
			text += fmt.Sprintf(" %.2f", p.Nanos/float64(n))
		}
		sum += medians[len(all)-1]
		planned += medians[chosen]
		best += least
		bestBuiltin += medians[chosen2]
		worst = max(worst, medians[chosen]/least)
	}
	fmt.Println(strings.TrimSpace(text))
	fmt.Printf("%s: total %.3f, as planned %.3f, worst planned %.3f, builtin %.3f\n", name, sum/best, planned/best, worst, bestBuiltin/best)
}
