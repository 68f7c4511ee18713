package plan_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/plan"
)

// movingRow is a row as a test sees it.
type movingRow struct {
	key, value string
	weight     uint64
	from, to   uint32
}

func (r movingRow) load() plan.Load {
	return plan.Load{Keys: 1, Bytes: uint64(len(r.key) + len(r.value)), Weight: r.weight}
}

// movingRows makes rows that stay, move and have no place.
func movingRows(rng *rand.Rand, n int, from, to uint32) (rows []movingRow) {
	for range n {
		r := movingRow{key: fmt.Sprintf("%0*d", rng.IntN(20), rng.IntN(1000)), value: "x", weight: rng.Uint64N(1 << 20),
			from: rng.Uint32N(from), to: rng.Uint32N(to)}
		switch rng.IntN(20) {
		case 0:
			r.from = keymill.NoPartition
		case 1:
			r.to = keymill.NoPartition
		case 2, 3, 4, 5, 6:
			r.to = min(r.from, to-1)
		}
		rows = append(rows, r)
	}
	return rows
}

// addMoving adds rows in chunks of that size, from that many goroutines.
func addMoving(t *testing.T, m *plan.Moves, rows []movingRow, chunk, workers int) {
	chunks := make(chan []movingRow)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for c := range chunks {
				var keys, values keymill.Batch
				var weights []uint64
				var from, to []uint32
				for _, r := range c {
					if keys.Append([]byte(r.key)) != nil || values.Append([]byte(r.value)) != nil {
						t.Error("a batch is full")
					}
					weights, from, to = append(weights, r.weight), append(from, r.from), append(to, r.to)
				}
				if err := m.Add(&plan.Rows{Keys: &keys, Values: &values, Weights: weights}, from, to); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for c := range slices.Chunk(rows, chunk) {
		chunks <- c
	}
	close(chunks)
	wait.Wait()
}

// moved returns what has moved.
func moved(t *testing.T, m *plan.Moves) *plan.Movement {
	movement, err := m.Movement(plan.ByKeys)
	require.NoError(t, err)
	return movement
}

// The definition of what moves, as slow as it likes.
func checkMovement(t *testing.T, got *plan.Movement, rows []movingRow, from, to plan.Places, same func(i uint32) int) {
	type sums struct{ before, after, out, in plan.Load }
	places := map[string]*sums{}
	of := func(name string) *sums {
		if places[name] == nil {
			places[name] = new(sums)
		}
		return places[name]
	}
	name := func(p plan.Places, i uint32) string {
		if p.Names != nil {
			return p.Names[i]
		}
		return fmt.Sprint(i)
	}
	var total, moved, unplaced plan.Load
	pairs := map[[2]string]plan.Load{}
	for _, r := range rows {
		if r.from == keymill.NoPartition || r.to == keymill.NoPartition {
			unplaced = unplaced.Plus(r.load())
			continue
		}
		a, b := of(name(from, r.from)), of(name(to, r.to))
		total, a.before, b.after = total.Plus(r.load()), a.before.Plus(r.load()), b.after.Plus(r.load())
		if same(r.from) != int(r.to) {
			moved, a.out, b.in = moved.Plus(r.load()), a.out.Plus(r.load()), b.in.Plus(r.load())
			pair := [2]string{name(from, r.from), name(to, r.to)}
			pairs[pair] = pairs[pair].Plus(r.load())
		}
	}
	require.Equal(t, total.Keys, got.SpreadBefore.Total)
	require.Equal(t, total.Keys, got.SpreadAfter.Total)
	require.Equal(t, []int{int(from.N), int(to.N)}, []int{got.SpreadBefore.Of, got.SpreadAfter.Of})
	require.Equal(t, []plan.Load{total, moved, unplaced}, []plan.Load{got.Total, got.Moved, got.Unplaced})
	seen := map[string]bool{}
	peakOut, peakIn := uint64(0), uint64(0)
	for _, p := range got.Places {
		s := of(p.Place.String())
		require.Equal(t, *s, sums{p.Before, p.After, p.Out, p.In}, p.Place)
		seen[p.Place.String()] = true
		peakOut, peakIn = max(peakOut, s.out.Bytes), max(peakIn, s.in.Bytes)
	}
	for place, s := range places {
		require.True(t, seen[place] || *s == sums{}, place)
	}
	require.Equal(t, []uint64{peakOut, peakIn}, []uint64{got.PeakOut.Bytes, got.PeakIn.Bytes})
	require.False(t, got.PairsUnknown)
	require.Len(t, got.Pairs, len(pairs))
	for _, p := range got.Pairs {
		require.Equal(t, pairs[[2]string{p.From.String(), p.To.String()}], p.Load)
	}

	weights := new(big.Int)
	weight := func(i uint32) *big.Int {
		if to.Weights == nil {
			return big.NewInt(1)
		}
		return big.NewInt(int64(to.Weights[i]))
	}
	for i := range to.N {
		weights.Add(weights, weight(i))
	}
	above := new(big.Rat)
	for i := range from.N {
		share := new(big.Rat)
		if j := same(i); j >= 0 {
			share.SetFrac(new(big.Int).Mul(weight(uint32(j)), new(big.Int).SetUint64(total.Keys)), weights)
		}
		has := new(big.Rat).SetInt(new(big.Int).SetUint64(of(name(from, i)).before.Keys))
		if has.Cmp(share) > 0 {
			above.Add(above, has.Sub(has, share))
		}
	}
	least := new(big.Int).Add(above.Num(), new(big.Int).Sub(above.Denom(), big.NewInt(1)))
	require.Equal(t, least.Div(least, above.Denom()).Uint64(), got.Least)
}

// What is summed up is what a few lines make of the same rows, in whatever pieces
// they come, whether pairs are few or many.
func TestMoves(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	rng := rand.New(rand.NewPCG(5, 6))
	nodes := func(names ...string) plan.Places {
		p := plan.Places{N: uint32(len(names)), Names: names}
		for range names {
			p.Weights = append(p.Weights, 1+rng.Uint32N(9))
		}
		return p
	}
	for _, c := range []struct {
		from, to plan.Places
		same     func(i uint32) int
	}{
		{plan.Partitions(1), plan.Partitions(1), func(uint32) int { return 0 }},
		{plan.Partitions(12), plan.Partitions(16), func(i uint32) int { return int(i) }},
		{plan.Partitions(7), plan.Partitions(3), func(i uint32) int { return []int{0, 1, 2, -1, -1, -1, -1}[i] }},
		{plan.Partitions(300), plan.Partitions(301), func(i uint32) int { return int(i) }},
		{plan.Partitions(1 << 17), plan.Partitions(1), func(i uint32) int { return -min(int(i), 1) }},
		{nodes("a", "b", "c"), nodes("d", "c", "a"), func(i uint32) int { return []int{2, -1, 1}[i] }},
	} {
		rows := movingRows(rng, 8000, c.from.N, c.to.N)
		var first *plan.Movement
		for _, how := range []struct{ chunk, workers int }{{len(rows), 1}, {999, 1}, {77, 7}} {
			m, err := plan.NewMoves(c.from, c.to, true)
			require.NoError(t, err)
			addMoving(t, m, rows, how.chunk, how.workers)
			got := moved(t, m)
			if first == nil && c.from.N*c.to.N > 1 {
				checkMovement(t, got, rows, c.from, c.to, c.same)
			}
			if first != nil {
				require.Equal(t, first, got)
			}
			first = got

			other, err := plan.NewMoves(c.from, c.to, true) // the same in two halves
			require.NoError(t, err)
			half, err := plan.NewMoves(c.from, c.to, true)
			require.NoError(t, err)
			addMoving(t, other, rows[:3000], how.chunk, how.workers)
			addMoving(t, half, rows[3000:], how.chunk, how.workers)
			require.NoError(t, other.Merge(half))
			require.Equal(t, first, moved(t, other))
			require.Equal(t, moved(t, half).Moved.Keys, first.Moved.Keys-movedOf(rows[:3000], c.same), "it only gave")

			loads, err := plan.NewMoves(c.from, c.to, true)
			require.NoError(t, err)
			for _, r := range rows {
				require.NoError(t, loads.AddLoad(r.from, r.to, r.load()))
			}
			require.Equal(t, first, moved(t, loads))
		}
		if c.from.N*c.to.N == 1 {
			require.Nil(t, first.PeakIn)
			require.Empty(t, first.Pairs)
			require.Zero(t, first.Moved)
		}
	}
}

func movedOf(rows []movingRow, same func(uint32) int) (n uint64) {
	for _, r := range rows {
		if r.from != keymill.NoPartition && r.to != keymill.NoPartition && same(r.from) != int(r.to) {
			n++
		}
	}
	return n
}

// Beyond MaxPairs only what each place gives and gets is known, whoever adds what
// first; up to it all is.
func TestTooManyPairs(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	const n = 600 // n*(n-1) pairs
	for _, most := range []int{plan.MaxPairs, plan.MaxPairs + 1} {
		var rows []movingRow
		for from := range uint32(n) {
			for to := range uint32(n) {
				if from != to && len(rows) < most {
					rows = append(rows, movingRow{key: "k", from: from, to: to})
				}
			}
		}
		rows = append(rows, rows[:10_000]...)
		require.Len(t, rows, most+10_000)
		var all []*plan.Movement
		for seed := range uint64(2) {
			rand.New(rand.NewPCG(seed, 0)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			var parts []*plan.Moves
			for range 3 {
				m, err := plan.NewMoves(plan.Partitions(n), plan.Partitions(n), true)
				require.NoError(t, err)
				parts = append(parts, m)
			}
			addMoving(t, parts[0], rows, 40_000, 3)
			all = append(all, moved(t, parts[0]))
			addMoving(t, parts[1], rows[:len(rows)/2], 40_000, 3)
			addMoving(t, parts[2], rows[len(rows)/2:], 40_000, 3)
			require.NoError(t, parts[1].Merge(parts[2]))
			all = append(all, moved(t, parts[1]))
			require.NoError(t, parts[2].Merge(parts[0])) // what has too many gives that, too
			require.Equal(t, all[0].PairsUnknown, moved(t, parts[2]).PairsUnknown)
		}
		for _, m := range all {
			require.Equal(t, all[0], m)
			require.Equal(t, most > plan.MaxPairs, m.PairsUnknown)
			require.Equal(t, uint64(len(rows)), m.Moved.Keys)
			require.Equal(t, uint64(len(rows)), m.Moved.Bytes)
			if most <= plan.MaxPairs {
				require.Len(t, m.Pairs, most)
			}
		}
	}
}

// Of more places than a report lists, those are there that give and get most.
func TestListedPlaces(t *testing.T) {
	m, err := plan.NewMoves(plan.Partitions(plan.MaxListed+2), plan.Partitions(plan.MaxListed+2), false)
	require.NoError(t, err)
	for i := range uint32(plan.MaxListed + 2) {
		require.NoError(t, m.AddLoad(i, i, plan.Load{Keys: 5, Bytes: 5}))
	}
	require.NoError(t, m.AddLoad(3, plan.MaxListed+1, plan.Load{Keys: 1, Bytes: 9}))
	r := moved(t, m)
	require.Equal(t, uint32(2), r.PlacesLeftOut)
	require.Len(t, r.Places, plan.MaxListed)
	require.Equal(t, uint32(plan.MaxListed+1), r.Places[plan.MaxListed-1].Place.Partition)
	require.Equal(t, plan.Load{Keys: 1, Bytes: 9}, r.Places[3].Out)
	require.Equal(t, &plan.PlaceLoad{Place: plan.Place{Partition: 3}, Load: plan.Load{Keys: 1, Bytes: 9}}, r.PeakOut)
	require.Equal(t, uint64(5*(plan.MaxListed+2)+1), r.Total.Keys)
}

// The peaks are of bytes, or of weight if that is asked for; of equal ones the first.
func TestPeaks(t *testing.T) {
	m, err := plan.NewMoves(plan.Partitions(3), plan.Partitions(5), true)
	require.NoError(t, err)
	for _, l := range []struct {
		from, to uint32
		load     plan.Load
	}{{0, 3, plan.Load{Keys: 9, Bytes: 1, Weight: 2}}, {1, 4, plan.Load{Keys: 1, Bytes: 9, Weight: 1}}, {2, 3, plan.Load{Keys: 1, Bytes: 8, Weight: 2}}} {
		require.NoError(t, m.AddLoad(l.from, l.to, l.load))
	}
	for by, places := range map[plan.Measure][2]uint32{plan.ByKeys: {1, 3}, plan.ByBytes: {1, 3}, plan.ByWeight: {0, 3}} {
		r, err := m.Movement(by)
		require.NoError(t, err)
		require.Equal(t, places, [2]uint32{r.PeakOut.Place.Partition, r.PeakIn.Place.Partition}, by)
	}
}

func TestMovesRefuse(t *testing.T) {
	a, b := plan.Places{N: 1, Names: []string{"a"}}, plan.Places{N: 1, Names: []string{"b"}}
	twice := plan.Places{N: 2, Names: []string{"a", "a"}}
	for says, c := range map[string][2]plan.Places{
		"no places":                   {plan.Partitions(0), plan.Partitions(1)},
		"partitions before and nodes": {plan.Partitions(1), a},
		"each has one of its own":     {a, twice},
		"2 places with 1 names":       {{N: 2, Names: []string{"a"}}, a},
	} {
		_, err := plan.NewMoves(c[0], c[1], false)
		require.ErrorContains(t, err, says)
	}
	for _, n := range []uint32{1, 1 << 17} {
		m, err := plan.NewMoves(plan.Partitions(n), plan.Partitions(n), false)
		require.NoError(t, err)
		keys := keymill.NewBatch("a")
		rows := &plan.Rows{Keys: &keys}
		require.ErrorContains(t, m.Add(rows, []uint32{n}, []uint32{0}), fmt.Sprintf("row 0: place %d before, of %d", n, n))
		require.ErrorContains(t, m.Add(rows, []uint32{0}, []uint32{n}), fmt.Sprintf("row 0: place %d after, of %d", n, n))
		require.ErrorContains(t, m.Add(rows, nil, []uint32{0}), "each row has one")
		require.ErrorContains(t, m.AddLoad(n, 0, plan.Load{}), "before, of")
		require.ErrorContains(t, m.AddLoad(0, 0, plan.Load{Weight: 1}), "made without")
		rows.Weights = []uint64{1}
		require.ErrorContains(t, m.Add(rows, []uint32{0}, []uint32{n - 1}), "made without")
		weighted, err := plan.NewMoves(plan.Partitions(n), plan.Partitions(n), true)
		require.NoError(t, err)
		require.ErrorContains(t, m.Merge(weighted), "cannot take")
		require.Zero(t, moved(t, m).Total, "what was refused is not in it")
		require.NoError(t, m.AddLoad(0, 0, plan.Load{Bytes: 1 << 63}))
		require.ErrorContains(t, m.AddLoad(0, n-1, plan.Load{Bytes: 1 << 63}), "2^64 or more")
		require.Equal(t, plan.Load{Bytes: 1 << 63}, moved(t, m).Total)
	}
	m, err := plan.NewMoves(a, b, false)
	require.NoError(t, err)
	other, err := plan.NewMoves(b, a, false)
	require.NoError(t, err)
	require.ErrorContains(t, m.Merge(other), "nor of other names")
}
