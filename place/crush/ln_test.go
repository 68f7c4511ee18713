package crush

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func digest(words []uint64) string {
	h := sha256.New()
	for _, w := range words {
		_ = binary.Write(h, binary.LittleEndian, w)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// The digests are those of the tables __RH_LH_tbl and __LL_tbl as they stand in
// libceph-common.so.2 of Ceph 16.2.15, words of 64 bits in little-endian order.
func TestTablesAreCephs(t *testing.T) {
	logs := makeLogs()
	var pairs []uint64
	for i := range logs.high {
		pairs = append(pairs, logs.reciprocal[i], logs.high[i])
	}
	require.Equal(t, "304b097c8de73930d785af5802b1f6b4e9827a69175038f910f6120565e8364c", digest(pairs))
	require.Equal(t, "56fecbea65b1d35d0d20f0327d783a870652a56356e9a5326b6ab16d6c31b6ca", digest(logs.low[:]))
}

// The digest is that of crush_ln of all 2^16 numbers, computed in Python with those tables.
func TestLogarithms(t *testing.T) {
	logs := tables()
	var all []uint64
	for u := range uint32(1 << 16) {
		all = append(all, one-logs.draw(u))
	}
	require.Equal(t, "7e86f34e8fedc36c3b6252e5a6e4fe3fa4e115ed44e16f58f7fed6543aa1bd20", digest(all))
}

// Division by weights is exact, also at the ends and beside multiples.
func TestQuotients(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		weight := 1 + rng.Uint32()>>rng.IntN(32)
		d := drawOf(1, weight)
		number := rng.Uint64N(one + 1)
		multiple := number / uint64(weight) * uint64(weight)
		for _, n := range []uint64{number, one, 0, multiple, multiple + uint64(weight) - 1, max(multiple, 1) - 1} {
			require.Equal(t, n/uint64(weight), d.quotient(n), "%d / %d", n, weight)
		}
	}
}
