package keymill

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/keymill/keymill/place"
)

// Parallel returns a backend that cuts each batch into n slices of about equal
// work and gives each to b on a goroutine of its own; the result is that of b
// alone. Its name is that of b and the number, "cpu*4". For n of 1 or less it
// is b itself.
func Parallel(b Backend, n int) Backend {
	if n <= 1 {
		return b
	}
	p := &parallel{backend: b, name: b.Name() + "*" + strconv.Itoa(n), n: n}
	p.calls.New = func() any { return newParallelCall(b, n) }
	return p
}

// CutParallel returns what the name of a [Parallel] backend says: x and n of "x*n"; of any
// other name, that itself and 1.
func CutParallel(name string) (of string, n int) {
	at := strings.LastIndexByte(name, '*')
	if at < 0 {
		return name, 1
	}
	n, err := strconv.Atoi(name[at+1:])
	if err != nil || n < 2 {
		return name, 1
	}
	return name[:at], n
}

type parallel struct {
	backend Backend
	name    string
	n       int
	calls   sync.Pool // of *parallelCall, so that a call allocates nothing
}

func (p *parallel) Name() string { return p.name }

func (p *parallel) Describe() string {
	text := fmt.Sprintf("%d goroutines of %s", p.n, p.backend.Name())
	if d, ok := p.backend.(Describer); ok {
		text += ": " + d.Describe()
	}
	return text
}

func (p *parallel) Place(dst *Placement, b *Batch, params Params) error {
	// Each slice validates its own offsets, and shares one with the next, so
	// here it is enough that the slices can be cut.
	s, err := CheckShape(dst, b, params)
	if err != nil {
		return err
	}
	call := p.calls.Get().(*parallelCall)
	call.cut(dst, b, params, s)
	call.place()
	err = call.finish(dst, b)
	p.calls.Put(call)
	return err
}

// parallelCall is one Place in progress.
type parallelCall struct {
	wg     sync.WaitGroup
	slices []parallelSlice
}

type parallelSlice struct {
	backend Backend
	end     float64 // how much of the batch's work is before its end
	dst     Placement
	batch   Batch
	params  Params
	counts  []uint64 // memory for dst.Counts
	err     error
	panic   any
	stack   []byte
	run     func() // place, then wg.Done: made once, so that `go` allocates nothing
}

func newParallelCall(b Backend, n int) *parallelCall {
	call := &parallelCall{slices: make([]parallelSlice, n)}
	for i := range call.slices {
		s := &call.slices[i]
		s.backend, s.end = b, float64(i+1)/float64(n)
		s.run = func() {
			defer call.wg.Done()
			s.place()
		}
	}
	return call
}

// place computes all slices, the first on the caller's goroutine.
func (c *parallelCall) place() {
	for i := range c.slices[1:] {
		c.wg.Add(1)
		go c.slices[i+1].run()
	}
	c.slices[0].place()
	c.wg.Wait()
}

// place computes one slice. A panic is kept for the caller's goroutine, where
// it can be recovered from.
func (s *parallelSlice) place() {
	defer func() {
		if s.panic = recover(); s.panic != nil {
			s.stack = debug.Stack()
		}
	}()
	s.err = s.backend.Place(&s.dst, &s.batch, s.params)
}

func (c *parallelCall) cut(dst *Placement, b *Batch, p Params, scheme place.Scheme) {
	n, lo := b.Len(), 0
	for i := range c.slices {
		hi := n
		if i < len(c.slices)-1 {
			hi = cutPoint(b, c.slices[i].end)
		}
		s := &c.slices[i]
		s.batch, s.params, s.dst = b.Slice(lo, hi), p, Placement{}
		if dst.Hashes != nil {
			s.dst.Hashes = dst.Hashes[lo:hi:hi]
		}
		if dst.Parts != nil {
			s.dst.Parts = dst.Parts[lo:hi:hi]
		}
		if dst.Counts != nil {
			s.counts = resize(s.counts, true, int(scheme.Parts))
			s.dst.Counts = s.counts
		}
		lo = hi
	}
}

// cutPoint returns the key at which that part of the work ends. A key is taken to cost
// as much as keyBytes of its bytes.
func cutPoint(b *Batch, part float64) int {
	const keyBytes = 32
	keys := b.Len()
	if b.Width > 0 || keys == 0 {
		return int(float64(keys) * part)
	}
	share := uint64(float64(uint64(b.Size())+keyBytes*uint64(keys)) * part)
	first := uint64(b.Offsets[0])
	return sort.Search(keys, func(k int) bool {
		return uint64(b.Offsets[k])-first+keyBytes*uint64(k) >= share
	})
}

// finish joins the slices, and lets go of the caller's memory.
func (c *parallelCall) finish(dst *Placement, b *Batch) error {
	var err error
	clear(dst.Counts)
	for i := range c.slices {
		s := &c.slices[i]
		if s.panic != nil {
			panic(fmt.Sprintf("%v (in a slice of a parallel batch)\n%s", s.panic, s.stack))
		}
		if err == nil {
			err = s.err
		}
		for part, n := range s.dst.Counts {
			dst.Counts[part] += n
		}
		s.dst, s.batch, s.params, s.err = Placement{}, Batch{}, Params{}, nil
	}
	if err != nil && errors.As(err, new(*BatchError)) {
		// The numbers of its keys are those of a slice.
		if whole := b.Validate(); whole != nil {
			return whole
		}
	}
	return err
}
