package place_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/place"
)

type ciliumTable struct {
	Names   []string `json:"hash_strings"`
	Seed    uint32   `json:"seed_murmur"`
	Size    uint32   `json:"table_size"`
	Weights []uint32
	Table   []uint32
}

func ciliumTables(t *testing.T, name string) []ciliumTable {
	text, err := os.ReadFile("../internal/vectors/testdata/" + name + ".json")
	require.NoError(t, err)
	var file struct{ Tables []ciliumTable }
	require.NoError(t, json.Unmarshal(text, &file))
	require.Len(t, file.Tables, 5)
	return file.Tables
}

// The whole tables of Cilium.
func TestCiliumTables(t *testing.T) {
	for _, c := range append(ciliumTables(t, "maglev_cilium_tables"), ciliumTables(t, "maglev_cilium_weights")...) {
		require.Equal(t, uint32(place.CiliumSeed), c.Seed)
		var whole, short []place.Member
		for i, name := range c.Names {
			m := place.Member{Name: name}
			if c.Weights != nil {
				m.Weight = c.Weights[i]
			}
			whole = append(whole, m)
			m.Name = name[1 : len(name)-len("/TCP,State:active]")]
			short = append(short, m)
		}
		for _, members := range [][]place.Member{whole, short} {
			s, err := place.MaglevCilium(members, c.Size, c.Seed)
			require.NoError(t, err)
			require.Len(t, s.Table.Owners(), int(c.Size))
			for i, want := range c.Table {
				require.Equal(t, want, s.Table.Owners()[i]+1, "entry %d of %d members", i, len(members))
			}
		}
	}
}

// Envoy's table is told from its rule, of which nobody has vectors: it is filled by
// preference lists, by weights and with little disruption.
func TestEnvoyTable(t *testing.T) {
	const size = 65537
	weights := []uint32{1, 2, 3, 4, 5, 50, 7}
	members := named("10.1.0.%d:8080", 1, 7, weights...)
	s, err := place.MaglevEnvoy(members, size)
	require.NoError(t, err)
	shares := share(t, s, size)
	for i, w := range weights {
		// An entry more or less: the first round and the last have one of nearly everybody.
		require.InDelta(t, float64(w)/72*size, shares[i], 7, "member %d", i)
	}
	equal, err := place.MaglevEnvoy(named("10.1.0.%d:8080", 1, 7, 9, 9, 9, 9, 9, 9, 9), size)
	require.NoError(t, err)
	plain, err := place.MaglevEnvoy(tens, size)
	require.NoError(t, err)
	require.Equal(t, plain.Table.Owners(), equal.Table.Owners())
	for i, n := range share(t, plain, size) {
		require.InDelta(t, size/7.0, n, 1, "member %d", i)
	}

	// Of the entries of those who stay, few move: the paper's figure is 2 % at this size.
	fewer, err := place.MaglevEnvoy(without(tens, "10.1.0.4:8080"), size)
	require.NoError(t, err)
	moved := 0
	for i, owner := range plain.Table.Owners() {
		now := fewer.Table.Owners()[i]
		if owner > 3 {
			owner--
		} else if owner == 3 {
			continue
		}
		if now != owner {
			moved++
		}
	}
	require.Positive(t, moved)
	require.Less(t, moved, size*3/100)
}

// share counts the entries of each member; none is free.
func share(t *testing.T, s place.Scheme, size int) []int {
	require.NoError(t, s.Check())
	require.Len(t, s.Table.Owners(), size)
	counts := make([]int, s.Parts)
	for _, owner := range s.Table.Owners() {
		counts[owner]++
	}
	return counts
}

// A plain program of the rule, on a table that can be followed: 2 members in the
// order of their names, A twice as heavy, so A, A B, A, A B...
func TestEnvoyRounds(t *testing.T) {
	for size, members := range map[uint32][]place.Member{
		13:  {{Name: "b", Weight: 1}, {Name: "a", Weight: 2}},
		101: {{Name: "c", Weight: 3}, {Name: "b", Weight: 5}, {Name: "a", Weight: 2}},
		7:   {{Name: "only"}},
	} {
		s, err := place.MaglevEnvoy(members, size)
		require.NoError(t, err)
		owners := make([]int, size)
		order := make([]int, len(members))
		total := 0.0
		heaviest := 0.0
		for i := range members {
			order[i] = i
			w := float64(max(members[i].Weight, 1))
			total += w
			heaviest = math.Max(heaviest, w)
		}
		slices.SortFunc(order, func(a, b int) int { return int(members[a].Name[0]) - int(members[b].Name[0]) })
		taken, target, next := uint32(0), map[int]float64{}, map[int]uint64{}
		for round := 1.0; taken < size; round++ {
			for _, m := range order {
				w := float64(max(members[m].Weight, 1)) / total
				if taken == size || round*w < target[m] {
					continue
				}
				target[m] += heaviest / total
				for {
					entry := (xxh(members[m].Name, 0)%uint64(size) + next[m]*(xxh(members[m].Name, 1)%uint64(size-1)+1)) % uint64(size)
					next[m]++
					if owners[entry] == 0 {
						owners[entry] = m + 1
						break
					}
				}
				taken++
			}
		}
		for i, owner := range s.Table.Owners() {
			require.Equal(t, owners[i], int(owner)+1, fmt.Sprint(size, i))
		}
	}
}
