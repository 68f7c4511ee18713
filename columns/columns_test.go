package columns_test

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

func typeOf(t testing.TB, name string) columns.Type {
	typ, err := columns.ParseType(name)
	require.NoError(t, err)
	return typ
}

func ints(t testing.TB, typ string, values ...int64) columns.Column {
	return columns.Column{Type: typeOf(t, typ), Ints: values}
}

func floats(t testing.TB, typ string, values ...float64) columns.Column {
	return columns.Column{Type: typeOf(t, typ), Floats: values}
}

func texts(t testing.TB, typ string, values ...string) columns.Column {
	c := columns.Column{Type: typeOf(t, typ), Bytes: keymill.NewBatch(values...)}
	switch c.Kind {
	case columns.UUID:
		c.Bytes = keymill.Batch{Data: c.Bytes.Data, Width: 16}
	case columns.ObjectID:
		c.Bytes = keymill.Batch{Data: c.Bytes.Data, Width: 12}
	}
	return c
}

// longs is a column of decimals of more than 18 digits, of numbers that are shorter.
func longs(t testing.TB, typ string, values ...int64) columns.Column {
	c := columns.Column{Type: typeOf(t, typ), Bytes: keymill.Batch{Width: 16}}
	for _, v := range values {
		c.Bytes.Data = binary.LittleEndian.AppendUint64(c.Bytes.Data, uint64(v))
		c.Bytes.Data = binary.LittleEndian.AppendUint64(c.Bytes.Data, uint64(v>>63))
	}
	return c
}

// parsed is a column of values as text; nil is a null.
func parsed(t testing.TB, typ string, values ...any) columns.Column {
	b := columns.NewBuilder(typeOf(t, typ))
	for _, v := range values {
		if v == nil {
			require.NoError(t, b.AppendNull())
			continue
		}
		require.NoError(t, b.Append([]byte(v.(string))), "%s of %q", typ, v)
	}
	return b.Column()
}

// placed returns what the backend makes of the rows, and holds it to the reference
// of the scheme that the encoder names.
func placed(t testing.TB, s place.Scheme, cols ...columns.Column) (placement keymill.Placement, keys keymill.Batch) {
	types := make([]columns.Type, len(cols))
	for i := range cols {
		types[i] = cols[i].Type
	}
	e, err := columns.NewEncoder(s, types...)
	require.NoError(t, err)
	require.NoError(t, e.Encode(&keys, cols...))
	require.NoError(t, keys.Validate())
	n := cols[0].Len()
	require.Equal(t, n, keys.Len())
	want := keymill.OutHashes
	if s.Reduce != place.ReduceNone {
		want |= keymill.OutParts
	}
	placement.Resize(want, n, s.Parts)
	require.NoError(t, e.Place(cpu.New(), &placement, cols...))
	for i := range n {
		h, part := e.Scheme().PlaceNull()
		if !keys.IsNull(i) {
			h, part = e.Scheme().Place(keys.Key(i))
		}
		require.Equal(t, h, placement.Hashes[i], i)
		if placement.Parts != nil {
			require.Equal(t, part, placement.Parts[i], i)
		}
	}
	return placement, keys
}

// hashOf is the hash of one row, as the number of 32 bits that systems print.
func hashOf(t testing.TB, s place.Scheme, cols ...columns.Column) int32 {
	p, _ := placed(t, s, cols...)
	require.Less(t, p.Hashes[0], uint64(1)<<32)
	return int32(uint32(p.Hashes[0]))
}

func load(t testing.TB, name string) []vectors.Vector {
	file, err := vectors.Load(name)
	require.NoError(t, err)
	return file.Vectors
}

// partitions calls check for the outputs prefix<N> of a vector, of which there is
// at least one.
func partitions(t testing.TB, v vectors.Vector, prefix string, check func(parts, want uint32)) {
	found := false
	for output := range v.Out {
		digits, ok := strings.CutPrefix(output, prefix)
		if !ok || strings.Trim(digits, "0123456789") != "" {
			continue
		}
		var parts uint32
		for _, c := range digits {
			parts = 10*parts + uint32(c-'0')
		}
		want, ok := v.Uint(output)
		require.True(t, ok)
		check(parts, uint32(want))
		found = true
	}
	require.True(t, found, "%s has no output %s<N>", v.ID, prefix)
}

func unhex(t testing.TB, text string) string {
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	require.NoError(t, err)
	return string(b)
}
