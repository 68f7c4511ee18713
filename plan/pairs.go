package plan

import (
	"sync"
	"sync/atomic"
)

// pairs are what moves between the pairs of places between which something does: up
// to [MaxPairs], and none if there are more. Which it is depends on nothing but
// the set of pairs.
type pairs struct {
	tooMany atomic.Bool // only ever becomes true

	mu    sync.Mutex
	loads map[uint64]Load // nil: too many
}

// mergedPairs is how many pairs a goroutine adds up by itself before it takes the lock.
const mergedPairs = 1 << 15

func pairOf(from, to uint32) uint64 { return uint64(from)<<32 | uint64(to) }

// take adds what loads has, and empties it.
func (p *pairs) take(loads map[uint64]Load) {
	defer clear(loads)
	if len(loads) == 0 || p.tooMany.Load() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loads == nil {
		return // since the question
	}
	for pair, load := range loads {
		p.loads[pair] = p.loads[pair].Plus(load)
		if len(p.loads) > MaxPairs {
			p.forget()
			return
		}
	}
}

// add adds what one pair has.
func (p *pairs) add(pair uint64, load Load) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loads == nil {
		return
	}
	p.loads[pair] = p.loads[pair].Plus(load)
	if len(p.loads) > MaxPairs {
		p.forget()
	}
}

// drop says that there are too many.
func (p *pairs) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
}

// forget drops all pairs; the lock is held.
func (p *pairs) forget() {
	p.loads = nil
	p.tooMany.Store(true)
}
