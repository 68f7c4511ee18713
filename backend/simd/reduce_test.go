//go:build amd64 && !purego

package simd

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

// families256And512 returns those of two that this processor runs.
func families256And512(avx2Family, avx512Family family) map[string]family {
	families := map[string]family{}
	if detected().missing(avx2.needs) == "" {
		families["avx2"] = avx2Family
	}
	if detected().missing(avx512.needs) == "" {
		families["avx512"] = avx512Family
	}
	return families
}

// TestReductions compares the kernels with the definition where quotients are
// about to change, and at numbers of hashes that are no multiple of a group.
func TestReductions(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	numbers := []uint32{1, 2, 3, 5, 7, 12, 1000, 1 << 16, 1<<30 - 1, 1 << 30, 1<<30 + 1, 1<<31 - 1, 1 << 31}
	for range 100 {
		numbers = append(numbers, 1+rng.Uint32N(1<<31)>>rng.IntN(31))
	}
	for name, family := range families256And512(reduceAVX2, reduceAVX512) {
		for reduce, kernel := range family.reduce {
			for _, fold := range []place.Fold{place.FoldNone, place.FoldLow31} {
				for _, f := range []hash.Func{hash.XXH3, hash.CRC32, hash.CRC16} {
					for i, parts := range numbers {
						if reduce.LooksUp() && parts > 1000 {
							continue // whose table would take memory; TestMembers has more of them
						}
						s := place.Scheme{Hash: f, Reduce: reduce, Fold: fold, Parts: parts, Table: backendtest.TableOf(reduce, parts)}
						if s.Check() != nil {
							require.Equal(t, place.ReduceMask, reduce) // which takes powers of two
							continue
						}
						hashes := edgeHashes(rng, lanes+i, s)
						got := make([]uint32, len(hashes)+1)
						got[len(hashes)] = 42
						if !kernel(got[:len(hashes)], hashes, &s) {
							require.True(t, len(hashes) < fewest(reduce) || weighted(&s) ||
								reduce == place.ReduceMod && s.Bits() == 64 && parts > 1<<30, "%s %s of %d", name, reduce, parts)
							continue
						}
						for i, h := range hashes {
							if got[i] != s.Partition(h) {
								require.Equal(t, s.Partition(h), got[i], "%s %s fold %d of %d: %#x", name, reduce, fold, parts, h)
							}
						}
						require.Equal(t, uint32(42), got[len(hashes)], "%s %s: wrote behind the end", name, reduce)
					}
				}
			}
		}
	}
}

// fewest is how many hashes a kernel takes.
func fewest(r place.Reduce) int {
	if r == place.ReduceRing {
		return 2 * lanes
	}
	return lanes
}

func weighted(s *place.Scheme) bool {
	return s.Reduce == place.ReduceRendezvous && s.Table.Weights() != nil
}

// TestMembers has rings and rendezvous of every small size, with hashes at their
// points and beside them, members that share a hash, and one that no key scores.
func TestMembers(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 7))
	sizes := []int{100, 127, 128, 129, 255, 256, 257, 1000}
	for size := range 70 {
		sizes = append(sizes, size+1)
	}
	for name, family := range families256And512(reduceAVX2, reduceAVX512) {
		for _, size := range sizes {
			points, owners := make([]uint64, size), make([]uint32, size)
			for i := range points {
				points[i], owners[i] = rng.Uint64()>>rng.IntN(32), uint32(rng.IntN(size))
			}
			points[size/2] = [...]uint64{0, 1 << 63, 1<<64 - 1}[size%3]
			members := slices.Clone(points)
			members[rng.IntN(size)] = members[0]
			slices.Sort(points)
			rendezvous, err := place.NewRendezvous(members, nil)
			require.NoError(t, err)
			ring, err := place.NewRing(points, owners, uint32(size))
			require.NoError(t, err)
			for reduce, table := range map[place.Reduce]*place.Table{place.ReduceRing: ring, place.ReduceRendezvous: rendezvous} {
				kernel := family.reduce[reduce]
				if kernel == nil {
					continue
				}
				hashes := []uint64{0, 1, 1<<63 - 1, 1 << 63, 1<<63 + 1, 1<<64 - 1}
				for _, p := range points {
					hashes = append(hashes, p-1, p, p+1, rng.Uint64())
				}
				for len(hashes) < fewest(reduce) {
					hashes = append(hashes, rng.Uint64())
				}
				s := place.Scheme{Hash: hash.XXH3, Reduce: reduce, Parts: uint32(size), Table: table}
				require.NoError(t, s.Check())
				got := make([]uint32, len(hashes))
				require.True(t, kernel(got, hashes, &s))
				for i, h := range hashes {
					if got[i] != s.Partition(h) {
						require.Equal(t, s.Partition(h), got[i], "%s %s of %d: %#x", name, reduce, size, h)
					}
				}
			}
		}
	}
}

// edgeHashes returns n hashes of the scheme's function, about half of them near
// multiples of the number of partitions and near the ends of their range.
func edgeHashes(rng *rand.Rand, n int, s place.Scheme) []uint64 {
	hashes := make([]uint64, n)
	for i := range hashes {
		h, parts := rng.Uint64(), uint64(s.Parts)
		switch rng.IntN(10) {
		case 0:
			h = h >> 33 * parts
		case 1:
			h = h>>33*parts - 1
		case 2:
			h = -(h >> 60 * parts)
		case 3:
			h = -(h >> 60) - 1
		case 4:
			h >>= 60
		}
		if bits := s.Hash.Bits(); bits < 64 {
			h &= 1<<bits - 1
		}
		hashes[i] = h
	}
	return hashes
}

// TestFewHashes: a kernel takes whole groups, or says that it does not.
func TestFewHashes(t *testing.T) {
	for name, family := range families256And512(reduceAVX2, reduceAVX512) {
		for reduce, kernel := range family.reduce {
			for n := range 70 {
				s := place.Scheme{Hash: hash.XXH3, Reduce: reduce, Parts: 8, Table: backendtest.TableOf(reduce, 8)}
				hashes := edgeHashes(rand.New(rand.NewPCG(3, uint64(n))), n, s)
				got := make([]uint32, n)
				require.Equal(t, n >= fewest(reduce), kernel(got, hashes, &s), "%s %s of %d", name, reduce, n)
				for i, h := range hashes {
					if n >= fewest(reduce) {
						require.Equal(t, s.Partition(h), got[i], "%s %s, hash %d of %d", name, reduce, i, n)
					}
				}
			}
		}
	}
}

// TestJump has blocks that are full, nearly full, and more than one, and keys for
// which the quotient of the last step is a whole number or nearly one.
func TestJump(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 5))
	for name, family := range families256And512(reduceAVX2, reduceAVX512) {
		for _, n := range []int{lanes, 16, 17, 100, 504, 505, 511, 512, 513, 519, 520, 527, 528, 529, 1024, 1031, 20_000} {
			for _, parts := range []uint32{1, 2, 3, 10, 49, 1000, 1 << 20, 1 << 31} {
				s := place.Jump(parts)
				hashes := make([]uint64, n)
				for i := range hashes {
					// The first step leads to 2^31 / (what is above 33 bits, + 1).
					above := uint64(1<<31)/(1+rng.Uint64N(1<<10)) - rng.Uint64N(3)
					hashes[i] = (above<<33 | rng.Uint64N(1<<33) - 1) * jumpInverse
					if i%2 == 0 {
						hashes[i] = rng.Uint64()
					}
				}
				got := make([]uint32, n)
				require.True(t, family.reduce[place.ReduceJump](got, hashes, &s))
				for i, h := range hashes {
					if got[i] != s.Partition(h) {
						require.Equal(t, s.Partition(h), got[i], "%s of %d: %#x", name, parts, h)
					}
				}
			}
		}
	}
}

// jumpInverse times the factor of jump's generator is 1, modulo 2^64.
var jumpInverse = func() uint64 {
	const factor = 2862933555777941757
	inverse := uint64(1)
	for range 6 { // each time twice as many bits are right
		inverse *= 2 - factor*inverse
	}
	return inverse
}()
