//go:build !purego

package simd

import "github.com/keymill/keymill/hash"

var sums64AVX2 = family{
	fixed: map[hash.Func]fixedKernel{
		hash.XXH64: sums64Widths{hash.XXH64, map[int]sums64Fixed{
			8:  {group: 7, run: xxh64Fixed8AVX2},
			16: {group: 7, run: xxh64Fixed16AVX2},
			24: {group: 7, run: xxh64Fixed24AVX2},
			32: {group: 7, run: xxh64Fixed32AVX2},
		}, sums64Fixed{group: 8, run: xxh64WidthAVX2}}.kernel,
		hash.FX64: sums64Widths{hash.FX64, map[int]sums64Fixed{
			8:  {group: 4, run: fx64Fixed8AVX2},
			16: {group: 6, run: fx64Fixed16AVX2},
		}, sums64Fixed{group: 8, run: fx64WidthAVX2}}.kernel,
		hash.FNV1a64: sums64Widths{f: hash.FNV1a64, any: sums64Fixed{group: 8, run: fnv1a64WidthAVX2}}.kernel,
		hash.Murmur3x128: sums64Widths{hash.Murmur3x128, map[int]sums64Fixed{
			16: {group: 6, run: murmur128Fixed16AVX2},
			32: {group: 6, run: murmur128Fixed32AVX2},
		}, sums64Fixed{group: 8, run: murmur128WidthAVX2}}.kernel,
		hash.Murmur3Cassandra: sums64Widths{hash.Murmur3Cassandra, map[int]sums64Fixed{
			16: {group: 6, run: murmur128Fixed16AVX2},
			32: {group: 6, run: murmur128Fixed32AVX2},
		}, sums64Fixed{group: 8, run: cassandraWidthAVX2}}.kernel,
		hash.SipHash13: sums64Widths{hash.SipHash13, map[int]sums64Fixed{
			8:  {group: 10, run: sipHash13Fixed8AVX2},
			16: {group: 10, run: sipHash13Fixed16AVX2},
		}, sums64Fixed{group: 8, run: sipHash13WidthAVX2}}.kernel,
		hash.SipHash24: sums64Widths{hash.SipHash24, map[int]sums64Fixed{
			8:  {group: 10, run: sipHash24Fixed8AVX2},
			16: {group: 10, run: sipHash24Fixed16AVX2},
		}, sums64Fixed{group: 8, run: sipHash24WidthAVX2}}.kernel,
	},
	ragged: map[hash.Func]raggedKernel{
		hash.XXH64:            sums64Ragged{hash.XXH64, 8, xxh64RaggedAVX2, 56}.kernel,
		hash.FX64:             sums64Ragged{hash.FX64, 8, fx64RaggedAVX2, 56}.kernel,
		hash.FNV1a64:          sums64Ragged{hash.FNV1a64, 8, fnv1a64RaggedAVX2, 16}.kernel,
		hash.Murmur3x128:      sums64Ragged{hash.Murmur3x128, 4, murmur128RaggedAVX2, 44}.kernel,
		hash.Murmur3Cassandra: sums64Ragged{hash.Murmur3Cassandra, 4, cassandraRaggedAVX2, 44}.kernel,
		hash.SipHash13:        sums64Ragged{hash.SipHash13, 4, sipHash13RaggedAVX2, 36}.kernel,
		hash.SipHash24:        sums64Ragged{hash.SipHash24, 4, sipHash24RaggedAVX2, 24}.kernel,
	},
}
