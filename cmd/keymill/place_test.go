package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/vectors"
)

// The vectors of the real systems, as hex lines through `keymill place`.
func TestPlaceReproducesVectors(t *testing.T) {
	for _, c := range []struct{ scheme, file, prefix string }{
		{"kafka", "kafka_murmur2", "p"},
		{"librdkafka", "librdkafka_consistent_crc32", "p"},
		{"sarama", "sarama_hash_fnv1a", "p"},
		{"sarama-reference", "sarama_reference_fnv1a", "p"},
		{"redis", "redis_cluster_keyslot", "slot"},
		{"jump", "jump_consistent_hash", "j"},
	} {
		file, err := vectors.Load(c.file)
		require.NoError(t, err)
		for output := range file.Vectors[0].Out {
			parts := strings.TrimPrefix(output, c.prefix)
			if _, err := strconv.Atoi(parts); err != nil && output != "slot" {
				continue
			}
			args := []string{"place", "--scheme", c.scheme, "--key-encoding", "hex"}
			if parts != "" {
				args = append(args, "--partitions", parts)
			}
			lines := strings.Split(done(t, hexKeys(file), args...), "\n")
			require.Len(t, lines, len(file.Vectors)+1)
			for i, v := range file.Vectors {
				want, ok := v.Uint(output)
				require.True(t, ok)
				require.Equal(t, fmt.Sprintf("%d\t%s", want, v.KeyHex), lines[i], "%s %s of %s", c.file, output, v.ID)
			}
		}
	}
}

func TestCounts(t *testing.T) {
	out := done(t, "a\nb\nc\n\n", "place", "--scheme", "librdkafka-random", "--partitions", "3", "--counts")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 4)
	require.Equal(t, "-\t1", lines[3], "the empty key is not placed")
	total := 0
	for part, line := range lines[:3] {
		var p, n int
		_, err := fmt.Sscanf(line, "%d\t%d", &p, &n)
		require.NoError(t, err)
		require.Equal(t, part, p)
		total += n
	}
	require.Equal(t, 3, total)

	var report struct {
		Scheme, Hash     string
		Partitions, Keys int
		Unplaced         int
		Counts           []int
	}
	require.NoError(t, json.Unmarshal([]byte(done(t, "a\nb\n", "place", "--scheme", "redis", "--counts", "--json")), &report))
	require.Equal(t, "redis crc16 16384 2 0", fmt.Sprint(report.Scheme, " ", report.Hash, " ", report.Partitions, " ", report.Keys, " ", report.Unplaced))
	require.Len(t, report.Counts, 16384)
}

// A weak pair that the user has chosen is warned of, on stderr and on one line;
// what is printed stays as it is. A real system is placed without a word.
func TestWarning(t *testing.T) {
	out, errs, code := call(t, "a\n", "place", "--scheme", "mask", "--partitions", "16", "--hash", "fx64", "--json")
	require.Zero(t, code)
	require.Equal(t, `{"partition":5,"key":"a"}`+"\n", out)
	require.Equal(t, "keymill: warning: fx64 with mask spreads keys like session:0000000000000412 worse than chance: "+
		"of 1024 partitions 1023 stay empty; use xxh3\n", errs)

	for _, args := range [][]string{
		{"--scheme", "mask", "--partitions", "16"},
		{"--scheme", "mask", "--partitions", "16", "--hash", "xxh64", "--seed", "7"},
		{"--scheme", "redis"},
		{"--scheme", "redis", "--hash", "crc16"},
		{"--scheme", "librdkafka", "--partitions", "16"},
		{"--scheme", "sarama", "--partitions", "12"},
	} {
		_, errs, code := call(t, "a\n", append([]string{"place"}, args...)...)
		require.Zero(t, code)
		require.Empty(t, errs, args)
	}
}
