//go:build !purego

package simd

import (
	"github.com/klauspost/cpuid/v2"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

const whyNone = ""

// NEON is part of every processor that Go's arm64 is for: its own runtime uses
// it unasked. So the rung needs nothing that would have to be detected, which
// not every system lets a program do (of Windows and the BSDs, cpuid learns
// nothing).
var rungs = []rung{
	{
		name:        "simd/neon",
		description: "NEON assembly, one core",
		variants:    []*variant{&pmull, &crc, &neon},
		profile:     guessedProfile,
	},
}

// guessedProfile halves the costs of cpu where there are kernels: a guess, for nobody
// has measured them.
func guessedProfile() keymill.Profile {
	p := cpu.Profile()
	for op, cost := range p {
		_, inLanes := lanes32NEON.fixed[op.Hash]
		_, inCRC := crcInstruction.fixed[op.Hash]
		if inLanes || inCRC || op.Hash == hash.CRC16 {
			p[op] = keymill.Cost{Fixed: cost.Fixed, PerKey: cost.PerKey / 2, PerByte: cost.PerByte / 2}
		}
	}
	return p
}

// The variants. The CRC instructions came with ARMv8.1, and are an option
// before; those for carry-less multiplication are an option always, and some
// Raspberry Pis have none.
var (
	neon = variant{
		name:     "neon",
		families: []family{lanes32NEON, reduceNEON},
	}
	crc = variant{
		name:     "crc",
		needs:    []cpuid.FeatureID{cpuid.CRC32},
		families: []family{crcInstruction},
	}
	pmull = variant{
		name:     "pmull",
		needs:    []cpuid.FeatureID{cpuid.PMULL},
		families: []family{crcPMULL},
	}
)

// leftToCPU says why some work has no kernel.
var leftToCPU = Left("arm64")
