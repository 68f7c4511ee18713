// Package simd hashes many keys at once, with the vector instructions of the
// processor: AVX2 and AVX-512 on amd64, NEON on arm64.
//
// It has no loop over keys that calls a function for each. A kernel takes a
// group of keys, one a lane, and does for all of them what the definition does
// for one. Where lengths differ, lanes that are done are masked, or keys are
// sorted into classes that take the same instructions. Which design a function
// has, and why, stands above its kernel in _asm, the program that writes the
// assembly.
//
// Everything around the kernels is package cpu's: the blocks, nulls, counts, and
// the plain Go loops for what no kernel does. So a backend of this package runs
// every hash and every scheme. What each of them does with vectors is known:
// see [Level].
package simd

import (
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
)

// Level is a backend of this package: the kernels up to a set of instructions.
type Level struct {
	Name    string          // of the backend, "simd/avx2"
	Backend keymill.Backend // nil if Err is not
	Profile keymill.Profile // its built-in costs
	Err     error           // why it cannot be used here; matches [keymill.ErrUnavailable]
	Kernels []Kernel        // what does which work, in the order of the hashes and reductions
}

// Kernel says what does some of a backend's work.
type Kernel struct {
	Work    string `json:"work"`          // "xxh3, fixed width", "mod"
	Variant string `json:"variant"`       // "avx2", "pclmul"; "cpu" is plain Go
	Why     string `json:"why,omitempty"` // why it is plain Go
}

// Levels returns the backends that this build knows, the one with the fewest
// instructions first. They have not been tested yet: [keymill.SelfTest] does that.
func Levels() []Level { return levelsFor(detected()) }

// levelsFor returns the levels of a processor.
func levelsFor(p processor) []Level {
	if len(rungs) == 0 {
		return []Level{{Name: "simd", Err: fmt.Errorf("backend simd is %w: this build has no assembly (%s)", keymill.ErrUnavailable, whyNone)}}
	}
	levels := make([]Level, len(rungs))
	for i, r := range rungs {
		levels[i] = r.on(p)
	}
	return levels
}

// on returns the level of a rung on a processor.
func (r rung) on(p processor) Level {
	level := Level{Name: r.name}
	if missing := p.missing(r.needs); missing != "" {
		level.Err = fmt.Errorf("backend %s is %w: this processor has no %s", r.name, keymill.ErrUnavailable, missing)
		return level
	}
	k := cpu.Kernels{Name: r.name, Description: r.description}
	level.Kernels = r.choose(p, &k)
	level.Backend, level.Profile = cpu.With(k), r.profile()
	return level
}
