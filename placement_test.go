package keymill_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

func TestGroup(t *testing.T) {
	p := keymill.Placement{Parts: []uint32{2, 0, keymill.NoPartition, 2, 3, 0, keymill.NoPartition}}
	var g keymill.Groups
	require.NoError(t, p.Group(&g, 4))
	require.Equal(t, []uint32{1, 5, 0, 3, 4, 2, 6}, g.Order)
	require.Equal(t, []uint32{0, 2, 2, 4, 5}, g.Starts)
	require.Equal(t, []uint32{1, 5}, g.Of(0))
	require.Empty(t, g.Of(1))
	require.Equal(t, []uint32{0, 3}, g.Of(2))
	require.Equal(t, []uint32{2, 6}, g.Unplaced())

	p.Parts = p.Parts[:2]
	require.NoError(t, p.Group(&g, 3), "smaller batches reuse the memory")
	require.Equal(t, []uint32{1, 0}, g.Order)
	require.Empty(t, g.Unplaced())

	require.Empty(t, new(keymill.Groups).Unplaced())
	p.Parts = nil
	require.NoError(t, p.Group(&g, 0))
	require.Empty(t, g.Order)

	p.Parts = []uint32{0, 4}
	err := p.Group(&g, 4)
	require.EqualError(t, err, "placement: Parts has partition 4 for key 1, beyond the 4 that there are")
	require.ErrorIs(t, err, keymill.ErrInvalid)
}

// Group is a stable sort by partition, unplaced keys last.
func TestGroupIsAStableSort(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var g keymill.Groups
	for range 300 {
		parts := uint32(1 + rng.IntN(20))
		p := keymill.Placement{Parts: make([]uint32, rng.IntN(100))}
		want := make([]uint32, len(p.Parts))
		for i := range p.Parts {
			p.Parts[i] = rng.Uint32N(parts)
			if rng.IntN(10) == 0 {
				p.Parts[i] = keymill.NoPartition
			}
			want[i] = uint32(i)
		}
		slices.SortStableFunc(want, func(a, b uint32) int { return cmp.Compare(p.Parts[a], p.Parts[b]) })
		require.NoError(t, p.Group(&g, parts))
		require.Equal(t, want, g.Order)
		for part := range parts {
			for _, i := range g.Of(part) {
				require.Equal(t, part, p.Parts[i])
			}
		}
	}
}

func TestGroupAllocatesNothing(t *testing.T) {
	p := keymill.Placement{Parts: make([]uint32, 1000)}
	var g keymill.Groups
	require.NoError(t, p.Group(&g, 16))
	require.Zero(t, testing.AllocsPerRun(10, func() { _ = p.Group(&g, 16) }))
}

func TestResize(t *testing.T) {
	var p keymill.Placement
	p.Resize(keymill.OutHashes|keymill.OutCounts, 10, 4)
	require.Len(t, p.Hashes, 10)
	require.Nil(t, p.Parts)
	require.Len(t, p.Counts, 4)
	first := &p.Hashes[0]
	p.Resize(keymill.OutHashes, 3, 0)
	require.Len(t, p.Hashes, 3)
	require.Same(t, first, &p.Hashes[0])
	require.Nil(t, p.Counts)
	p.Resize(keymill.OutParts, 0, 0)
	require.NotNil(t, p.Parts, "asked for, though there is none")
}

func TestResolve(t *testing.T) {
	s, err := keymill.Params{}.Resolve()
	require.NoError(t, err)
	require.Equal(t, hash.XXH3, s.Hash, "the default")
	s, err = keymill.Params{Scheme: place.Kafka(3)}.Resolve()
	require.NoError(t, err)
	require.Equal(t, hash.Murmur2, s.Hash, "the scheme's own")
	s, err = keymill.Params{Hash: hash.XXH64, Seed: hash.Seed64(3), Scheme: place.Kafka(3)}.Resolve()
	require.NoError(t, err)
	require.Equal(t, hash.XXH64, s.Hash, "an override")
	require.Equal(t, hash.Seed64(3), s.Seed)

	_, err = keymill.Params{Hash: hash.CRC32, Seed: hash.Seed64(3)}.Resolve()
	require.ErrorIs(t, err, keymill.ErrInvalid)
	var seedErr *hash.SeedError
	require.ErrorAs(t, err, &seedErr)
}

// Text that a system hashes in another form would get a wrong answer, if it were taken.
func TestFramedKeysAreRefused(t *testing.T) {
	b := keymill.NewBatch("hello")
	for _, s := range []place.Scheme{place.Elasticsearch(5), place.MongoDB(4), place.Hazelcast(271), place.PulsarJava(3)} {
		dst := keymill.Placement{Parts: make([]uint32, 1)}
		err := cpu.New().Place(&dst, &b, keymill.Params{Scheme: s})
		require.ErrorIs(t, err, keymill.ErrInvalid, s.Name)
		require.ErrorContains(t, err, "scheme "+s.Name+" hashes keys in the form")
		require.ErrorContains(t, err, "package columns")
	}
}

func TestVerify(t *testing.T) {
	batch := keymill.NewBatch("a", "b")
	require.NoError(t, batch.AppendNull())
	params := keymill.Params{Scheme: place.Kafka(5)}
	var p keymill.Placement
	p.Resize(keymill.OutHashes|keymill.OutParts|keymill.OutCounts, 3, 5)
	require.NoError(t, cpu.New().Place(&p, &batch, params))
	require.NoError(t, keymill.Verify(&p, &batch, params))
	require.NoError(t, keymill.Verify(&keymill.Placement{Parts: p.Parts}, &batch, params))

	p.Counts[p.Parts[0]]++
	require.ErrorContains(t, keymill.Verify(&p, &batch, params), "placement: Counts has ")
	p.Parts[2] = 0
	require.EqualError(t, keymill.Verify(&p, &batch, params), "placement: Parts has for key 2, which is null, 0, not 4294967295")
	p.Hashes[1]++
	require.ErrorContains(t, keymill.Verify(&p, &batch, params), "placement: Hashes has for key 1, of 1 bytes, 0x")
	require.ErrorIs(t, keymill.Verify(&keymill.Placement{Parts: p.Parts[:1]}, &batch, params), keymill.ErrInvalid)
}

func TestOpOf(t *testing.T) {
	batch := keymill.Batch{Width: 8}
	p := keymill.Params{Scheme: place.Kafka(5)}
	murmur2 := keymill.Op{Hash: hash.Murmur2, Class: keymill.Width8}
	require.Equal(t, murmur2, keymill.OpOf(&keymill.Placement{Hashes: []uint64{}}, &batch, &p))
	murmur2.Reduce = place.ReduceMod
	require.Equal(t, murmur2, keymill.OpOf(&keymill.Placement{Parts: []uint32{}}, &batch, &p))
	require.Equal(t, murmur2, keymill.OpOf(&keymill.Placement{Counts: []uint64{}}, &batch, &p))
	p.Hash = hash.CRC32
	require.Equal(t, hash.CRC32, keymill.OpOf(&keymill.Placement{}, &batch, &p).Hash)
	require.Equal(t, hash.XXH3, keymill.OpOf(&keymill.Placement{}, &batch, &keymill.Params{}).Hash)

	for width, class := range map[int]string{0: "ragged", 1: "fixed", 4: "4", 8: "8", 16: "16", 24: "24", 32: "32", 33: "fixed"} {
		require.Equal(t, class, keymill.ClassOf(&keymill.Batch{Width: width}).String())
	}
}
