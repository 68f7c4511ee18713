package identify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// What the arithmetic says of an interval is what the scheme says of each N.
func TestIntervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	edges := []uint64{0, 1, 2, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1 << 63, 1<<64 - 1}
	for i := range 1000 {
		h := rng.Uint64() >> rng.IntN(64)
		if i < len(edges) {
			h = edges[i]
		}
		for _, s := range []place.Scheme{
			{Hash: hash.XXH64, Reduce: place.ReduceFastrange},
			{Hash: hash.XXH64, Reduce: place.ReduceFastrange, Drop: 12},
			{Hash: hash.XXH64, Reduce: place.ReduceFastrange, Add: 1 << 63},
			{Hash: hash.XXH64, Reduce: place.ReduceFastrange, Fold: place.FoldSwap},
			{Hash: hash.XXH64, Reduce: place.ReduceFastrange, Fold: place.FoldLow32},
			{Hash: hash.XXH64, Reduce: place.ReduceJump},
			{Hash: hash.CRC32, Reduce: place.ReduceFastrange},
			{Hash: hash.CRC16, Reduce: place.ReduceFastrange},
			{Hash: hash.CRC32, Reduce: place.ReduceJump},
		} {
			h := h
			if s.Hash.Bits() < 64 {
				h &= 1<<s.Hash.Bits() - 1
			}
			tried := span{1, 300}
			part := uint32(rng.IntN(8))
			in, ok := interval(&s, s.Folded(h), part, tried)
			for n := tried.lo; n <= tried.hi; n++ {
				s.Parts = n
				if (s.Partition(h) == part) != (ok && n >= in.lo && n <= in.hi) {
					t.Fatalf("%+v: %x, partition %d of %d: %v %v", s, h, part, n, in, ok)
				}
			}
		}
	}
}

// The same of stablemod, which has an interval up to each power of two, and of N that have
// all 32 bits.
func TestStableModIntervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	s := place.Scheme{Hash: hash.XXH64, Reduce: place.ReduceStableMod}
	for range 5000 {
		h := rng.Uint64() >> rng.IntN(64)
		tried := span{uint32(rng.IntN(40) + 1), 300}
		if rng.IntN(4) == 0 {
			tried = span{1<<32 - 200, 1<<32 - 1}
		}
		s.Parts = tried.lo + uint32(rng.IntN(int(tried.hi-tried.lo)+1))
		part := s.Partition(h)
		if rng.IntN(4) == 0 {
			part = uint32(rng.IntN(60))
		}
		all := stableModIntervals(s.Folded(h), part, tried)
		for n := uint64(tried.lo); n <= uint64(tried.hi); n++ {
			s.Parts = uint32(n)
			in := slices.ContainsFunc(all, func(s span) bool { return s.has(n) })
			if (s.Partition(h) == part) != in {
				t.Fatalf("%x, partition %d of %d: %v", h, part, n, all)
			}
		}
	}
}

// N divides the offset of a pair where the scheme says that partition, and nowhere else.
func TestOffsets(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 2))
	for range 3000 {
		h := rng.Uint64() >> rng.IntN(64)
		for _, s := range []place.Scheme{
			{Hash: hash.XXH64, Reduce: place.ReduceMod},
			{Hash: hash.XXH64, Reduce: place.ReduceMod, Fold: place.FoldLow31},
			{Hash: hash.XXH64, Reduce: place.ReduceMod, Add: 0x49a0f4dd15e5a8e3},
			{Hash: hash.XXH64, Reduce: place.ReduceAbsMod},
			{Hash: hash.XXH64, Reduce: place.ReducePmod},
		} {
			p := &pairs{parts: []uint32{uint32(rng.IntN(5))}}
			offset := offsets(&s, p, []number{{hash: h}})[0]
			for n := p.parts[0] + 1; n < 60; n++ {
				s.Parts = n
				if (s.Partition(h) == p.parts[0]) != (offset%uint64(n) == 0) {
					t.Fatalf("%+v: %x, partition %d of %d", s, h, p.parts[0], n)
				}
			}
		}
	}
}

// The N that explains a third of the pairs is among the proposed ones.
func TestDivisors(t *testing.T) {
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 3))
		n := uint64(2 + rng.IntN(5000))
		bits, count := 31+rng.IntN(33), 1+rng.IntN(250)
		share := 0.34
		if count < 96 {
			share = 1
		}
		var all []uint64
		for range count {
			x := rng.Uint64() >> (64 - bits)
			if rng.Float64() < share {
				x -= x % n
			}
			all = append(all, x)
		}
		s := span{uint32(max(2, n/2)), uint32(4 * n)}
		if count < 3 { // any of the many divisors may be it
			continue
		}
		require.True(t, slices.Contains(divisors(all, s), uint32(n)), "%d, %d offsets of %d bits", n, count, bits)
	}
	require.Equal(t, []uint32{5}, divisors([]uint64{0, 0, 0}, span{5, 100}), "each N divides them: the least")
	require.Empty(t, divisors([]uint64{7, 11, 13}, span{5, 100}))
}

func TestGCD(t *testing.T) {
	for a := range uint64(70) {
		for b := range uint64(70) {
			g := gcd(a, b)
			if a == 0 || b == 0 {
				require.Equal(t, a+b, g)
				continue
			}
			want := uint64(1)
			for d := uint64(2); d <= a; d++ {
				if a%d == 0 && b%d == 0 {
					want = d
				}
			}
			require.Equal(t, want, g, fmt.Sprint(a, " ", b))
		}
	}
	require.Equal(t, uint64(1)<<63, gcd(1<<63, 1<<63))
}

func TestFullest(t *testing.T) {
	in := []span{{2, 9}, {4, 6}, {5, 20}, {30, 40}}
	require.Equal(t, []uint32{5, 6}, fullest(in, span{2, 50}, 2))
	require.Equal(t, []uint32{5, 6, 4, 7}, fullest(in, span{2, 50}, 4))
	require.Empty(t, fullest(nil, span{2, 50}, 4))
}
