package keymill_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

// splitter is a dispatcher that shares out large batches, and what it observed.
type splitter struct {
	*keymill.Dispatcher
	mu   sync.Mutex
	seen []keymill.Decision
}

func newSplitter(t testing.TB, candidates ...keymill.Candidate) *splitter {
	t.Helper()
	s := &splitter{}
	d, err := keymill.NewDispatcher(keymill.Config{Candidates: candidates, Split: true, Observe: s.observe})
	require.NoError(t, err)
	s.Dispatcher = d
	return s
}

func (s *splitter) observe(d keymill.Decision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, d)
}

// keys returns how many keys each backend had.
func (s *splitter) keys() map[string]int {
	keys := map[string]int{}
	for _, d := range s.seen {
		if d.Err == nil {
			keys[d.Chosen] += d.Keys
		}
	}
	return keys
}

func gpu(name string, fail func() error, cost keymill.Cost) keymill.Candidate {
	return keymill.Candidate{Backend: device(name, fail), Profile: line(cost), Device: true}
}

// Each gets what it should finish when the others do.
func TestSplitProportions(t *testing.T) {
	s := newSplitter(t,
		keymill.Candidate{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 20})},
		keymill.Candidate{Backend: fake{"cpu*2", cpu.New().Place}, Profile: line(keymill.Cost{PerKey: 10})},
		gpu("gpu", works, keymill.Cost{Fixed: 100_000, PerKey: 5}),
		gpu("slow", works, keymill.Cost{Fixed: 1e9, PerKey: 5}), // before it has begun the others are done
		keymill.Candidate{Backend: device("none", works), Device: true},
	)
	const n = 1_000_000
	place8(t, s, n)
	// n = T/10 + (T - 100,000)/5
	require.InDelta(t, 340_000, s.keys()["cpu*2"], 100)
	require.InDelta(t, 660_000, s.keys()["gpu"], 100)
	require.Equal(t, n, s.keys()["cpu*2"]+s.keys()["gpu"], "and nobody else")
	for _, d := range s.seen {
		require.True(t, d.Share)
		i := slices.IndexFunc(d.Predicted, func(p keymill.Prediction) bool { return p.Backend == d.Chosen })
		require.InDelta(t, 3.4e6, d.Predicted[i].Nanos, 3.4e3, "%s finishes with the other", d.Chosen)
	}
	require.Equal(t, uint64(1), s.Stats().Splits)
}

// A batch that one does in no time is not shared out, nor one of which others would
// hardly take a part, nor any without Split.
func TestSplitIsForLargeBatches(t *testing.T) {
	host := keymill.Candidate{Backend: cpu.New(), Profile: line(keymill.Cost{PerKey: 10})}
	s := newSplitter(t, host, gpu("gpu", works, keymill.Cost{PerKey: 10}))
	place8(t, s, 100_000) // 1 ms
	require.Zero(t, s.Stats().Splits)
	place8(t, s, 300_000)
	require.Equal(t, uint64(1), s.Stats().Splits)

	s = newSplitter(t, host, gpu("gpu", works, keymill.Cost{PerKey: 200}))
	place8(t, s, 300_000)
	require.Zero(t, s.Stats().Splits)

	s = newSplitter(t, host, keymill.Candidate{Backend: device("twin", works), Profile: line(keymill.Cost{PerKey: 10})})
	place8(t, s, 300_000)
	require.Zero(t, s.Stats().Splits, "both are the processor")

	d := newDispatcher(t, host, gpu("gpu", works, keymill.Cost{PerKey: 10}))
	place8(t, d, 300_000)
	require.Zero(t, d.Stats().Splits)
}

// dear lets every batch be shared out.
var dear = keymill.Cost{Fixed: 1e6, PerKey: 1e7, PerByte: 1e4}

// The results of shares are those of the whole batch, whatever the batch.
func TestSplitConformance(t *testing.T) {
	for _, check := range backendtest.Checks() {
		if check.Name == "allocations" { // a batch of milliseconds may allocate
			continue
		}
		d, err := keymill.NewDispatcher(keymill.Config{Split: true, Candidates: []keymill.Candidate{
			{Backend: cpu.New(), Profile: line(dear)}, gpu("gpu:0", works, dear), gpu("gpu:1", works, dear),
		}})
		require.NoError(t, err)
		require.NoError(t, check.Run(d), check.Name)
		require.NotZero(t, d.Stats().Splits, check.Name)
	}
}

// A share that its backend fails at or does not support, others redo.
func TestSplitWithABrokenDevice(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error":       func() error { return errors.New("device lost") },
		"unsupported": func() error { return fmt.Errorf("no kernel: %w", keymill.ErrUnsupported) },
		"panic":       func() error { panic("driver bug") },
	} {
		s := newSplitter(t, keymill.Candidate{Backend: cpu.New(), Profile: line(dear)}, gpu("gpu", fail, dear))
		batch := keymill.NewBatch("a", "bc", "", "def", "g", "hi", "j")
		dst := keymill.Placement{}
		dst.Resize(keymill.OutHashes|keymill.OutParts|keymill.OutCounts, batch.Len(), 5)
		p := keymill.Params{Scheme: place.Mod(5)}
		require.NoError(t, s.Place(&dst, &batch, p), name)
		require.NoError(t, keymill.Verify(&dst, &batch, p), name)
		stats := s.Stats()
		require.Equal(t, uint64(1), stats.Backends[1].Failures+stats.Backends[1].Unsupported, name)
		require.Equal(t, uint64(7), stats.Backends[0].Keys, name)
		require.Equal(t, name != "unsupported", stats.Backends[1].Quarantine != "", name)

		require.NoError(t, s.Place(&dst, &batch, p), name)
		require.NoError(t, keymill.Verify(&dst, &batch, p), name)
		if name != "unsupported" {
			require.Equal(t, uint64(1), s.Stats().Splits, "what is in quarantine gets no share")
		}
	}
}

// Errors name the key of the batch, not of the share; a panic reaches the caller.
func TestSplitErrors(t *testing.T) {
	s := newSplitter(t, keymill.Candidate{Backend: cpu.New(), Profile: line(dear)}, gpu("gpu", works, dear))
	batch := keymill.Batch{Data: make([]byte, 100), Offsets: []uint32{0, 1, 2, 3, 4, 5, 6, 7, 3, 9}}
	err := s.Place(&keymill.Placement{Hashes: make([]uint64, 9)}, &batch, keymill.Params{})
	var wrong *keymill.BatchError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, 7, wrong.Key)
	require.Empty(t, s.Stats().Backends[1].Quarantine)

	require.ErrorIs(t, s.Place(&keymill.Placement{Hashes: make([]uint64, 1)}, &batch, keymill.Params{}), keymill.ErrInvalid)

	s = newSplitter(t, keymill.Candidate{Backend: device("cpu", func() error { panic("bug") }), Profile: line(dear)}, gpu("gpu", works, dear))
	batch = keymill.NewBatch("a", "b")
	require.Panics(t, func() { _ = s.Place(&keymill.Placement{Hashes: make([]uint64, 2)}, &batch, keymill.Params{}) })
}
