package ref_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/kvtest"
	"github.com/keymill/keymill/kv/ref"
)

func newStore() kv.Store { return ref.New(ref.Options{}) }

func TestContract(t *testing.T) { kvtest.Run(t, newStore) }

func FuzzContract(f *testing.F) { kvtest.Fuzz(f, newStore) }

// counting counts the batches and the keys that a store has hashed.
type counting struct {
	keymill.Backend
	batches, keys atomic.Int64
}

func (c *counting) Place(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
	c.batches.Add(1)
	c.keys.Add(int64(b.Len()))
	return c.Backend.Place(dst, b, p)
}

// A batch call hashes all of its keys in one call of the backend, once.
func TestBatchesHashOnce(t *testing.T) {
	c := &counting{Backend: cpu.New()}
	s := ref.New(ref.Options{Backend: c})
	keys := keymill.NewBatch("a", "b", "c", "a")
	var dst keymill.Batch
	_, err := s.BatchSet(t.Context(), &keys, &keys, kv.SetOptions{})
	require.NoError(t, err)
	require.NoError(t, s.BatchGet(t.Context(), &keys, &dst))
	_, err = s.BatchDelete(t.Context(), &keys)
	require.NoError(t, err)
	require.Equal(t, []int64{3, 12}, []int64{c.batches.Load(), c.keys.Load()})
}

// Two stores hash the same keys differently: what is crafted against one does
// not hurt another.
func TestSeedsDiffer(t *testing.T) {
	a, b := ref.New(ref.Options{}), ref.New(ref.Options{})
	require.NotEqual(t, a.Params().Seed, b.Params().Seed)
	require.Equal(t, uint32(1<<hash.ShardBits), a.Params().Scheme.Parts)
}

func ExampleStore() {
	ctx := context.Background()
	var store kv.Store = ref.New(ref.Options{})
	keys := keymill.NewBatch("config:timeout", "config:retries")
	values := keymill.NewBatch("30000", "3")
	if _, err := store.BatchSet(ctx, &keys, &values, kv.SetOptions{}); err != nil {
		panic(err)
	}
	wanted := keymill.NewBatch("config:retries", "config:missing")
	var got keymill.Batch
	if err := store.BatchGet(ctx, &wanted, &got); err != nil {
		panic(err)
	}
	for i := range got.Len() {
		fmt.Printf("%s: %q, there: %v\n", wanted.Key(i), got.Key(i), !got.IsNull(i))
	}
	// Output:
	// config:retries: "3", there: true
	// config:missing: "", there: false
}
