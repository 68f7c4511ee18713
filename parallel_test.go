package keymill_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/internal/backendtest"
)

func TestParallelConformance(t *testing.T) {
	require.Equal(t, "cpu*3", keymill.Parallel(cpu.New(), 3).Name())
	require.Equal(t, "cpu", keymill.Parallel(cpu.New(), 1).Name())
	backendtest.Run(t, keymill.Parallel(cpu.New(), 3))
}

// fake is a backend made of a function.
type fake struct {
	name  string
	place func(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error
}

func (f fake) Name() string { return f.name }

func (f fake) Place(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
	return f.place(dst, b, p)
}

// The slices cover the batch, in order, each key once, and about equal work.
func TestParallelCutsByWork(t *testing.T) {
	sizes := make(chan int, 4)
	b := keymill.Parallel(fake{"fake", func(_ *keymill.Placement, b *keymill.Batch, _ keymill.Params) error {
		sizes <- b.Size()
		return nil
	}}, 4)
	var batch keymill.Batch
	for range 100 { // all the bytes are in the first tenth of the keys
		require.NoError(t, batch.Append(make([]byte, 1000)))
	}
	for range 900 {
		require.NoError(t, batch.Append(nil))
	}
	require.NoError(t, b.Place(&keymill.Placement{}, &batch, keymill.Params{}))
	close(sizes)
	total := 0
	for size := range sizes {
		require.LessOrEqual(t, size, 100_000/2, "one slice has most of the bytes")
		total += size
	}
	require.Equal(t, 100_000, total)
}

func TestParallelErrors(t *testing.T) {
	b := keymill.Parallel(cpu.New(), 4)
	offsets := make([]uint32, 1001)
	offsets[900] = 7 // backwards at the next key
	batch := keymill.Batch{Data: make([]byte, 10), Offsets: offsets}
	err := b.Place(&keymill.Placement{Hashes: make([]uint64, 1000)}, &batch, keymill.Params{})
	var batchErr *keymill.BatchError
	require.ErrorAs(t, err, &batchErr)
	require.Equal(t, 900, batchErr.Key, "the number is that of the whole batch")

	lost := errors.New("device lost")
	b = keymill.Parallel(fake{"fake", func(_ *keymill.Placement, b *keymill.Batch, _ keymill.Params) error {
		if b.Len() > 0 && b.Offsets[0] > 0 {
			return lost
		}
		return nil
	}}, 2)
	some := keymill.NewBatch("a", "b", "c", "d")
	require.ErrorIs(t, b.Place(&keymill.Placement{}, &some, keymill.Params{}), lost)
}

// A panic in a slice reaches the caller's goroutine, which can recover.
func TestParallelPanic(t *testing.T) {
	b := keymill.Parallel(fake{"fake", func(_ *keymill.Placement, b *keymill.Batch, _ keymill.Params) error {
		if b.Len() > 0 && b.Offsets[0] > 0 {
			panic("out of bounds")
		}
		return nil
	}}, 2)
	batch := keymill.NewBatch("a", "b", "c", "d")
	require.PanicsWithValue(t, "out of bounds", func() {
		defer func() {
			if r := recover(); r != nil {
				require.Contains(t, r, "parallel_test.go", "it says where")
				panic("out of bounds")
			}
		}()
		_ = b.Place(&keymill.Placement{}, &batch, keymill.Params{})
	})
}
