package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

// hotCase is a stream of equal rows, and its heaviest keys.
type hotCase struct {
	parts uint32
	place func(key string) uint32
	rows  []string
	loads []Load
	none  Load
	keys  []HotPlaced
	most  uint64 // of other keys
	salt  int
}

func newHotCase(random *rand.Rand, parts uint32, top, salt int, scheme place.Scheme) *hotCase {
	c := &hotCase{parts: parts, loads: make([]Load, parts), salt: salt}
	c.place = func(key string) uint32 {
		_, part := scheme.Place([]byte(key))
		return part
	}
	counts := map[string]uint64{}
	for _, row := range skewed(random, 1+random.IntN(3000), 1+random.IntN(300)) {
		if random.IntN(30) == 0 {
			row.key = "" // which Pulsar does not place
		}
		c.rows = append(c.rows, row.key)
		counts[row.key]++
		if part := c.place(row.key); part != keymill.NoPartition {
			c.loads[part].Keys++
		} else {
			c.none.Keys++
		}
	}
	for _, key := range heaviestOf(counts)[:min(top, len(counts))] {
		placed := HotPlaced{Key: []byte(key), Has: Exactly(counts[key]), Load: &Load{Keys: counts[key]}, Partition: c.place(key)}
		for n := range salt {
			placed.Salted = append(placed.Salted, c.place(salted(key, n)))
		}
		c.keys = append(c.keys, placed)
	}
	if keys := heaviestOf(counts); len(keys) > top {
		c.most = counts[keys[top]]
	}
	return c
}

// inLoads returns the loads as a tally has them.
func inLoads(loads []Load) *Loads {
	l := &Loads{}
	for _, load := range loads {
		l.of = append(l.of, keysAndBytes{load.Keys, load.Bytes})
		l.weights = append(l.weights, load.Weight)
	}
	return l
}

func salted(key string, n int) string { return fmt.Sprintf("%s#%d", key, n) }

func heaviestOf(counts map[string]uint64) (keys []string) {
	for key := range counts {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if counts[a] != counts[b] {
			return int(counts[b]) - int(counts[a])
		}
		return slices.Compare([]byte(a), []byte(b))
	})
	return keys
}

// fullest places every row one by one, as the place of its key and its number among those of the
// key says, and returns what the fullest partition has, what all have, and how many are not empty.
func (c *hotCase) fullest(place func(key string, n int) string) (most, all uint64) {
	seen, partitions := map[string]int{}, map[string]uint64{}
	for _, key := range c.rows {
		if part := place(key, seen[key]); part != "" {
			partitions[part]++
			most, all = max(most, partitions[part]), all+1
		}
		seen[key]++
	}
	return most, all
}

func (c *hotCase) normal(key string) string {
	if part := c.place(key); part != keymill.NoPartition {
		return fmt.Sprint(part)
	}
	return ""
}

// Every figure is what comes out if each row is placed by itself.
func TestHotIsWhatRowsDo(t *testing.T) {
	for i := range 60 {
		random := newRandom(uint64(i))
		c := newHotCase(random, 1+random.Uint32N(40), 1+random.IntN(12), 2+random.IntN(9), place.Pulsar(1))
		scheme := place.Pulsar(c.parts)
		c = newHotCase(random, c.parts, 1+random.IntN(12), 2+random.IntN(9), scheme)
		h := &Hot{By: ByKeys, Total: Load{Keys: uint64(len(c.rows))}, Unplaced: c.none, Salt: &Salt{Over: c.salt, As: "%k#%n"}}
		require.NoError(t, h.Work(inLoads(c.loads), c.keys, c.most))

		most, all := c.fullest(func(key string, _ int) string { return c.normal(key) })
		want := Outcome{uint64(c.parts), Exactly(most), ratio(most, all, c.parts)}
		require.Equal(t, want, h.AsIs)

		out := map[string]bool{} // those that are out of the way
		placed := 0
		for j, key := range c.keys {
			require.Equal(t, string(key.Key), string(h.Keys[j].Bytes()))
			require.InEpsilon(t, float64(key.Has.Low)/float64(len(c.rows)), h.Keys[j].Share.High, 1e-12)
			if key.Partition == keymill.NoPartition {
				require.Nil(t, h.Keys[j].Partition)
				continue
			}
			require.Equal(t, key.Partition, *h.Keys[j].Partition)
			require.InEpsilon(t, float64(key.Has.Low)/float64(c.loads[key.Partition].Keys), h.Keys[j].OfItsOwn.Low, 1e-12)
			out[string(key.Key)] = true
			step := h.WhatIf[placed]
			placed++
			require.Equal(t, placed, step.Keys)

			most, _ := c.fullest(func(key string, _ int) string {
				if out[key] {
					return "of " + key
				}
				return c.normal(key)
			})
			parts := c.parts + uint32(placed)
			require.Equal(t, Outcome{uint64(parts), Exactly(most), ratio(most, all, parts)}, step.Isolated)

			most, rest := c.fullest(func(key string, _ int) string {
				if out[key] {
					return ""
				}
				return c.normal(key)
			})
			require.Equal(t, Outcome{uint64(c.parts), Exactly(most), ratio(most, rest, c.parts)}, step.Others)

			most, _ = c.fullest(func(key string, n int) string {
				if out[key] {
					return c.normal(salted(key, n%c.salt))
				}
				return c.normal(key)
			})
			require.Equal(t, Outcome{uint64(c.parts), Exactly(most), ratio(most, all, c.parts)}, *step.Salted)
		}
		require.Len(t, h.WhatIf, placed)
	}
}

func ratio(most, all uint64, parts uint32) Ratio {
	if all == 0 {
		return Ratio{}
	}
	r := float64(most) / float64(all) * float64(parts)
	return Ratio{r, r}
}

// If what keys have is known between bounds, so is what remains: what is true lies between
// them, and with bounds that meet nothing is left open.
func TestHotBoundsHold(t *testing.T) {
	for i := range 100 {
		random := newRandom(uint64(1000 + i))
		c := newHotCase(random, 2+random.Uint32N(20), 1+random.IntN(9), 2+random.IntN(9), place.Pulsar(2))
		exact := &Hot{By: ByKeys, Total: Load{Keys: uint64(len(c.rows))}, Salt: &Salt{}}
		require.NoError(t, exact.Work(inLoads(c.loads), c.keys, c.most))
		loose := &Hot{By: ByKeys, Total: Load{Keys: uint64(len(c.rows))}, Salt: &Salt{}}
		keys := slices.Clone(c.keys)
		for j := range keys {
			n := keys[j].Has.Low
			keys[j].Has = Span{n - random.Uint64N(n+1), n + random.Uint64N(20)}
		}
		require.NoError(t, loose.Work(inLoads(c.loads), keys, c.most+random.Uint64N(5)))
		within := func(what string, exact, loose Outcome) {
			require.LessOrEqual(t, loose.Fullest.Low, exact.Fullest.Low, what)
			require.GreaterOrEqual(t, loose.Fullest.High, exact.Fullest.High, what)
			require.LessOrEqual(t, loose.MaxMean.Low, exact.MaxMean.Low, what)
			require.GreaterOrEqual(t, loose.MaxMean.High, exact.MaxMean.High, what)
		}
		for j := range exact.WhatIf {
			within("isolated", exact.WhatIf[j].Isolated, loose.WhatIf[j].Isolated)
			within("others", exact.WhatIf[j].Others, loose.WhatIf[j].Others)
			within("salted", *exact.WhatIf[j].Salted, *loose.WhatIf[j].Salted)
		}
		require.LessOrEqual(t, loose.LargestUseful.Low, exact.LargestUseful.Low)
		require.GreaterOrEqual(t, loose.LargestUseful.High, exact.LargestUseful.High)
	}
}

// With fewer partitions than the largest useful number, an even spread has more in each than the
// heaviest key has; with that number it has not.
func TestLargestUseful(t *testing.T) {
	for _, c := range []struct{ total, heaviest, want uint64 }{{100, 100, 1}, {100, 50, 2}, {100, 40, 3}, {100, 1, 100}, {101, 50, 3}} {
		h := &Hot{By: ByKeys, Total: Load{Keys: c.total}}
		require.NoError(t, h.Work(inLoads([]Load{{Keys: c.total}}), []HotPlaced{{Has: Exactly(c.heaviest)}}, 1))
		require.Equal(t, Exactly(c.want), h.LargestUseful)
	}
	h := &Hot{By: ByKeys}
	require.NoError(t, h.Work(inLoads(make([]Load, 3)), nil, 0))
	require.Equal(t, Span{}, h.LargestUseful)
	require.Equal(t, Outcome{Partitions: 3}, h.AsIs)
	require.ErrorContains(t, h.Work(inLoads(make([]Load, 3)), []HotPlaced{{Key: []byte("a"), Partition: 3}}, 0), `key "a" is in partition 3, of 3`)
}
