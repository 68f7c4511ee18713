package bench

import (
	"time"

	"github.com/keymill/keymill"
)

// repeated is what all sides of a row do whose batches may be small: so many calls of n
// keys, each on the next keys of a column, that the clock does not count. A slow side
// makes fewer calls than a fast one. All end with the same keys, and so with the same
// results, which lie in the same memory.
type repeated struct {
	task
	column *keymill.Batch
	n      int // keys of a call
	calls  int // of the side that makes the most
	dst    *keymill.Placement
}

const (
	// leastSample is how long the calls of one side take together, at least: a thousand
	// times what a clock errs by.
	leastSample = 50 * time.Microsecond

	// mostCalls bounds the calls of backends that take no time at all, as those of tests do.
	mostCalls = 1 << 14
)

func newRepeated(k task, column *keymill.Batch, n int) *repeated {
	return &repeated{task: k, column: column, n: n, calls: 1, dst: k.placement(n)}
}

// add makes a side of a backend, with as many calls as it needs. The error is the
// backend's.
func (r *repeated) add(b keymill.Backend) (side, error) {
	if err := r.place(b, 0, r.n); err != nil { // which may start goroutines, and compile kernels
		return side{}, err
	}
	calls, most := 1, min(mostCalls, r.column.Len()/r.n)
	for {
		took, err := timed(func() error { return r.place(b, 0, calls*r.n) })
		if err != nil {
			return side{}, err
		}
		if took >= 2*leastSample || calls >= most { // twice, for later runs are faster
			break
		}
		calls = min(2*calls, most)
	}
	r.calls = max(r.calls, calls)
	return side{name: b.Name(), run: func(batch int) (time.Duration, uint64, error) {
		clear(r.dst.Hashes) // what another side left there is not this one's result
		clear(r.dst.Parts)
		hi := (batch + 1) * r.calls * r.n
		took, err := timed(func() error { return r.place(b, hi-calls*r.n, hi) })
		whole := time.Duration(float64(took) * float64(r.calls) / float64(calls))
		return whole, digestOf(r.dst.Hashes) + 3*digestOf(r.dst.Parts), err
	}}, nil
}

// place gives the keys of the column from lo on to a backend, n at a time.
func (r *repeated) place(b keymill.Backend, lo, hi int) error {
	var part keymill.Batch
	for ; lo < hi; lo += r.n {
		part = r.column.Slice(lo, lo+r.n)
		if err := b.Place(r.dst, &part, r.params); err != nil {
			return err
		}
	}
	return nil
}
