package keymill

import (
	"bytes"
	"errors"
	"log/slog"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// sick is a backend that fails while it is broken.
type sick struct {
	name   string
	broken bool
	calls  atomic.Int64
}

func (s *sick) Name() string { return s.name }

func (s *sick) Place(*Placement, *Batch, Params) error {
	s.calls.Add(1)
	if s.broken {
		return errors.New("lost")
	}
	return nil
}

// hospital is a dispatcher whose clock and self-tests are those of a test.
type hospital struct {
	*Dispatcher
	now     time.Duration
	tests   int
	verdict func() error
	pending []func() // tests that have been begun
	gpu     *sick
	text    bytes.Buffer
}

func newHospital(t *testing.T) *hospital {
	h := &hospital{gpu: &sick{name: "gpu"}, verdict: func() error { return nil }}
	free := Profile{}
	for i := range numOps {
		free[opOfIndex(i)] = Cost{}
	}
	d, err := NewDispatcher(Config{
		Candidates: []Candidate{{Backend: &sick{name: "cpu"}}, {Backend: h.gpu, Profile: free}},
		Clock:      func() time.Duration { return h.now },
		Log:        slog.New(slog.NewTextHandler(&h.text, nil)),
	})
	require.NoError(t, err)
	h.Dispatcher = d
	d.spawn = func(f func()) { h.pending = append(h.pending, f) }
	d.selfTest = func(b Backend) error {
		require.Equal(t, "gpu", b.Name())
		h.tests++
		return h.verdict()
	}
	return h
}

// after lets time pass, places a batch, and says whether the device had it.
func (h *hospital) after(t *testing.T, d time.Duration) bool {
	t.Helper()
	h.now += d
	before := h.gpu.calls.Load()
	b := NewBatch("a")
	require.NoError(t, h.Place(&Placement{}, &b, Params{Scheme: place.Mod(3)}))
	return h.gpu.calls.Load() > before
}

// finish runs the self-tests that have been begun.
func (h *hospital) finish() {
	for _, f := range h.pending {
		f()
	}
	h.pending = nil
}

// What failed is away for a second, is tested once, and returns if that went well.
func TestRecovery(t *testing.T) {
	h := newHospital(t)
	require.True(t, h.after(t, 0))
	h.gpu.broken = true
	require.True(t, h.after(t, 0), "it fails, and another redoes the batch")
	h.gpu.broken = false
	require.False(t, h.after(t, firstQuarantine-1))
	require.Empty(t, h.pending)
	require.False(t, h.after(t, 1), "batches do not wait for the test")
	require.False(t, h.after(t, time.Hour), "nor take part before it is over")
	require.Len(t, h.pending, 1, "one test at a time")
	h.finish()
	require.Equal(t, 1, h.tests)
	require.True(t, h.after(t, 0))
	stats := h.Stats().Backends[1]
	require.Empty(t, stats.Quarantine)
	require.Equal(t, uint64(1), stats.Quarantines)
	told := h.text.String()

	// It fails again at once: two seconds.
	h.gpu.broken = true
	require.True(t, h.after(t, 0))
	h.after(t, 2*firstQuarantine-1)
	require.Empty(t, h.pending)
	h.after(t, 1)
	require.Len(t, h.pending, 1)
	require.Regexp(t, `(?s)^\S+ level=WARN msg="[^"]*in quarantine" backend=gpu reason=lost for=1s\n\S+ level=INFO msg="[^"]*chosen again" backend=gpu\n$`, told)
}

// Each time that a test fails, or a batch soon after it, it is away for twice as long.
func TestQuarantineBacksOff(t *testing.T) {
	h := newHospital(t)
	h.gpu.broken = true
	require.True(t, h.after(t, 0))
	h.verdict = func() error { return errors.New("still lost") }
	for away := firstQuarantine; away < 2*longestQuarantine; away *= 2 {
		away := min(away, longestQuarantine)
		require.False(t, h.after(t, away-1))
		require.Empty(t, h.pending, "%s is not over", away)
		require.False(t, h.after(t, 1))
		require.Len(t, h.pending, 1, "%s is over", away)
		h.finish()
	}
	require.Equal(t, "lost", h.Stats().Backends[1].Quarantine, "why it came there")
	h.verdict = func() error { panic("driver bug") }
	h.after(t, longestQuarantine)
	h.finish()
	require.NotEmpty(t, h.Stats().Backends[1].Quarantine, "a panic is a failure")

	// It passes, and fails at the next batch: as long again, not a second.
	h.verdict = func() error { return nil }
	h.after(t, longestQuarantine)
	h.finish()
	require.True(t, h.after(t, time.Minute))
	require.False(t, h.after(t, longestQuarantine-1))
	require.Empty(t, h.pending)
	h.after(t, 1)
	h.finish()

	// It works for long: what happens then is a new story.
	h.gpu.broken = false
	require.True(t, h.after(t, 0))
	h.gpu.broken = true
	require.True(t, h.after(t, trustAfter*longestQuarantine+1))
	h.after(t, firstQuarantine)
	require.Len(t, h.pending, 1)
}

// By itself, with the real self-test and on a goroutine, it works alike.
func TestRecoveryBySelfTest(t *testing.T) {
	h := newHospital(t)
	done := make(chan struct{})
	h.selfTest, h.spawn = SelfTest, func(f func()) { go func() { f(); close(done) }() }
	h.gpu.broken = true
	h.after(t, 0)
	h.after(t, firstQuarantine)
	<-done
	require.Contains(t, h.text.String(), "stays in quarantine", "it computes nothing, so it may not return")
	require.Equal(t, uint64(2), h.quarantine.Load())
}

// What adaptation has learnt decides the shares, too.
func TestSharesFollowScales(t *testing.T) {
	cost := Profile{{Hash: hash.XXH3, Class: Width8}: {PerKey: 10}}
	d, err := NewDispatcher(Config{Adapt: true, Split: true, Candidates: []Candidate{
		{Backend: &sick{name: "cpu"}, Profile: cost}, {Backend: &sick{name: "gpu"}, Profile: cost, Device: true},
	}})
	require.NoError(t, err)
	b := Batch{Width: 8, Data: make([]byte, 8_000_000)}
	var w work
	w.init(&Placement{}, &b, &Params{})
	shares := d.shares(&w)
	require.Len(t, shares, 2)
	require.InDelta(t, 0.5, shares[0].part, 0.001)
	d.candidates[1].adapted[w.at].scale.Store(math.Float64bits(4))
	shares = d.shares(&w)
	require.Len(t, shares, 2)
	require.InDelta(t, 0.8, shares[0].part, 0.001)
	require.InDelta(t, 0.2, shares[1].part, 0.001)
	require.InDelta(t, 1, shares[0].part+shares[1].part, 1e-12)

	// So it does which of several ways to use the processor takes part.
	d, err = NewDispatcher(Config{Adapt: true, Split: true, Candidates: []Candidate{
		{Backend: &sick{name: "cpu"}, Profile: cost},
		{Backend: &sick{name: "cpu*2"}, Profile: Profile{{Hash: hash.XXH3, Class: Width8}: {PerKey: 15}}},
		{Backend: &sick{name: "gpu"}, Profile: cost, Device: true},
	}})
	require.NoError(t, err)
	require.Equal(t, 0, d.shares(&w)[0].chosen.index)
	d.candidates[0].adapted[w.at].scale.Store(math.Float64bits(2))
	require.Equal(t, 1, d.shares(&w)[0].chosen.index)
}

// What two batches in a row agree on is believed, by a quarter at a time; one alone is not.
func TestLearn(t *testing.T) {
	op := Op{Hash: hash.XXH3, Class: Width8}
	d, err := NewDispatcher(Config{Adapt: true, Candidates: []Candidate{{Backend: &sick{name: "cpu"}, Profile: Profile{op: {PerKey: 1000}}}}})
	require.NoError(t, err)
	var w work
	w.init(&Placement{}, &Batch{Width: 8, Data: make([]byte, 8000)}, &Params{})
	learn := func(times ...float64) (scale float64) {
		for _, n := range times {
			d.learn(choice{nanos: 1e6}, &w, time.Duration(n*1e6))
		}
		return d.candidates[0].scale(w.at)
	}
	require.InDelta(t, 1, learn(16), 1e-6, "one says so")
	require.InDelta(t, 1, learn(1, 16, 1, 16), 1e-6, "they do not agree")
	require.InDelta(t, 2, learn(16), 1e-6, "a quarter of the way to 16, as logarithms")
	require.InDelta(t, 2, learn(0.1, 4), 1e-6)
	faster := 2 * math.Pow(2, 0.25)
	require.InDelta(t, faster, learn(16), 1e-6, "they agree on 4, not on 16")
	require.InDelta(t, faster, learn(1), 1e-6)
	require.InDelta(t, math.Pow(faster, 0.75), learn(0.25), 1e-6, "they agree on 1, not on a quarter")

	// At a trial all is believed, and a second one comes at once.
	a := &d.candidates[0].adapted[w.at]
	learn(8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8)
	before := d.candidates[0].scale(w.at)
	d.learn(choice{nanos: 1e6, trial: true}, &w, time.Millisecond)
	require.InDelta(t, before, d.candidates[0].scale(w.at), 1e-6)
	require.True(t, a.due(10))
	d.learn(choice{nanos: 1e6, trial: true}, &w, 1100*time.Microsecond)
	require.InDelta(t, 1.1, d.candidates[0].scale(w.at), 1e-3)
}

// Of several that are due the first is tried, and none in quarantine.
func TestPickOfThoseThatAreDue(t *testing.T) {
	op := Op{Hash: hash.XXH3, Class: Width8}
	at, _ := op.index()
	d, err := NewDispatcher(Config{Adapt: true, Candidates: []Candidate{
		{Backend: &sick{name: "cpu"}, Profile: Profile{op: {PerKey: 20}}},
		{Backend: &sick{name: "one"}, Profile: Profile{op: {PerKey: 10}}},
		{Backend: &sick{name: "two"}, Profile: Profile{op: {PerKey: 10}}},
	}})
	require.NoError(t, err)
	require.Equal(t, "one", d.Plan(op, 1000, 8000).Name())
	for i := range d.candidates[1:] {
		a := &d.candidates[1+i].adapted[at]
		a.scale.Store(math.Float64bits(4)) // twice as slow as cpu
		a.waiting.Store(trialShare*2 - 1)
	}
	require.Equal(t, "cpu", d.Plan(op, 1000, 8000).Name())
	d.candidates[1].adapted[at].waiting.Add(1)
	d.candidates[2].adapted[at].waiting.Add(1)
	require.Equal(t, "one", d.Plan(op, 1000, 8000).Name())
	d.quarantine.Store(1 << 1)
	require.Equal(t, "two", d.Plan(op, 1000, 8000).Name())
	d.quarantine.Store(1<<1 | 1<<2)
	require.Equal(t, "cpu", d.Plan(op, 1000, 8000).Name())
}
