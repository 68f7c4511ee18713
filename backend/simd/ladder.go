package simd

import (
	"slices"
	"strings"

	"github.com/klauspost/cpuid/v2"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// rung is a set of instructions that a backend is named after.
type rung struct {
	name        string
	description string
	needs       []cpuid.FeatureID
	variants    []*variant // that it may use, the best first
	profile     func() keymill.Profile
}

// variant is what kernels are written with. A kernel runs where all that its
// variant needs is there.
type variant struct {
	name     string
	needs    []cpuid.FeatureID
	families []family
}

// family is the kernels that share a design, of one variant.
type family struct {
	fixed    map[hash.Func]fixedKernel
	ragged   map[hash.Func]raggedKernel
	reduce   map[place.Reduce]reduceKernel
	hashTags tagsKernel
	pack     *packKernels
	rising   risingKernel
}

// packKernels pack keys that lie all over memory; see [keymill.Packer].
type packKernels struct {
	strings func(dst []byte, ends []uint32, keys []string) int
	slices  func(dst []byte, ends []uint32, keys [][]byte) int
}

// blockKeys is the most keys that a ragged kernel, or one for hash tags, gets.
const blockKeys = cpu.BlockKeys

// What the fields of [cpu.Kernels] hold.
type (
	fixedKernel  = func(dst []uint64, data []byte, width int, seed hash.Words) bool
	raggedKernel = func(dst []uint64, data []byte, keys cpu.Spans, seed hash.Words) bool
	reduceKernel = func(dst []uint32, hashes []uint64, s *place.Scheme) bool
	tagsKernel   = func(dst cpu.Spans, data []byte, keys cpu.Spans) bool
	risingKernel = func(offsets []uint32) bool
)

// processor is what the ladder is climbed on.
type processor struct{ cpuid.CPUInfo }

func detected() processor { return processor{cpuid.CPU} }

// missing names the features that are needed and not there; "" if none.
func (p processor) missing(needs []cpuid.FeatureID) string {
	var names []string
	for _, need := range needs {
		if !p.Supports(need) {
			names = append(names, need.String())
		}
	}
	return strings.Join(names, ", ")
}

// choose fills in the kernels of the best variants that the processor runs, and
// says which those are.
func (r rung) choose(p processor, k *cpu.Kernels) (kernels []Kernel) {
	usable := slices.DeleteFunc(slices.Clone(r.variants), func(v *variant) bool { return p.missing(v.needs) != "" })
	noteAs := func(work, done, variant string) {
		if variant == "" {
			kernels = append(kernels, Kernel{Work: work, Variant: "cpu", Why: r.why(p, done)})
			return
		}
		kernels = append(kernels, Kernel{Work: work, Variant: variant})
	}
	note := func(work, variant string) { noteAs(work, work, variant) }
	for _, named := range hash.All() {
		f := named
		if f == hash.CassandraToken { // which package cpu makes of this
			f = hash.Murmur3Cassandra
		}
		fixed, name := best(usable, func(k *family) fixedKernel { return k.fixed[f] }, func(k fixedKernel) bool { return k != nil })
		k.Fixed[f] = watchFixed(fixed)
		noteAs(fixedWork(named), fixedWork(f), name)
		ragged, name := best(usable, func(k *family) raggedKernel { return k.ragged[f] }, func(k raggedKernel) bool { return k != nil })
		k.Ragged[f] = watchRagged(ragged)
		noteAs(raggedWork(named), raggedWork(f), name)
	}
	for i := 1; i < place.NumReduces; i++ {
		reduce, name := best(usable, func(k *family) reduceKernel { return k.reduce[place.Reduce(i)] }, func(k reduceKernel) bool { return k != nil })
		k.Reduce[i] = watchReduce(reduce)
		note(place.Reduce(i).String(), name)
	}
	tags, name := best(usable, func(k *family) tagsKernel { return k.hashTags }, func(k tagsKernel) bool { return k != nil })
	k.HashTags = watchTags(tags)
	note(hashTagsWork, name)
	pack, name := best(usable, func(k *family) *packKernels { return k.pack }, func(k *packKernels) bool { return k != nil })
	if pack != nil {
		pack = watchPack(pack)
		k.PackStrings, k.PackSlices = pack.strings, pack.slices
	}
	note(packWork, name)
	rising, name := best(usable, func(k *family) risingKernel { return k.rising }, func(k risingKernel) bool { return k != nil })
	k.Rising = watchRising(rising)
	note(risingWork, name)
	return kernels
}

const (
	hashTagsWork = "hash tags"
	packWork     = "scattered keys"
	risingWork   = "offsets checked"
)

// HashWork returns how [Kernel] calls the work of a hash function: for keys of one
// width, and for keys of any length.
func HashWork(f hash.Func) []string { return []string{fixedWork(f), raggedWork(f)} }

// SpanWork returns how [Kernel] calls the work of finding the bytes of a key that are
// hashed; "" where there is none.
func SpanWork(s place.Span) string {
	if s == place.SpanHashTag {
		return hashTagsWork
	}
	return ""
}

func fixedWork(f hash.Func) string  { return f.String() + ", fixed width" }
func raggedWork(f hash.Func) string { return f.String() + ", any length" }

// best returns what the first of the variants has that has any, and its name.
func best[K any](variants []*variant, of func(*family) K, is func(K) bool) (kernel K, name string) {
	for _, v := range variants {
		for i := range v.families {
			if kernel := of(&v.families[i]); is(kernel) {
				return kernel, v.name
			}
		}
	}
	return kernel, ""
}

// why says why some work is left to plain Go.
func (r rung) why(p processor, work string) string {
	for _, v := range r.variants {
		if missing := p.missing(v.needs); missing != "" && v.does(work) {
			return "this processor has no " + missing
		}
	}
	return leftToCPU[work]
}

func (v *variant) does(work string) bool {
	return slices.ContainsFunc(v.families, func(k family) bool {
		for f := range k.fixed {
			if work == fixedWork(f) {
				return true
			}
		}
		for f := range k.ragged {
			if work == raggedWork(f) {
				return true
			}
		}
		for f := range k.reduce {
			if work == f.String() {
				return true
			}
		}
		return work == hashTagsWork && k.hashTags != nil || work == packWork && k.pack != nil ||
			work == risingWork && k.rising != nil
	})
}
