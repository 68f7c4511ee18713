package backend

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// BenchmarkRegret calibrates, and measures on other sizes how much time the choices by those
// profiles lose against the best backend in hindsight: of all sizes together, and at the worst.
// That is what Plan says against each backend; the dispatcher's own time is not in it. With -v
// it shows each size. What it says is worth something on a machine that does nothing else.
func BenchmarkRegret(b *testing.B) {
	for name, budget := range map[string]time.Duration{"15s": 15 * time.Second, "quick": 1900 * time.Millisecond} {
		b.Run(name, func(b *testing.B) {
			candidates, err := Choose(Auto, 2)
			require.NoError(b, err)
			r := regret{b: b, rng: rand.New(rand.NewPCG(7, 7))}
			for _, c := range candidates {
				r.backends = append(r.backends, c.Backend)
			}
			calibration, err := keymill.Calibrate(b.Context(), r.backends, keymill.CalibrateOptions{Budget: budget})
			require.NoError(b, err)
			for i, c := range candidates {
				candidates[i].Profile = calibration.Profile(c.Name())
			}
			r.dispatcher, err = keymill.NewDispatcher(keymill.Config{Candidates: candidates})
			require.NoError(b, err)
			for b.Loop() {
				r.run()
			}
		})
	}
}

type regret struct {
	b          *testing.B
	backends   []keymill.Backend
	dispatcher *keymill.Dispatcher
	rng        *rand.Rand
}

// regretSizes are none of those that Calibrate measures.
var regretSizes = []int{5, 9, 20, 37, 90, 150, 300, 620, 1300, 2500, 5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 700_000,
	1_500_000, 4_000_000, 9_700_000}

func (r *regret) run() {
	most := regretSizes[len(regretSizes)-1]
	data := make([]byte, 17*most)
	for i := range data {
		data[i] = 'a' + byte(r.rng.Uint32()&15)
	}
	ragged := keymill.Batch{Data: data, Offsets: make([]uint32, 1, most+1)}
	for at := uint32(0); len(ragged.Offsets) <= most; ragged.Offsets = append(ragged.Offsets, at) {
		at = min(at+1+r.rng.Uint32N(32), uint32(len(data)))
	}
	fixed := keymill.Batch{Data: data[:16*most], Width: 16}
	r.measure("xxh3/16", &fixed, keymill.Params{Hash: hash.XXH3})
	r.measure("xxh3/ragged", &ragged, keymill.Params{Hash: hash.XXH3})
	r.measure("kafka/ragged", &ragged, keymill.Params{Scheme: place.Kafka(12)})
	r.measure("redis/ragged", &ragged, keymill.Params{Scheme: place.Redis()})
}

func (r *regret) measure(name string, keys *keymill.Batch, p keymill.Params) {
	var out keymill.Placement
	out.Resize(keymill.OutHashes, keys.Len(), 0)
	if p.Scheme.Reduce != place.ReduceNone {
		out.Resize(keymill.OutParts, keys.Len(), 0)
	}
	op := keymill.OpOf(&out, keys, &p)
	sum, best, worst := 0.0, 0.0, 0.0
	for _, n := range regretSizes {
		times := r.times(keys, &out, p, n)
		least := slices.Min(times)
		plan := r.dispatcher.Plan(op, n, n*keys.Size()/keys.Len())
		chosen := times[slices.Index(r.backends, plan)]
		sum, best, worst = sum+chosen, best+least, max(worst, chosen/least)
		if testing.Verbose() {
			fmt.Printf("%12s %9d  %-14s %.3f  ns a key:", name, n, plan.Name(), chosen/least)
			for i, b := range r.backends {
				fmt.Printf("  %s %.2f", b.Name(), times[i]/float64(n))
			}
			fmt.Println()
		}
	}
	r.b.ReportMetric(sum/best, name+"/total")
	r.b.ReportMetric(worst, name+"/worst")
}

// times returns the nanoseconds of a batch on each backend: the lower quartile of rounds, in which
// each has its turn, in a random order.
func (r *regret) times(keys *keymill.Batch, out *keymill.Placement, p keymill.Params, n int) []float64 {
	samples := make([][]float64, len(r.backends))
	next := 0
	for range min(61, max(15, 20_000_000/n)) {
		for _, i := range r.rng.Perm(len(r.backends)) {
			calls := 0
			start := time.Now()
			for time.Since(start) < 60*time.Microsecond {
				for range 1 + 200/n {
					if next+n > keys.Len() {
						next = 0
					}
					b, dst := keys.Slice(next, next+n), keymill.Placement{}
					if next += n; out.Hashes != nil {
						dst.Hashes = out.Hashes[:n]
					} else {
						dst.Parts = out.Parts[:n]
					}
					require.NoError(r.b, r.backends[i].Place(&dst, &b, p))
					calls++
				}
			}
			samples[i] = append(samples[i], float64(time.Since(start))/float64(calls))
		}
	}
	times := make([]float64, len(samples))
	for i, s := range samples {
		slices.Sort(s)
		times[i] = s[len(s)/4]
	}
	return times
}
