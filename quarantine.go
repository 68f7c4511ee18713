package keymill

import (
	"context"
	"fmt"
	"log/slog"
	"math/bits"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A backend that fails is in quarantine for a second, and then for twice as long as
// before, up to ten minutes. Before it returns it passes a self-test, beside the
// batches. What returned and has worked for ten times as long as it was away begins
// with a second again.
const (
	firstQuarantine   = time.Second
	longestQuarantine = 10 * time.Minute
	trustAfter        = 10
)

// health is why a candidate is in quarantine, and for how long. Only what fails
// takes its lock.
type health struct {
	until   atomic.Int64 // clock
	testing atomic.Bool
	count   atomic.Uint64

	mu       sync.Mutex
	away     time.Duration // the last time
	returned time.Duration // clock
	reason   string        // "": it is not in quarantine
}

// banish puts a candidate that failed into quarantine.
func (d *Dispatcher) banish(i int, failure error) {
	c := &d.candidates[i]
	h, now := &c.health, d.clock()
	reason, _, _ := strings.Cut(failure.Error(), "\n") // without the stack of a panic
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reason != "" { // another goroutine was first
		return
	}
	if h.away == 0 || now-h.returned > trustAfter*h.away {
		h.away = firstQuarantine
	} else {
		h.away = min(2*h.away, longestQuarantine)
	}
	h.reason = reason
	h.count.Add(1)
	h.until.Store(int64(now + h.away))
	d.quarantine.Or(1 << i)
	d.tell(slog.LevelWarn, "keymill: a backend failed and is in quarantine", c.name,
		slog.String("reason", reason), slog.Duration("for", h.away))
}

// revive has those tested, of which the time is over. It does not wait for that.
func (d *Dispatcher) revive(quarantined uint64) {
	now := int64(d.clock())
	for ; quarantined != 0; quarantined &= quarantined - 1 {
		i := bits.TrailingZeros64(quarantined)
		h := &d.candidates[i].health
		if now >= h.until.Load() && h.testing.CompareAndSwap(false, true) {
			d.spawn(func() { d.test(i) })
		}
	}
}

// test ends the quarantine of a candidate that passes its self-test.
func (d *Dispatcher) test(i int) {
	c := &d.candidates[i]
	h := &c.health
	defer h.testing.Store(false)
	err := d.tested(c.backend)
	now := d.clock()
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.away = min(2*h.away, longestQuarantine)
		h.until.Store(int64(now + h.away))
		d.tell(slog.LevelWarn, "keymill: a backend stays in quarantine", c.name,
			slog.String("reason", err.Error()), slog.Duration("for", h.away))
		return
	}
	h.reason, h.returned = "", now
	d.quarantine.And(^(uint64(1) << i))
	d.tell(slog.LevelInfo, "keymill: a backend passed its self-test and is chosen again", c.name)
}

// tested runs the self-test, and takes a panic for a failure.
func (d *Dispatcher) tested(b Backend) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return d.selfTest(b)
}

func (d *Dispatcher) tell(level slog.Level, message, backend string, attrs ...slog.Attr) {
	if d.log != nil {
		d.log.LogAttrs(context.Background(), level, message, append([]slog.Attr{slog.String("backend", backend)}, attrs...)...)
	}
}
