package keymill

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
)

// The table says of each candidate and size what its Cost says, and names the first with the
// smallest; whatever pieces the profiles have.
func TestPlanTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	op := Op{Hash: hash.XXH3, Class: Width8}
	for range 60 {
		var profiles []Profile
		var edges []int
		for range 1 + rng.IntN(8) {
			if rng.IntN(6) == 0 {
				profiles = append(profiles, nil)
				continue
			}
			c := Cost{Fixed: rng.Float64() * 1e4, PerKey: rng.Float64() * 10, PerByte: rng.Float64()}
			from := 0
			for range rng.IntN(7) {
				from += rng.IntN(1 << rng.IntN(27))
				edges = append(edges, from)
				c.Beyond = append(c.Beyond, Piece{from, rng.Float64() * 1e4, rng.Float64() * 10, rng.Float64()})
			}
			profiles = append(profiles, Profile{op: c})
		}
		table := newPlanTable(profiles, op)
		for range 100 {
			keys, bytes := rng.IntN(1<<rng.IntN(24)), rng.IntN(1<<rng.IntN(29))
			if len(edges) > 0 && rng.IntN(2) == 0 { // at an edge, and on either side
				edge := edges[rng.IntN(len(edges))] + rng.IntN(3) - 1
				keys = rng.IntN(edge/16 + 1)
				bytes = max(0, edge-16*keys)
			}
			best, least := 0, math.Inf(1)
			for i, p := range profiles {
				want := math.Inf(1)
				if c, there := p[op]; there {
					want = c.Nanos(keys, bytes)
				}
				require.Equal(t, want, table.nanos(i, keys, bytes))
				if want < least {
					best, least = i, want
				}
			}
			index, nanos := table.cheapest(keys, bytes)
			require.Equal(t, best, index)
			require.Equal(t, least, nanos)
		}
	}
}
