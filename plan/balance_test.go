package plan

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/place"
)

// twoPlacings are of kafka, on nodes, and of a scheme that does not place the empty key.
func twoPlacings(t testing.TB) []Placing {
	owners, err := nodes.Assign([]nodes.Node{{Member: place.Member{Name: "a"}}, {Member: place.Member{Name: "b", Weight: 3}}}, 13)
	require.NoError(t, err)
	return []Placing{{Scheme: place.Kafka(13), Owners: owners}, {Scheme: place.LibrdkafkaRandom(7)}}
}

// withEmptyKeys returns rows of which the empty key has most.
func withEmptyKeys(t testing.TB) []row {
	stream := someRows(t, 6000, 13)
	hash := Identity().Hash.Sum64(nil, Identity().Seed)
	for i := range 3000 {
		stream[2*i].key, stream[2*i].hash = "", hash
	}
	return stream
}

// placed returns the partitions of rows under each placing.
func placed(t testing.TB, rows *Rows, placings []Placing) (parts [][]uint32) {
	for _, p := range placings {
		var of keymill.Placement
		of.Resize(keymill.OutParts, rows.Keys.Len(), 0)
		require.NoError(t, cpu.New().Place(&of, rows.Keys, keymill.Params{Scheme: p.Scheme}))
		parts = append(parts, of.Parts)
	}
	return parts
}

// balanced adds the stream in chunks by so many goroutines, twice, and returns the report.
func balanced(t *testing.T, stream []row, by Measure, chunks, workers int) *BalanceReport {
	placings := twoPlacings(t)
	b, err := NewBalance(by, true, placings...)
	require.NoError(t, err)
	pass := func(add func(rows *Rows, parts ...[]uint32) error) {
		var wg sync.WaitGroup
		for w := range workers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := w; i < chunks; i += workers {
					rows, _ := asRows(t, stream[len(stream)*i/chunks:len(stream)*(i+1)/chunks], true)
					if err := add(rows, placed(t, rows, placings)...); err != nil {
						t.Error(err)
					}
				}
			}()
		}
		wg.Wait()
	}
	pass(b.Add)
	report, err := b.Report()
	require.NoError(t, err)
	require.True(t, report.Unsure())
	for _, p := range report.Placements {
		require.False(t, p.Heaviest.Exact)
	}
	recount := b.Recount()
	pass(recount.Add)
	keys := recount.Keys()
	var batch keymill.Batch
	for _, key := range keys {
		require.NoError(t, batch.Append(key.Key))
	}
	require.NoError(t, report.Settle(recount, keys, placed(t, &Rows{Keys: &batch}, placings)...))
	return report
}

func TestBalanceReport(t *testing.T) {
	stream := withEmptyKeys(t)
	rows, _ := asRows(t, stream, true)
	parts := placed(t, rows, twoPlacings(t))
	for _, by := range []Measure{ByKeys, ByBytes, ByWeight} {
		report := balanced(t, stream, by, 7, 3)
		require.Equal(t, by, report.By)
		require.True(t, report.Distinct.Exact())
		require.Len(t, sumsOf(stream, keyOf), int(report.Distinct.Estimate))
		for i, p := range report.Placements {
			kept := slices.Clone(stream)
			for j := range kept {
				kept[j].part = parts[i][j]
			}
			byPart := sumsOf(kept, func(r row) uint32 { return r.part })
			require.Equal(t, byPart[keymill.NoPartition], p.Unplaced)
			require.Equal(t, report.Stream, p.Placed.Plus(p.Unplaced))
			kept = slices.DeleteFunc(kept, func(r row) bool { return r.part == keymill.NoPartition })
			require.Equal(t, i == 1, len(kept) == 3000)
			for part := range p.Loads.Len() {
				require.Equal(t, byPart[uint32(part)], p.Loads.At(part))
			}
			keys := sumsOf(kept, keyOf)
			heaviest, at := uint64(0), ""
			for m, of := range p.Spread {
				squares, total := 0.0, 0.0
				for key, load := range keys {
					x := float64(m.Of(load))
					squares, total = squares+x*x, total+x
					if m == by && uint64(x) > heaviest {
						heaviest, at = uint64(x), key
					}
				}
				require.InEpsilon(t, total*total/squares, of.Chance.Keys, 0.06, "%s of placement %d", m, i)
			}
			require.Equal(t, Heaviest{NameOf([]byte(at)), heaviest, true}, p.Heaviest)
			mean := float64(by.Of(p.Placed)) / float64(p.Partitions)
			require.InEpsilon(t, max(1, float64(heaviest)/mean), p.Spread[by].Floor, 1e-12)
		}
		// On nodes the best place for a key is the one of weight 3.
		p := report.Placements[0]
		require.InEpsilon(t, max(1, float64(p.Heaviest.AtMost)/(float64(by.Of(p.Placed))*3/4)), p.NodeSpread[by].Floor, 1e-12)
		require.Equal(t, "b", p.Owner(12))
		require.Nil(t, report.Placements[1].NodeSpread)
		require.Equal(t, "", report.Placements[1].Owner(0))
	}
}

func TestBalanceIsTheSameForAnySplit(t *testing.T) {
	stream := withEmptyKeys(t)
	var want []byte
	for _, chunks := range []int{1, 7, 64} {
		for _, workers := range []int{1, 5} {
			got, err := json.Marshal(balanced(t, stream, ByBytes, chunks, workers))
			require.NoError(t, err)
			if want == nil {
				want = got
			}
			require.Equal(t, string(want), string(got))
		}
	}
}

// Of keys that are many and alike the second pass has a better bound; of a placement that places all,
// no key has more than the fullest partition.
func TestBalanceBounds(t *testing.T) {
	const keys = 200_000
	rng := rand.New(rand.NewPCG(4, 4))
	rows := &Rows{Keys: &keymill.Batch{Width: 8, Data: make([]byte, 8*keys)}, Hashes: make([]uint64, keys)}
	for i := range keys {
		rows.Hashes[i] = rng.Uint64()
	}
	b, err := NewBalance(ByKeys, false, Placing{Scheme: place.Redis()}, Placing{Scheme: place.Kafka(keys)})
	require.NoError(t, err)
	spread := func(n int) []uint32 {
		parts := make([]uint32, keys)
		for i := range parts {
			parts[i] = uint32(i % n)
		}
		return parts
	}
	parts := [][]uint32{spread(place.RedisSlots), spread(keys / 2)}
	require.NoError(t, b.Add(rows, parts...))
	report, err := b.Report()
	require.NoError(t, err)
	for _, p := range report.Placements {
		require.Equal(t, uint64(2), p.Heaviest.AtMost, "of the second placement, for both")
	}
	report.Placements[0].Heaviest.AtMost = 100
	recount := b.Recount()
	require.NoError(t, recount.Add(rows, parts...))
	require.NoError(t, report.Settle(recount, nil, nil, nil))
	require.Less(t, report.Placements[0].Heaviest.AtMost, uint64(20), "of 12 a counter in the first pass")
	require.False(t, report.Placements[0].Heaviest.Exact)
}

func TestBalanceMistakes(t *testing.T) {
	placings := twoPlacings(t)
	_, err := NewBalance(ByWeight, false, placings...)
	require.ErrorContains(t, err, "by weight of rows that have none")
	wrong := Placing{Scheme: place.Kafka(12), Owners: placings[0].Owners}
	_, err = NewBalance(ByKeys, false, wrong)
	require.ErrorContains(t, err, "scheme kafka has 12 partitions, and its nodes have 13")
	_, err = NewBalance(ByKeys, false, Placing{})
	require.Error(t, err)

	b, err := NewBalance(ByKeys, true, placings...)
	require.NoError(t, err)
	rows := two()
	require.ErrorContains(t, b.Add(rows, []uint32{0, 1}), "partitions of 1 placements, for a balance of 2")
	require.ErrorContains(t, b.Add(rows, []uint32{0, 1}, []uint32{0, 7}), "partition 7, of a tally of 7")
	rows.Hashes = nil
	require.ErrorContains(t, b.Add(rows, []uint32{0, 1}, []uint32{0, 6}), "0 hashes for 2 rows")
	rows = two()
	rows.Weights = []uint64{math.MaxUint64, 1}
	require.ErrorIs(t, b.Add(rows, []uint32{0, 1}, []uint32{0, 6}), errWeights)

	report, err := b.Report()
	require.NoError(t, err)
	require.ErrorContains(t, report.Settle(b.Recount(), nil, nil), "partitions of 1 placements, for a report of 2")
	require.ErrorContains(t, report.Settle(b.Recount(), nil, nil, []uint32{1}), "1 partitions for 0 keys")
	require.Error(t, b.Recount().Add(&Rows{Keys: rows.Keys}))
}
