//go:build !purego

package simd

import "github.com/keymill/keymill/hash"

var lanes32AVX512 = family{
	fixed: map[hash.Func]fixedKernel{
		hash.Murmur2:      murmur2AVX512.hashFixed,
		hash.Murmur3x32:   murmur3x32AVX512.hashFixed,
		hash.Murmur3Spark: murmur3SparkAVX512.hashFixed,
		hash.Murmur3Hive:  murmur3HiveAVX512.hashFixed,
		hash.FNV1a32:      fnv1a32AVX512.hashFixed,
	},
	ragged: map[hash.Func]raggedKernel{
		hash.Murmur2:      murmur2AVX512.hashRagged,
		hash.Murmur3x32:   murmur3x32AVX512.hashRagged,
		hash.Murmur3Spark: murmur3SparkAVX512.hashRagged,
		hash.Murmur3Hive:  murmur3HiveAVX512.hashRagged,
		hash.FNV1a32:      fnv1a32AVX512.hashRagged,
	},
}

var (
	murmur2AVX512 = &lanes32{
		sum: sum32(hash.SumMurmur2), ragged: murmur2RaggedAVX512, fixed: murmur2FixedAVX512, group: 16, idle: 5,
		packed: [5]packed32{
			1: {murmur2Packed4AVX512, murmur2Streamed4AVX512, 16},
			2: {murmur2Packed8AVX512, murmur2Streamed8AVX512, 16},
			4: {murmur2Packed16AVX512, murmur2Streamed16AVX512, 16},
		},
	}
	// The variants of murmur3 differ in the tail, which packed keys have none of.
	murmur3PackedAVX512 = [5]packed32{
		1: {murmur3x32Packed4AVX512, murmur3x32Streamed4AVX512, 16},
		2: {murmur3x32Packed8AVX512, murmur3x32Streamed8AVX512, 16},
		4: {murmur3x32Packed16AVX512, murmur3x32Streamed16AVX512, 16},
	}
	murmur3x32AVX512 = &lanes32{
		sum: sum32(hash.SumMurmur3x32), ragged: murmur3x32RaggedAVX512, fixed: murmur3x32FixedAVX512, group: 16, idle: 5,
		packed: murmur3PackedAVX512,
	}
	murmur3SparkAVX512 = &lanes32{
		sum: sum32(hash.SumMurmur3Spark), ragged: murmur3SparkRaggedAVX512, fixed: murmur3SparkFixedAVX512, group: 16, idle: 5,
		packed: murmur3PackedAVX512,
	}
	murmur3HiveAVX512 = &lanes32{
		sum: sum32(hash.SumMurmur3Hive), ragged: murmur3HiveRaggedAVX512, fixed: murmur3HiveFixedAVX512, group: 16, idle: 5,
		packed: murmur3PackedAVX512,
	}
	fnv1a32AVX512 = &lanes32{
		sum: sumFNV1a32, ragged: fnv1a32RaggedAVX512, fixed: fnv1a32FixedAVX512, group: 32, idle: 3,
		packed: [5]packed32{
			1: {fnv1a32Packed4AVX512, fnv1a32Streamed4AVX512, 16},
			2: {fnv1a32Packed8AVX512, fnv1a32Streamed8AVX512, 16},
			4: {fnv1a32Packed16AVX512, fnv1a32Streamed16AVX512, 16},
		},
	}
)
