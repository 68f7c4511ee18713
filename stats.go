package keymill

import (
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// Decision is what the dispatcher did with one batch, or tried to: a batch that
// a backend fails at or does not support gives another Decision for the next, and
// each share of a batch that is split gives its own.
type Decision struct {
	Op          Op
	Keys, Bytes int
	Predicted   []Prediction // of each candidate, in the order of Config
	Chosen      string       // name of the backend that ran
	Share       bool         // this is a share of a batch that was split
	Measured    time.Duration
	Err         error // what that backend returned
}

// Stats is what a dispatcher has done so far.
type Stats struct {
	Backends []BackendStats // in the order of Config
	Splits   uint64         // batches that were shared out; each share counts as a batch
}

// BackendStats is what one backend has done.
type BackendStats struct {
	Name                 string
	Batches, Keys, Bytes uint64 // that it placed

	// Seconds is about how long it was at work. Of batches that take microseconds only
	// some are measured, since to read a clock would take a part of that.
	Seconds float64

	Failures    uint64 // batches that it failed at
	Unsupported uint64 // batches that it does not run
	Quarantine  string // why it is in quarantine; "" if it is not
	Quarantines uint64 // how often it went there
	Scales      []Scale
}

// Scale is what adaptation has learnt of a backend for one kind of work: it takes
// that many times what its profile says.
type Scale struct {
	Op    Op
	Times float64
}

// Fallbacks returns how often a backend failed at a batch, so that it fell to
// the next.
func (s Stats) Fallbacks() (n uint64) {
	for _, b := range s.Backends {
		n += b.Failures
	}
	return n
}

// Stats returns the counts so far. Batches that are under way count when they
// end.
func (d *Dispatcher) Stats() Stats {
	stats := Stats{Backends: make([]BackendStats, len(d.candidates)), Splits: d.splits.Load()}
	for i := range d.candidates {
		c, s := &d.candidates[i], &stats.Backends[i]
		s.Name = c.name
		for j := range c.counters {
			c.counters[j].addTo(s)
		}
		h := &c.health
		s.Quarantines = h.count.Load()
		h.mu.Lock()
		s.Quarantine = h.reason
		h.mu.Unlock()
		for at := range c.adapted {
			if scale := c.scale(at); scale != 1 {
				s.Scales = append(s.Scales, Scale{opOfIndex(at), scale})
			}
		}
	}
	return stats
}

// counters are what goroutines count, some in each stripe, so that they do not wait
// for each other's cache lines.
type counters struct {
	recent                atomic.Uint64 // short batches, packed, which are not in the sums yet
	moving                sync.Mutex    // of them to the sums, for which nobody waits
	batches, keys, bytes  atomic.Uint64
	failures, unsupported atomic.Uint64

	// Of long batches each is measured, of short ones some.
	long, longNanos   atomic.Uint64
	timed, timedNanos atomic.Uint64
	_                 [40]byte
}

// stripes is how many counters there are of a candidate: a power of two.
const stripes = 8

// stripeOf returns the stripe for the goroutine that owns a placement: each has its own.
func stripeOf(dst *Placement) int {
	return int(uint64(uintptr(unsafe.Pointer(dst))) * 0x9e3779b97f4a7c15 >> 61)
}

// longNanos is from how long on each batch is measured: to read a clock twice takes a
// thousandth of it. Of shorter ones it is one of timedEach.
const (
	longNanos = 50_000
	timedEach = 64
)

// times says whether a batch that is predicted to take so long is measured.
func (d *Dispatcher) times(nanos float64, c *counters) (yes, long bool) {
	long = nanos >= longNanos || d.observe != nil || d.adapt && nanos >= adaptNanos
	return long || c.recent.Load() == 0, long
}

func (c *counters) measured(took time.Duration, long bool) {
	n, nanos := &c.timed, &c.timedNanos
	if long {
		n, nanos = &c.long, &c.longNanos
	}
	n.Add(1)
	nanos.Add(uint64(max(took, 0)))
}

// A word has the sums of up to timedEach short batches, so that each costs one atomic
// operation in place of three. It has room for more, should goroutines be in each other's way.
const (
	recentBits  = 27 // of the keys, and of the bytes above those
	shortKeys   = 1 << 16
	shortBytes  = 1 << 16
	recentBatch = 1 << (2 * recentBits)
)

// placed counts a batch.
func (c *counters) placed(w *work) {
	if w.keys < shortKeys && w.bytes < shortBytes {
		before := c.recent.Load()
		after := before + recentBatch + uint64(w.bytes)<<recentBits + uint64(w.keys)
		if before < timedEach*recentBatch && c.recent.CompareAndSwap(before, after) {
			return
		}
	}
	c.add(1, uint64(w.keys), uint64(w.bytes))
	if c.recent.Load() >= timedEach*recentBatch && c.moving.TryLock() {
		c.add(unpacked(c.recent.Swap(0)))
		c.moving.Unlock()
	}
}

func (c *counters) add(batches, keys, bytes uint64) {
	c.batches.Add(batches)
	c.keys.Add(keys)
	c.bytes.Add(bytes)
}

func unpacked(word uint64) (batches, keys, bytes uint64) {
	return word >> (2 * recentBits), word & (1<<recentBits - 1), word >> recentBits & (1<<recentBits - 1)
}

func (c *counters) addTo(s *BackendStats) {
	c.moving.Lock() // so that a batch is in the word or in the sums
	defer c.moving.Unlock()
	batches, keys, bytes := unpacked(c.recent.Load())
	batches += c.batches.Load()
	long, timed := c.long.Load(), c.timed.Load()
	s.Batches += batches
	s.Keys += keys + c.keys.Load()
	s.Bytes += bytes + c.bytes.Load()
	s.Failures += c.failures.Load()
	s.Unsupported += c.unsupported.Load()
	s.Seconds += float64(c.longNanos.Load()) / 1e9
	if timed > 0 && batches > long {
		s.Seconds += float64(c.timedNanos.Load()) / float64(timed) * float64(batches-long) / 1e9
	}
}
