package bench

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// peersOf returns the peers of the rows of that name, with a star behind those
// whose results are other ones.
func peersOf(r *Report, name string) (peers []string) {
	for _, row := range r.Rows {
		if row.Name == name {
			peer := row.Peer
			if row.Other {
				peer += "*"
			}
			peers = append(peers, peer)
		}
	}
	return peers
}

// A peer is compared where it computes the same, or is said to compute something
// else; and only with keys that it takes.
func TestHashPeers(t *testing.T) {
	t.Parallel()
	right := func(name string, f hash.Func, width int) HashPeer {
		return HashPeer{Name: name, Func: f, Width: width, Hash: defined(f)}
	}
	c := Config{Table: "hash", Workloads: []string{"fixed16", "fixed8", "user"}, Only: "xxh"}
	c.Peers.Hash = []HashPeer{
		right("any width", hash.XXH3, 0), right("eight", hash.XXH3, 8), right("sixteen", hash.XXH3, 16), right("xxh64", hash.XXH64, 0),
		{Name: "another function", Func: hash.XXH3, Own: true, Hash: defined(hash.FNV1a64)},
	}
	report := runQuick(t, c)
	require.Equal(t, []string{definition, "any width", "sixteen", "another function*"}, peersOf(report, "xxh3 fixed16"))
	require.Equal(t, []string{definition, "any width", "eight", "another function*"}, peersOf(report, "xxh3 fixed8"))
	require.Equal(t, []string{definition, "any width", "another function*"}, peersOf(report, "xxh3 user"))
	require.Equal(t, []string{definition, "xxh64"}, peersOf(report, "xxh64 user"))

	c.Peers.Hash[4].Own = false
	_, err := Run(t.Context(), small(c))
	require.ErrorContains(t, err, "another function")
	require.ErrorContains(t, err, "what differs cannot be compared")
}

// A worker in another language hashes keys that are text, and is held to the
// same results.
func TestHashWorkers(t *testing.T) {
	t.Parallel()
	c := Config{Table: "hash", Workloads: []string{"ascii128", "fixed128"}, Only: "fx64"}
	c.Peers.Hash = []HashPeer{{Name: "far away", Func: hash.FX64, Command: be("hasher")}}
	report, err := Run(t.Context(), small(c))
	require.NoError(t, err)
	require.Equal(t, []string{definition, "far away"}, peersOf(report, "fx64 ascii128"))
	require.Equal(t, []string{definition}, peersOf(report, "fx64 fixed128"), "random bytes are no text")
	for _, row := range report.Rows {
		if row.Peer == "far away" {
			require.InDelta(t, 12345.0/minKeys, row.PeerNS, 1e-9, "the time is what the worker measured")
		}
	}

	c.Peers.Hash[0].Command = be("hasher", "wrong")
	_, err = Run(t.Context(), small(c))
	require.ErrorContains(t, err, "what differs cannot be compared")
	require.ErrorContains(t, err, "far away")
}

func TestPlacePeers(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	t.Parallel()
	peer := func(name, scheme string, parts uint32) PlacePeer {
		s, err := place.Lookup(scheme, parts)
		require.NoError(t, err)
		return PlacePeer{Name: name, Scheme: scheme, Parts: parts, Place: placed(s)}
	}
	untagged := peer("no tags", "redis", place.RedisSlots)
	untagged.Untagged = true
	untagged.Place = func(out []uint32, b *keymill.Batch) {
		for i := range out {
			out[i] = uint32(hash.SumCRC16(b.Key(i))) % place.RedisSlots
		}
	}
	c := Config{Table: "place", Workloads: []string{"fixed16", "ascii16"}}
	c.Peers.Place = []PlacePeer{peer("twelve", "kafka", 12), peer("thirteen", "kafka", 13), peer("tags", "redis", place.RedisSlots), untagged}
	report, err := Run(t.Context(), small(c))
	require.NoError(t, err)
	require.Equal(t, []string{definition, "twelve"}, peersOf(report, "kafka fixed16"))
	require.Equal(t, []string{definition, "tags"}, peersOf(report, "redis fixed16"), "random bytes have hash tags")
	require.Equal(t, []string{definition, "tags", "no tags"}, peersOf(report, "redis ascii16"))
	require.Equal(t, []string{definition}, peersOf(report, "mod fixed16"))
	require.Equal(t, []string{definition}, peersOf(report, "mask ascii16"))

	c.Peers.Place[3].Untagged = false
	_, err = Run(t.Context(), small(c))
	require.ErrorContains(t, err, "redis fixed16: ")
	require.ErrorContains(t, err, "no tags")
}

// The targets of the project are in the rows that they are for.
func TestTargets(t *testing.T) {
	t.Parallel()
	c := Config{Table: "hash", Only: "xxh3", Workloads: []string{"fixed16", "user"}}
	c.Peers.Hash = []HashPeer{{Name: "zeebo/xxh3", Func: hash.XXH3, Hash: defined(hash.XXH3)}}
	seen := false
	for _, row := range runQuick(t, c).Rows {
		if row.Name == "xxh3 fixed16" && row.Peer == "zeebo/xxh3" {
			require.Equal(t, 2.0, *row.Target)
			seen = true
		} else {
			require.Nil(t, row.Target, row.Name)
		}
	}
	require.True(t, seen)
}

func TestTarget(t *testing.T) {
	all := []promise{{"simd", "a", "x", 3}, {"cpu", "a", "x", 2}, {"simd", "b on 2 cores", "simd", 1.75}}
	require.Equal(t, 3.0, *target(all, "simd", "a", "x"))
	require.Equal(t, 3.0, *target(all, "simd/avx2", "a", "x"))
	require.Equal(t, 2.0, *target(all, "cpu", "a", "x"))
	require.Equal(t, 1.75, *target(all, "simd/avx2*2", "b on 2 cores", "simd/avx2"))
	require.Nil(t, target(all, "simdex", "a", "x"))
	require.Nil(t, target(all, "simd", "b", "x"))
	require.Nil(t, target(all, "simd", "a", "y"))
	for _, promises := range promises {
		for _, p := range promises {
			require.Positive(t, p.ratio)
			require.Equal(t, p.peer == roofPeer || p.peer == hindsight, p.ratio < 1, p)
		}
	}
}

// What is promised of the machine's limit has a row of its own.
func TestRoofRow(t *testing.T) {
	g := measured()
	g.promises = []promise{{"simd", "xxh3 fixed16", roofPeer, 0.5}}
	rows := g.rows()
	require.Len(t, rows, 5)
	row := rows[4]
	require.Equal(t, "simd", row.Ours)
	require.Equal(t, roofPeer, row.Peer)
	require.Equal(t, 0.4, row.Ratio)
	require.Equal(t, 2.0, row.PeerNS, "the faster roof")
	require.Equal(t, 0.5, *row.Target)
	require.Equal(t, Noisy, row.Verdict)
	require.Nil(t, row.Samples.Ours, "they stand in the row before")
	require.Len(t, row.Samples.Peer, 7)
}
