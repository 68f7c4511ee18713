package keymill_test

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

var xxh3Ragged = keymill.Op{Hash: hash.XXH3, Class: keymill.Ragged}

// lines returns a profile in which every hash of any width costs the same.
func line(cost keymill.Cost) keymill.Profile {
	p := keymill.Profile{}
	for _, f := range hash.All() {
		for class := keymill.Ragged; class <= keymill.WidthOther; class++ {
			for r := range place.NumReduces {
				p[keymill.Op{Hash: f, Class: class, Reduce: place.Reduce(r)}] = cost
			}
		}
	}
	return p
}

func newDispatcher(t testing.TB, candidates ...keymill.Candidate) *keymill.Dispatcher {
	t.Helper()
	d, err := keymill.NewDispatcher(keymill.Config{Candidates: candidates})
	require.NoError(t, err)
	return d
}

// device is a backend that computes as cpu does, until it fails.
func device(name string, fail func() error) keymill.Backend {
	return fake{name, func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		for i := range dst.Hashes { // a device that fails may have written anything
			dst.Hashes[i] = 0xBAD
		}
		for i := range dst.Counts {
			dst.Counts[i] = 0xBAD
		}
		if err := fail(); err != nil {
			return err
		}
		return cpu.New().Place(dst, b, p)
	}}
}

func works() error { return nil }

func TestDispatcherConformance(t *testing.T) {
	backendtest.Run(t, newDispatcher(t,
		keymill.Candidate{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 2})},
		keymill.Candidate{Backend: keymill.Parallel(cpu.New(), 2), Profile: line(keymill.Cost{Fixed: 100, PerKey: 1})},
	))
}

// A backend that always fails changes no result.
func TestDispatcherConformanceWithABrokenDevice(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error":       func() error { return errors.New("device lost") },
		"unsupported": func() error { return fmt.Errorf("no kernel: %w", keymill.ErrUnsupported) },
		"panic":       func() error { panic("driver bug") },
	} {
		t.Run(name, func(t *testing.T) {
			for _, check := range backendtest.Checks() {
				if check.Name == "allocations" { // wrapping an error is one
					continue
				}
				d := newDispatcher(t, keymill.Candidate{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 2})},
					keymill.Candidate{Backend: device("broken", fail), Profile: line(keymill.Cost{PerKey: 1})})
				require.NoError(t, check.Run(d), check.Name)
				require.NotZero(t, d.Stats().Backends[1].Failures+d.Stats().Backends[1].Unsupported)
			}
		})
	}
}

func TestPlanChoosesTheSmallestCost(t *testing.T) {
	d := newDispatcher(t,
		keymill.Candidate{Backend: device("cpu", works), Profile: line(keymill.Cost{PerKey: 10})},
		keymill.Candidate{Backend: device("gpu", works), Profile: line(keymill.Cost{Fixed: 9000, PerKey: 1})},
	)
	// The lines cross at 1000 keys.
	require.Equal(t, "cpu", d.Plan(xxh3Ragged, 999, 0).Name())
	require.Equal(t, "cpu", d.Plan(xxh3Ragged, 1000, 0).Name(), "the earlier of two equals")
	require.Equal(t, "gpu", d.Plan(xxh3Ragged, 1001, 0).Name())
	require.Equal(t, "cpu", d.Plan(xxh3Ragged, 0, 0).Name())
}

func TestPlanCountsBytes(t *testing.T) {
	d := newDispatcher(t,
		keymill.Candidate{Backend: device("cpu", works), Profile: line(keymill.Cost{PerKey: 1, PerByte: 1})},
		keymill.Candidate{Backend: device("gpu", works), Profile: line(keymill.Cost{PerKey: 10, PerByte: 0.1})},
	)
	require.Equal(t, "cpu", d.Plan(xxh3Ragged, 100, 900).Name())
	require.Equal(t, "gpu", d.Plan(xxh3Ragged, 100, 1100).Name())
}

func TestPlanNeverChoosesWithoutAProfile(t *testing.T) {
	gpu := line(keymill.Cost{PerKey: 1})
	delete(gpu, xxh3Ragged)
	d := newDispatcher(t,
		keymill.Candidate{Backend: device("cpu", works)},
		keymill.Candidate{Backend: device("gpu", works), Profile: gpu},
	)
	require.Equal(t, "cpu", d.Plan(xxh3Ragged, 1e9, 1e9).Name(), "the fallback, though no profile has it either")
	require.Equal(t, "gpu", d.Plan(keymill.Op{Hash: hash.CRC32}, 1, 1).Name())
	require.Equal(t, "cpu", d.Plan(keymill.Op{Hash: 99, Class: 99}, 1, 1).Name())
}

func TestFallbackAndQuarantine(t *testing.T) {
	var fail atomic.Bool
	fail.Store(true)
	gpu := device("gpu", func() error {
		if fail.Load() {
			return errors.New("CL_OUT_OF_RESOURCES")
		}
		return nil
	})
	d := newDispatcher(t,
		keymill.Candidate{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 10})},
		keymill.Candidate{Backend: gpu, Profile: line(keymill.Cost{PerKey: 1})},
	)
	batch := keymill.NewBatch("a", "b", "c")
	dst := keymill.Placement{Hashes: make([]uint64, 3), Counts: make([]uint64, 5)}
	p := keymill.Params{Scheme: place.Mod(5)}
	require.NoError(t, d.Place(&dst, &batch, p))
	require.Equal(t, hash.SumXXH3([]byte("c"), 0), dst.Hashes[2])
	require.Equal(t, uint64(3), dst.Counts[0]+dst.Counts[1]+dst.Counts[2]+dst.Counts[3]+dst.Counts[4])

	fail.Store(false)
	require.NoError(t, d.Place(&dst, &batch, p))
	stats := d.Stats()
	stats.Backends[0].Seconds = 0
	require.Equal(t, keymill.BackendStats{Name: "cpu", Batches: 2, Keys: 6, Bytes: 6}, stats.Backends[0])
	require.Equal(t, keymill.BackendStats{Name: "gpu", Failures: 1, Quarantine: "CL_OUT_OF_RESOURCES", Quarantines: 1}, stats.Backends[1],
		"it is not tried again so soon")
	require.Equal(t, uint64(1), stats.Fallbacks())
	require.Equal(t, "cpu", d.Plan(xxh3Ragged, 1e6, 1e6).Name())
	require.True(t, d.Predict(xxh3Ragged, 1, 1)[1].Quarantined)
}

func TestUnsupportedIsNoFault(t *testing.T) {
	calls := 0
	gpu := device("gpu", func() error {
		if calls++; calls == 1 {
			return fmt.Errorf("siphash: %w", keymill.ErrUnsupported)
		}
		return nil
	})
	d := newDispatcher(t,
		keymill.Candidate{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 10})},
		keymill.Candidate{Backend: gpu, Profile: line(keymill.Cost{PerKey: 1})},
	)
	batch := keymill.NewBatch("a")
	dst := keymill.Placement{Hashes: make([]uint64, 1)}
	require.NoError(t, d.Place(&dst, &batch, keymill.Params{}))
	require.NoError(t, d.Place(&dst, &batch, keymill.Params{}))
	stats := d.Stats()
	require.Equal(t, uint64(1), stats.Backends[0].Batches)
	require.Equal(t, uint64(1), stats.Backends[1].Batches, "it got the second batch")
	require.Equal(t, uint64(1), stats.Backends[1].Unsupported)
	require.Empty(t, stats.Backends[1].Quarantine)
	require.Zero(t, stats.Fallbacks())
}

func TestInvalidInputBlamesNoBackend(t *testing.T) {
	d := newDispatcher(t,
		keymill.Candidate{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 10})},
		keymill.Candidate{Backend: device("gpu", works), Profile: line(keymill.Cost{PerKey: 1})},
	)
	batch := keymill.Batch{Data: []byte("abc"), Offsets: []uint32{0, 3, 1}}
	err := d.Place(&keymill.Placement{Hashes: make([]uint64, 2)}, &batch, keymill.Params{})
	require.ErrorIs(t, err, keymill.ErrInvalid)
	stats := d.Stats()
	require.Zero(t, stats.Fallbacks())
	require.Zero(t, stats.Backends[0].Batches+stats.Backends[1].Batches)
	require.Empty(t, stats.Backends[1].Quarantine)
}

func TestNoBackendLeft(t *testing.T) {
	lost := errors.New("lost")
	d := newDispatcher(t,
		keymill.Candidate{Backend: device("cpu", func() error { return lost }), Profile: line(keymill.Cost{PerKey: 10})},
		keymill.Candidate{Backend: device("gpu", func() error { return errors.New("gone") }), Profile: line(keymill.Cost{PerKey: 1})},
	)
	batch := keymill.NewBatch("a")
	err := d.Place(&keymill.Placement{}, &batch, keymill.Params{})
	var backendErr *keymill.BackendError
	require.ErrorAs(t, err, &backendErr)
	require.Equal(t, "cpu", backendErr.Backend, "the last that was tried")
	require.ErrorIs(t, err, lost)
	require.ErrorIs(t, d.Place(&keymill.Placement{}, &batch, keymill.Params{}), lost, "the fallback is never in quarantine")
	require.Empty(t, d.Stats().Backends[0].Quarantine)
}

// The error is that of the candidate which was tried last, whichever that is.
func TestNoBackendLeftNamesTheLast(t *testing.T) {
	fail := func(text string) func() error { return func() error { return errors.New(text) } }
	d := newDispatcher(t,
		keymill.Candidate{Backend: device("cpu", fail("one")), Profile: line(keymill.Cost{PerKey: 1})},
		keymill.Candidate{Backend: device("gpu", fail("two")), Profile: line(keymill.Cost{PerKey: 10})},
	)
	batch := keymill.NewBatch("a")
	require.EqualError(t, d.Place(&keymill.Placement{}, &batch, keymill.Params{}), "backend gpu: two")
}

// A backend that says that valid input is invalid has failed.
func TestBlamingValidInputIsAFailure(t *testing.T) {
	gpu := device("gpu", func() error { return &keymill.BatchError{Key: -1, Reason: "too large for the device"} })
	d := newDispatcher(t,
		keymill.Candidate{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 10})},
		keymill.Candidate{Backend: gpu, Profile: line(keymill.Cost{PerKey: 1})},
	)
	batch := keymill.NewBatch("a")
	dst := keymill.Placement{Hashes: make([]uint64, 1)}
	require.NoError(t, d.Place(&dst, &batch, keymill.Params{}))
	require.Equal(t, hash.SumXXH3([]byte("a"), 0), dst.Hashes[0])
	require.Equal(t, "batch: too large for the device", d.Stats().Backends[1].Quarantine)
}

// The reason of a quarantine is the first failure, on one line.
func TestQuarantineReason(t *testing.T) {
	var entered sync.WaitGroup
	entered.Add(2)
	var calls atomic.Int64
	gpu := device("gpu", func() error {
		entered.Done()
		entered.Wait() // both goroutines have begun before either fails
		if calls.Add(1) == 2 {
			return errors.New("second")
		}
		panic("first\nwith a stack")
	})
	d := newDispatcher(t,
		keymill.Candidate{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 10})},
		keymill.Candidate{Backend: gpu, Profile: line(keymill.Cost{PerKey: 1})},
	)
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			batch := keymill.NewBatch("a")
			if err := d.Place(&keymill.Placement{}, &batch, keymill.Params{}); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	require.Contains(t, []string{"panic: first", "second"}, d.Stats().Backends[1].Quarantine)
	require.Equal(t, uint64(1), d.Stats().Backends[1].Quarantines, "both failed, but it went there once")
	require.Equal(t, uint64(2), d.Stats().Fallbacks())
}

// A panic of the fallback is a bug to be seen.
func TestFallbackPanics(t *testing.T) {
	d := newDispatcher(t, keymill.Candidate{Backend: device("cpu", func() error { panic("bug") })})
	batch := keymill.NewBatch("a")
	require.PanicsWithValue(t, "bug", func() { _ = d.Place(&keymill.Placement{}, &batch, keymill.Params{}) })
}

func TestObserve(t *testing.T) {
	var seen []keymill.Decision
	d, err := keymill.NewDispatcher(keymill.Config{
		Candidates: []keymill.Candidate{
			{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 10})},
			{Backend: device("gpu", func() error { return errors.New("lost") }), Profile: line(keymill.Cost{Fixed: 5})},
			{Backend: device("none", works)},
		},
		Observe: func(d keymill.Decision) { seen = append(seen, d) },
	})
	require.NoError(t, err)
	batch := keymill.NewBatch("a", "bc")
	require.NoError(t, d.Place(&keymill.Placement{Parts: make([]uint32, 2)}, &batch, keymill.Params{Scheme: place.Kafka(2)}))
	require.Len(t, seen, 2)
	require.Equal(t, keymill.Op{Hash: hash.Murmur2, Reduce: place.ReduceMod}, seen[0].Op)
	require.Equal(t, "murmur2/ragged/mod", seen[0].Op.String())
	require.Equal(t, []int{2, 3}, []int{seen[0].Keys, seen[0].Bytes})
	require.Equal(t, "gpu", seen[0].Chosen)
	require.EqualError(t, seen[0].Err, "lost")
	require.Equal(t, []keymill.Prediction{
		{Backend: "cpu", Nanos: 20, Scale: 1}, {Backend: "gpu", Nanos: 5, Scale: 1}, {Backend: "none", Nanos: math.Inf(1), Scale: 1},
	}, seen[0].Predicted)
	require.Equal(t, "cpu", seen[1].Chosen)
	require.NoError(t, seen[1].Err)
	require.Positive(t, seen[1].Measured)
}

func TestNewDispatcherRefuses(t *testing.T) {
	_, err := keymill.NewDispatcher(keymill.Config{})
	require.EqualError(t, err, "a dispatcher takes 1 to 64 candidates, not 0")
	_, err = keymill.NewDispatcher(keymill.Config{Candidates: []keymill.Candidate{{Backend: cpu.New()}, {Backend: cpu.New()}}})
	require.EqualError(t, err, "two candidates are called cpu: give each its own name")
	_, err = keymill.NewDispatcher(keymill.Config{Candidates: make([]keymill.Candidate, 1)})
	require.EqualError(t, err, "candidate 0 has no backend")
	many := keymill.Config{}
	for i := range 65 {
		many.Candidates = append(many.Candidates, keymill.Candidate{Backend: device(fmt.Sprint(i), works)})
	}
	_, err = keymill.NewDispatcher(many)
	require.EqualError(t, err, "a dispatcher takes 1 to 64 candidates, not 65")
	many.Candidates = many.Candidates[:64]
	_, err = keymill.NewDispatcher(many)
	require.NoError(t, err)
}

func TestDispatcherStatsUnderConcurrency(t *testing.T) {
	d := newDispatcher(t, keymill.Candidate{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 10})})
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			batch := keymill.NewBatch("a", "bc")
			for range 100 {
				if err := d.Place(&keymill.Placement{}, &batch, keymill.Params{}); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	stats := d.Stats().Backends[0]
	require.Positive(t, stats.Seconds)
	stats.Seconds = 0
	require.Equal(t, keymill.BackendStats{Name: "cpu", Batches: 800, Keys: 1600, Bytes: 2400}, stats)
}

func TestProfileParallel(t *testing.T) {
	p := keymill.Profile{xxh3Ragged: {Fixed: 10, PerKey: 9, PerByte: 1.8}}
	require.Equal(t, p, p.Parallel(1))
	cost := p.Parallel(2)[xxh3Ragged]
	require.InDelta(t, 5, cost.PerKey, 1e-9)
	require.InDelta(t, 1, cost.PerByte, 1e-9)
	require.Greater(t, cost.Fixed, 1000.0)
	p[xxh3Ragged] = keymill.Cost{Fixed: 1e6}
	require.Greater(t, p.Parallel(2)[xxh3Ragged].Fixed, 1e6)
}

// BenchmarkDispatcher measures the dispatcher itself, over backends that do
// nothing: what a batch pays for being dispatched.
func BenchmarkDispatcher(b *testing.B) {
	bent := func(fixed, perKey float64) keymill.Profile {
		c := keymill.Cost{Fixed: fixed, PerKey: perKey}
		for i := range 5 {
			c.Beyond = append(c.Beyond, keymill.Piece{From: 1000 << (3 * i), Fixed: fixed, PerKey: perKey * (1 + float64(i)/10)})
		}
		return line(c)
	}
	six := keymill.Config{Candidates: []keymill.Candidate{
		{Profile: bent(100, 10)}, {Profile: bent(150, 3)}, {Profile: bent(160, 2)},
		{Profile: bent(4000, 5)}, {Profile: bent(4100, 1.5)}, {Profile: bent(4200, 1)},
	}}
	for i := range six.Candidates {
		six.Candidates[i].Backend = fake{fmt.Sprint(i), func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return nil }}
	}
	adapting := six
	adapting.Adapt = true
	p := keymill.Params{Scheme: place.Kafka(12)}
	for _, of := range []struct {
		name   string
		config keymill.Config
	}{{"1 of 6", six}, {"adapting", adapting}} {
		d, err := keymill.NewDispatcher(of.config)
		require.NoError(b, err)
		for _, keys := range []int{1, 100} { // so short that none is measured but to count seconds
			batch := keymill.NewBatch(make([]string, keys)...)
			dst := keymill.Placement{Parts: make([]uint32, keys)}
			b.Run(fmt.Sprintf("%s/%d keys", of.name, keys), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := d.Place(&dst, &batch, p); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
