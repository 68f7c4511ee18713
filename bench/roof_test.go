package bench

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The lines of memory are one circle: each is read once before the first comes
// again, so that no part of it stays in the cache. And a step goes far away.
func TestWalkerGoesThroughAllLines(t *testing.T) {
	for _, lines := range []int{1, 2, 4, 1 << 6, 1 << 14} {
		w := newWalker(make([]uint64, lines*8))
		seen, near := map[uint64]bool{}, 0
		for range lines {
			require.Less(t, w.line, uint64(lines))
			require.False(t, seen[w.line], "line %d of %d comes again after %d", w.line, lines, len(seen))
			seen[w.line] = true
			before := w.line
			w.chase(1)
			if distance := (w.line - before) % uint64(lines); distance < 64 || uint64(lines)-distance < 64 {
				near++ // on the same page, or the next
			}
		}
		require.Zero(t, w.line, "it is a circle")
		if lines == 1<<14 {
			assert.Less(t, near, lines/50, "steps of fewer than 64 lines")
		}
	}
}

// A call goes on where the one before ended.
func TestWalkerGoesOn(t *testing.T) {
	one, many := newWalker(make([]uint64, 1<<13)), newWalker(make([]uint64, 1<<13))
	one.chase(100)
	for range 25 {
		many.chase(4)
	}
	require.Equal(t, one.line, many.line)
	require.NotZero(t, one.line)

	one.scatter(1 << 8)
	for range 16 {
		many.scatter(1 << 4)
	}
	require.Equal(t, uint64(1<<8), one.count)
	require.Equal(t, one.count, many.count)
	require.Equal(t, one.seen, many.seen, "the same lines are read")
	before := one.seen
	one.scatter(1 << 4)
	require.NotEqual(t, before, one.seen, "other lines are read")
}

// scatter reads lines all over the memory: nearly as many as a random choice
// would, and whole steps of them.
func TestScatterReadsAllOver(t *testing.T) {
	const lines = 1 << 12
	w := newWalker(make([]uint64, lines*8))
	seen := map[uint64]bool{}
	for i := range w.memory { // each line has a bit of its own, modulo 64
		w.memory[i] = 0
	}
	for line := range uint64(lines) {
		w.memory[line*8] = 1 << 63
		w.seen = 0
		at := w.count
		w.scatter(linesPerStep)
		if w.seen != 0 {
			seen[line] = true
		}
		w.memory[line*8] = 0
		require.Equal(t, at+linesPerStep, w.count)
		w.count = at // the same lines again
	}
	assert.Len(t, seen, linesPerStep, "a step reads as many lines as it says, all different, and the first word of each")
	w.scatter(linesPerStep + 7)
	assert.Equal(t, uint64(linesPerStep), w.count, "a part of a step is left out")
}

func TestRandomReads(t *testing.T) {
	limits, err := randomReads(1 << 16)
	require.NoError(t, err)
	kinds := 0
	for _, pages := range pageKinds() {
		memory, free, err := pages.allocate(1 << 16)
		if err != nil {
			continue // a kernel without pages of that kind
		}
		require.Len(t, memory, 1<<16/8)
		require.NoError(t, free())
		for i, name := range []string{"random read, each after the one before, ", "random read, many at once, "} {
			l := limits[2*kinds+i]
			assert.Equal(t, Limit{name + pages.name, l.NS, "read", 64}, l)
			assert.Positive(t, l.NS)
		}
		kinds++
	}
	require.Positive(t, kinds)
	require.Len(t, limits, 2*kinds)
}

// Fsync says how long the disk takes, and leaves the folder as it was.
func TestFsync(t *testing.T) {
	folder := t.TempDir()
	limit, err := Fsync(folder)
	require.NoError(t, err)
	assert.Equal(t, Limit{"4 KiB appended to a file, with fsync", limit.NS, "fsync", 4096}, limit)
	assert.Positive(t, limit.NS)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)

	_, err = Fsync(filepath.Join(folder, "gone"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
