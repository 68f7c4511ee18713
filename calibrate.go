package keymill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/keymill/keymill/hash"
)

// CalibrateOptions says how [Calibrate] measures. The zero value is ready for use.
type CalibrateOptions struct {
	// Budget is how long it takes; 0 stands for 15 seconds. With less time, fewer sizes are
	// measured, and each less often: below 2 seconds do not expect much.
	Budget time.Duration

	// Hashes are the functions that the profiles have costs for; nil stands for all.
	Hashes []hash.Func

	// Progress, if not nil, is called again and again with how much of the total is done.
	// It must not take long.
	Progress func(done, total int)
}

// Calibration is what [Calibrate] has measured, and what follows from it. It can be
// written as JSON.
type Calibration struct {
	Backends []Calibrated `json:"backends"` // in the order in which they were given
	Points   []Point      `json:"points"`   // all that was measured
}

// Calibrated is what is known of one backend.
type Calibrated struct {
	Name  string `json:"name"`
	Lines []Line `json:"lines"` // by op
	Lacks []Lack `json:"lacks"` // what it does not run
}

// Line is the cost of one op, and where it comes from.
type Line struct {
	Op       Op       `json:"op"`
	Cost     Cost     `json:"cost"`
	Residual Residual `json:"residual"` // of the points of this op, if it was measured

	// From is how the cost was found: "measured", or of what it was made, such as "xxh64/16/none
	// and mod", "as murmur2/16/none" or "of simd/avx2".
	From string `json:"from"`
}

// Measured is where a line comes from whose own points were measured.
const Measured = "measured"

// Lack says why a profile has no cost for an op: the backend is never chosen for it.
type Lack struct {
	Op     Op     `json:"op"`
	Reason string `json:"reason"`
}

// Profile returns the profile of a backend for [Candidate]; nil if it was not calibrated.
// The caller owns it.
func (c *Calibration) Profile(name string) Profile {
	for i := range c.Backends {
		if b := &c.Backends[i]; b.Name == name {
			p := make(Profile, len(b.Lines))
			for _, l := range b.Lines {
				l.Cost.Beyond = slices.Clone(l.Cost.Beyond)
				p[l.Op] = l.Cost
			}
			return p
		}
	}
	return nil
}

// Calibrate measures what batches cost on backends, and fits a profile for each. They are
// measured side by side, size by size, in a random order and in rounds that are spread over
// the whole time, so that what else the machine does disturbs all of them alike: the choice
// of a backend depends on nothing but their ratios. The keys lie in a column that no cache
// holds, and each batch takes the next of them, as a caller does who reads them for the first
// time.
//
// In depth it measures xxh3 alone and with fastrange, Kafka's placement and Redis's, on keys
// of 8 and 16 bytes and of two ranges of lengths; of the other hashes and widths a few sizes;
// of the other reductions what they add. From these follow the costs of all ops. A backend
// called "x*n" is taken for [Parallel] of x where that is given too: then only what is
// measured in depth is measured on it, and the rest follows from x.
//
// It takes about Budget, however slow the machine is; what it has had no time for is taken
// from what is most like it, and [Line.From] says so. An op that a backend does not run, or
// fails at, is missing in its profile. The error is that of the context, or says what is
// wrong with the arguments.
func Calibrate(ctx context.Context, backends []Backend, o CalibrateOptions) (*Calibration, error) {
	c := &calibrator{
		options: o, now: time.Now, memory: columnBytes,
		rng: rand.New(rand.NewPCG(0x6b65796d696c6c, 0x63616c6962726174)),
	}
	return c.run(ctx, backends)
}

// columnBytes is how many bytes of keys there are: more than most caches hold, so that its
// beginning is not in the cache when the end is read.
const columnBytes = 64 << 20

// calibrator is a calibration in progress.
type calibrator struct {
	options CalibrateOptions
	now     func() time.Time
	rng     *rand.Rand
	memory  int // bytes of keys

	start    time.Time
	deadline time.Time     // of measuring
	sample   time.Duration // how long a measurement takes at least
	subjects []*subject
	columns  []*column
	curves   []*curve
	spots    []*spot
	out      Placement // memory for the results
}

// subject is a backend that is measured.
type subject struct {
	backend Backend
	name    string
	base    *subject // what it is Parallel over, if that is measured too
	slices  int

	setup time.Duration   // what first calls took beyond the ones after them: kernels were compiled
	begun map[*curve]bool // what has made its first call
	fails map[Op]error    // what it does not run
	times map[Op][]Point  // what was measured

	levelled map[Op][]Point // that without what all backends have in common
}

func (c *calibrator) run(ctx context.Context, backends []Backend) (*Calibration, error) {
	c.start = c.now()
	o := &c.options
	o.Budget = cmp.Or(o.Budget, 15*time.Second)
	if o.Hashes == nil {
		o.Hashes = hash.All()
	}
	if err := c.check(backends); err != nil {
		return nil, err
	}
	c.deadline = c.start.Add(o.Budget * 95 / 100) // the rest is for the fits
	if c.sample = sampleTime; o.Budget < littleTime {
		c.sample = shortSample
	}
	for _, b := range backends {
		c.subjects = append(c.subjects, &subject{
			backend: b, name: b.Name(), begun: map[*curve]bool{}, fails: map[Op]error{}, times: map[Op][]Point{},
		})
	}
	for _, s := range c.subjects {
		s.base, s.slices = c.baseOf(s.name)
	}
	c.makeKeys()
	c.plan()
	runtime.GC() // what was allocated until here is nobody's fault
	if least := c.now().Add(o.Budget / 2); c.deadline.Before(least) {
		c.deadline = least // on a machine so slow that making keys takes all the time
	}
	if err := c.measure(ctx); err != nil {
		return nil, err
	}
	result := &Calibration{Points: c.points()}
	c.level()
	result.Backends = c.derive()
	c.progress(o.Budget)
	return result, nil
}

func (c *calibrator) check(backends []Backend) error {
	if c.options.Budget < 0 {
		return fmt.Errorf("calibrate: a budget of %s: it takes a time above 0, or 0 for 15 seconds", c.options.Budget)
	}
	if len(backends) == 0 {
		return errors.New("calibrate: there is no backend to measure")
	}
	seen := map[string]bool{}
	for i, b := range backends {
		if b == nil {
			return fmt.Errorf("calibrate: backend %d is nil", i)
		}
		if seen[b.Name()] {
			return fmt.Errorf("calibrate: two backends are called %s: give each its own name", b.Name())
		}
		seen[b.Name()] = true
	}
	for _, f := range c.options.Hashes {
		if !f.Valid() {
			return fmt.Errorf("calibrate: %s is no hash function", f)
		}
	}
	return nil
}

// progress tells how much of the time is over.
func (c *calibrator) progress(elapsed time.Duration) {
	if c.options.Progress != nil {
		total := int(c.options.Budget / time.Millisecond)
		c.options.Progress(min(int(elapsed/time.Millisecond), total), total)
	}
}

// points returns all that was measured, backend by backend and op by op.
func (c *calibrator) points() (all []Point) {
	for _, s := range c.subjects {
		for _, sp := range c.spots {
			if p, ok := sp.point(s); ok {
				all = append(all, p)
				s.times[p.Op] = append(s.times[p.Op], p)
			}
		}
	}
	return all
}
