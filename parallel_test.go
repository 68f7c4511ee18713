package keymill_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
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

// cuts returns the numbers of keys and of bytes of the slices that a batch is
// cut into, in order.
func cuts(t *testing.T, batch *keymill.Batch, n int) (keys, bytes []int) {
	t.Helper()
	sizes := make(chan [3]int, n)
	b := keymill.Parallel(fake{"fake", func(_ *keymill.Placement, b *keymill.Batch, _ keymill.Params) error {
		sizes <- [3]int{int(b.Offsets[0]), b.Len(), b.Size()}
		return nil
	}}, n)
	require.NoError(t, b.Place(&keymill.Placement{}, batch, keymill.Params{}))
	close(sizes)
	all := [][3]int{}
	for size := range sizes {
		all = append(all, size)
	}
	slices.SortStableFunc(all, func(a, b [3]int) int { return cmp.Compare(a[0], b[0]) })
	total := 0
	for _, size := range all {
		keys, bytes = append(keys, size[1]), append(bytes, size[2])
		total += size[1]
	}
	require.Equal(t, batch.Len(), total, "each key is in one slice")
	return keys, bytes
}

// The slices are of about equal work, which is keys and bytes.
func TestParallelCutsByWork(t *testing.T) {
	var batch keymill.Batch
	for range 100 { // all the bytes are in the first tenth of the keys
		require.NoError(t, batch.Append(make([]byte, 1000)))
	}
	for range 900 {
		require.NoError(t, batch.Append(nil))
	}
	_, bytes := cuts(t, &batch, 4)
	require.LessOrEqual(t, slices.Max(bytes), 100_000/2, "one slice has most of the bytes")

	// Keys without bytes are work too.
	empty := batch.Slice(100, 1000)
	keys, _ := cuts(t, &empty, 4)
	require.LessOrEqual(t, slices.Max(keys), 250)

	// What lies before a slice of a batch is not its work.
	var even keymill.Batch
	for range 1000 {
		require.NoError(t, even.Append(make([]byte, 10)))
	}
	tail := even.Slice(900, 1000)
	keys, _ = cuts(t, &tail, 4)
	require.LessOrEqual(t, slices.Max(keys), 30)
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

	// A backend that blames a valid batch has failed, and is not believed.
	some := keymill.NewBatch("a", "b", "c", "d")
	blame := &keymill.BatchError{Key: -1, Reason: "too large for the device"}
	wrapped := keymill.Parallel(fake{"fake", func(*keymill.Placement, *keymill.Batch, keymill.Params) error {
		return fmt.Errorf("device: %w", blame)
	}}, 2)
	require.ErrorIs(t, wrapped.Place(&keymill.Placement{}, &some, keymill.Params{}), blame)

	lost := errors.New("device lost")
	b = keymill.Parallel(fake{"fake", func(_ *keymill.Placement, b *keymill.Batch, _ keymill.Params) error {
		if b.Len() > 0 && b.Offsets[0] > 0 {
			return lost
		}
		return nil
	}}, 2)
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
