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

func TestWarning(t *testing.T) {
	_, errs, code := call(t, "a\n", "place", "--scheme", "mask", "--partitions", "16", "--hash", "fx64")
	require.Zero(t, code)
	require.Contains(t, errs, "keymill: warning: fx64 does not mix its low bits")
}
