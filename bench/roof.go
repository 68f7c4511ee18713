package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Limit is what this machine can do at most, measured in the same run.
type Limit struct {
	Name  string  `json:"name"`
	NS    float64 `json:"ns"` // for one of the unit
	Unit  string  `json:"unit"`
	Bytes float64 `json:"bytes,omitempty"` // moved for one of the unit
}

// linesPerStep is how many independent reads are under way at a time: more than
// a core can have in flight.
const linesPerStep = 16

// lineBytes is what a read from memory brings, a line of the cache.
const lineBytes = 64

// randomReads measures reads of single cache lines all over size bytes, a power
// of two: one after the other, each at an address that the one before told, and
// many at once. It does so on pages of 4 KiB and on huge pages, where the system
// lets a program choose.
func randomReads(size int) (limits []Limit, err error) {
	for _, pages := range pageKinds() {
		memory, free, err := pages.allocate(size)
		if errors.Is(err, errors.ErrUnsupported) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%d MiB for random reads: %w", size>>20, err)
		}
		w := newWalker(memory)
		dependent, independent := perRead(w.chase), perRead(w.scatter)
		if err := free(); err != nil {
			return nil, err
		}
		limits = append(limits,
			Limit{"random read, each after the one before, " + pages.name, dependent, "read", lineBytes},
			Limit{"random read, many at once, " + pages.name, independent, "read", lineBytes})
	}
	return limits, nil
}

// pageKind is a kind of memory. allocate fails with [errors.ErrUnsupported] where
// the system has none of it.
type pageKind struct {
	name     string
	allocate func(size int) (memory []uint64, free func() error, err error)
}

// walker reads lines of memory. Each call goes on where the one before ended, so
// that none finds its lines in the cache.
type walker struct {
	memory []uint64
	line   uint64 // of chase
	count  uint64 // of scatter
	seen   uint64 // keeps the compiler from leaving the reads out
}

// newWalker writes into each line the number of the line to read after it, so
// that all lines are one circle: x → 5x+c is a circle modulo a power of two for
// every odd c (Knuth, volume 2, 3.2.1.2), and so large a c takes each step far
// away.
func newWalker(memory []uint64) *walker {
	lines := uint64(len(memory) * 8 / lineBytes)
	for i := range lines {
		memory[i*lineBytes/8] = (5*i + 0x9e3779b97f4a7c15) & (lines - 1)
	}
	return &walker{memory: memory}
}

// chase reads n lines, at each of them where the next one is.
func (w *walker) chase(n int) {
	line := w.line
	for range n {
		line = w.memory[line*lineBytes/8]
	}
	w.line = line
}

// scatter reads n lines, whose places are known beforehand.
func (w *walker) scatter(n int) {
	mask := uint64(len(w.memory)*8/lineBytes - 1)
	var seen [linesPerStep]uint64
	for range n / linesPerStep {
		for i := range seen {
			w.count++
			line := w.count * 0x9e3779b97f4a7c15 >> 20 & mask
			seen[i] ^= w.memory[line*lineBytes/8]
		}
	}
	for _, s := range seen {
		w.seen ^= s
	}
}

const reads = 1 << 20

// perRead returns the nanoseconds of a read of f, which makes so many.
func perRead(f func(n int)) float64 {
	var samples []float64
	for range 5 {
		start := time.Now()
		f(reads)
		samples = append(samples, float64(time.Since(start).Nanoseconds())/reads)
	}
	slices.Sort(samples)
	return median(samples)
}

// Fsync measures how long it takes until 4 KiB more of a file in the folder are
// safe on the disk.
func Fsync(folder string) (limit Limit, err error) {
	file, err := os.CreateTemp(folder, "keymill-fsync-*")
	if err != nil {
		return limit, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	var samples []float64
	for range 20 {
		start := time.Now()
		if _, err = file.Write(make([]byte, 4096)); err == nil {
			err = file.Sync()
		}
		if err != nil {
			return limit, fmt.Errorf("%s: %w", filepath.Clean(folder), err)
		}
		samples = append(samples, float64(time.Since(start).Nanoseconds()))
	}
	slices.Sort(samples)
	return Limit{"4 KiB appended to a file, with fsync", median(samples), "fsync", 4096}, nil
}
