package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// small makes a config the smallest that there is.
func small(c Config) Config {
	c.Keys, c.Rounds, c.Seed, c.memory = minKeys, minRounds, 1, 1<<20
	if c.Backend == "" {
		c.Backend = "cpu" // which every machine has
	}
	return c
}

// quick makes it one of fewer rows, too.
func quick(c Config) Config {
	c.Quick = true
	return small(c)
}

// runQuick runs the smallest table of its kind.
func runQuick(t *testing.T, c Config) *Report {
	t.Helper()
	report, err := Run(t.Context(), quick(c))
	require.NoError(t, err)
	return report
}

// names are those of the work, once each, in the order of the report.
func names(r *Report) (all []string) {
	for i, row := range r.Rows {
		if i == 0 || r.Rows[i-1].Name != row.Name {
			all = append(all, row.Name)
		}
	}
	return all
}

// sound says what holds for each report.
func sound(t *testing.T, r *Report) {
	t.Helper()
	require.Equal(t, minRounds, r.Rounds)
	require.Equal(t, "key", r.Unit)
	require.Equal(t, ThisMachine().Processor, r.Machine.Processor)
	require.Positive(t, r.AA.Ratio)
	require.LessOrEqual(t, r.AA.CI[0], r.AA.Ratio)
	require.GreaterOrEqual(t, r.AA.CI[1], r.AA.Ratio)
	for _, row := range r.Rows {
		require.Positive(t, row.OursNS, row.Name)
		require.Positive(t, row.PeerNS, row.Name)
		require.Positive(t, row.CI[0], row.Name)
		require.True(t, row.interval().Holds(row.Ratio), row.Name)
		require.GreaterOrEqual(t, len(row.Samples.Peer), minRounds, row.Name)
		require.Contains(t, []string{Met, Missed, Noisy, Info}, row.Verdict)
	}
	require.NoError(t, r.WriteJSON(&bytes.Buffer{}))
}

// Every function is measured against its definition, and held to its results.
func TestHashTable(t *testing.T) {
	t.Parallel()
	rounds := 0
	report, err := Run(t.Context(), small(Config{
		Table: "hash", Workloads: []string{"fixed16", "uniform1-32"},
		Progress: func(done, total int) {
			rounds++
			require.Equal(t, rounds, done)
			require.Equal(t, len(hash.All())*2*(minRounds+warmRounds), total)
		},
	}))
	require.NoError(t, err)
	sound(t, report)
	var want []string
	for _, f := range hash.All() {
		want = append(want, f.String()+" fixed16", f.String()+" uniform1-32")
	}
	require.Equal(t, want, names(report))
	require.Equal(t, len(want)*(minRounds+warmRounds), rounds)
	require.Equal(t, len(want)*minRounds, report.AA.Rounds)
	for _, row := range report.Rows {
		assert.Equal(t, "cpu", row.Ours)
		assert.Equal(t, definition, row.Peer)
		assert.NotNil(t, row.RoofShare)
		assert.Len(t, row.Samples.Ours, minRounds)
	}
	require.Empty(t, report.Notes)
	roofs := 1
	if hasNonTemporal {
		roofs = 2
	}
	require.Len(t, report.Roof, 2*roofs, "each roof once, though each function has it")
	assert.Equal(t, "fixed16: 16 bytes read and 8 written a key", report.Roof[0].Name)
	for _, l := range report.Roof {
		assert.Positive(t, l.NS)
	}
}

// Every preset is measured, with partitions that it takes.
func TestPlaceTable(t *testing.T) {
	t.Parallel()
	report, err := Run(t.Context(), small(Config{Table: "place", Workloads: []string{"ascii16"}}))
	require.NoError(t, err)
	sound(t, report)
	var want []string
	for _, preset := range place.Presets() {
		want = append(want, preset.Name+" ascii16")
	}
	for _, preset := range place.MemberPresets() {
		want = append(want, preset.Name+" ascii16")
	}
	require.Equal(t, want, names(report))
	require.Equal(t, "ascii16: 16 bytes read and 4 written a key", report.Roof[0].Name)
}

// A system that hashes text is not measured with random bytes, and a note says so.
func TestPlaceTextOnly(t *testing.T) {
	t.Parallel()
	report := runQuick(t, Config{Table: "place", Workloads: []string{"fixed16", "user"}, Only: "elasticsearch"})
	require.Equal(t, []string{"elasticsearch user"}, names(report))
	require.Equal(t, []string{"elasticsearch fixed16 is left out: its keys are no text, which the system hashes"}, report.Notes)
	for _, scheme := range []place.Scheme{place.Elasticsearch(12), place.VitessHash(12), place.Redis(), place.Kafka(12)} {
		for _, family := range familiesOf(scheme) {
			require.NotEmpty(t, names(runQuick(t, Config{Table: "place", Workloads: []string{family}, Only: scheme.Name + " "})), "%s %s", scheme.Name, family)
		}
	}
}

// A quick table has a few rows of each kind, and --only picks of them.
func TestQuickAndOnly(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"xxh3 fixed16", "xxh3 uniform1-32", "xxh3 user", "xxh64 fixed16", "murmur3-32 fixed16", "crc32c fixed16",
	}, names(runQuick(t, Config{Table: "hash"})))
	require.Equal(t, []string{"kafka fixed16", "redis ascii16", "cassandra fixed16", "iceberg fixed16",
		"spark fixed16", "jump fixed16"}, names(runQuick(t, Config{Table: "place"})))
	require.Equal(t, []string{"xxh3 user"}, names(runQuick(t, Config{Table: "hash", Only: "3 user"})))
	_, err := Run(t.Context(), small(Config{Table: "place", Only: "kafak"}))
	require.EqualError(t, err, `no row of table place has "kafak" in its name`)
}

func TestRunErrors(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]Config{
		`unknown table "hsah": did you mean "hash"?`:                               {Table: "hsah"},
		`unknown table "": use one of hash, place, kv`:                             {},
		`5 rounds: it takes 6 or more, for fewer tell nothing at 95 %`:             {Table: "hash", Rounds: 5},
		`1 rounds: it takes 6 or more`:                                             {Table: "kv", Rounds: 1},
		`-6 rounds: it takes 6 or more`:                                            {Table: "place", Rounds: -6},
		`-1 keys: it takes 1 to 67108864`:                                          {Table: "place", Keys: -1},
		`67108865 keys: it takes 1 to 67108864`:                                    {Table: "hash", Keys: 1<<26 + 1},
		`unknown workload "fixd16": did you mean "fixed16"?`:                       {Table: "hash", Workloads: []string{"fixd16"}},
		`unknown workload "usr": did you mean "user"?`:                             {Table: "place", Workloads: []string{"usr"}},
		`unknown workload "uiud": did you mean "uuid"?`:                            {Table: "kv", Worker: be("worker"), Workloads: []string{"uiud"}},
		`backend "simdd" is not available here`:                                    {Table: "hash", Backend: "simdd"},
		`32767 rows: it takes 32768 or more, or branch predictors learn them`:      {Table: "kv", Worker: be("worker"), Keys: minKeys - 1},
		`the table kv runs each store in a process of its own: Config.Worker says`: {Table: "kv"},
		`kv/ref: worker ` + be("dead")[0] + ` be dead: it has ended: `:             {Table: "kv", Worker: be("dead"), Keys: minKeys},
		`workload paths: open gone: `:                                              {Table: "kv", Worker: be("worker"), Workloads: []string{"paths"}, Paths: "gone"},
	} {
		report, err := Run(t.Context(), c)
		require.ErrorContains(t, err, says, "%+v", c)
		require.NotContains(t, err.Error(), "\n")
		require.Nil(t, report)
	}
}

// fakeBackend is cpu, but for what a test has it do.
type fakeBackend struct {
	keymill.Backend
	name  string
	place func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error // nil: what cpu does
}

func (f *fakeBackend) Name() string { return f.name }

func (f *fakeBackend) Place(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
	if f.place != nil {
		return f.place(dst, b, p)
	}
	return f.Backend.Place(dst, b, p)
}

func fake(name string, place func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error) *fakeBackend {
	return &fakeBackend{cpu.New(), name, place}
}

// A backend with one bit wrong, in one key of one batch, ends the run.
func TestWrongBackendIsFound(t *testing.T) {
	t.Parallel()
	for table, says := range map[string]string{"hash": "xxh3 user: ", "place": "kafka user: "} {
		var calls atomic.Int64
		c := small(Config{Table: table, Workloads: []string{"user"}})
		c.Backends = []keymill.Backend{cpu.New(), fake("wrong", func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
			err := cpu.New().Place(dst, b, p)
			if calls.Add(1) == 3 { // after one that asks whether it can
				if dst.Hashes != nil {
					dst.Hashes[31_000] ^= 1 << 40
				} else {
					dst.Parts[31_000] ^= 1
				}
			}
			return err
		})}
		// It is the first to have the batch, or one of several.
		c.Only = says[:len(says)-2]
		c.Peers.Hash = []HashPeer{{Name: "right", Func: hash.XXH3, Hash: defined(hash.XXH3)}}
		report, err := Run(t.Context(), c)
		require.Nil(t, report)
		require.Regexp(t, "^"+says+`(wrong: its result for batch \d+ is not that of \S+|\S+: its result for batch \d+ is not that of wrong): what differs`, err)
	}
}

// A backend that leaves results out is not saved by those of another, which are
// in the same memory.
func TestLazyBackendIsFound(t *testing.T) {
	t.Parallel()
	c := small(Config{Table: "hash", Workloads: []string{"fixed16"}, Only: "xxh3"})
	c.Backends = []keymill.Backend{fake("lazy", func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return nil })}
	_, err := Run(t.Context(), c)
	require.ErrorContains(t, err, "what differs cannot be compared")
}

// What a backend does not compute is a note, where none does, no row; what fails
// is an error.
func TestUnsupportedIsLeftOut(t *testing.T) {
	t.Parallel()
	c := Config{Table: "hash", Workloads: []string{"fixed16"}, Only: "xxh"}
	c.Backends = []keymill.Backend{cpu.New(), fake("half", func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
		if p.Hash == hash.XXH64 {
			return fmt.Errorf("half: %w", keymill.ErrUnsupported)
		}
		return cpu.New().Place(dst, b, p)
	})}
	report := runQuick(t, c)
	var sides []string
	for _, row := range report.Rows {
		sides = append(sides, row.Name+" "+row.Ours)
	}
	require.Equal(t, []string{"xxh3 fixed16 cpu", "xxh3 fixed16 half", "xxh64 fixed16 cpu", "xxh32 fixed16 cpu", "xxh32 fixed16 half"}, sides)
	require.Equal(t, []string{"xxh64 fixed16 is without half, which does not compute it"}, report.Notes)

	c.Backends = c.Backends[1:]
	report = runQuick(t, c)
	require.Equal(t, []string{"xxh3 fixed16", "xxh32 fixed16"}, names(report))
	require.Len(t, report.Notes, 1)

	broken := errors.New("the device is lost")
	c.Backends = []keymill.Backend{fake("broken", func(*keymill.Placement, *keymill.Batch, keymill.Params) error { return broken })}
	_, err := Run(t.Context(), small(c))
	require.ErrorIs(t, err, broken)
	require.EqualError(t, err, "xxh3 fixed16: broken: the device is lost")
}

// The run ends when its context does, with its error.
func TestContextEndsRuns(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"hash", "place"} {
		ctx, cancel := context.WithCancel(t.Context())
		c := small(Config{Table: table, Workloads: []string{"fixed16"}})
		c.Progress = func(done, _ int) {
			if done == 3 {
				cancel()
			}
			require.LessOrEqual(t, done, 3)
		}
		report, err := Run(ctx, c)
		require.ErrorIs(t, err, context.Canceled, table)
		require.EqualError(t, err, "context canceled")
		require.Nil(t, report)
	}
}

// So it is when the context ends while a worker is at work, or before the table
// is made: what a worker says of its end is no news.
func TestContextEndsRunsOfWorkers(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := small(Config{Table: "hash", Workloads: []string{"ascii128"}, Only: "xxh3"})
	c.Peers.Hash = []HashPeer{{Name: "stuck", Func: hash.XXH3, Command: be("stuck", knocked(t, cancel))}}
	for range 2 {
		report, err := Run(ctx, c)
		require.ErrorIs(t, err, context.Canceled)
		require.EqualError(t, err, "context canceled")
		require.Nil(t, report)
	}
}

// Notes of the peers are in the report, and stay what they are.
func TestNotesOfPeers(t *testing.T) {
	t.Parallel()
	notes := append(make([]string, 0, 8), "from the peers")
	c := Config{Table: "hash", Workloads: []string{"paths", "fixed16"}, Only: "xxh64", Peers: Peers{Notes: notes}}
	first := runQuick(t, c)
	require.Len(t, first.Notes, 2)
	c.Workloads = nil
	require.Equal(t, notes, runQuick(t, c).Notes)
	require.Empty(t, notes[:2][1], "nothing is written behind them")
}
