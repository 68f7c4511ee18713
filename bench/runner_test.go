package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// event is a run of a fake side.
type event struct {
	side  string
	batch int
}

// log makes sides which take a time that is chosen, and keeps what they were
// asked for.
type log struct {
	events []event
	took   func(e event) time.Duration // nil: a microsecond
	digest func(e event) uint64        // nil: that of the batch
	err    func(e event) error         // nil: none
}

func (l *log) side(name string) side {
	return side{name: name, run: func(batch int) (took time.Duration, digest uint64, err error) {
		e := event{name, batch}
		l.events = append(l.events, e)
		took, digest = time.Microsecond, uint64(batch)
		if l.took != nil {
			took = l.took(e)
		}
		if l.digest != nil {
			digest = l.digest(e)
		}
		if l.err != nil {
			err = l.err(e)
		}
		return took, digest, err
	}}
}

func (l *log) sides(names ...string) (sides []side) {
	for _, name := range names {
		sides = append(sides, l.side(name))
	}
	return sides
}

// group has sides "ours", "peer" and so on of the log.
func (l *log) group(name string, batches int) *group {
	return &group{name: name, keys: 1000, batches: batches, ours: l.sides("ours", "ours 2"), peers: l.sides("peer"), roofs: l.sides("roof")}
}

func newRunner(rounds int) *runner {
	return &runner{rounds: rounds, passes: 4, rng: rand.New(rand.NewPCG(1, 1))}
}

// Each round runs each side once, and the first of ours twice, in an order that
// differs; and each run has the next batch, but for the rounds to warm up.
func TestRounds(t *testing.T) {
	const rounds = 100
	l := &log{}
	g := l.group("g", 7)
	require.NoError(t, newRunner(rounds).run(t.Context(), []*group{g}))
	require.Len(t, l.events, (rounds+warmRounds)*5)
	orders, places := map[string]int{}, map[event]int{}
	for round := range slices.Chunk(l.events, 5) {
		var sides []string
		for place, e := range round {
			sides = append(sides, e.side)
			places[event{e.side, place}]++
		}
		orders[fmt.Sprint(sides)]++
		slices.Sort(sides)
		require.Equal(t, []string{"ours", "ours", "ours 2", "peer", "roof"}, sides)
	}
	assert.Greater(t, len(orders), 30, "of the 60 orders that there are")
	for _, name := range []string{"ours", "ours 2", "peer", "roof"} {
		for place := range 5 {
			assert.Greater(t, places[event{name, place}], 5, "%s at place %d", name, place)
		}
	}
	for i, e := range l.events {
		batch := i / 5 // of the rounds to warm up: one for all
		if warm := 5 * warmRounds; i >= warm {
			batch = warmRounds + i - warm
		}
		require.Equal(t, batch%7, e.batch, "run %d", i)
	}
	for _, samples := range [][]float64{g.samples.ours[0], g.samples.ours[1], g.samples.peers[0], g.samples.roofs[0], g.samples.again} {
		require.Equal(t, slices.Repeat([]float64{1}, rounds), samples, "a microsecond for 1000 keys")
	}
}

// What the first rounds took, in which memory is touched for the first time, is
// in no sample.
func TestWarmRoundsAreDiscarded(t *testing.T) {
	l := &log{}
	l.took = func(event) time.Duration {
		if len(l.events) <= 5*warmRounds {
			return time.Hour
		}
		return time.Microsecond
	}
	g := l.group("g", 2)
	require.NoError(t, newRunner(9).run(t.Context(), []*group{g}))
	for _, samples := range [][]float64{g.samples.ours[0], g.samples.ours[1], g.samples.peers[0], g.samples.roofs[0], g.samples.again} {
		require.Equal(t, slices.Repeat([]float64{1}, 9), samples)
	}
}

// The passes spread the rounds of each group over the whole run, and a group may
// have rounds of its own.
func TestPasses(t *testing.T) {
	var order []string
	part := func(name string, rounds int) *group {
		return &group{name: name, keys: 1, batches: 1, rounds: rounds, ours: []side{{name: name, run: func(int) (time.Duration, uint64, error) {
			order = append(order, name)
			return 1, 0, nil
		}}}}
	}
	a, b := part("a", 0), part("b", 7)
	progress := [][2]int{}
	r := newRunner(10)
	r.progress = func(done, total int) { progress = append(progress, [2]int{done, total}) }
	require.NoError(t, r.run(t.Context(), []*group{a, b}))

	var passes []string // each stretch of one group: its name and its rounds, of two runs each
	for i, name := range order {
		if i == 0 || name != order[i-1] {
			passes = append(passes, name)
		} else {
			passes[len(passes)-1] += name
		}
	}
	lengths := []string{}
	for _, p := range passes {
		lengths = append(lengths, fmt.Sprint(p[:1], len(p)/2))
	}
	require.Equal(t, []string{"a4", "b3", "a3", "b2", "a2", "b2", "a3", "b2"}, lengths, "the first with two rounds to warm up")
	require.Len(t, a.samples.again, 10)
	require.Len(t, b.samples.again, 7)
	require.Len(t, progress, 10+7+2*warmRounds)
	for i, p := range progress {
		require.Equal(t, [2]int{i + 1, len(progress)}, p)
	}
}

// The run ends with the round in which the context ends.
func TestContextEndsRounds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l := &log{}
	l.took = func(event) time.Duration {
		if len(l.events) == 31 {
			cancel()
		}
		return 1
	}
	require.ErrorIs(t, newRunner(100).run(ctx, []*group{l.group("g", 2)}), context.Canceled)
	require.Len(t, l.events, 35)
}

// A side that computes something else than the others ends the run, and the
// error names the work, the side, and the one whose result it is not.
func TestDifferentDigest(t *testing.T) {
	for wrong, by := range map[string]string{"peer": `(ours|ours 2|roof)`, "ours": `(peer|ours 2|roof)`, "ours 2": `(peer|ours|roof)`} {
		l := &log{digest: func(e event) uint64 {
			if e.side == wrong && e.batch == 4 {
				return 99
			}
			return uint64(e.batch)
		}}
		err := newRunner(100).run(t.Context(), []*group{l.group("xxh3 user", 7)})
		// Who is the first to do a batch is held to be right; the other is named too.
		require.Regexp(t, `^xxh3 user: (`+wrong+`: its result for batch 4 is not that of `+by+`|`+by+`: its result for batch 4 is not that of `+wrong+
			`): what differs cannot be compared$`, err)
	}
	// One that changes its own mind, too.
	l := &log{}
	l.digest = func(e event) uint64 { return uint64(len(l.events)) / 50 }
	g := &group{name: "g", keys: 1, batches: 3, ours: l.sides("ours")}
	require.ErrorContains(t, newRunner(100).run(t.Context(), []*group{g}), "g: ours: its result for batch")
}

// A side that computes something of its own is not held to the others, nor are
// the others to it: but to what it gave itself before, batch by batch.
func TestOwnDigest(t *testing.T) {
	for _, stable := range []bool{true, false} {
		l := &log{}
		l.digest = func(e event) uint64 {
			switch e.side {
			case "peer":
				return uint64(1000 + e.batch)
			case "other":
				if !stable && len(l.events) > 80 && e.batch == 2 {
					return 5
				}
				return uint64(2000 + e.batch)
			}
			return uint64(e.batch)
		}
		g := &group{name: "g", keys: 1, batches: 3, ours: l.sides("ours"), peers: l.sides("peer", "other", "same")}
		g.peers[0].own, g.peers[1].own = true, true
		err := newRunner(100).run(t.Context(), []*group{g})
		if stable {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, "g: other: its result for batch 2 is not that of other: what differs cannot be compared")
		}
	}
}

// However many batches there are, and however few rounds: the results of each
// side are compared with those of another.
func TestEachSideIsCompared(t *testing.T) {
	for _, wrong := range []string{"ours", "ours 2", "peer", "roof"} {
		l := &log{digest: func(e event) uint64 {
			if e.side == wrong {
				return 99_999
			}
			return uint64(e.batch)
		}}
		err := newRunner(minRounds).run(t.Context(), []*group{l.group("g", 10_000)})
		require.ErrorContains(t, err, "what differs cannot be compared", wrong)
		require.LessOrEqual(t, len(l.events), 5, "before anything is measured")
	}
}

func TestFailingSide(t *testing.T) {
	broken := errors.New("broken")
	l := &log{err: func(e event) error {
		if e.side == "peer" {
			return broken
		}
		return nil
	}}
	err := newRunner(10).run(t.Context(), []*group{l.group("kafka user", 3)})
	require.ErrorIs(t, err, broken)
	require.EqualError(t, err, "kafka user: peer: broken")
	require.LessOrEqual(t, len(l.events), 5, "the run ends there")
}

// The order of results counts, and a result that is missing.
func TestDigestOf(t *testing.T) {
	seen := map[uint64][]uint64{}
	const high = 1 << 63 // two of which must not cancel each other
	for _, words := range [][]uint64{{}, {1}, {2}, {1, 2}, {2, 1}, {1, 2, 3}, {1, 3, 2}, {1, 2, high}, {1, 2, 1 << 32}, {1 | high, 2 | high, 3}} {
		d := digestOf(words)
		require.NotContains(t, seen, d, "%v", words)
		seen[d] = words
	}
	require.Equal(t, digestOf([]uint64{7, 1 << 31}), digestOf([]uint32{7, 1 << 31}))
}
