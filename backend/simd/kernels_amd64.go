//go:build !purego

package simd

import (
	"github.com/klauspost/cpuid/v2"
)

const whyNone = ""

var rungs = []rung{
	{
		name:        "simd/avx2",
		description: "AVX2 assembly, one core",
		needs:       []cpuid.FeatureID{cpuid.AVX2},
		variants:    []*variant{&vpclmul256, &pclmul, &sse42, &avx2},
		profile:     costsAVX2.OrPlain().Profile,
	},
	{
		name:        "simd/avx512",
		description: "AVX-512 assembly, one core",
		needs:       []cpuid.FeatureID{cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL},
		variants:    []*variant{&vpclmul, &avx512, &vpclmul256, &pclmul, &sse42, &avx2},
		profile:     costsAVX512.OrPlain().Profile,
	},
}

// The variants. Every processor with AVX2 that was sold has BMI2, PCLMULQDQ and
// the crc32 instruction too, and every one with AVX-512 BW has DQ and VL; but a
// hypervisor may hide any of them.
var (
	avx2 = variant{
		name:     "avx2",
		needs:    []cpuid.FeatureID{cpuid.AVX2, cpuid.BMI2, cpuid.POPCNT},
		families: []family{lanes32AVX2, sums64AVX2, xxh3AVX2, lookup3AVX2, md5AVX2, reduceAVX2, tagsAVX2, packAVX2, offsetsAVX2},
	}
	sse42 = variant{
		name:     "sse4.2",
		needs:    []cpuid.FeatureID{cpuid.SSE42},
		families: []family{crcSSE42},
	}
	pclmul = variant{
		name:     "pclmul",
		needs:    []cpuid.FeatureID{cpuid.AVX2, cpuid.BMI2, cpuid.POPCNT, cpuid.SSE42, cpuid.CLMUL},
		families: []family{crcPCLMUL},
	}
	// On registers of 32 bytes: Zen 3 and Alder Lake have that and no AVX-512.
	vpclmul256 = variant{
		name:     "vpclmul256",
		needs:    []cpuid.FeatureID{cpuid.AVX2, cpuid.BMI2, cpuid.POPCNT, cpuid.SSE42, cpuid.VPCLMULQDQ},
		families: []family{crcVPCLMUL256},
	}
	avx512 = variant{
		name:     "avx512",
		needs:    []cpuid.FeatureID{cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL, cpuid.BMI2, cpuid.POPCNT},
		families: []family{lanes32AVX512, sums64AVX512, xxh3AVX512, lookup3AVX512, md5AVX512, reduceAVX512, tagsAVX512},
	}
	vpclmul = variant{
		name:     "vpclmul",
		needs:    []cpuid.FeatureID{cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL, cpuid.BMI2, cpuid.POPCNT, cpuid.SSE42, cpuid.VPCLMULQDQ},
		families: []family{crcVPCLMUL},
	}
)

// leftToCPU says why some work has no kernel.
var leftToCPU = Left("amd64")
