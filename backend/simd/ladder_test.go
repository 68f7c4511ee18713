//go:build !purego && (amd64 || arm64)

package simd

import (
	"strings"
	"testing"

	"github.com/klauspost/cpuid/v2"
	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

// without is this machine's processor, or one that has everything, without some
// features.
func without(p cpuid.CPUInfo, features ...cpuid.FeatureID) processor {
	p.Disable(features...)
	return processor{p}
}

// everything is a processor with all that any variant needs.
func everything() cpuid.CPUInfo {
	var p cpuid.CPUInfo
	for _, r := range rungs {
		p.Enable(r.needs...)
		for _, v := range r.variants {
			p.Enable(v.needs...)
		}
	}
	return p
}

// Each piece of work has a kernel on a processor that has everything, or a reason
// in the list why it is left to plain Go; and no reason is there for work that has one.
func TestEverythingHasAKernelOrAReason(t *testing.T) {
	used := map[string]bool{}
	for _, level := range levelsFor(processor{everything()}) {
		require.Len(t, level.Kernels, 2*len(hash.All())+place.NumReduces+2, level.Name)
		for _, k := range level.Kernels {
			if k.Variant == "cpu" {
				require.NotEmpty(t, k.Why, "%s has no kernel for %s: say why in leftToCPU", level.Name, k.Work)
				used[k.Work] = true
			}
		}
	}
	for work := range leftToCPU {
		require.True(t, used[work], "leftToCPU says why %s has no kernel, but it has one", work)
	}
}

// A kernel is taken only where all that its variant needs is there, whatever a
// hypervisor hides.
func TestFeatureMasks(t *testing.T) {
	all := everything()
	variants := map[string]*variant{}
	features := map[cpuid.FeatureID]bool{}
	for _, r := range rungs {
		for _, v := range r.variants {
			variants[v.name] = v
			for _, need := range v.needs {
				features[need] = true
			}
		}
	}
	for hidden := range features {
		p := without(all, hidden)
		for i, level := range levelsFor(p) {
			if missing := p.missing(rungs[i].needs); missing != "" {
				require.ErrorIs(t, level.Err, keymill.ErrUnavailable)
				require.ErrorContains(t, level.Err, hidden.String())
				require.Nil(t, level.Backend)
				continue
			}
			for _, k := range level.Kernels {
				if k.Variant != "cpu" {
					require.NotContains(t, variants[k.Variant].needs, hidden, "%s without %s: %s", level.Name, hidden, k.Work)
				} else if leftToCPU[k.Work] == "" {
					require.Equal(t, "this processor has no "+hidden.String(), k.Why, k.Work)
				}
			}
		}
	}
}

// On this machine, each set of kernels that a mask leaves computes the right thing.
func TestMaskedLevelsPassTheSelfTest(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rungs {
		for _, v := range r.variants {
			for _, hidden := range v.needs {
				for _, level := range levelsFor(without(cpuid.CPU, hidden)) {
					var names strings.Builder
					for _, k := range level.Kernels {
						names.WriteString(k.Variant + " ")
					}
					if level.Err == nil && !seen[level.Name+names.String()] {
						seen[level.Name+names.String()] = true
						require.NoError(t, keymill.SelfTest(level.Backend), "%s without %s", level.Name, hidden)
					}
				}
			}
		}
	}
	require.NotEmpty(t, seen)
}

// A kernel that never does its work would pass the suite: plain Go would do it.
// So each is asked for work that it must do.
func TestKernelsDoTheirWork(t *testing.T) {
	const n, width = 64, 16
	data := make([]byte, n*width)
	keys := cpu.Spans{Start: make([]uint32, n), End: make([]uint32, n)}
	for i := range n {
		keys.Start[i], keys.End[i] = uint32(i*width), uint32(i*width+1+i%width)
	}
	hashes, parts := make([]uint64, n), make([]uint32, n)
	done := 0
	for _, r := range rungs {
		if detected().missing(r.needs) != "" {
			continue
		}
		var k cpu.Kernels
		r.choose(detected(), &k)
		for _, f := range hash.All() {
			seed := f.ResolveSeed(hash.Seed{})
			if run := k.Fixed[f]; run != nil {
				require.True(t, run(hashes, data, width, seed), "%s: %s", r.name, fixedWork(f))
				done++
			}
			if run := k.Ragged[f]; run != nil {
				require.True(t, run(hashes, data, keys, seed), "%s: %s", r.name, raggedWork(f))
				done++
			}
		}
		for i, run := range k.Reduce {
			if run != nil {
				reduce := place.Reduce(i)
				s := place.Scheme{Hash: hash.XXH3, Reduce: reduce, Parts: 8, Table: backendtest.TableOf(reduce, 8)}
				require.True(t, run(parts, hashes, &s), "%s: %s", r.name, place.Reduce(i))
				done++
			}
		}
		if k.PackStrings != nil {
			memory, ends := make([]byte, 100), make([]uint32, 3)
			require.Equal(t, 3, k.PackStrings(memory, ends, []string{"a", "", strings.Repeat("b", 99)}))
			require.Equal(t, "a"+strings.Repeat("b", 99), string(memory))
			require.Equal(t, []uint32{1, 1, 100}, ends)
			done++
		}
		if k.HashTags != nil {
			require.True(t, k.HashTags(keys, data, keys), "%s: %s", r.name, hashTagsWork)
			done++
		}
	}
	require.Positive(t, done)
}
