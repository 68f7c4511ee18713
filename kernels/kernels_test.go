package kernels_test

import (
	"bytes"
	"fmt"
	"math"
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
		"HASH_CASSANDRATOKEN": int64(hash.CassandraToken), "HASH_LOOKUP3": int64(hash.Lookup3), "HASH_MD5": int64(hash.MD5),
		"HASH_DES": int64(hash.DES), "HASH_CITYHASH102": int64(hash.CityHash102), "HASH_JAVA31": int64(hash.Java31),
		"HASH_JAVA31UNSIGNED": int64(hash.Java31Unsigned), "HASH_JAVA31UTF16": int64(hash.Java31UTF16),
		"HASH_ONEATATIME": int64(hash.OneAtATime), "HASH_XXH32": int64(hash.XXH32), "HASH_CEPHRJENKINS": int64(hash.CephRJenkins),

		"LOAD_PACKED": int64(kernels.LoadPacked), "LOAD_WORDS": int64(kernels.LoadWords), "LOAD_BYTES": int64(kernels.LoadBytes),

		"REDUCE_NONE": int64(place.ReduceNone), "REDUCE_MOD": int64(place.ReduceMod), "REDUCE_ABSMOD": int64(place.ReduceAbsMod), "REDUCE_MASK": int64(place.ReduceMask),
		"REDUCE_FASTRANGE": int64(place.ReduceFastrange), "REDUCE_JUMP": int64(place.ReduceJump), "REDUCE_PMOD": int64(place.ReducePmod),
		"REDUCE_TABLE": int64(place.ReduceTable), "REDUCE_RING": int64(place.ReduceRing), "REDUCE_RENDEZVOUS": int64(place.ReduceRendezvous),
		"REDUCE_STABLEMOD": int64(place.ReduceStableMod),

		"FLAG_HASHES": kernels.FlagHashes, "FLAG_PARTS": kernels.FlagParts, "FLAG_VALID": kernels.FlagValid,
		"FLAG_WORD8": kernels.FlagWord8, "FLAG_TAGS": kernels.FlagTags, "FLAG_EMPTY_UNPLACED": kernels.FlagEmptyUnplaced,
		"FLAG_SWAP": kernels.FlagSwap, "FLAG_NO_MIN": kernels.FlagNoMin, "FLAG_WEIGHTED": kernels.FlagWeighted,

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
	require.Len(t, hash.All(), 27, "a function is new: give it a number, and a case, in hash.cl")
	require.Equal(t, 11, place.NumReduces, "a reduction is new: give it a number, and a case, in reduce.h")
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

// entriesOf returns the numbers of a table, as they are written there.
func entriesOf(t *testing.T, name string, n int) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	entries := regexp.MustCompile(`0x[0-9A-F]{8}`).FindAllString(string(text), -1)
	require.Len(t, entries, n)
	return entries
}

// TestTables computes the tables by the definitions. A CRC is linear: what one byte does to it is the
// difference to what a zero byte in its place does.
func TestTables(t *testing.T) {
	for name, sum := range map[string]func([]byte) uint32{"crc32_table.h": hash.SumCRC32, "crc32c_table.h": hash.SumCRC32C} {
		for i, entry := range entriesOf(t, name, 4*256) {
			key := make([]byte, i/256+1)
			zeros := sum(key)
			key[0] = byte(i)
			require.Equal(t, fmt.Sprintf("0x%08X", sum(key)^zeros), entry, "%s: entry %d", name, i)
		}
	}
	for i, entry := range entriesOf(t, "md5_table.h", 64) {
		sine := math.Abs(math.Sin(float64(i + 1)))
		require.Equal(t, fmt.Sprintf("0x%08X", uint32(sine*(1<<32))), entry, "md5_table.h: entry %d", i)
	}
	boxes := hash.DESBoxes()
	for i, entry := range entriesOf(t, "des_table.h", 512) {
		require.Equal(t, fmt.Sprintf("0x%08X", boxes[i/64][i%64]), entry, "des_table.h: entry %d", i)
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
		Reduce: 1, Partitions: 12, Size: 12, Each: 1, Shift: 33, NullPart: place.NoPartition,
		Fold: 1<<31 - 1, Magic: (1<<64 - 1) / 12, SeedLo: hash.KafkaSeed,
	}, kernels.ArgsOf(place.Kafka(12)))
	require.Equal(t, kernels.Args{Each: 1, NullPart: place.NoPartition, Fold: 1<<64 - 1}, kernels.ArgsOf(place.Scheme{}), "nothing is reduced")
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

	routed := kernels.ArgsOf(place.Scheme{Add: 1 << 63, Reduce: place.ReduceMod, Parts: 5, Route: 40})
	require.Equal(t, kernels.Args{
		Reduce: 1, Partitions: 5, Size: 40, Each: 8, NullPart: place.NoPartition, Fold: 1<<64 - 1, Add: 1 << 63, Magic: (1<<64 - 1) / 40,
	}, routed)
	high := kernels.ArgsOf(place.Scheme{Hash: hash.CRC32, Fold: place.FoldHigh15, Reduce: place.ReduceFastrange, Drop: 2, Parts: 5})
	require.Equal(t, []any{uint64(0x7FFF0000), uint32(16), uint32(51)}, []any{high.Fold, high.FoldShift, high.Shift})
}

// A table of equal weights has none; the logarithms stand behind the points only where there are weights.
func TestBuffers(t *testing.T) {
	equal, err := place.NewRendezvous([]uint64{5, 6, 7}, nil)
	require.NoError(t, err)
	points, members := kernels.Buffers(equal)
	require.Equal(t, []uint64{5, 6, 7}, points)
	require.Nil(t, members)
	weighted, err := place.NewRendezvous([]uint64{5, 6, 7}, []uint32{1, 2, 3})
	require.NoError(t, err)
	points, members = kernels.Buffers(weighted)
	logarithms := place.SurpriseTable()
	require.Equal(t, append([]uint64{5, 6, 7}, logarithms[:]...), points)
	require.Equal(t, []uint32{1, 2, 3}, members)
	s := place.Scheme{Reduce: place.ReduceRendezvous, Parts: 3, Table: weighted}
	require.Equal(t, uint32(kernels.FlagWeighted), kernels.ArgsOf(s).Flags)
	require.Equal(t, uint32(3), kernels.ArgsOf(s).Size)
	require.Same(t, weighted, kernels.TableOf(s))
	s.Reduce = place.ReduceMod
	require.Nil(t, kernels.TableOf(s), "it is not looked into")
}
