package plan

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/place"
)

// row is a row of a stream of tests.
type row struct {
	key, value string
	weight     uint64
	hash       uint64
	part       uint32
}

// someRows returns rows whose keys are drawn by Zipf's law: some heavy, most rare.
func someRows(t testing.TB, n int, parts uint32) []row {
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	zipf := rand.NewZipf(rng, 1.2, 3, uint64(n))
	all := make([]row, n)
	var keys keymill.Batch
	for i := range all {
		id := zipf.Uint64()
		all[i].key = fmt.Sprintf("user:%0*d", int(id%20), id)
		all[i].value = string(make([]byte, rng.IntN(50)))
		all[i].weight = rng.Uint64N(1000)
		require.NoError(t, keys.Append([]byte(all[i].key)))
	}
	var hashed, placed keymill.Placement
	hashed.Resize(keymill.OutHashes, n, 0)
	require.NoError(t, cpu.New().Place(&hashed, &keys, Identity()))
	placed.Resize(keymill.OutParts, n, 0)
	require.NoError(t, cpu.New().Place(&placed, &keys, keymill.Params{Scheme: place.Kafka(parts)}))
	for i := range all {
		all[i].hash, all[i].part = hashed.Hashes[i], placed.Parts[i]
		if i%97 == 3 {
			all[i].part = keymill.NoPartition
		}
	}
	return all
}

// asRows makes batches of rows.
func asRows(t testing.TB, of []row, weighted bool) (*Rows, []uint32) {
	rows := &Rows{Keys: new(keymill.Batch), Values: new(keymill.Batch)}
	var parts []uint32
	for _, r := range of {
		require.NoError(t, rows.Keys.Append([]byte(r.key)))
		require.NoError(t, rows.Values.Append([]byte(r.value)))
		if weighted {
			rows.Weights = append(rows.Weights, r.weight)
		}
		rows.Hashes = append(rows.Hashes, r.hash)
		parts = append(parts, r.part)
	}
	return rows, parts
}

// load returns what a row is.
func (r row) load() Load { return Load{1, uint64(len(r.key) + len(r.value)), r.weight} }

// of returns the sums of what rows have, by what names them.
func sumsOf[K comparable](rows []row, of func(row) K) map[K]Load {
	sums := map[K]Load{}
	for _, r := range rows {
		sums[of(r)] = sums[of(r)].Plus(r.load())
	}
	return sums
}

func keyOf(r row) string { return r.key }

// core is one of each of what adds up.
type core struct {
	tally  *Tally
	sketch *Sketch
	ones   *Sketch // of one row
	sample *Sample
	kept   *Sample
	heavy  *Heavy
}

func newCore(t testing.TB, parts uint32, by Measure, bounds *Bounds) *core {
	sketch, err := NewSketch(by, 1<<8)
	require.NoError(t, err)
	return &core{NewTally(parts, true), sketch, newSketch(by, 1<<8, 1), NewSample(40, false), NewSample(300, true), bounds.Heavy(5)}
}

func (c *core) add(rows *Rows, parts []uint32) error {
	return cmp.Or(c.tally.Add(rows, parts), c.sketch.Add(rows), c.ones.Add(rows), c.sample.Add(rows), c.kept.Add(rows), c.heavy.Add(rows))
}

func (c *core) merge(other *core) error {
	return cmp.Or(c.tally.Merge(other.tally), c.sketch.Merge(other.sketch), c.ones.Merge(other.ones), c.sample.Merge(other.sample), c.kept.Merge(other.kept))
}

// result is all that is known in the end.
func (c *core) result(t testing.TB) string {
	loads, unplaced := c.tally.Loads()
	sums, unplacedToo := c.tally.Sum()
	json, err := sums.MarshalJSON()
	require.NoError(t, err)
	require.Equal(t, unplaced, unplacedToo)
	b, one := c.sketch.Bounds(), c.ones.Bounds()
	require.Equal(t, b.cells.row(b, 0), one.cells)
	return fmt.Sprint(loads, unplaced, string(json), b, one, c.sample.Keys(), c.sample.Distinct(), c.kept.Keys(), c.kept.Distinct())
}

// row is that of the bounds, for tests that compare cells.
func (c cells) row(b *Bounds, i int) cells { return b.row(i) }

// However a stream is cut up, whoever adds the pieces, in whatever order they are
// merged: the sums are the same.
func TestAnySplitIsTheSame(t *testing.T) {
	const parts = 13
	stream := someRows(t, 5000, parts)
	rng := rand.New(rand.NewPCG(9, 9))
	for _, by := range []Measure{ByKeys, ByBytes, ByWeight} {
		whole, err := NewSketch(by, 1<<8)
		require.NoError(t, err)
		rows, _ := asRows(t, stream, true)
		require.NoError(t, whole.Add(rows))
		bounds := whole.Bounds()
		var want string
		var wantHeavy []HeavyKey
		for _, chunks := range []int{1, 7, 64} {
			for _, workers := range []int{1, 3, 64} {
				for _, merged := range []int{1, 4} {
					cores := make([]*core, merged)
					for i := range cores {
						cores[i] = newCore(t, parts, by, bounds)
						cores[i].heavy = cores[0].heavy // which has no Merge
					}
					addAll(t, stream, chunks, workers, cores, rng)
					rng.Shuffle(len(cores), func(i, j int) { cores[i], cores[j] = cores[j], cores[i] })
					for _, other := range cores[1:] {
						require.NoError(t, cores[0].merge(other))
					}
					got := cores[0].result(t)
					if want == "" {
						want, wantHeavy = got, cores[0].heavy.Keys()
						require.NotEmpty(t, wantHeavy)
					}
					require.True(t, want == got, "%d chunks, %d workers, %d merged by %s", chunks, workers, merged, by)
					require.Equal(t, wantHeavy, cores[0].heavy.Keys())
				}
			}
		}
	}
}

// addAll adds the stream in chunks, in any order, each to one of the cores.
func addAll(t *testing.T, stream []row, chunks, workers int, cores []*core, rng *rand.Rand) {
	queue := make(chan int, chunks)
	for _, i := range rng.Perm(chunks) {
		queue <- i
	}
	close(queue)
	var wg sync.WaitGroup
	errs := make([]error, workers)
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range queue {
				rows, parts := asRows(t, stream[len(stream)*i/chunks:len(stream)*(i+1)/chunks], true)
				errs[w] = cmp.Or(errs[w], cores[i%len(cores)].add(rows, parts))
			}
		}()
	}
	wg.Wait()
	require.NoError(t, cmp.Or(errs...))
}

// The tally is what adding row by row gives, of rows of every shape.
func TestTallyCounts(t *testing.T) {
	const parts = 7
	stream := someRows(t, 3000, parts)
	want := sumsOf(stream, func(r row) uint32 { return r.part })
	rows, placed := asRows(t, stream, true)
	for _, c := range []struct {
		name  string
		rows  Rows
		loads func(Load) Load
	}{
		{"all", *rows, func(l Load) Load { return l }},
		{"no weights", Rows{Keys: rows.Keys, Values: rows.Values}, func(l Load) Load { l.Weight = 0; return l }},
		{"one width", Rows{Keys: &keymill.Batch{Width: 3, Data: make([]byte, 3*len(stream))}}, func(l Load) Load { return Load{Keys: l.Keys, Bytes: 3 * l.Keys} }},
		{"values of one width", Rows{Keys: &keymill.Batch{Width: 3, Data: make([]byte, 3*len(stream))}, Values: &keymill.Batch{Width: 2, Data: make([]byte, 2*len(stream))}},
			func(l Load) Load { return Load{Keys: l.Keys, Bytes: 5 * l.Keys} }},
	} {
		for _, weighted := range []bool{true, c.rows.Weights != nil} {
			tally := NewTally(parts, weighted)
			require.NoError(t, tally.Add(&c.rows, placed))
			loads, unplaced := tally.Loads()
			for p, load := range loads {
				require.Equal(t, c.loads(want[uint32(p)]), load, "%s: partition %d", c.name, p)
			}
			require.Equal(t, c.loads(want[keymill.NoPartition]), unplaced, c.name)
			// Once more, behind the sum.
			require.NoError(t, tally.Add(&c.rows, placed))
			sum, twice := tally.Sum()
			require.Equal(t, unplaced.Plus(unplaced), twice)
			require.Equal(t, parts, sum.Len())
			for p, load := range loads {
				require.Equal(t, load.Plus(load), sum.At(p))
			}
		}
	}
	// By two at a time, and summed up twice.
	tally := NewTally(parts, true)
	held := tally.shards.take()
	require.NoError(t, tally.Add(rows, placed))
	tally.shards.giveBack(held)
	held.of[3].keys, held.weights[3], held.unplaced.Keys = 100, 7, 5
	for range 2 {
		sum, without := tally.Sum()
		require.Equal(t, want[3].Plus(Load{Keys: 100, Weight: 7}), sum.At(3))
		require.Equal(t, want[keymill.NoPartition].Plus(Load{Keys: 5}), without)
	}
	none, unplaced := NewTally(2, false).Sum()
	require.Equal(t, "0 0", fmt.Sprint(none.At(0).Keys, unplaced.Keys))
}

// No key has more than its bound, and Heavy finds each key that has the threshold.
func TestBoundsHold(t *testing.T) {
	stream := someRows(t, 20_000, 7)
	rows, _ := asRows(t, stream, true)
	hashes := map[string]uint64{}
	for _, r := range stream {
		hashes[r.key] = r.hash
	}
	keys := sumsOf(stream, keyOf)
	for _, by := range []Measure{ByKeys, ByBytes, ByWeight} {
		for _, width := range []int{1 << 8, 1 << 14, 1 << 20} {
			sketch, err := NewSketch(by, width)
			require.NoError(t, err)
			require.NoError(t, sketch.Add(rows))
			b := sketch.Bounds()
			heaviest, squares := uint64(0), 0.0
			for key, load := range keys {
				x := by.Of(load)
				require.GreaterOrEqual(t, b.Of(hashes[key]), x)
				require.LessOrEqual(t, b.Of(hashes[key]), b.Heaviest)
				heaviest = max(heaviest, x)
				squares += float64(x) * float64(x)
			}
			require.GreaterOrEqual(t, b.Heaviest, heaviest)
			require.LessOrEqual(t, b.Heaviest, heaviest+4*b.Total/uint64(width))
			effective, off := b.Effective()
			require.InEpsilon(t, squares, b.Squares, 5*off, "%s, width %d", by, width)
			require.InEpsilon(t, float64(b.Total)*float64(b.Total)/squares, effective, 5*off)

			heavy := b.Heavy(20)
			require.NoError(t, heavy.Add(rows))
			found := heavy.Keys()
			require.NotEmpty(t, found)
			require.True(t, slices.IsSortedFunc(found, func(a, b HeavyKey) int {
				return cmp.Or(cmp.Compare(by.Of(b.Load), by.Of(a.Load)), bytes.Compare(a.Key, b.Key))
			}))
			for _, key := range found {
				require.Equal(t, keys[string(key.Key)], key.Load)
				require.Equal(t, hashes[string(key.Key)], key.Hash)
			}
			have := 0
			for _, load := range keys {
				if by.Of(load) >= heavy.Threshold() {
					have++
				}
			}
			require.Len(t, found, have, "every key from %d on", heavy.Threshold())
		}
	}
}

// The threshold is what about so many keys have.
func TestThresholdOfEqualKeys(t *testing.T) {
	for _, c := range []struct {
		keys, rows int
		threshold  uint64
	}{{0, 0, 1}, {3, 50, 1}, {40, 50, 50}, {5000, 1, 3}} {
		sketch, err := NewSketch(ByKeys, SketchWidth)
		require.NoError(t, err)
		rows := &Rows{Keys: &keymill.Batch{Width: 1, Data: make([]byte, c.keys*c.rows)}}
		rng := rand.New(rand.NewPCG(1, 1))
		for range c.keys {
			rows.Hashes = append(rows.Hashes, slices.Repeat([]uint64{rng.Uint64()}, c.rows)...)
		}
		require.NoError(t, sketch.Add(rows))
		require.InDelta(t, c.threshold, sketch.Bounds().Threshold(16), 1, "%d keys", c.keys)
	}
}

// The estimate of distinct keys: exact below k, and an interval that holds the truth.
func TestDistinct(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	hashes := func(n int) *Rows {
		rows := &Rows{Keys: &keymill.Batch{Width: 1, Data: make([]byte, 2*n)}}
		for range n {
			rows.Hashes = append(rows.Hashes, rng.Uint64())
		}
		rows.Hashes = append(rows.Hashes, rows.Hashes...) // each twice
		return rows
	}
	for _, n := range []int{0, 1, 999} {
		s := NewSample(1000, false)
		require.NoError(t, s.Add(hashes(n)))
		require.Equal(t, Distinct{uint64(n), uint64(n), uint64(n)}, s.Distinct())
		require.True(t, s.Distinct().Exact())
	}
	for _, c := range []struct{ k, n, trials int }{{8, 8, 300}, {8, 500, 1000}, {64, 3000, 300}, {1 << 14, 100_000, 20}} {
		missed, sum := 0, 0.0
		for range c.trials {
			s := NewSample(c.k, false)
			require.NoError(t, s.Add(hashes(c.n)))
			d := s.Distinct()
			require.LessOrEqual(t, d.Low, d.Estimate)
			require.GreaterOrEqual(t, d.High, d.Estimate)
			if d.Low > uint64(c.n) || d.High < uint64(c.n) {
				missed++
			}
			sum += float64(d.Estimate)
			require.Less(t, float64(d.High-d.Low), 8/math.Sqrt(float64(c.k))*max(float64(d.Estimate), float64(c.n)), "not wider than it must be, k = %d", c.k)
		}
		require.LessOrEqual(t, missed, 4, "1 in 1000 of %d, k = %d of %d", c.trials, c.k, c.n)
		require.InEpsilon(t, float64(c.n), sum/float64(c.trials), 5/math.Sqrt(float64(c.k*c.trials)), "no bias, k = %d", c.k)
	}
	// The smallest hashes that there can be.
	s := NewSample(8, false)
	rows := &Rows{Keys: &keymill.Batch{Width: 1, Data: make([]byte, 8)}, Hashes: []uint64{0, 1, 2, 3, 4, 5, 6, 7}}
	require.NoError(t, s.Add(rows))
	require.Equal(t, uint64(math.MaxUint64), s.Distinct().High)
}
