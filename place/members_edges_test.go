package place_test

import (
	"crypto/md5" //nolint:gosec // as libmemcached has it
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/place"
)

// The points of these weights were counted by a C program with libmemcached's
// expression: in exact numbers the first would be 232, the second 32.
func TestKetamaRoundsAsC(t *testing.T) {
	for _, c := range []struct {
		weights []uint32
		points  int
	}{{[]uint32{29, 29, 2}, 228}, {[]uint32{1, 1, 1, 1, 21}, 28}, {[]uint32{2, 2, 2, 2, 17}, 60}} {
		s, err := place.Ketama(named("10.0.0.%d", 1, len(c.weights), c.weights...))
		require.NoError(t, err)
		counts := share(t, s, len(s.Table.Points()))
		require.Equal(t, c.points, counts[0])
	}
}

// Of points that two servers have, the first of the list counts: 2,000 servers have
// 320,000 points, of which some ten meet.
func TestFirstOfEqualPoints(t *testing.T) {
	members := named("10.0.0.%d", 0, 2000)
	s, err := place.Ketama(members)
	require.NoError(t, err)
	first := map[uint64]uint32{}
	met := 0
	for i := range members {
		for j := range 40 {
			digest := md5.Sum(fmt.Appendf(nil, "10.0.0.%d-%d", i, j)) //nolint:gosec // as libmemcached has it
			for k := 0; k < 16; k += 4 {
				at := uint64(binary.LittleEndian.Uint32(digest[k:]))
				if _, there := first[at]; there {
					met++
				} else {
					first[at] = uint32(i)
				}
			}
		}
	}
	require.Positive(t, met)
	require.Len(t, s.Table.Points(), len(first))
	for i, at := range s.Table.Points() {
		require.Equal(t, first[at], s.Table.Owners()[i])
	}
}

// Points in fractions go by the order of the names, not of the list.
func TestRingHashSortsNames(t *testing.T) {
	weighted := named("10.1.0.%d:8080", 1, 7, 3, 1, 4, 1, 5, 9, 2)
	turned := slices.Clone(weighted)
	slices.Reverse(turned)
	one, err := place.RingHash(weighted, 97, 97)
	require.NoError(t, err)
	other, err := place.RingHash(turned, 97, 97)
	require.NoError(t, err)
	require.Equal(t, one.Table.Points(), other.Table.Points())
	for i, owner := range one.Table.Owners() {
		require.Equal(t, 6-owner, other.Table.Owners()[i])
	}
}

// Cilium divides the sum of the weights by their number, in integers, to see
// whether there are any.
func TestCiliumIgnoresSmallWeights(t *testing.T) {
	table := func(weights ...uint32) []uint32 {
		s, err := place.MaglevCilium(named("10.0.0.%d:80", 1, 3, weights...), 251, place.CiliumSeed)
		require.NoError(t, err)
		return s.Table.Owners()
	}
	require.Equal(t, table(), table(1, 1, 3))
	require.Equal(t, table(), table(100, 100, 100))
	require.NotEqual(t, table(), table(1, 1, 4))
}

func TestRendezvousTakesWeights(t *testing.T) {
	s, err := place.Rendezvous(named("n%d", 0, 3, 1, 1, 8))
	require.NoError(t, err)
	require.Equal(t, []uint32{1, 1, 8}, s.Table.Weights())
	counts := make([]int, 3)
	for i := range 10_000 {
		_, part := s.Place(fmt.Appendf(nil, "user:%d", i))
		counts[part]++
	}
	require.InDelta(t, 8000, counts[2], 300)
}
