//go:build !purego

package simd

import (
	"math"
	"math/bits"

	"github.com/keymill/keymill/place"
)

var reduceAVX2 = family{
	reduce: map[place.Reduce]reduceKernel{
		place.ReduceMod:       modKernel,
		place.ReduceAbsMod:    absModKernel,
		place.ReduceMask:      maskKernel,
		place.ReduceFastrange: fastrangeKernel,
		place.ReduceJump:      jumpKernel,
		place.ReducePmod:      pmodKernel,

		place.ReduceRendezvous: rendezvousKernel(rendezvousAVX2),
	},
}

// lanes is how many hashes a group of a reduction has. Fewer are not worth the
// start of a kernel.
const lanes = 8

func maskKernel(dst []uint32, hashes []uint64, s *place.Scheme) bool {
	if len(dst) < lanes {
		return false
	}
	maskAVX2(&dst[0], &hashes[0], len(dst), uint32(foldOf(s))&(s.Parts-1))
	return true
}

func modKernel(dst []uint32, hashes []uint64, s *place.Scheme) bool {
	const most64 = 1 << 30 // partitions, see mod64AVX2
	n := s.Parts
	switch {
	case n&(n-1) == 0:
		return maskKernel(dst, hashes, s)
	case len(dst) < lanes:
		return false
	case s.Bits() <= 32:
		mod32AVX2(&dst[0], &hashes[0], len(dst), uint32(foldOf(s)), n, inverse32(n))
	case n <= most64:
		inverse, _ := bits.Div64(1, 0, uint64(n))
		mod64AVX2(&dst[0], &hashes[0], len(dst), n, inverse)
	default:
		return false
	}
	return true
}

func absModKernel(dst []uint32, hashes []uint64, s *place.Scheme) bool {
	if len(dst) < lanes {
		return false
	}
	absMod32AVX2(&dst[0], &hashes[0], len(dst), uint32(foldOf(s)), s.Parts, inverse32(s.Parts))
	return true
}

func pmodKernel(dst []uint32, hashes []uint64, s *place.Scheme) bool {
	n := s.Parts
	switch {
	case n&(n-1) == 0: // the low bits say it for negative numbers too
		return maskKernel(dst, hashes, s)
	case len(dst) < lanes:
		return false
	}
	pmod32AVX2(&dst[0], &hashes[0], len(dst), uint32(foldOf(s)), n, inverse32(n), n-1<<31%n)
	return true
}

// inverse32 returns 2^32 / n, rounded down, or the largest word, which does as
// well for n = 1: the quotient is then one too small.
func inverse32(n uint32) uint32 { return uint32(min(1<<32/uint64(n), math.MaxUint32)) }

func fastrangeKernel(dst []uint32, hashes []uint64, s *place.Scheme) bool {
	bits := s.Bits()
	switch {
	case len(dst) < lanes:
		return false
	case bits <= 32:
		fastrange32AVX2(&dst[0], &hashes[0], len(dst), s.Parts, uint64(32-bits))
	case bits == 64:
		fastrange64AVX2(&dst[0], &hashes[0], len(dst), s.Parts)
	default:
		return false
	}
	return true
}

// jumpBlock is how many keys a jump kernel takes at most.
const jumpBlock = 512

func jumpKernel(dst []uint32, hashes []uint64, s *place.Scheme) bool {
	n := len(dst)
	if n < lanes {
		return false
	}
	fold, parts := foldOf(s), float64(s.Parts)
	first, again := jumpSteps(parts)
	for lo := 0; lo < n; lo += jumpBlock {
		lo = min(lo, n-lanes)
		jumpAVX2(&dst[lo], &hashes[lo], min(n-lo, jumpBlock), fold, parts, first, again)
	}
	return true
}

// foldOf returns the bits that the fold keeps.
func foldOf(s *place.Scheme) uint64 {
	if s.Fold == place.FoldLow31 {
		return 1<<31 - 1
	}
	return 1<<64 - 1
}

// jumpSteps returns how many steps all keys take at first, and how many those
// that have to go on: the mean of what a key needs, which is a harmonic number,
// and about its standard deviation. More or less by a step is as fast.
func jumpSteps(parts float64) (first, again int) {
	const euler = 0.5772
	mean := math.Log(parts) + euler
	return int(mean + 1), int(math.Sqrt(mean) + 0.5)
}

// rendezvousKernel leaves weighted members, whose scores take a logarithm, to plain Go.
func rendezvousKernel(run func(dst *uint32, hashes *uint64, n int, fold uint64, points *uint64, members int)) reduceKernel {
	return func(dst []uint32, hashes []uint64, s *place.Scheme) bool {
		if len(dst) < lanes || s.Table.Weights() != nil {
			return false
		}
		points := s.Table.Points()
		run(&dst[0], &hashes[0], len(dst), foldOf(s), &points[0], len(points))
		return true
	}
}
