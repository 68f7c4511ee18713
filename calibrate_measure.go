package keymill

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	// A measurement takes so long at least, so that the clock's own time and steps do not
	// count: of small batches it has many. Where there is little time, more measurements
	// help more than longer ones.
	sampleTime, shortSample, littleTime = 50 * time.Microsecond, 25 * time.Microsecond, 5 * time.Second

	// maxCalls is how many batches a measurement has at most.
	maxCalls = 4096

	// maxRounds is how often a size is measured at most.
	maxRounds = 25

	// Where a backend takes more than hopeless times as long as the best, for so many keys
	// or more, it is measured only so many times: nothing depends on it.
	hopeless, hopelessKeys, hopelessRounds = 3.0, 2048, 2
)

// measure visits each spot once, and then again as often as there is time for it.
func (c *calibrator) measure(ctx context.Context) error {
	c.order()
	known := map[*curve]*spot{} // the last size that was measured
	for _, sp := range c.spots {
		grown := time.Duration(0)
		if last := known[sp.curve]; last != nil {
			grown = 2 * time.Duration(float64(last.whole)*float64(sp.keys)/float64(last.keys))
		}
		if grown > c.options.Budget/50 || c.now().Add(grown).After(c.deadline) {
			continue // and what is larger, too
		}
		if err := c.visit(ctx, sp); err != nil {
			return err
		}
		known[sp.curve] = sp
	}
	c.share()
	most := 0
	for _, sp := range c.spots {
		most = max(most, sp.rounds)
	}
	order := slices.Clone(c.spots)
	for pass := range most {
		c.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, sp := range order {
			if sp.rounds*(pass+1)/most == sp.rounds*pass/most || c.now().Add(sp.again).After(c.deadline) {
				continue
			}
			if err := c.visit(ctx, sp); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// share shares out the time that is left: what takes longer is measured less often, in
// proportion to the root of that, which makes the errors least for the time.
func (c *calibrator) share() {
	left := float64(c.deadline.Sub(c.now()))
	rounds := func(sp *spot, times float64) int {
		if sp.again == 0 { // nothing was measured
			return 0
		}
		if !sp.depth {
			times /= 2
		}
		return int(min(maxRounds, times/math.Sqrt(float64(sp.again))))
	}
	low, high := 0.0, 1e9
	for range 60 {
		times, sum := (low+high)/2, 0.0
		for _, sp := range c.spots {
			sum += float64(rounds(sp, times)) * float64(sp.again)
		}
		if sum > left {
			high = times
		} else {
			low = times
		}
	}
	for _, sp := range c.spots {
		sp.rounds = rounds(sp, low)
	}
}

// visit measures each subject of a spot once, in a random order.
func (c *calibrator) visit(ctx context.Context, sp *spot) error {
	took := make([]float64, len(sp.samples))
	best := math.Inf(1)
	sp.whole, sp.again = 0, 0
	for _, i := range c.rng.Perm(len(sp.samples)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := &sp.samples[i]
		took[i] = c.take(sp, s)
		if !math.IsNaN(took[i]) {
			best = min(best, took[i])
			sp.whole += time.Duration(took[i] * float64(s.calls))
		}
	}
	for i := range sp.samples {
		s := &sp.samples[i]
		s.nanos = append(s.nanos, took[i])
		if sp.keys >= hopelessKeys && took[i] > hopeless*best {
			s.hopeless = true
		}
		if !s.hopeless && !math.IsNaN(took[i]) {
			sp.again += time.Duration(took[i] * float64(s.calls))
		}
	}
	c.progress(c.now().Sub(c.start))
	return nil
}

// take measures one subject. It returns the nanoseconds of a call, or NaN if there is no
// point in it.
func (c *calibrator) take(sp *spot, s *sample) float64 {
	switch {
	case s.of.fails[sp.op] != nil, s.hopeless && len(s.nanos) >= hopelessRounds:
		return math.NaN()
	case s.of.setup > c.options.Budget/4 && !s.of.begun[sp.curve]: // it would take everybody's time
		return math.NaN()
	}
	s.of.begun[sp.curve] = true
	// The first call of all is not counted: a device compiles a kernel for it.
	first := time.Duration(0)
	var err error
	if len(s.nanos) == 0 {
		first, err = c.timed(sp, s, 1)
	}
	for err == nil {
		var took time.Duration
		if took, err = c.timed(sp, s, s.calls); err != nil {
			break
		}
		calls := s.calls
		s.of.setup += max(0, first-took/time.Duration(calls))
		first = 0
		if took >= c.sample*3/4 || calls == maxCalls {
			return max(1, float64(took)) / float64(calls)
		}
		more := float64(c.sample) * 1.2 / float64(max(took, 1))
		s.calls = min(maxCalls, 1+int(float64(calls)*min(more, 16)))
	}
	s.of.fails[sp.op] = err
	return math.NaN()
}

// timed makes calls, each with the next keys.
func (c *calibrator) timed(sp *spot, s *sample, calls int) (took time.Duration, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var dst Placement
	if sp.op.Reduce == 0 {
		dst.Hashes = c.out.Hashes[:sp.keys]
	} else {
		dst.Parts = c.out.Parts[:sp.keys]
	}
	start := c.now()
	for range calls {
		b := sp.column.batch(sp.keys)
		if err := s.of.backend.Place(&dst, &b, sp.params); err != nil {
			return 0, err
		}
	}
	return c.now().Sub(start), nil
}

// quantile sorts the numbers, and returns that below which the share q of them lies; NaN if
// there are none.
func quantile(x []float64, q float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	slices.Sort(x)
	at := q * float64(len(x)-1)
	low := int(at)
	if low+1 == len(x) {
		return x[low]
	}
	return x[low] + (at-float64(low))*(x[low+1]-x[low])
}
