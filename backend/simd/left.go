package simd

import (
	"maps"

	"github.com/keymill/keymill/hash"
)

// Left says why some work has no kernel on the processors that Go calls arch, by
// the names that [Kernel] gives work. It is the same in every build; an
// architecture without kernels has no list.
func Left(arch string) map[string]string {
	left := map[string]string{}
	because(left, leftOfSystems)
	switch arch {
	case "amd64":
		maps.Copy(left, leftWorkOnAVX)
	case "arm64":
		because(left, leftOnNEON)
		maps.Copy(left, leftWorkOnNEON)
	default:
		return nil
	}
	return left
}

// because adds why functions have no kernel.
func because(left map[string]string, reasons map[string][]hash.Func) {
	for why, functions := range reasons {
		for _, f := range functions {
			for _, work := range HashWork(f) {
				left[work] = why
			}
		}
	}
}

// leftOfSystems are functions that single systems use.
var leftOfSystems = map[string][]hash.Func{
	"each of its steps looks up tables, which vectors do a lane at a time": {hash.DES},
	"it branches by classes of lengths, and lanes would have to be sorted into them; few systems place by it": {
		hash.CityHash102},
	"no kernel is written; few systems place by it, and lanes of 32 bits would suit it": {
		hash.Java31, hash.Java31Unsigned, hash.Java31UTF16, hash.OneAtATime, hash.XXH32,
		hash.CephRJenkins},
}

var leftWorkOnAVX = map[string]string{
	"table": "it looks up an entry a key, which vectors do a lane at a time",
	"ring":  "a search gathers points, which pays with the eight lanes of AVX-512; four have not been tried",

	"stablemod": stableModWhy,
}

const stableModWhy = "no kernel is written: two masks, a comparison and a choice a key, beside a hash that has no kernel either"

var leftOnNEON = map[string][]hash.Func{
	"no kernel is written for NEON; lanes of 32 bits would suit it": {hash.Lookup3, hash.MD5},
	"NEON multiplies no 64-bit numbers, and has two lanes for what it would take instead": {
		hash.XXH3, hash.XXH64, hash.FX64, hash.Murmur3x128, hash.Murmur3Cassandra, hash.CassandraToken, hash.FNV1a64},
	"two lanes of 64 bits, which rotate in two instructions, take more cycles than the scalar units, by count": {
		hash.SipHash13, hash.SipHash24},
}

var leftWorkOnNEON = map[string]string{
	"pmod":       "NEON multiplies no 64-bit numbers; a scalar multiplication gives the quotient",
	"table":      "NEON multiplies no 64-bit numbers, and looks up no tables in memory",
	"stablemod":  stableModWhy,
	"ring":       "NEON looks up no tables in memory",
	"rendezvous": "NEON multiplies no 64-bit numbers",
	"mod":        "NEON multiplies no 64-bit numbers; a scalar multiplication gives the quotient",
	"absmod":     "NEON multiplies no 64-bit numbers; a scalar multiplication gives the quotient",
	"fastrange":  "NEON multiplies no 64-bit numbers; a scalar multiplication is all that it takes",
	"jump":       "two lanes of 64 bits would wait for each other's jumps, and NEON multiplies no 64-bit numbers",
	hashTagsWork: "the search for a brace is the standard library's, which uses NEON",
	packWork:     "to copy keys and ask for those ahead gains by waiting less for memory, which nobody has measured on arm64",
	risingWork:   "a comparison a key is little beside what NEON leaves to scalar code",
}
