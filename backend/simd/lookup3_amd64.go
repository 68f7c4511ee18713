//go:build !purego

package simd

import "github.com/keymill/keymill/hash"

var (
	lookup3Lanes256 = &lanes32{
		sum: hash.SumLookup3, ragged: lookup3RaggedAVX2, fixed: lookup3FixedAVX2, group: 16, idle: 4, longest: 1 << 27, overlap: 4,
	}
	lookup3Lanes512 = &lanes32{
		sum: hash.SumLookup3, ragged: lookup3RaggedAVX512, fixed: lookup3FixedAVX512, group: 16, idle: 4, longest: 1 << 27, overlap: 4,
	}

	lookup3AVX2 = family{
		fixed:  map[hash.Func]fixedKernel{hash.Lookup3: lookup3Lanes256.hashFixed},
		ragged: map[hash.Func]raggedKernel{hash.Lookup3: lookup3Lanes256.hashRagged},
	}
	lookup3AVX512 = family{
		fixed:  map[hash.Func]fixedKernel{hash.Lookup3: lookup3Lanes512.hashFixed},
		ragged: map[hash.Func]raggedKernel{hash.Lookup3: lookup3Lanes512.hashRagged},
	}
)
