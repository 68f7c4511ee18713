package kvtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

func setCopies(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	key, value := []byte("key"), []byte("value")
	require.NoError(t, s.Set(ctx, key, value, kv.SetOptions{}))
	copy(key, "KEY")
	copy(value, "VALUE")
	has(t, s, "key", "value")
	lacks(t, s, "KEY")

	keys, values := keymill.NewBatch("k1", "k2"), keymill.NewBatch("v1", "v2")
	_, err := s.BatchSet(ctx, &keys, &values, kv.SetOptions{})
	require.NoError(t, err)
	copy(keys.Data, "XXXX")
	copy(values.Data, "YYYY")
	keys.Offsets[1], values.Offsets[1] = 0, 0
	has(t, s, "k1", "v1")
	has(t, s, "k2", "v2")
	require.Equal(t, 3, s.Len())
}

func getCopies(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	set(t, s, "a", "value a")
	set(t, s, "b", "value b")
	got, err := s.Get(ctx, []byte("a"), nil)
	require.NoError(t, err)
	copy(got, "XXXXXXX")
	_ = append(got, "and more"...)
	has(t, s, "a", "value a")

	keys, dst := keymill.NewBatch("a", "b"), keymill.Batch{}
	require.NoError(t, s.BatchGet(ctx, &keys, &dst))
	for i := range dst.Data {
		dst.Data[i] = 'X'
	}
	has(t, s, "a", "value a")
	has(t, s, "b", "value b")

	// What was got stays as it is when the store goes on.
	got, err = s.Get(ctx, []byte("a"), nil)
	require.NoError(t, err)
	require.NoError(t, s.BatchGet(ctx, &keys, &dst))
	set(t, s, "a", "VALUE A")
	set(t, s, "b", "VALUE B")
	require.Equal(t, "value a", string(got))
	require.Equal(t, []string{"value a", "value b"}, valuesOf(&dst))
}

func getAppends(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	set(t, s, "key", "value")
	memory := make([]byte, 3, 100)
	copy(memory, "dst")
	got, err := s.Get(ctx, []byte("key"), memory)
	require.NoError(t, err)
	require.Equal(t, "dstvalue", string(got))
	require.Same(t, &memory[0], &got[0], "there was room")
	got, err = s.Get(ctx, []byte("nobody"), memory)
	require.ErrorIs(t, err, kv.ErrNotFound)
	require.Equal(t, "dst", string(got), "dst as it was")
}
