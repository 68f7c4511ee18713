// Package backend lists the backends of this build, and makes a dispatcher of
// those that work here.
package backend

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/backend/opencl"
	"github.com/keymill/keymill/backend/simd"
	"github.com/keymill/keymill/internal/nearest"
)

// Entry is a backend that this build knows.
type Entry struct {
	Name    string
	Backend keymill.Backend // nil if Err is not
	Profile keymill.Profile // its built-in costs
	Err     error           // why it cannot be used here: unavailable, or its self-test failed
	Kernels []simd.Kernel   // what computes which work, of a backend of package simd

	// Device says that it is a device beside the processor: one backend serves all
	// goroutines.
	Device bool

	// ByName says that it is used only where somebody asks for it by name: an OpenCL
	// device that is the processor itself, which package simd uses better.
	ByName bool
}

// List returns the backends that this build knows, cpu first, each after its
// self-test. The tests run once a process. The profiles are shared: a caller
// that wants others makes its own. It opens every OpenCL device, which takes
// tenths of a second; [Choose] opens none that it is not asked for.
func List() []Entry { return slices.Concat(host(), openCL()) }

// Names returns what may be asked for, without a look at devices: "opencl" stands
// for all of those.
func Names() []string {
	var names []string
	for _, e := range host() {
		names = append(names, e.Name)
	}
	return append(names, "opencl")
}

// host lists the backends of the processor.
var host = sync.OnceValue(func() []Entry {
	entries := []Entry{tested(cpu.New(), cpu.Profile())}
	for _, level := range simd.Levels() {
		if level.Err != nil {
			entries = append(entries, Entry{Name: level.Name, Err: level.Err})
			continue
		}
		e := tested(level.Backend, level.Profile)
		e.Kernels = level.Kernels
		entries = append(entries, e)
	}
	return entries
})

// openCL lists the OpenCL devices, or says why there is none. They stay open until the
// process ends.
var openCL = sync.OnceValue(func() []Entry {
	devices, err := opencl.Devices()
	if err != nil {
		return []Entry{{Name: "opencl", Err: err, Device: true}}
	}
	var entries []Entry
	for i, info := range devices {
		e := Entry{Name: fmt.Sprintf("opencl:%d", i), Device: true, ByName: info.Type == opencl.CPU}
		d, err := opencl.Open(i, opencl.Options{})
		if err == nil {
			err = d.SelfTest()
		}
		if e.Err = err; err == nil {
			e.Backend, e.Profile = d, opencl.Profile(info)
		}
		entries = append(entries, e)
	}
	return entries
})

func tested(b keymill.Backend, p keymill.Profile) Entry {
	if err := keymill.SelfTest(b); err != nil {
		return Entry{Name: b.Name(), Err: err}
	}
	return Entry{Name: b.Name(), Backend: b, Profile: p}
}

// Available returns the backends that can be used here: each has passed its
// self-test. The first is cpu.
func Available() []keymill.Candidate {
	usable, _ := Choose(Auto, 1) // none is no error here
	return usable
}

// Auto lets [Choose] take every backend that is available.
const Auto = "auto"

// Choose returns the candidates that a user asks for by name: all for Auto (an
// OpenCL device only if it is a GPU or the like), else those whose name is the one
// given, or begins with it up to a slash or colon, as simd/avx2 begins with simd. Each
// that is no device is there again on 2, 4 and so on goroutines, up to workers of them.
// If none of that name can be used, the error says why, and matches
// [keymill.ErrUnavailable].
func Choose(name string, workers int) ([]keymill.Candidate, error) {
	entries := host()
	asked := name == "opencl" || strings.HasPrefix(name, "opencl:")
	if asked || name == Auto && opencl.Likely() {
		entries = slices.Concat(entries, openCL())
	}
	return choose(entries, name, workers)
}

func choose(entries []Entry, name string, workers int) ([]keymill.Candidate, error) {
	var chosen []keymill.Candidate
	var errs []error
	names := []string{Auto}
	for _, e := range entries {
		names = append(names, e.Name)
		switch {
		case !matches(e.Name, name) || name == Auto && e.ByName:
		case e.Err != nil:
			errs = append(errs, e.Err)
		default:
			chosen = append(chosen, keymill.Candidate{Backend: e.Backend, Profile: e.Profile, Device: e.Device})
		}
	}
	switch {
	case len(chosen) == 0 && len(errs) > 0:
		return nil, fmt.Errorf("backend %s is %w: %w", name, keymill.ErrUnavailable, errs[0])
	case len(chosen) == 0:
		return nil, unknown(name, append(names, "opencl"))
	}
	for _, c := range chosen {
		for _, n := range workerCounts(workers) {
			if !c.Device {
				chosen = append(chosen, keymill.Candidate{Backend: keymill.Parallel(c.Backend, n), Profile: c.Profile.Parallel(n)})
			}
		}
	}
	return chosen, nil
}

// workerCounts returns on how many goroutines a backend is offered: 2, 4 and so on, and
// as many as there may be, since the more there are the larger a batch has to be.
func workerCounts(most int) (counts []int) {
	for n := 2; n < most; n *= 2 {
		counts = append(counts, n)
	}
	if most >= 2 {
		counts = append(counts, most)
	}
	return counts
}

func matches(name, wanted string) bool {
	if wanted == Auto || name == wanted {
		return true
	}
	rest, ok := strings.CutPrefix(name, wanted)
	return ok && strings.ContainsAny(rest[:1], "/:")
}

func unknown(name string, known []string) error {
	hint := "this build has " + strings.Join(known, ", ")
	if near := nearest.Of(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fmt.Errorf("backend %q is %w: %s", name, keymill.ErrUnavailable, hint)
}
