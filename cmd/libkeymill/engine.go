package main

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// engine is km_engine.
type engine struct {
	dispatcher *keymill.Dispatcher
	scratch    sync.Pool // of *planBlock
}

const maxWorkers = 1024

// open returns an engine on the backends of that name, "" for all.
func open(name string, workers uint32) (*engine, error) {
	if workers > maxWorkers {
		return nil, invalid("%d workers: it takes 1 to %d, or 0 for one a core", workers, maxWorkers)
	}
	if workers == 0 {
		workers = uint32(runtime.GOMAXPROCS(0))
	}
	if name == "" {
		name = backend.Auto
	}
	candidates, err := backend.Choose(name, int(workers))
	if err != nil {
		return nil, err
	}
	dispatcher, err := keymill.NewDispatcher(keymill.Config{Candidates: candidates})
	if err != nil {
		return nil, err
	}
	e := &engine{dispatcher: dispatcher}
	e.scratch.New = func() any { return new(planBlock) }
	return e, nil
}

// hash computes the hash of each key.
func (e *engine) hash(b *keymill.Batch, name, seed string, hashes []uint64) error {
	f, err := hash.Parse(name)
	if err != nil {
		return inputError{err}
	}
	p := keymill.Params{Hash: f}
	if p.Seed, err = hash.ParseSeed(seed); err != nil {
		return inputError{err}
	}
	return e.dispatcher.Place(&keymill.Placement{Hashes: hashes}, b, p)
}

// place computes the fields of dst that are not nil.
func (e *engine) place(b *keymill.Batch, p keymill.Params, dst *keymill.Placement) error {
	if dst.Hashes == nil && dst.Parts == nil && dst.Counts == nil && b.Len() > 0 {
		return invalid("nothing is wanted: hashes, parts and counts are NULL")
	}
	return e.dispatcher.Place(dst, b, p)
}

// scheme is km_scheme.
type scheme struct {
	name       string
	partitions uint32
	hash, seed string // "" for the scheme's own
}

// params returns what to compute, checked, and the number of partitions.
func (s scheme) params() (p keymill.Params, parts uint32, err error) {
	p.Scheme, err = place.Lookup(s.name, s.partitions)
	if err == nil && s.hash != "" {
		p.Hash, err = hash.Parse(s.hash)
	}
	if err == nil {
		p.Seed, err = hash.ParseSeed(s.seed)
	}
	if err == nil {
		_, err = p.Resolve()
	}
	if err != nil {
		return p, 0, inputError{err}
	}
	return p, p.Scheme.Parts, nil
}

// status is km_status.
type status uint32

const (
	statusOK status = iota
	statusInvalid
	statusUnavailable
	statusUnsupported
	statusFailed
)

func statusOf(err error) status {
	switch {
	case err == nil:
		return statusOK
	case errors.Is(err, keymill.ErrInvalid):
		return statusInvalid
	case errors.Is(err, keymill.ErrUnavailable):
		return statusUnavailable
	case errors.Is(err, keymill.ErrUnsupported):
		return statusUnsupported
	}
	return statusFailed
}

// protect returns what f does, and its panic as an error: C cannot be unwound.
func protect(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}

// putText writes the first line of text to dst, which has room for 1 byte at
// least, cut to fit and with a 0 at its end. No character is cut in two.
func putText(dst []byte, text string) {
	text, _, _ = strings.Cut(text, "\n")
	if len(text) >= len(dst) {
		n := len(dst) - 1
		for n > 0 && text[n]&0xc0 == 0x80 {
			n--
		}
		text = text[:n]
	}
	dst[copy(dst, text)] = 0
}

// release is set by the linker (-X main.release=0.1.0) for a library that is
// installed.
var release string

func version() string {
	v := release
	if info, ok := debug.ReadBuildInfo(); v == "" && ok {
		v = strings.Trim(info.Main.Version, "()")
	}
	if v == "" {
		v = "devel"
	}
	return fmt.Sprintf("%s (%s, %s/%s)", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func hashNames() string {
	var names []string
	for _, f := range hash.All() {
		names = append(names, f.String())
	}
	return strings.Join(names, "\n")
}

func schemeNames() string {
	var names []string
	for _, p := range place.Presets() {
		names = append(names, p.Name)
	}
	return strings.Join(names, "\n")
}

func backendNames() string {
	var names []string
	for _, c := range backend.Available() {
		names = append(names, c.Name())
	}
	return strings.Join(names, "\n")
}
