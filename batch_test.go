package keymill_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

func keysOf(b *keymill.Batch) []string {
	keys := []string{}
	for i := range b.Len() {
		if b.IsNull(i) {
			keys = append(keys, "<null>")
		} else {
			keys = append(keys, string(b.Key(i)))
		}
	}
	return keys
}

func TestBatchAppend(t *testing.T) {
	var b keymill.Batch
	require.NoError(t, b.Validate())
	require.Zero(t, b.Len())
	require.NoError(t, b.Append([]byte("one")))
	require.NoError(t, b.Append(nil))
	require.NoError(t, b.AppendNull())
	require.NoError(t, b.Append([]byte("two")))
	require.NoError(t, b.Validate())
	require.Equal(t, []string{"one", "", "<null>", "two"}, keysOf(&b))
	require.Equal(t, 6, b.Size())

	b.Reset()
	require.Zero(t, b.Len())
	require.NoError(t, b.Append([]byte("three")))
	require.Equal(t, []string{"three"}, keysOf(&b), "nulls do not outlive Reset")
}

func TestBatchAppendManyNulls(t *testing.T) {
	for _, width := range []int{0, 3} {
		b, want := keymill.Batch{Width: width}, []string{}
		for i := range 200 {
			if i%3 == 1 {
				require.NoError(t, b.AppendNull())
				want = append(want, "<null>")
			} else {
				require.NoError(t, b.Append([]byte("abc")))
				want = append(want, "abc")
			}
		}
		require.NoError(t, b.Validate())
		require.Equal(t, want, keysOf(&b))
	}
}

func TestBatchFixedWidth(t *testing.T) {
	b := keymill.Batch{Width: 4}
	require.NoError(t, b.Append([]byte("abcd")))
	require.EqualError(t, b.Append([]byte("abc")), "batch: key 1: it has 3 bytes, the batch takes keys of 4")
	require.NoError(t, b.Append([]byte("efgh")))
	require.Equal(t, []string{"abcd", "efgh"}, keysOf(&b))
	require.Equal(t, 8, b.Size())
}

func TestBatchAppendRefuses(t *testing.T) {
	b := keymill.Batch{Width: -1}
	require.Error(t, b.Append([]byte("a")))
	b = keymill.Batch{Data: []byte("abcd"), Offsets: []uint32{0, 2}}
	require.EqualError(t, b.Append(nil), "batch: key 1: the data goes on behind the last key, so that no key can be appended")
}

// Bits of Valid beyond the last key mean nothing, and do not leak into new keys.
func TestBatchAppendAfterStrayBits(t *testing.T) {
	b := keymill.Batch{Data: []byte("a"), Width: 1, Valid: []uint64{^uint64(0)}}
	require.NoError(t, b.AppendNull())
	require.NoError(t, b.Append([]byte("c")))
	require.Equal(t, []string{"a", "<null>", "c"}, keysOf(&b))
	b.ValidOffset = 1
	b.Reset()
	require.Zero(t, b.ValidOffset)
}

func TestBatchKeyCannotGrowIntoTheNext(t *testing.T) {
	b := keymill.NewBatch("ab", "cd")
	_ = append(b.Key(0), 'X')
	require.Equal(t, []string{"ab", "cd"}, keysOf(&b))
}

func TestBatchSlice(t *testing.T) {
	b := keymill.NewBatch("a", "bb", "", "dddd", "e")
	b.Valid = []uint64{0b10111}
	part := b.Slice(1, 4)
	require.NoError(t, part.Validate())
	require.Equal(t, []string{"bb", "", "<null>"}, keysOf(&part))
	require.Equal(t, 6, part.Size())
	again := part.Slice(2, 3)
	require.Equal(t, []string{"<null>"}, keysOf(&again))
	require.Same(t, &b.Data[0], &part.Data[0], "no copy")

	const refused = "the memory belongs to another batch or to Arrow, and cannot be appended to"
	require.EqualError(t, part.Append([]byte("x")), "batch: key 3: "+refused)
	last := b.Slice(4, 5)
	require.EqualError(t, last.Append([]byte("x")), "batch: key 1: "+refused)
	require.Equal(t, []string{"a", "bb", "", "<null>", "e"}, keysOf(&b))

	empty := b.Slice(5, 5)
	require.Zero(t, empty.Len())
	none := (&keymill.Batch{}).Slice(0, 0)
	require.Zero(t, none.Len())

	wide := keymill.Batch{Data: []byte("aabbcc"), Width: 2}
	middle := wide.Slice(1, 2)
	require.Equal(t, []string{"bb"}, keysOf(&middle))
	require.EqualError(t, middle.Append([]byte("zz")), "batch: key 1: "+refused)
	require.EqualError(t, middle.AppendNull(), "batch: key 1: "+refused)
	middle.Reset()
	require.NoError(t, middle.Append([]byte("zz")), "after Reset it has memory of its own")
	require.Equal(t, []string{"zz"}, keysOf(&middle))
	require.Equal(t, []string{"aa", "bb", "cc"}, keysOf(&wide))
}

func TestBatchValidate(t *testing.T) {
	data := []byte("0123456789")
	for says, b := range map[string]keymill.Batch{
		"batch: key 1: its offsets go backwards, from 8 to 3":                       {Data: data, Offsets: []uint32{0, 8, 3, 10}},
		"batch: key 1: it ends at byte 11 of 10 bytes of data":                      {Data: data, Offsets: []uint32{0, 8, 11, 12}},
		"batch: width -2 is negative":                                               {Data: data, Width: -2},
		"batch: 10 bytes of data are no whole number of 4-byte keys":                {Data: data, Width: 4},
		"batch: Valid has 64 bits and starts at bit 0: not one for each of 65 keys": {Data: make([]byte, 65), Width: 1, Valid: []uint64{1}},
		"batch: Valid has 64 bits and starts at bit 60: not one for each of 5 keys": {Data: data, Width: 2, Valid: []uint64{1}, ValidOffset: 60},
		"batch: Valid has 64 bits and starts at bit -1: not one for each of 5 keys": {Data: data, Width: 2, Valid: []uint64{1}, ValidOffset: -1},
	} {
		err := b.Validate()
		require.EqualError(t, err, says)
		require.ErrorIs(t, err, keymill.ErrInvalid)
		var batchErr *keymill.BatchError
		require.True(t, errors.As(err, &batchErr))
	}
	for _, b := range []keymill.Batch{
		{}, {Offsets: []uint32{7}}, {Data: data}, {Data: data, Offsets: []uint32{4, 4, 9}},
		{Data: data, Width: 5, Valid: []uint64{0}, ValidOffset: 62},
	} {
		require.NoError(t, b.Validate())
	}
}

func TestFromArrow(t *testing.T) {
	data := []byte("xxonethreexx")
	b, err := keymill.FromArrow([]int32{2, 5, 5, 10}, data, []byte{0b0100_0000, 0b1}, 6)
	require.NoError(t, err)
	require.Equal(t, []string{"one", "<null>", "three"}, keysOf(&b), "bits 6 and 8 are set, 7 is not")
	require.Same(t, &data[0], &b.Data[0])

	b, err = keymill.FromArrow([]int32{0, 3, 3}, []byte("one"), []byte{0b01}, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"one", "<null>"}, keysOf(&b))
	b, err = keymill.FromArrow(make([]int32, 9), nil, []byte{0xFF}, 0)
	require.NoError(t, err)
	require.Equal(t, 8, b.Len(), "a bitmap that is exactly full")

	_, err = keymill.FromArrow([]int32{0, -1, 3}, []byte("one"), nil, 0)
	require.ErrorIs(t, err, keymill.ErrInvalid)
	_, err = keymill.FromArrow([]int32{0, 1, 2}, []byte("on"), []byte{1}, 7)
	require.EqualError(t, err, "batch: a validity bitmap of 1 bytes at bit 7 cannot mark 2 keys")
	_, err = keymill.FromArrow([]int32{0, 1, 2}, []byte("on"), []byte{1}, -1)
	require.EqualError(t, err, "batch: a validity bitmap of 1 bytes at bit -1 cannot mark 2 keys")
	b, err = keymill.FromArrow(nil, nil, nil, 0)
	require.NoError(t, err)
	require.Zero(t, b.Len())
}

// Of a slice far into a column only its own bits are copied.
func TestFromArrowCopiesNoMoreThanItsBits(t *testing.T) {
	bitmap := make([]byte, 1<<20)
	bitmap[len(bitmap)-1] = 0b0001_0000
	b, err := keymill.FromArrow([]int32{0, 1, 2}, []byte("ab"), bitmap, 8*len(bitmap)-4)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "<null>"}, keysOf(&b))
	require.Len(t, b.Valid, 1)
}

// Arrow's memory is read, never written.
func TestFromArrowIsNotAppendedTo(t *testing.T) {
	data := []byte("abc")
	b, err := keymill.FromArrow([]int32{0, 3}, data, nil, 0)
	require.NoError(t, err)
	require.Error(t, b.Append([]byte("x")))
	b.Reset()
	require.NoError(t, b.Append([]byte("xyz")))
	require.Equal(t, "abc", string(data))
}

// FuzzFromArrow: whatever buffers an Arrow array is said to have, the result is
// an error or a batch whose every key can be read.
func FuzzFromArrow(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 3, 0, 0, 0}, []byte("one"), []byte{1}, 0)
	f.Fuzz(func(t *testing.T, rawOffsets, data, validity []byte, bit int) {
		offsets := []int32{}
		for ; len(rawOffsets) >= 4; rawOffsets = rawOffsets[4:] {
			o := rawOffsets
			offsets = append(offsets, int32(uint32(o[0])|uint32(o[1])<<8|uint32(o[2])<<16|uint32(o[3])<<24))
		}
		b, err := keymill.FromArrow(offsets, data, validity, bit)
		if err == nil {
			keysOf(&b)
		} else if !errors.Is(err, keymill.ErrInvalid) {
			t.Error(err)
		}
	})
}

func TestNewBatch(t *testing.T) {
	b := keymill.NewBatch()
	require.NoError(t, b.Validate())
	require.Zero(t, b.Len())
	b = keymill.NewBatch("", strings.Repeat("k", 300))
	require.Equal(t, []string{"", strings.Repeat("k", 300)}, keysOf(&b))
}
