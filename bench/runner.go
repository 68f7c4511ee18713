package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"
)

// side is one of the programs that do the same work and are compared.
type side struct {
	name string
	// run does the work of a batch, and returns how long that took and a digest
	// of what came out. Taking the digest is not part of the time.
	run func(batch int) (time.Duration, uint64, error)
	// own says that it computes something else than the others, and so is held
	// only to its own first results.
	own bool
	// bytes is how many are moved a key, of a side that moves so many and computes
	// nothing; 0: it is not said.
	bytes float64
}

// group is work that several sides do, in turn.
type group struct {
	name     string
	keys     int // of each batch
	batches  int
	rounds   int    // 0: as many as the runner says
	ours     []side // the first is run twice a round, for A/A
	peers    []side
	roofs    []side // the same bytes moved, nothing computed; what is fastest is the roof
	promises []promise

	known   map[known]result // what batches give
	next    int              // the batch of the next run
	samples samples
}

// known is whose result of which batch: that of all sides which compute the
// same, or of one that computes something of its own.
type known struct {
	own   *side
	batch int
}

type result struct {
	digest uint64
	by     string
}

// samples are nanoseconds a key, one of each round.
type samples struct {
	ours, peers, roofs [][]float64
	again              []float64 // the first of ours, a second time
}

// runner measures groups.
type runner struct {
	rounds   int // of a group that does not say
	passes   int // over all groups: the rounds of a group are spread over the run
	rng      *rand.Rand
	progress func(done, total int)
}

// warmRounds are measured as the others are, and thrown away.
const warmRounds = 2

// run measures all groups, pass by pass.
func (r *runner) run(ctx context.Context, groups []*group) error {
	total, done := 0, 0
	for _, g := range groups {
		if g.rounds == 0 {
			g.rounds = r.rounds
		}
		total += g.rounds + warmRounds
	}
	for pass := range r.passes {
		runtime.GC() // what was allocated to set up is nobody's fault
		for _, g := range groups {
			rounds := g.rounds*(pass+1)/r.passes - g.rounds*pass/r.passes
			if pass == 0 {
				rounds += warmRounds
			}
			for i := range rounds {
				if err := ctx.Err(); err != nil {
					return err
				}
				warm := pass == 0 && i < warmRounds
				if err := r.round(g, warm); err != nil {
					return err
				}
				if warm {
					g.samples = samples{}
				}
				done++
				if r.progress != nil {
					r.progress(done, total)
				}
			}
		}
	}
	return nil
}

// slot is one run of a round.
type slot struct {
	side *side
	to   *[]float64 // where the sample goes
}

// round runs each side of a group once, ours a second time, in a random order:
// so no side has the better place, and whether the machine is now fast or now
// slow falls on all of them alike. Each run has the next batch, so that none
// finds its keys in the cache because another side has just read them. But in a
// round to warm up all have the same one: so the results of each side are compared
// with those of the others, however few rounds follow.
func (r *runner) round(g *group, warm bool) error {
	slots := g.slots()
	r.rng.Shuffle(len(slots), func(i, j int) { slots[i], slots[j] = slots[j], slots[i] })
	for i, s := range slots {
		batch := g.next
		if !warm || i == len(slots)-1 {
			g.next = (g.next + 1) % g.batches
		}
		took, digest, err := s.side.run(batch)
		if err == nil {
			err = g.check(s.side, batch, digest)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", g.name, s.side.name, err)
		}
		*s.to = append(*s.to, float64(took.Nanoseconds())/float64(g.keys))
	}
	return nil
}

// slots returns the runs of a round, in the order of the group.
func (g *group) slots() []slot {
	var slots []slot
	add := func(sides []side, to *[][]float64) {
		if *to == nil {
			*to = make([][]float64, len(sides))
		}
		for i := range sides {
			slots = append(slots, slot{&sides[i], &(*to)[i]})
		}
	}
	add(g.ours, &g.samples.ours)
	add(g.peers, &g.samples.peers)
	add(g.roofs, &g.samples.roofs)
	return append(slots, slot{&g.ours[0], &g.samples.again})
}

// check holds a digest to what the batch gave before.
func (g *group) check(s *side, batch int, digest uint64) error {
	key := known{nil, batch}
	if s.own {
		key.own = s
	}
	before, there := g.known[key]
	switch {
	case !there && g.known == nil:
		g.known = map[known]result{}
		fallthrough
	case !there:
		g.known[key] = result{digest, s.name}
	case before.digest != digest:
		return fmt.Errorf("its result for batch %d is not that of %s: what differs cannot be compared", batch, before.by)
	}
	return nil
}

// timed measures f.
func timed(f func() error) (time.Duration, error) {
	start := time.Now()
	err := f()
	return time.Since(start), err
}

// digestOf returns a sum of the words that depends on their order.
func digestOf[T uint32 | uint64](words []T) (sum uint64) {
	for _, w := range words {
		sum = (sum ^ uint64(w)) * 0x9e3779b97f4a7c15
		sum ^= sum >> 32
	}
	return sum
}
