//go:build !race && (amd64 || arm64)

package keymill_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// The data of a batch cannot grow past what an offset can say. (4 GiB that
// nobody touches cost nothing but addresses; the race detector would touch them.)
func TestBatchAppendPast4GiB(t *testing.T) {
	const start = keymill.MaxData - 2
	b := keymill.Batch{Data: make([]byte, start, start+2), Offsets: []uint32{start}}
	require.NoError(t, b.Append([]byte("ab")))
	err := b.Append([]byte("c"))
	require.EqualError(t, err, "batch: key 1: its 1 bytes would take the data of the batch past 4294967295: start a new batch")
	require.NoError(t, b.Append(nil), "an empty key still fits")
	require.NoError(t, b.Validate())
	require.Equal(t, "ab", string(b.Key(0)))
}

func TestBatchMaxKeys(t *testing.T) {
	b := keymill.Batch{Data: make([]byte, keymill.MaxKeys), Width: 1}
	require.NoError(t, b.Validate())
	require.EqualError(t, b.Append([]byte("x")), "batch: key 4294967295: the batch has 4294967295 keys, as many as it takes: start a new batch")
	b.Data = make([]byte, keymill.MaxKeys+1)
	require.EqualError(t, b.Validate(), "batch: 4294967296 keys: a batch has at most 4294967295")
}

func TestBatchMaxWidth(t *testing.T) {
	b := keymill.Batch{Width: 1 << 33}
	require.EqualError(t, b.Validate(), "batch: width 8589934592: a key has at most 4294967295 bytes")
}
