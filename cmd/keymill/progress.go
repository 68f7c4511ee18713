package main

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keymill/keymill/ingest"
)

// watch shows on stderr how far the run is, until the returned function is
// called: on a terminal one line that is overwritten, elsewhere a line every ten
// seconds. total is the size of the input in bytes, or 0.
func (a *app) watch(p *ingest.Progress, total int64) (stop func()) {
	return a.show(func(elapsed time.Duration) string { return progressLine(p, total, elapsed) })
}

// watchRounds shows how many rounds of a benchmark are done.
func (a *app) watchRounds() (progress func(done, total int), stop func()) {
	var done, total, first atomic.Int64 // first: when the first round was done, in nanoseconds
	stop = a.show(func(elapsed time.Duration) string {
		d, t := done.Load(), total.Load()
		if d <= 1 {
			return "making keys, building what is compared"
		}
		left := time.Duration(float64(int64(elapsed)-first.Load()) * float64(t-d) / float64(d-1))
		return fmt.Sprintf("%s of %s, %s left", grouped(d), plural(t, "round"), left.Round(time.Second))
	})
	start := time.Now()
	return func(d, t int) {
		if d == 1 {
			first.Store(int64(time.Since(start)))
		}
		total.Store(int64(t))
		done.Store(int64(d))
	}, stop
}

// show shows a line, until the returned function is called.
func (a *app) show(line func(elapsed time.Duration) string) (stop func()) {
	every, format := 10*time.Second, "keymill: %s\n"
	live := a.errIsTerminal && os.Getenv("TERM") != "dumb"
	if live {
		every, format = 200*time.Millisecond, "\r%s\x1b[K"
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		start := time.Now()
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				fmt.Fprintf(a.err, format, line(time.Since(start)))
			}
		}
	}()
	return func() {
		close(done)
		wg.Wait()
		a.progressBreak()
	}
}

// progressBreak clears the progress line, for another line to take its place.
func (a *app) progressBreak() {
	if a.errIsTerminal && os.Getenv("TERM") != "dumb" {
		fmt.Fprint(a.err, "\r\x1b[K")
	}
}

// progressLine says how many rows are done, how fast, and how long the rest of
// the input will take.
func progressLine(p *ingest.Progress, total int64, elapsed time.Duration) string {
	rows, read := p.Rows.Load(), p.BytesRead.Load()
	line := fmt.Sprintf("%s, %s", plural(rows, "row"), rate(rows, elapsed.Seconds(), "rows"))
	if n := p.Rejected.Load(); n > 0 {
		line += fmt.Sprintf(", %s rejected", grouped(n))
	}
	if total > 0 && read > 0 {
		left := time.Duration(float64(elapsed) * float64(max(0, total-read)) / float64(read))
		line += fmt.Sprintf(", %.0f %%, %s left", 100*float64(min(read, total))/float64(total), left.Round(time.Second))
	} else {
		line += fmt.Sprintf(", %s read", size(read))
	}
	return line
}
