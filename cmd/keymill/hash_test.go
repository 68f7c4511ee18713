package main

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

// The vectors of the hash functions, as hex lines through `keymill hash`.
func TestHashReproducesVectors(t *testing.T) {
	for _, c := range []struct {
		hash, file, output string
		digits             int
		seed               []string
	}{
		{"fx64", "fx64", "hash", 16, nil},
		{"xxh64", "xxh64", "xxh64", 16, nil},
		{"murmur3-32", "murmur3_x86_32", "seed0", 8, nil},
		{"murmur3-32", "murmur3_x86_32", "seed9747b28c", 8, []string{"--seed", "0x9747b28c"}},
		{"murmur2", "kafka_murmur2", "murmur2_u32", 8, nil},
		{"murmur3-cassandra", "cassandra_murmur3_token", "h1", 16, nil},
		{"murmur3-spark", "spark_hash_bytes", "spark_hash", 8, nil},
		{"murmur3-hive", "hive_bucket_bytes", "hive_v2", 8, nil},
	} {
		file, err := vectors.Load(c.file)
		require.NoError(t, err)
		args := append([]string{"hash", "--hash", c.hash, "--key-encoding", "hex"}, c.seed...)
		lines := strings.Split(done(t, hexKeys(file), args...), "\n")
		require.Len(t, lines, len(file.Vectors)+1)
		for i, v := range file.Vectors {
			want, ok := v.Uint(c.output)
			require.True(t, ok)
			if c.digits == 8 {
				want = uint64(uint32(want))
			}
			require.Equal(t, fmt.Sprintf("%0*x\t%s", c.digits, want, v.KeyHex), lines[i], "%s of %s", c.file, v.ID)
		}
	}
}

func TestHashPrintsAsManyDigitsAsTheHashHas(t *testing.T) {
	for _, f := range hash.All() {
		line := done(t, "user:1001\n", "hash", "--hash", f.String())
		digits, key, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		require.True(t, ok)
		require.Equal(t, "user:1001", key)
		require.Len(t, digits, f.Bits()/4, f)
		got, err := strconv.ParseUint(digits[:min(16, len(digits))], 16, 64)
		require.NoError(t, err)
		want := f.Sum64([]byte("user:1001"), hash.Seed{})
		if f == hash.MD5 {
			want = bits.ReverseBytes64(want)
		}
		require.Equal(t, want, got)
	}
	require.Equal(t, "0cc175b9c0f1b6a831c399e269772661\ta\n", done(t, "a", "hash", "--hash", "md5"), "as of RFC 1321")
	first, second := hash.SumMurmur3x128([]byte("a"), 7)
	require.Equal(t, fmt.Sprintf("%016x%016x\ta\n", first, second),
		done(t, "a", "hash", "--hash", "murmur3-x64-128", "--seed", "7"))
}

// The key is printed as it stood, whatever it decodes to.
func TestKeysAsTheyStood(t *testing.T) {
	_, part := place.Mod(16).Place([]byte{0xab, 0xcd})
	_, empty := place.Mod(16).Place(nil)
	require.Equal(t, fmt.Sprintf("%d\tAbCd\n%d\t\n", part, empty),
		done(t, "AbCd\n\n", "place", "--scheme", "mod", "--partitions", "16", "--key-encoding", "hex"))
	out := done(t, "AP8=\n", "hash", "--key-encoding", "base64")
	require.True(t, strings.HasSuffix(out, "\tAP8=\n"), out)
	require.Equal(t, fmt.Sprintf("%016x\t a\tb \n", hash.SumXXH3([]byte(" a\tb "), 0)), done(t, " a\tb \r\n", "hash"))
	path := write(t, "x.tsv", "key\tvalue\n")
	require.Equal(t, fmt.Sprintf("%016x\tkey\n", hash.SumXXH3([]byte("key"), 0)), done(t, "", "hash", path))
}

func TestDigest(t *testing.T) {
	keys := make([]string, 100_000)
	for i := range keys {
		keys[i] = fmt.Sprint("key:", i)
	}
	want := done(t, strings.Join(keys, "\n"), "hash", "--digest")
	count, digest, ok := strings.Cut(strings.TrimSpace(want), "\t")
	require.True(t, ok)
	require.Equal(t, "100000", count)
	require.Len(t, digest, 16)
	slices.Reverse(keys)
	require.Equal(t, want, done(t, strings.Join(keys, "\n"), "hash", "--digest", "--workers", "3"), "it does not depend on the order")
	require.Equal(t, want, done(t, strings.Join(keys, "\n"), "hash", "--digest", "--backend", "cpu"))
	keys[5] = "another"
	require.NotEqual(t, want, done(t, strings.Join(keys, "\n"), "hash", "--digest"))
	require.Equal(t, "0\t0000000000000000\n", done(t, "", "hash", "--digest"))
	require.JSONEq(t, `{"hash":"xxh3","keys":0,"digest":"0000000000000000"}`, done(t, "", "hash", "--digest", "--json"))
}

// Rows that are rejected are not in the digest, those behind them are.
func TestDigestOfTheGoodRows(t *testing.T) {
	const bad, good = "00\nzz\n01\nx\n", "00\n01\n"
	for _, args := range [][]string{{"hash", "--digest"}, {"hash", "--digest", "--json"},
		{"place", "--scheme", "kafka", "--partitions", "3", "--counts"}, {"place", "--scheme", "kafka", "--partitions", "3", "--counts", "--json"}} {
		args = append(args, "--key-encoding", "hex")
		out, errs, code := call(t, bad, args...)
		require.Equal(t, exitRejected, code, errs)
		require.Equal(t, done(t, good, args...), out)
		require.True(t, strings.HasSuffix(errs, "\nkeymill: 2 rows rejected\n"), errs)
	}
}

// A digest, or counts, of a part of the input would be taken for those of all
// of it.
func TestNoDigestOfAPart(t *testing.T) {
	cut := damaged(t)
	for _, args := range [][]string{{"hash", "--digest", cut}, {"hash", "--digest", "--json", cut}, {"place", "--scheme", "redis", "--counts", cut}} {
		out, errs, code := call(t, "", args...)
		require.Equal(t, exitFailed, code, errs)
		require.Contains(t, errs, "the file is truncated")
		require.Empty(t, out)
	}
}

func TestSeedFromAFile(t *testing.T) {
	secret := write(t, "key", "000102030405060708090a0b0c0d0e0f\n")
	require.Equal(t, done(t, "a\n", "hash", "--hash", "siphash-2-4", "--seed", "000102030405060708090a0b0c0d0e0f"),
		done(t, "a\n", "hash", "--hash", "siphash-2-4", "--seed", "@"+secret))
	_, errs, code := call(t, "a\n", "hash", "--seed", "@"+write(t, "key", "hunter2"))
	require.Equal(t, exitFailed, code)
	require.NotContains(t, errs, "hunter2")
}

// Whatever backend is forced, every function has the digest that cpu has.
func TestDigestOfEveryBackend(t *testing.T) {
	keys := make([]string, 3000)
	for i := range keys {
		keys[i] = strings.Repeat("key:", i%20) + fmt.Sprint(i)
	}
	text := strings.Join(keys, "\n")
	for _, c := range backend.Available() {
		for _, f := range hash.All() {
			want := done(t, text, "hash", "--digest", "--hash", f.String(), "--backend", "cpu")
			require.Equal(t, want, done(t, text, "hash", "--digest", "--hash", f.String(), "--backend", c.Name()), c.Name())
		}
	}
}
