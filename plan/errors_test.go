package plan

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zeebo/xxh3"

	"github.com/keymill/keymill"
)

// two is two rows, which a test makes wrong.
func two() *Rows {
	return &Rows{Keys: &keymill.Batch{Width: 1, Data: []byte("ab")}, Hashes: []uint64{1, 2}}
}

func TestWrongRowsAreErrors(t *testing.T) {
	sketch, err := NewSketch(ByKeys, 1<<8)
	require.NoError(t, err)
	tally, sample, heavy := NewTally(3, false), NewSample(8, false), sketch.Bounds().Heavy(3)
	parts := []uint32{0, keymill.NoPartition}
	values := keymill.NewBatch("v")
	for _, c := range []struct {
		rows    func(*Rows)
		parts   []uint32
		message string // of the tally
		others  string // of all that looks at hashes
	}{
		{func(r *Rows) {}, parts[:1], "1 partitions for 2 rows", ""},
		{func(r *Rows) {}, []uint32{0, 3}, "row 1: partition 3, of a tally of 3", ""},
		{func(r *Rows) { r.Weights = []uint64{1, 2} }, parts, "weights, for a tally that was made without", ""},
		{func(r *Rows) { r.Weights = []uint64{1} }, parts, "1 weights for 2 rows", "1 weights for 2 rows"},
		{func(r *Rows) { r.Values = &values }, parts, "1 values for 2 rows", "1 values for 2 rows"},
		{func(r *Rows) { r.Hashes = r.Hashes[:1] }, parts, "", "1 hashes for 2 rows"},
		{func(r *Rows) { r.Hashes = nil }, parts, "", "0 hashes for 2 rows"},
	} {
		rows := two()
		c.rows(rows)
		check := func(err error, message string) {
			t.Helper()
			if message == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, message)
			}
		}
		check(tally.Add(rows, c.parts), c.message)
		check(sketch.Add(rows), c.others)
		check(heavy.Add(rows), c.others)
		if len(rows.Hashes) != 2 { // it looks at nothing else
			check(sample.Add(rows), c.others)
		}
	}
	loads, unplaced := tally.Loads()
	require.Equal(t, []Load{{2, 2, 0}, {}, {}}, loads, "of the two that passed")
	require.Equal(t, Load{2, 2, 0}, unplaced)
	require.NoError(t, sketch.Add(&Rows{Keys: &keymill.Batch{}}))
	require.Equal(t, uint64(6), sketch.Bounds().Total)
}

func TestWhatDoesNotFitIsNotMerged(t *testing.T) {
	require.ErrorContains(t, NewTally(3, false).Merge(NewTally(4, false)), "a tally of 3 partitions cannot take one of 4")
	require.Error(t, NewTally(3, false).Merge(NewTally(3, true)))
	require.ErrorContains(t, NewSample(8, true).Merge(NewSample(8, false)), "only their hashes")
	require.NoError(t, NewSample(8, false).Merge(NewSample(9, true)))
	sketch := func(by Measure, width int) *Sketch {
		s, err := NewSketch(by, width)
		require.NoError(t, err)
		return s
	}
	require.ErrorContains(t, sketch(ByKeys, 256).Merge(sketch(ByKeys, 512)), "a sketch of keys 256 wide cannot take one of keys 512 wide")
	require.ErrorContains(t, sketch(ByKeys, 256).Merge(sketch(ByBytes, 256)), "of bytes 256 wide")
	require.Error(t, sketch(ByKeys, 256).Merge(newSketch(ByKeys, 256, 1)))
	for _, width := range []int{-1, 0, 128, 300, 1 << 21} {
		_, err := NewSketch(ByKeys, width)
		require.ErrorContains(t, err, "it takes a power of two from 256 to 1048576")
	}
	_, err := ParseMeasure("byte")
	require.ErrorContains(t, err, "bytes")
}

// A sum of weights that would be 2^64 is an error, and not added.
func TestWeightsDoNotWrap(t *testing.T) {
	rows := func(weights ...uint64) *Rows {
		n := len(weights)
		return &Rows{Keys: &keymill.Batch{Width: 1, Data: make([]byte, n)}, Hashes: make([]uint64, n), Weights: weights}
	}
	const half = 1 << 63
	sketch, err := NewSketch(ByWeight, 1<<8)
	require.NoError(t, err)
	before, err := NewSketch(ByWeight, 1<<8)
	require.NoError(t, err)
	require.NoError(t, before.Add(rows(1)))
	tally, heavy := NewTally(2, true), before.Bounds().Heavy(3)
	add := func(r *Rows, parts ...uint32) (errs []error) {
		return []error{tally.Add(r, parts), sketch.Add(r), heavy.Add(r)}
	}
	for _, err := range add(rows(half, half-2), 0, 1) {
		require.NoError(t, err)
	}
	for _, wrong := range []*Rows{rows(2, 0), rows(half, half), rows(math.MaxUint64, math.MaxUint64)} {
		for _, err := range add(wrong, 1, 1) {
			require.ErrorIs(t, err, errWeights)
		}
	}
	for _, err := range add(rows(1), 0) {
		require.NoError(t, err, "there is room for 1")
	}
	loads, _ := tally.Loads()
	require.Equal(t, []Load{{2, 2, half + 1}, {1, 1, half - 2}}, loads)
	require.Equal(t, uint64(math.MaxUint64), sketch.Bounds().Total)
	require.Equal(t, uint64(math.MaxUint64), heavy.Keys()[0].Load.Weight)

	one := NewTally(2, true)
	require.NoError(t, one.Add(rows(1), []uint32{0}))
	require.ErrorIs(t, tally.Merge(one), errWeights)
	other, err := NewSketch(ByWeight, 1<<8)
	require.NoError(t, err)
	require.NoError(t, other.Add(rows(1)))
	require.ErrorIs(t, sketch.Merge(other), errWeights)

	var sum total
	require.NoError(t, sum.add(Load{Bytes: math.MaxUint64}))
	require.ErrorIs(t, sum.add(Load{Bytes: 1}), errBytes)
}

// Of keys of one hash the sample keeps the first by their bytes, whoever adds them.
func TestSampleOfOneHash(t *testing.T) {
	for _, order := range [][]string{{"a", "b", "c"}, {"c", "b", "a"}} {
		s := NewSample(8, true)
		for _, key := range order {
			batch := keymill.NewBatch(key)
			require.NoError(t, s.Add(&Rows{Keys: &batch, Hashes: []uint64{5}}))
		}
		require.Equal(t, []Sampled{{5, []byte("a")}}, s.Keys())
	}
}

func TestIdentityIsFixed(t *testing.T) {
	h := Identity().Hash.Sum64([]byte("a"), Identity().Seed)
	require.Equal(t, xxh3.HashSeed([]byte("a"), 0x6b65796d696c6c21), h)
}

func TestLoadsInJSON(t *testing.T) {
	tally := NewTally(3, false)
	require.NoError(t, tally.Add(two(), []uint32{2, 0}))
	loads, _ := tally.Sum()
	got, err := json.Marshal(loads)
	require.NoError(t, err)
	require.Equal(t, `{"keys":[1,0,1],"bytes":[1,0,1]}`, string(got))
	weighted, _ := NewTally(2, true).Sum()
	got, err = json.Marshal(weighted)
	require.NoError(t, err)
	require.Equal(t, `{"keys":[0,0],"bytes":[0,0],"weight":[0,0]}`, string(got))
}

// FuzzSums adds rows of a fuzzer's making, cut in two in any place and merged, and holds
// the sums to those of adding row by row in a map.
func FuzzSums(f *testing.F) {
	f.Add([]byte("one,two,three,one"), uint8(3), uint8(2), uint16(5))
	f.Add([]byte(",,"), uint8(1), uint8(0), uint16(1))
	f.Fuzz(func(t *testing.T, text []byte, parts, cut uint8, scale uint16) {
		n := uint32(parts%12) + 1
		var stream []row
		for i, key := range bytes.Split(text, []byte{','}) {
			r := row{key: string(key), weight: uint64(scale) << (i % 50), part: uint32(len(key)*7+i) % (n + 1)}
			r.hash = Identity().Hash.Sum64(key, Identity().Seed)
			if r.part == n {
				r.part = keymill.NoPartition
			}
			stream = append(stream, r)
		}
		at := int(cut) % (len(stream) + 1)
		empty, err := NewSketch(ByBytes, 1<<8)
		require.NoError(t, err)
		bounds := empty.Bounds()
		one, other := newCore(t, n, ByBytes, bounds), newCore(t, n, ByBytes, bounds)
		rows, placed := asRows(t, stream[:at], true)
		require.NoError(t, one.add(rows, placed))
		rows, placed = asRows(t, stream[at:], true)
		require.NoError(t, other.add(rows, placed))
		require.NoError(t, one.merge(other))

		loads, unplaced := one.tally.Loads()
		byPart := sumsOf(stream, func(r row) uint32 { return r.part })
		require.Equal(t, byPart[keymill.NoPartition], unplaced)
		for p, load := range loads {
			require.Equal(t, byPart[uint32(p)], load)
		}
		keys := sumsOf(stream, keyOf)
		b := one.sketch.Bounds()
		for _, r := range stream {
			require.GreaterOrEqual(t, b.Of(r.hash), keys[r.key].Bytes)
		}
		d := one.kept.Distinct()
		require.LessOrEqual(t, d.Low, uint64(len(keys)))
		require.GreaterOrEqual(t, d.High, uint64(len(keys)))
		for _, key := range one.kept.Keys() {
			require.Contains(t, keys, string(key.Key))
		}
		spread, err := NewSpread(columnOf(loads, ByBytes), nil)
		require.NoError(t, err)
		require.Equal(t, defined(columnOf(loads, ByBytes), nil), spread)
	})
}

func columnOf(loads []Load, by Measure) (column []uint64) {
	for _, l := range loads {
		column = append(column, by.Of(l))
	}
	return column
}
