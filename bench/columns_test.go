package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A workload is twice what the cache holds, or more than caches usually hold, so
// that its beginning has left the cache when its end is read; but no more than a
// machine can be asked for.
func TestOutOfCache(t *testing.T) {
	assert.Equal(t, 64<<20, outOfCache(0))
	assert.Equal(t, 64<<20, outOfCache(32<<20))
	assert.Equal(t, 96<<20, outOfCache(48<<20))
	assert.Equal(t, 1<<30, outOfCache(768<<20))

	c := Config{Keys: minKeys}.columns(&Report{Machine: Machine{L3: 40 << 20}})
	w, err := c.workload(&group{name: "xxh3 ascii32"}, "ascii32")
	require.NoError(t, err)
	assert.Equal(t, 80<<20, w.Bytes)
	assert.Len(t, w.Batches, 80)
	again, err := c.workload(&group{name: "xxh64 ascii32"}, "ascii32")
	require.NoError(t, err)
	assert.Same(t, w, again, "all rows have the same keys")
}

// A side that writes nothing has the digest of zeros, whatever the side before has
// left in the memory that they share.
func TestSidesBeginWithZeros(t *testing.T) {
	out := []uint32{1, 2, 3}
	s := sideOf("lazy", true, out, func(batch int) error {
		out[batch] = 7
		return nil
	})
	took, digest, err := s.run(1)
	require.NoError(t, err)
	assert.Equal(t, digestOf([]uint32{0, 7, 0}), digest)
	assert.GreaterOrEqual(t, took, time.Duration(0))
	assert.Equal(t, side{name: "lazy", own: true}, side{name: s.name, own: s.own})
}

// Batches of few keys are many: enough keys for no branch predictor to learn
// them, and no fewer than two.
func TestBatchesOfAWorkload(t *testing.T) {
	for keys, want := range map[int]int{1 << 10: 1 << 5, minKeys: 2, 1 << 16: 2} {
		c := Config{Keys: keys, memory: 1}.columns(&Report{})
		w, err := c.workload(&group{name: "xxh3 uniform1-32"}, "uniform1-32")
		require.NoError(t, err)
		assert.Len(t, w.Batches, want, "batches of %d", keys)
	}
	for want, c := range map[int]Config{1 << 18: {}, 1 << 16: {Quick: true}, 77: {Keys: 77, Quick: true}} {
		assert.Equal(t, want, c.columns(&Report{}).Keys)
	}
}
