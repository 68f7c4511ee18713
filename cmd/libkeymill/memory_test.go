package main

import (
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

func pointer[T any](s []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s)) }

// refused says that err blames the input, and says how.
func refused(t *testing.T, err error, text string) {
	t.Helper()
	require.ErrorContains(t, err, text)
	require.ErrorIs(t, err, keymill.ErrInvalid)
	require.Equal(t, statusInvalid, statusOf(err))
}

func TestKeysAreUsedInPlace(t *testing.T) {
	data := []byte("--user:1001order:7--")
	offsets := []uint32{2, 11, 18}
	valid := []uint64{0, 1 << 62} // bit 126 is 1, bit 127 is 0
	b, err := (&keys{
		data: pointer(data), dataSize: uint64(len(data)), offsets: pointer(offsets),
		valid: pointer(valid), validFirst: 126, n: 2,
	}).batch()
	require.NoError(t, err)
	require.Equal(t, 2, b.Len())
	require.Equal(t, "user:1001", string(b.Key(0)))
	require.Equal(t, "order:7", string(b.Key(1)))
	require.False(t, b.IsNull(0))
	require.True(t, b.IsNull(1))
	require.Len(t, b.Valid, 1) // not a word more than there is to be
	require.Same(t, &data[0], &b.Data[0])
	require.Same(t, &offsets[0], &b.Offsets[0])
	require.Same(t, &valid[1], &b.Valid[0])
}

func TestKeysOfOneLength(t *testing.T) {
	data := []byte("aaabbbcccd")
	b, err := (&keys{data: pointer(data), dataSize: 10, width: 3, n: 2}).batch()
	require.NoError(t, err)
	require.Equal(t, 2, b.Len()) // though there are bytes for three and more
	require.Equal(t, "bbb", string(b.Key(1)))
	require.NoError(t, b.Validate())
}

func TestNoKeys(t *testing.T) {
	for _, k := range []keys{{}, {width: 5}, {offsets: pointer([]uint32{0})}, {valid: pointer([]uint64{1})}} {
		b, err := k.batch()
		require.NoError(t, err)
		require.Zero(t, b.Len())
		require.NoError(t, b.Validate())
	}
}

func TestWrongKeys(t *testing.T) {
	data, offsets, valid := pointer([]byte("abc")), pointer([]uint32{0, 3}), pointer([]uint64{1})
	cases := []struct {
		keys
		text string
	}{
		{keys{data: data, dataSize: 3, n: 1}, "neither offsets nor a width"},
		{keys{data: data, dataSize: 3, offsets: offsets, width: 3, n: 1}, "both offsets and a width of 3"},
		{keys{data: data, dataSize: 3, width: 2, n: 2}, "3 bytes of data are less than 2 keys of 2 bytes"},
		{keys{data: data, dataSize: 3, width: 1 << 33, n: 1}, "width 8589934592"},
		{keys{data: data, dataSize: 3, width: math.MaxUint64, n: 1}, "width 18446744073709551615"},
		{keys{offsets: offsets, dataSize: 3, n: 1}, "data is NULL, where 3 elements should be"},
		{keys{data: data, dataSize: 3, offsets: offsets, n: 1 << 32}, "n is 4294967296"},
		{keys{data: data, dataSize: math.MaxUint64, offsets: offsets, n: 1}, "more than there is memory"},
		{keys{data: data, dataSize: 3, offsets: unsafe.Add(offsets, 1), n: 1}, "offsets is not aligned to 4 bytes"},
		{keys{data: data, dataSize: 3, offsets: offsets, valid: valid, validFirst: math.MaxUint64, n: 1}, "valid_first is 18446744073709551615"},
	}
	if math.MaxInt < math.MaxInt64 { // where these fail earlier, as more than an int can say
		cases = cases[:3]
	}
	for _, c := range cases {
		_, err := c.batch()
		refused(t, err, c.text)
	}
}

func TestViews(t *testing.T) {
	memory := make([]uint64, 4)
	got, err := view[uint64]("x", pointer(memory), 3)
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.Same(t, &memory[0], &got[0])
	_, err = view[uint64]("x", nil, 1)
	refused(t, err, "x is NULL, where 1 elements should be")

	got, err = optional[uint64]("x", nil, 3)
	require.NoError(t, err)
	require.Nil(t, got)
	got, err = optional[uint64]("x", pointer(memory), 0)
	require.NoError(t, err)
	require.NotNil(t, got) // wanted, if only of no keys

	got, err = counted[uint64]("x", pointer(memory), 4, 4)
	require.NoError(t, err)
	require.Len(t, got, 4)
	got, err = counted[uint64]("x", nil, 0, 4)
	require.NoError(t, err)
	require.Nil(t, got)
	for _, wrong := range []uint64{0, 3, 5} {
		_, err = counted[uint64]("x", pointer(memory), wrong, 4)
		refused(t, err, "elements, the call needs 4")
	}
	_, err = counted[uint64]("x", nil, 4, 4)
	refused(t, err, "x is NULL")
}
