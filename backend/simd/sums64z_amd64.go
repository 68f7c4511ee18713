//go:build !purego

package simd

import "github.com/keymill/keymill/hash"

var sums64AVX512 = family{
	fixed: map[hash.Func]fixedKernel{
		hash.XXH64: sums64Widths{hash.XXH64, map[int]sums64Fixed{
			8:  {group: 8, run: xxh64Fixed8AVX512, stream: xxh64Stream8AVX512},
			16: {group: 8, run: xxh64Fixed16AVX512, stream: xxh64Stream16AVX512},
			24: {group: 8, run: xxh64Fixed24AVX512},
			32: {group: 8, run: xxh64Fixed32AVX512},
		}, sums64Fixed{group: 16, run: xxh64WidthAVX512}}.kernel,
		hash.FX64: sums64Widths{hash.FX64, map[int]sums64Fixed{
			8:  {group: 8, run: fx64Fixed8AVX512, stream: fx64Stream8AVX512},
			16: {group: 8, run: fx64Fixed16AVX512, stream: fx64Stream16AVX512},
		}, sums64Fixed{group: 16, run: fx64WidthAVX512}}.kernel,
		hash.FNV1a64: sums64Widths{f: hash.FNV1a64, any: sums64Fixed{group: 16, run: fnv1a64WidthAVX512}}.kernel,
		hash.Murmur3x128: sums64Widths{hash.Murmur3x128, map[int]sums64Fixed{
			16: {group: 8, run: murmur128Fixed16AVX512},
			32: {group: 8, run: murmur128Fixed32AVX512},
		}, sums64Fixed{group: 16, run: murmur128WidthAVX512}}.kernel,
		hash.Murmur3Cassandra: sums64Widths{hash.Murmur3Cassandra, map[int]sums64Fixed{
			16: {group: 8, run: murmur128Fixed16AVX512},
			32: {group: 8, run: murmur128Fixed32AVX512},
		}, sums64Fixed{group: 16, run: cassandraWidthAVX512}}.kernel,
		hash.SipHash13: sums64Widths{hash.SipHash13, map[int]sums64Fixed{
			8:  {group: 19, run: sipHash13Fixed8AVX512},
			16: {group: 19, run: sipHash13Fixed16AVX512},
		}, sums64Fixed{group: 16, run: sipHash13WidthAVX512}}.kernel,
		hash.SipHash24: sums64Widths{hash.SipHash24, map[int]sums64Fixed{
			8:  {group: 19, run: sipHash24Fixed8AVX512},
			16: {group: 19, run: sipHash24Fixed16AVX512},
		}, sums64Fixed{group: 16, run: sipHash24WidthAVX512}}.kernel,
	},
	ragged: map[hash.Func]raggedKernel{
		hash.XXH64:            sums64Ragged{hash.XXH64, 16, xxh64RaggedAVX512, 250}.kernel,
		hash.FX64:             sums64Ragged{hash.FX64, 16, fx64RaggedAVX512, 150}.kernel,
		hash.FNV1a64:          sums64Ragged{hash.FNV1a64, 16, fnv1a64RaggedAVX512, 40}.kernel,
		hash.Murmur3x128:      sums64Ragged{hash.Murmur3x128, 16, murmur128RaggedAVX512, 75}.kernel,
		hash.Murmur3Cassandra: sums64Ragged{hash.Murmur3Cassandra, 16, cassandraRaggedAVX512, 75}.kernel,
		hash.SipHash13:        sums64Ragged{hash.SipHash13, 16, sipHash13RaggedAVX512, 48}.kernel,
		hash.SipHash24:        sums64Ragged{hash.SipHash24, 16, sipHash24RaggedAVX512, 32}.kernel,
	},
}
