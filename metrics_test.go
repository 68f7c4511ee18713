package keymill_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

func TestWriteMetrics(t *testing.T) {
	stats := keymill.Stats{Splits: 3, Backends: []keymill.BackendStats{
		{Name: "cpu", Batches: 5, Keys: 50, Bytes: 500, Seconds: 0.25},
		{Name: `odd"\` + "\n", Batches: 1, Failures: 2, Unsupported: 4, Quarantine: "lost", Quarantines: 6, Scales: []keymill.Scale{
			{Op: keymill.Op{Hash: hash.XXH3, Class: keymill.Width16, Reduce: place.ReduceMod}, Times: 1.5},
		}},
	}}
	var text bytes.Buffer
	require.NoError(t, stats.WriteMetrics(&text))
	for _, line := range []string{
		"# TYPE keymill_batches_total counter\nkeymill_batches_total{backend=\"cpu\"} 5\nkeymill_batches_total{backend=\"odd\\\"\\\\\\n\"} 1\n",
		`keymill_keys_total{backend="cpu"} 50`,
		`keymill_key_bytes_total{backend="cpu"} 500`,
		`keymill_busy_seconds_total{backend="cpu"} 0.25`,
		`keymill_failures_total{backend="odd\"\\\n"} 2`,
		`keymill_unsupported_total{backend="odd\"\\\n"} 4`,
		`keymill_quarantines_total{backend="odd\"\\\n"} 6`,
		`keymill_quarantined{backend="cpu"} 0`,
		`keymill_quarantined{backend="odd\"\\\n"} 1`,
		`keymill_cost_scale{backend="odd\"\\\n",op="xxh3/16/mod"} 1.5`,
		"\nkeymill_split_batches_total 3\n",
	} {
		require.Contains(t, text.String(), line)
	}
	for _, line := range strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n") {
		require.Regexp(t, `^(# (HELP|TYPE) keymill_\w+ .+|keymill_\w+(\{backend="([^"\\]|\\.)*"(,op="[^"]*")?\})? [0-9.e+-]+)$`, line)
	}

	broken := errors.New("broken pipe")
	require.ErrorIs(t, stats.WriteMetrics(writer(func([]byte) (int, error) { return 0, broken })), broken)
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// Long batches are all measured, short ones so that the sum is right.
func TestSeconds(t *testing.T) {
	w, slow, fast := newWorld()
	reads := 0
	d, err := keymill.NewDispatcher(keymill.Config{
		Clock: func() time.Duration { reads++; return w.clock() },
		Candidates: []keymill.Candidate{
			{Backend: slow, Profile: line(slow.cost)}, {Backend: fast, Profile: line(fast.cost)},
		},
	})
	require.NoError(t, err)
	for range 1000 {
		place8(t, d, 10) // 300 ns
	}
	require.LessOrEqual(t, reads, 2*(1000/64+8))
	require.InEpsilon(t, 1000*300e-9, d.Stats().Backends[0].Seconds, 1e-6)
	reads = 0
	for range 100 {
		place8(t, d, 5_000) // 150 µs
		place8(t, d, 50_000)
	}
	require.Equal(t, 400, reads)
	require.InEpsilon(t, 1000*300e-9+100*150e-6, d.Stats().Backends[0].Seconds, 1e-6)
	require.InEpsilon(t, 100*700e-6, d.Stats().Backends[1].Seconds, 1e-6)
}

// However large batches are, and while others count, nothing is lost, and no sum goes
// back, not even for a moment.
func TestCountsOnlyRise(t *testing.T) {
	idle := fake{"idle", func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return nil }}
	d := newDispatcher(t, keymill.Candidate{Backend: idle, Profile: line(keymill.Cost{PerKey: 1e-3})})
	data := make([]byte, 1<<20)
	var dst keymill.Placement // shared, so that all have one stripe
	var wg sync.WaitGroup
	var keys, bytes atomic.Uint64
	const workers, batches = 3, 20_000
	for g := range workers {
		wg.Go(func() {
			for i := range batches {
				n := 1 << (i * (g + 1) % 18)
				b := keymill.Batch{Width: 4, Data: data[:4*n]}
				if err := d.Place(&dst, &b, keymill.Params{}); err != nil {
					t.Error(err)
				}
				keys.Add(uint64(n))
				bytes.Add(uint64(4 * n))
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for last := (keymill.BackendStats{}); ; {
		now := d.Stats().Backends[0]
		require.GreaterOrEqual(t, now.Batches, last.Batches)
		require.GreaterOrEqual(t, now.Keys, last.Keys)
		require.GreaterOrEqual(t, now.Bytes, last.Bytes)
		last = now
		select {
		case <-done:
			now = d.Stats().Backends[0]
			require.Equal(t, []uint64{workers * batches, keys.Load(), bytes.Load()}, []uint64{now.Batches, now.Keys, now.Bytes})
			return
		default:
		}
	}
}

// Choices are told at the level of debugging.
func TestLogOfChoices(t *testing.T) {
	w, slow, fast := newWorld()
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	d := w.dispatcher(t, keymill.Config{Log: log}, slow, fast)
	place8(t, d, 50_000)
	require.Regexp(t, `level=DEBUG msg="keymill: a batch" backend=fast op=xxh3/8/none keys=50000 predicted=0.0007 seconds=0.0007`, text.String())
}

// With everything on, goroutines share a dispatcher without a race, and lose no count.
func TestDispatcherUnderLoad(t *testing.T) {
	var calls atomic.Int64
	flaky := fake{"flaky", func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if b.Len() < 8 && calls.Add(1)%5 == 0 { // the self-test's are longer
			return errors.New("lost for a moment")
		}
		return cpu.New().Place(dst, b, p)
	}}
	var clock sync.Mutex
	now := time.Duration(0)
	d, err := keymill.NewDispatcher(keymill.Config{
		Adapt: true, Split: true, Log: slog.New(slog.DiscardHandler),
		Clock: func() time.Duration { // a second a call: quarantine ends soon
			clock.Lock()
			defer clock.Unlock()
			now += time.Second
			return now
		},
		Candidates: []keymill.Candidate{
			{Backend: cpu.New(), Profile: line(keymill.Cost{Fixed: 1e6, PerKey: 4e5})},
			{Backend: keymill.Parallel(cpu.New(), 2), Profile: line(keymill.Cost{Fixed: 2e6, PerKey: 2e5})},
			{Backend: flaky, Profile: line(keymill.Cost{Fixed: 1e6, PerKey: 3e5}), Device: true},
		},
	})
	require.NoError(t, err)
	var wg sync.WaitGroup
	var want atomic.Uint64
	for g := range 4 {
		wg.Go(func() {
			batch := keymill.NewBatch("a", "bc", "", "def", "hello", "a longer key than the others", "x")
			p := keymill.Params{Scheme: place.Kafka(12)}
			var dst keymill.Placement
			for i := 0; i < 200 || d.Stats().Backends[2].Quarantines < 2; i++ { // until it came back and failed again
				b := batch.Slice(0, 1+(i+g)%batch.Len())
				dst.Resize(keymill.OutParts|keymill.OutCounts, b.Len(), 12)
				if err := d.Place(&dst, &b, p); err != nil {
					t.Error(err)
					return
				}
				if err := keymill.Verify(&dst, &b, p); err != nil {
					t.Error(err)
					return
				}
				want.Add(uint64(b.Len()))
			}
		})
	}
	wg.Wait()
	stats := d.Stats()
	require.Positive(t, stats.Splits)
	keys := uint64(0)
	for _, b := range stats.Backends {
		keys += b.Keys
	}
	require.Equal(t, want.Load(), keys)
}
