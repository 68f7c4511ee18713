package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

func opened(t *testing.T) *engine {
	t.Helper()
	e, err := open("", 2)
	require.NoError(t, err)
	return e
}

func TestOpen(t *testing.T) {
	for _, name := range []string{"", "auto", "cpu"} {
		e, err := open(name, 0)
		require.NoError(t, err)
		require.NotEmpty(t, e.dispatcher.Stats().Backends)
	}
	one, err := open("cpu", 1)
	require.NoError(t, err)
	require.Len(t, one.dispatcher.Stats().Backends, 1)
	_, err = open("gpu", 1)
	require.ErrorContains(t, err, `backend "gpu"`)
	require.Equal(t, statusUnavailable, statusOf(err))
	_, err = open("cpu", maxWorkers+1)
	refused(t, err, "1025 workers: it takes 1 to 1024")
}

// Kafka's own code computed these.
func TestHashAndPlace(t *testing.T) {
	file, err := vectors.Load("kafka_murmur2")
	require.NoError(t, err)
	var b keymill.Batch
	for _, v := range file.Vectors {
		require.NoError(t, b.Append(v.Key()))
	}
	e := opened(t)
	hashes := make([]uint64, b.Len())
	require.NoError(t, e.hash(&b, "murmur2", "", hashes))
	p, parts, err := scheme{name: "kafka", partitions: 12}.params()
	require.NoError(t, err)
	require.EqualValues(t, 12, parts)
	var dst keymill.Placement
	dst.Resize(keymill.OutParts|keymill.OutCounts, b.Len(), parts)
	require.NoError(t, e.place(&b, p, &dst))
	counts := make([]uint64, 12)
	for i, v := range file.Vectors {
		want, ok := v.Uint("murmur2_u32")
		require.True(t, ok)
		require.Equal(t, uint64(uint32(want)), hashes[i], v.ID)
		part := uint32(want) & 0x7fffffff % 12
		require.Equal(t, part, dst.Parts[i], v.ID)
		counts[part]++
	}
	require.Equal(t, counts, dst.Counts)
}

func TestHashWithSeed(t *testing.T) {
	e, b, out := opened(t), keymill.NewBatch("user:1001"), make([]uint64, 1)
	require.NoError(t, e.hash(&b, "XXH3", "0x2a", out))
	require.Equal(t, hash.XXH3.Sum64([]byte("user:1001"), hash.Seed64(42)), out[0])
	refused(t, e.hash(&b, "xxh33", "", out), `did you mean "xxh3"`)
	refused(t, e.hash(&b, "xxh3", "seed", out), `seed "seed" is neither`)
	refused(t, e.hash(&b, "crc32", "1", out), "takes no seed")
	refused(t, e.hash(&b, "xxh3", "", out[:0]), "Hashes")
}

func TestSchemes(t *testing.T) {
	p, parts, err := scheme{name: "redis"}.params()
	require.NoError(t, err)
	require.EqualValues(t, place.RedisSlots, parts)
	require.Equal(t, place.Redis(), p.Scheme)
	p, _, err = scheme{name: "mod", partitions: 7, hash: "siphash-2-4", seed: "000102030405060708090a0b0c0d0e0f"}.params()
	require.NoError(t, err)
	require.Equal(t, hash.SipHash24, p.Hash)
	require.Equal(t, "000102030405060708090a0b0c0d0e0f", p.Seed.String())
	for _, c := range []struct {
		scheme
		text string
	}{
		{scheme{name: "kafak", partitions: 12}, `did you mean "kafka"`},
		{scheme{name: "kafka"}, "0 partitions"},
		{scheme{name: "redis", partitions: 5}, "it always has 16384"},
		{scheme{name: "mask", partitions: 12}, "power of two"},
		{scheme{name: "mod", partitions: 12, hash: "sha1"}, `"sha1"`},
		{scheme{name: "mod", partitions: 12, seed: "x"}, `seed "x"`},
		{scheme{name: "kafka", partitions: 12, seed: "0x100000000"}, "below 2^32"},
	} {
		_, _, err := c.params()
		refused(t, err, c.text)
	}
}

func TestPlaceWantsSomething(t *testing.T) {
	e, b := opened(t), keymill.NewBatch("a")
	p, _, err := scheme{name: "kafka", partitions: 12}.params()
	require.NoError(t, err)
	refused(t, e.place(&b, p, new(keymill.Placement)), "nothing is wanted")
	require.NoError(t, e.place(new(keymill.Batch), p, new(keymill.Placement)))
}

func TestStatusOf(t *testing.T) {
	for want, err := range map[status]error{
		statusOK:          nil,
		statusInvalid:     &keymill.BatchError{Key: 1},
		statusUnavailable: fmt.Errorf("x: %w", keymill.ErrUnavailable),
		statusUnsupported: &keymill.BackendError{Backend: "b", Err: keymill.ErrUnsupported},
		statusFailed:      errors.New("x"),
	} {
		require.Equal(t, want, statusOf(err))
	}
}

func TestProtect(t *testing.T) {
	err := protect(func() error { panic("broken") })
	require.ErrorContains(t, err, "panic: broken")
	require.Equal(t, statusFailed, statusOf(err))
	require.NoError(t, protect(func() error { return nil }))
}

func TestPutText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"abc", "abc"}, {"one\ntwo", "one"}, {"abcdefgh", "abcdefg"}, {"abcdefg", "abcdefg"},
		{"abcdeµµ", "abcdeµ"}, {"abcdefµ", "abcdef"},
	} {
		dst := bytes.Repeat([]byte{0xee}, 8)
		putText(dst, c.text)
		got, _, ok := bytes.Cut(dst, []byte{0})
		require.True(t, ok)
		require.Equal(t, c.want, string(got))
	}
	putText(make([]byte, 1), "x")
}

func TestNames(t *testing.T) {
	require.Len(t, strings.Split(hashNames(), "\n"), len(hash.All()))
	for _, name := range strings.Split(hashNames(), "\n") {
		_, err := hash.Parse(name)
		require.NoError(t, err)
	}
	require.Len(t, strings.Split(schemeNames(), "\n"), len(place.Presets()))
	require.Contains(t, strings.Split(schemeNames(), "\n"), "kafka")
	require.Equal(t, "cpu", strings.Split(backendNames(), "\n")[0])
	require.Regexp(t, `^devel \(go1\.\S+, \w+/\w+\)$`, version())
}
