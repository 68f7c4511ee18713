// Package backend lists the backends of this build, and makes a dispatcher of
// those that work here.
package backend

import (
	"fmt"
	"strings"
	"sync"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
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
}

// List returns the backends that this build knows, cpu first, each after its
// self-test. The tests run once a process. The profiles are shared: a caller
// that wants others makes its own.
func List() []Entry { return append([]Entry(nil), list()...) }

var list = sync.OnceValue(func() []Entry {
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

// Choose returns the candidates that a user asks for by name: all for Auto,
// else those whose name is the one given, or begins with it up to a slash or
// colon, as simd/avx2 begins with simd. For workers of 2 or more, each is there
// a second time, on that many goroutines. If none of that name can be used, the
// error says why, and matches [keymill.ErrUnavailable].
func Choose(name string, workers int) ([]keymill.Candidate, error) {
	return choose(List(), name, workers)
}

func choose(entries []Entry, name string, workers int) ([]keymill.Candidate, error) {
	var chosen []keymill.Candidate
	var errs []error
	names := []string{Auto}
	for _, e := range entries {
		names = append(names, e.Name)
		switch {
		case !matches(e.Name, name):
		case e.Err != nil:
			errs = append(errs, e.Err)
		default:
			chosen = append(chosen, keymill.Candidate{Backend: e.Backend, Profile: e.Profile})
		}
	}
	switch {
	case len(chosen) == 0 && len(errs) > 0:
		return nil, fmt.Errorf("backend %s is %w: %w", name, keymill.ErrUnavailable, errs[0])
	case len(chosen) == 0:
		return nil, unknown(name, names)
	}
	if workers >= 2 {
		for _, c := range chosen {
			chosen = append(chosen, keymill.Candidate{
				Backend: keymill.Parallel(c.Backend, workers),
				Profile: c.Profile.Parallel(workers),
			})
		}
	}
	return chosen, nil
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
