package hash_test

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/vectors"
)

// rows reads a file of testdata that has a line for each length from 0 to 1024.
func rows(t *testing.T, name string, columns int) [][]uint64 {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
	require.Len(t, lines, 1025)
	all := make([][]uint64, len(lines))
	for n, line := range lines {
		fields := strings.Split(line, "\t")
		require.Len(t, fields, 1+columns)
		require.Equal(t, strconv.Itoa(n), fields[0])
		for _, field := range fields[1:] {
			v, err := strconv.ParseUint(field, 16, 64)
			require.NoError(t, err)
			all[n] = append(all[n], v)
		}
	}
	return all
}

// TestPostgres compares with a PostgreSQL server's own hash of bytea
// (testdata/golden/postgres.sh), under no seed and two for each length.
func TestPostgres(t *testing.T) {
	for n, want := range rows(t, "postgres.tsv", 4) {
		var key []byte
		for i := 0; len(key) < n; i++ {
			digest := md5.Sum(fmt.Appendf(nil, "%d:%d", n, i))
			key = append(key, digest[:]...)
		}
		key = key[:n]
		sums := []uint64{
			uint64(uint32(hash.SumLookup3(key, 0))), hash.SumLookup3(key, 0),
			hash.SumLookup3(key, uint64(n+1)), hash.SumLookup3(key, -uint64(n+1)),
		}
		require.Equal(t, want, sums, "length %d", n)
	}
}

// TestHashkit compares with libmemcached's library (testdata/golden/hashkit.sh).
func TestHashkit(t *testing.T) {
	for n, want := range rows(t, "hashkit.tsv", 1) {
		require.Equal(t, uint32(want[0]), hash.SumOneAtATime(goldenKey(uint64(n), n)), "length %d", n)
	}
}

// TestCeph compares with Ceph's own library (testdata/golden/ceph.sh).
func TestCeph(t *testing.T) {
	for n, want := range rows(t, "ceph.tsv", 1) {
		require.Equal(t, uint32(want[0]), hash.SumCephRJenkins(goldenKey(uint64(n), n)), "length %d", n)
	}
}

// The second word of MD5, which Sum64 does not return.
func TestMD5SecondWord(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for n := range 1025 {
		key := randomKey(rng, n)
		require.Equal(t, md5.Sum(key), md5Of(key), "length %d", n)
	}
}

func md5Of(key []byte) (digest [16]byte) {
	first, second := hash.SumMD5(key)
	binary.LittleEndian.PutUint64(digest[:], first)
	binary.LittleEndian.PutUint64(digest[8:], second)
	return digest
}

// TestSystems compares with what systems make of their hash on top: another
// order of its bytes, a part of it, another encoding of the key.
func TestSystems(t *testing.T) {
	cases := []struct {
		file, output string
		vectors      int // how many have the output
		got          func(key []byte) any
	}{
		{"postgres_hash", "hashtext", 171, func(key []byte) any { return float64(int32(hash.SumLookup3(key, 0))) }},
		{"citus_shard_text", "worker_hash", 171, func(key []byte) any { return float64(int32(hash.SumLookup3(key, 0))) }},
		{"postgres_hash", "hashtextextended_0", 171, func(key []byte) any {
			return strconv.FormatInt(int64(hash.SumLookup3(key, 0)), 10)
		}},
		{"postgres_hash", "hashtextextended_partseed", 171, func(key []byte) any {
			return strconv.FormatInt(int64(hash.SumLookup3(key, 0x7A5B22367996DCFD)), 10)
		}},
		{"pulsar_go_partition", "java_hashcode", 184, func(key []byte) any {
			var units []byte
			for _, unit := range utf16.Encode([]rune(string(key))) {
				units = binary.LittleEndian.AppendUint16(units, unit)
			}
			return float64(int32(hash.SumJava31UTF16(units)))
		}},
		{"memcached_ketama", "md5_u32", 317, func(key []byte) any { return float64(uint32(hash.MD5.Sum64(key, hash.Seed{}))) }},
		{"kinesis_md5", "md5", 176, func(key []byte) any {
			digest := md5Of(key)
			return new(big.Int).SetBytes(digest[:]).String()
		}},
		{"vitess_vindex_bytes", "binary_md5", 318, func(key []byte) any { return fmt.Sprintf("%x", md5Of(key)) }},
		{"clickhouse_hashes", "halfMD5", 318, func(key []byte) any {
			digest := md5Of(key)
			return strconv.FormatUint(binary.BigEndian.Uint64(digest[:]), 10)
		}},
		{"mongodb_hashed", "bin0", 318, func(key []byte) any {
			value := binary.LittleEndian.AppendUint32([]byte{0, 0, 0, 0, 30, 0, 0, 0}, uint32(len(key)))
			value = append(append(value, 0), key...)
			return strconv.FormatInt(int64(hash.MD5.Sum64(value, hash.Seed{})), 10)
		}},
		{"vitess_vindex_int", "hash", 80, func(decimal []byte) any {
			v, err := strconv.ParseInt(string(decimal), 10, 64)
			if err != nil { // an unsigned one
				u, _ := strconv.ParseUint(string(decimal), 10, 64)
				v = int64(u)
			}
			key := binary.BigEndian.AppendUint64(nil, uint64(v))
			return hex.EncodeToString(binary.LittleEndian.AppendUint64(nil, hash.SumDES(key)))
		}},
	}
	for _, c := range cases {
		t.Run(c.file+"/"+c.output, func(t *testing.T) {
			file, err := vectors.Load(c.file)
			require.NoError(t, err)
			checked := 0
			for _, v := range file.Vectors {
				if want, ok := v.Out[c.output]; ok {
					require.Equal(t, want, c.got(v.Key()), "%s: key %s", v.ID, v.KeyHex)
					checked++
				}
			}
			require.Equal(t, c.vectors, checked)
		})
	}
}

// minimal is a key whose hash is the smallest token, found by computing
// MurmurHash3 backwards.
const minimal = "a1ded3809597e1fa5a0c902750d0d7f2"

// Only the empty key has Cassandra's smallest token; one that would have it has
// the largest. No other key's token is changed.
func TestCassandraToken(t *testing.T) {
	key, err := hex.DecodeString(minimal)
	require.NoError(t, err)
	require.Equal(t, hash.MinToken, hash.SumMurmur3Cassandra(key, 0))
	require.Equal(t, uint64(math.MaxInt64), hash.SumCassandraToken(key))
	require.Equal(t, hash.MinToken, hash.SumCassandraToken(nil))
	require.Equal(t, hash.SumMurmur3Cassandra([]byte{0}, 0), hash.SumCassandraToken([]byte{0}))
}

// What the documentation of SumDES warns of: keys that collide, and one that
// comes out as it went in.
func TestDESWarnings(t *testing.T) {
	require.Equal(t, hash.SumDES(make([]byte, 8)), hash.SumDES(nil))
	require.Equal(t, hash.SumDES([]byte("ab\x00")), hash.SumDES([]byte("ab")))
	require.NotEqual(t, hash.SumDES(make([]byte, 9)), hash.SumDES(nil))
	half := []byte("12345678")
	require.Equal(t, binary.LittleEndian.Uint64(half), hash.SumDES(append(half, make([]byte, 8)...)))
}

// No function allocates.
func TestNothingAllocates(t *testing.T) {
	for _, n := range []int{0, 7, 8, 16, 55, 56, 100, 1000} {
		key := bytes.Repeat([]byte{0xAB}, n)
		for _, f := range hash.All() {
			require.Zero(t, testing.AllocsPerRun(10, func() { f.Sum64(key, hash.Seed{}) }), "%s of %d bytes", f, n)
		}
	}
}
