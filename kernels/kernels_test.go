package kernels_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/kernels"
	"github.com/keymill/keymill/place"
)

// TestNumbers holds the numbers that the source gives to names to the Go constants, in both directions.
func TestNumbers(t *testing.T) {
	want := map[string]int64{
		"HASH_XXH3": int64(hash.XXH3), "HASH_XXH64": int64(hash.XXH64), "HASH_FX64": int64(hash.FX64),
		"HASH_MURMUR2": int64(hash.Murmur2), "HASH_MURMUR3X32": int64(hash.Murmur3x32),
		"HASH_MURMUR3X128": int64(hash.Murmur3x128), "HASH_MURMUR3CASSANDRA": int64(hash.Murmur3Cassandra),
		"HASH_MURMUR3SPARK": int64(hash.Murmur3Spark), "HASH_MURMUR3HIVE": int64(hash.Murmur3Hive),
		"HASH_CRC32": int64(hash.CRC32), "HASH_CRC32C": int64(hash.CRC32C), "HASH_CRC16": int64(hash.CRC16),
		"HASH_FNV1A32": int64(hash.FNV1a32), "HASH_FNV1A64": int64(hash.FNV1a64),
		"HASH_SIPHASH13": int64(hash.SipHash13), "HASH_SIPHASH24": int64(hash.SipHash24),

		"LOAD_PACKED": int64(kernels.LoadPacked), "LOAD_WORDS": int64(kernels.LoadWords), "LOAD_BYTES": int64(kernels.LoadBytes),

		"REDUCE_NONE": int64(place.ReduceNone), "REDUCE_MOD": int64(place.ReduceMod), "REDUCE_ABSMOD": int64(place.ReduceAbsMod), "REDUCE_MASK": int64(place.ReduceMask),
		"REDUCE_FASTRANGE": int64(place.ReduceFastrange), "REDUCE_JUMP": int64(place.ReduceJump),

		"FLAG_HASHES": kernels.FlagHashes, "FLAG_PARTS": kernels.FlagParts, "FLAG_VALID": kernels.FlagValid,
		"FLAG_WORD8": kernels.FlagWord8, "FLAG_TAGS": kernels.FlagTags, "FLAG_EMPTY_UNPLACED": kernels.FlagEmptyUnplaced,

		"NO_PARTITION": int64(place.NoPartition),
	}
	got := map[string]int64{}
	number := regexp.MustCompile(`(?m)^#define ((?:HASH|LOAD|REDUCE|FLAG|NO)_\w+) (\w+)$`)
	for _, m := range number.FindAllStringSubmatch(kernels.Source(), -1) {
		n, err := strconv.ParseInt(strings.TrimSuffix(m[2], "u"), 0, 64)
		require.NoError(t, err, m[0])
		got[m[1]] = n
	}
	require.Equal(t, want, got)
	require.False(t, kernels.Runs(hash.Default))
	require.Len(t, kernels.Functions(), 16, "a function is new in hash.cl: give it a number here")
	require.Equal(t, 6, place.NumReduces, "a reduction is new: give it a number, and a case, in reduce.h")
}

// TestSource: the compiler is told the right file and line for every line, and no file is left out.
func TestSource(t *testing.T) {
	files := map[string][]string{}
	names, err := filepath.Glob("*.h")
	require.NoError(t, err)
	for _, name := range append(names, "hash.cl") {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		files[name] = strings.SplitAfter(string(text), "\n")
	}
	seen := map[string]bool{}
	name, at := "", 0
	for i, line := range strings.SplitAfter(kernels.Source(), "\n") {
		if rest, ok := strings.CutPrefix(line, "#line "); ok {
			_, err := fmt.Sscanf(rest, "%d %q", &at, &name)
			require.NoError(t, err, line)
			seen[name] = true
			continue
		}
		if line != "" {
			require.Equal(t, files[name][at-1], line, "line %d of the source, which is line %d of %s", i+1, at, name)
			at++
		}
	}
	require.NotContains(t, kernels.Source(), "#include")
	for name := range files {
		assert.True(t, seen[name], "%s is not included", name)
	}
}

// TestTables computes the tables of the CRCs by the definition. A CRC is linear: what one byte does to
// it is the difference to what a zero byte in its place does.
func TestTables(t *testing.T) {
	for name, sum := range map[string]func([]byte) uint32{"crc32_table.h": hash.SumCRC32, "crc32c_table.h": hash.SumCRC32C} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		entries := regexp.MustCompile(`0x[0-9A-F]{8}`).FindAll(text, -1)
		require.Len(t, entries, 4*256)
		for i, entry := range entries {
			key := make([]byte, i/256+1)
			zeros := sum(key)
			key[0] = byte(i)
			require.Equal(t, fmt.Sprintf("0x%08X", sum(key)^zeros), string(entry), "%s: entry %d", name, i)
		}
	}
}

func TestOptions(t *testing.T) {
	o := kernels.Options{Hash: hash.CRC16, Width: 8, Load: kernels.LoadWords, Count: true, Group: 128}
	require.Equal(t, "-cl-std=CL1.2 -D HASH=12 -D WIDTH=8 -D LOAD=1 -D RUNS=0 -D COUNT=1 -D GROUP=128 -D FP64=0", o.String())
	o = kernels.Options{Hash: hash.XXH3, Runs: true, Group: 64, FP64: true}
	require.Equal(t, "-cl-std=CL1.2 -D HASH=1 -D WIDTH=0 -D LOAD=0 -D RUNS=1 -D COUNT=0 -D GROUP=64 -D FP64=1", o.String())
	require.Equal(t, "words", kernels.LoadWords.String())
	require.Equal(t, "kernels.Load(3)", kernels.Load(kernels.NumLoads).String())
}

func TestWidthFor(t *testing.T) {
	require.Equal(t, []int{4, 8, 16, 24, 32}, kernels.Widths())
	kernels.Widths()[0] = 5 // a copy
	for width, want := range map[int]int{0: 0, 1: 0, 4: 4, 5: 0, 8: 8, 12: 0, 16: 16, 24: 24, 32: 32, 64: 0} {
		require.Equal(t, want, kernels.WidthFor(width), width)
		require.Equal(t, want, kernels.ArgsOf(place.Kafka(12)).WidthFor(width), width)
		require.Equal(t, 0, kernels.ArgsOf(place.Redis()).WidthFor(width), "the tag of a key of one width has any")
	}
}

func TestArgs(t *testing.T) {
	require.Equal(t, kernels.Args{
		Reduce: 1, Partitions: 12, Shift: 33, NullPart: place.NoPartition,
		Fold: 1<<31 - 1, Magic: (1<<64 - 1) / 12, SeedLo: hash.KafkaSeed,
	}, kernels.ArgsOf(place.Kafka(12)))
	require.Equal(t, kernels.Args{NullPart: place.NoPartition, Fold: 1<<64 - 1}, kernels.ArgsOf(place.Scheme{}), "nothing is reduced")
	redis := kernels.ArgsOf(place.Redis())
	require.Equal(t, uint32(kernels.FlagTags), redis.Flags)
	require.Equal(t, uint32(48), redis.Shift)
	seeded := kernels.ArgsOf(place.Scheme{
		Hash: hash.SipHash13, Seed: hash.SeedKey([16]byte(bytes.Repeat([]byte{1, 2}, 8))),
		Word8: true, Reduce: place.ReduceJump, Parts: 9, Null: place.NullAsEmpty,
	})
	require.Equal(t, uint64(0x0201020102010201), seeded.SeedHi)
	require.Equal(t, uint32(kernels.FlagWord8), seeded.Flags)
	require.NotZero(t, seeded.NullHash)
	require.Less(t, seeded.NullPart, uint32(9))
	require.Equal(t, uint32(kernels.FlagEmptyUnplaced), kernels.ArgsOf(place.LibrdkafkaRandom(3)).Flags)
}
