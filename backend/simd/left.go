package simd

import (
	"maps"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// Left says why some work has no kernel on the processors that Go calls arch, by
// the names that [Kernel] gives work. It is the same in every build; an
// architecture without kernels has no list.
func Left(arch string) map[string]string {
	left := map[string]string{}
	because(left, leftOfSystems)
	left[place.ReducePmod.String()] = "no kernel is written; a scalar multiplication gives the quotient"
	left[place.ReduceTable.String()] = "no kernel is written; a gather waits for the table as scalar loads do"
	left[place.ReduceRing.String()] = "no kernel is written; its searches wait for the cache more than they compute"
	left[place.ReduceRendezvous.String()] = "no kernel is written; it multiplies 64-bit numbers and looks up logarithms"
	switch arch {
	case "amd64":
		return left
	case "arm64":
		because(left, leftOnNEON)
		maps.Copy(left, leftWorkOnNEON)
		return left
	}
	return nil
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

// leftOfSystems are the functions that single systems use.
var leftOfSystems = map[string][]hash.Func{
	"the loops and kernels of murmur3-cassandra run, and a pass of plain Go makes tokens of its hashes": {
		hash.CassandraToken},
	"no kernel is written; lanes of 32 bits would suit it": {
		hash.Lookup3, hash.MD5, hash.Java31, hash.Java31Unsigned, hash.Java31UTF16, hash.OneAtATime, hash.XXH32},
	"no kernel is written; it multiplies 64-bit numbers, which scalar units do as well": {
		hash.CityHash102},
	"it is look-ups in tables, which a vector does one lane after the other": {
		hash.DES},
}

var leftOnNEON = map[string][]hash.Func{
	"NEON multiplies no 64-bit numbers, and has two lanes for what it would take instead": {
		hash.XXH3, hash.XXH64, hash.FX64, hash.Murmur3x128, hash.Murmur3Cassandra, hash.FNV1a64},
	"two lanes of 64 bits, which rotate in two instructions, take more cycles than the scalar units, by count": {
		hash.SipHash13, hash.SipHash24},
}

var leftWorkOnNEON = map[string]string{
	"mod":        "NEON multiplies no 64-bit numbers; a scalar multiplication gives the quotient",
	"absmod":     "NEON multiplies no 64-bit numbers; a scalar multiplication gives the quotient",
	"fastrange":  "NEON multiplies no 64-bit numbers; a scalar multiplication is all that it takes",
	"jump":       "two lanes of 64 bits would wait for each other's jumps, and NEON multiplies no 64-bit numbers",
	hashTagsWork: "the search for a brace is the standard library's, which uses NEON",
	packWork:     "to copy keys and ask for those ahead gains by waiting less for memory, which nobody has measured on arm64",
	risingWork:   "a comparison a key is little beside what NEON leaves to scalar code",
}
