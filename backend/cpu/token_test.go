package cpu

import (
	"encoding/hex"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// The two keys whose token is not their hash, in each way that a batch comes: random
// keys never meet the second.
func TestTokens(t *testing.T) {
	minimal, err := hex.DecodeString("a1ded3809597e1fa5a0c902750d0d7f2") // found by computing MurmurHash3 backwards
	require.NoError(t, err)
	require.Equal(t, hash.MinToken, hash.SumMurmur3Cassandra(minimal, 0))

	tokensOf := func(b keymill.Batch, p keymill.Params) []uint64 {
		dst := keymill.Placement{Hashes: make([]uint64, b.Len())}
		require.NoError(t, New().Place(&dst, &b, p))
		return dst.Hashes
	}
	tokens := keymill.Params{Hash: hash.CassandraToken}
	require.Equal(t, []uint64{math.MaxInt64}, tokensOf(keymill.Batch{Data: minimal, Width: 16}, tokens))
	require.Equal(t, []uint64{math.MaxInt64}, tokensOf(keymill.Batch{Data: minimal, Offsets: []uint32{0, 16}}, tokens))
	require.Equal(t, []uint64{hash.MinToken, math.MaxInt64, hash.MinToken},
		tokensOf(keymill.Batch{Data: minimal, Offsets: []uint32{0, 0, 16, 16}}, tokens))

	// Words that are their own hash are no tokens.
	own := keymill.Params{Scheme: place.Scheme{Hash: hash.CassandraToken, Word8: true}}
	word := []byte{0, 0, 0, 0, 0, 0, 0, 0x80}
	require.Equal(t, []uint64{1 << 63}, tokensOf(keymill.Batch{Data: word, Width: 8}, own))
	require.Equal(t, []uint64{1 << 63, hash.MinToken}, tokensOf(keymill.Batch{Data: word, Offsets: []uint32{0, 8, 8}}, own))
}
