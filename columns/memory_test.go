package columns_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/place"
)

var kinds = []string{
	"bool", "int8", "int16", "int32", "int64", "float32", "float64", "decimal(9,2)", "decimal(38,9)", "date", "time",
	"timestamp", "timestamp_ns", "uuid", "objectid", "string", "binary",
}

func schemes() []place.Scheme {
	return []place.Scheme{
		place.Kafka(7), place.Iceberg(7), place.Spark(7), place.Hive1(7), place.Hive2(7), place.Postgres(7), place.Citus(7),
		place.MongoDB(7), place.VitessXXHash(7), place.VitessHash(7), place.Elasticsearch(7), place.PulsarJava(7), place.Hazelcast(7),
	}
}

// sample is a column of n values of any type, every fifth null.
func sample(t testing.TB, typ string, n int) columns.Column {
	b := columns.NewBuilder(typeOf(t, typ))
	for i := range n {
		text := fmt.Sprintf("%d", i%2)
		switch b.Column().Kind {
		case columns.Date:
			text = fmt.Sprintf("2026-11-%02d", 1+i%30)
		case columns.Time:
			text = fmt.Sprintf("12:%02d:56.789", i%60)
		case columns.UUID:
			text = fmt.Sprintf("%032x", i)
		case columns.ObjectID:
			text = fmt.Sprintf("%024x", i)
		case columns.String, columns.Binary:
			text = fmt.Sprintf("value %d, straße", i)
		}
		if i%5 == 3 {
			require.NoError(t, b.AppendNull())
			continue
		}
		require.NoError(t, b.Append([]byte(text)))
	}
	return b.Column()
}

// Once the batch has grown, encoding allocates nothing, for any type of any system,
// alone and behind another column.
func TestAllocations(t *testing.T) {
	tried := 0
	for _, s := range schemes() {
		for _, kind := range kinds {
			c := sample(t, kind, 500)
			for _, cols := range [][]columns.Column{{c}, {c, c}} {
				e, err := columns.NewEncoder(s, []columns.Type{c.Type, c.Type}[:len(cols)]...)
				if err != nil {
					continue
				}
				var dst keymill.Batch
				require.NoError(t, e.Encode(&dst, cols...))
				allocations := testing.AllocsPerRun(10, func() {
					if err := e.Encode(&dst, cols...); err != nil {
						panic(err)
					}
				})
				require.Zero(t, allocations, "%s, %d columns of type %s", s.Name, len(cols), kind)
				tried++
			}
		}
	}
	require.Greater(t, tried, 100)
}

// Nor does parsing, once the builder has grown.
func TestAllocationsOfBuilder(t *testing.T) {
	for kind, text := range map[string]string{
		"bool": "true", "int8": "-7", "int64": "-9223372036854775808", "float64": "-1.7976931348623157e308", "decimal(9,2)": "1.50",
		"decimal(38,9)": "-123.456", "date": "2026-11-23", "time": "12:34:56.789", "timestamp": "2026-11-23T12:34:56.789+02:00",
		"timestamp_ns": "1", "uuid": "f79c3e09-677c-4bbd-a479-3f349cb785e7", "objectid": "507f1f77bcf86cd799439011", "string": "x",
	} {
		b := columns.NewBuilder(typeOf(t, kind))
		fill := func() {
			b.Reset()
			for range 100 {
				if b.Append([]byte(text)) != nil || b.AppendNull() != nil {
					panic(text)
				}
			}
		}
		fill()
		require.Zero(t, testing.AllocsPerRun(10, fill), kind)
	}
}

// FuzzEncode builds a column out of any bytes, of any type and shape: Encode has an
// error, or a batch that every backend takes and that has a key a row.
func FuzzEncode(f *testing.F) {
	f.Add(uint8(0), uint8(0), uint8(3), []byte("0123456789abcdef0123456789abcdef"), uint8(0), uint64(5))
	f.Add(uint8(5), uint8(8), uint8(2), []byte("0123456789abcdef0123456789abcdef"), uint8(16), uint64(1))
	f.Add(uint8(10), uint8(15), uint8(2), []byte("caf\xc3\xa9\xff"), uint8(0), uint64(0))
	f.Fuzz(func(t *testing.T, system, kind, n uint8, data []byte, width uint8, valid uint64) {
		s := schemes()[int(system)%len(schemes())]
		typ := columns.Type{Kind: columns.Kind(kind % 16)}
		if typ.Kind == columns.Decimal {
			typ.Precision, typ.Scale = 1+width%38, n%38
		}
		c := columns.Column{Type: typ, Bytes: keymill.Batch{Data: data, Width: int(width)}}
		for i := 0; i+8 <= len(data); i += 8 {
			c.Ints = append(c.Ints, int64(binary.LittleEndian.Uint64(data[i:])))
			c.Floats = append(c.Floats, float64(c.Ints[len(c.Ints)-1]))
		}
		if width == 0 {
			for i := range int(n) {
				c.Bytes.Offsets = append(c.Bytes.Offsets, uint32(i*len(data)/max(int(n)-1, 1)))
			}
		}
		if valid != 0 {
			c.Valid, c.ValidOffset = []uint64{valid, ^valid}, int(n)-2
		}
		switch { // leave the field that the type has
		case typ.Kind == columns.Float32 || typ.Kind == columns.Float64:
			c.Ints, c.Bytes = nil, keymill.Batch{}
		case typ.Kind >= columns.UUID || typ.Precision > columns.MaxShortPrecision:
			c.Ints, c.Floats = nil, nil
		default:
			c.Floats, c.Bytes = nil, keymill.Batch{}
		}
		for _, cols := range [][]columns.Column{{c}, {c, c}} {
			e, err := columns.NewEncoder(s, []columns.Type{typ, typ}[:len(cols)]...)
			if err != nil {
				require.ErrorIs(t, err, keymill.ErrInvalid)
				continue
			}
			var dst keymill.Batch
			if err := e.Encode(&dst, cols...); err != nil {
				require.ErrorIs(t, err, keymill.ErrInvalid)
				continue
			}
			require.Equal(t, c.Len(), dst.Len())
			var p keymill.Placement
			p.Resize(keymill.OutParts, dst.Len(), s.Parts)
			require.NoError(t, cpu.New().Place(&p, &dst, keymill.Params{Scheme: e.Scheme()}))
		}
	})
}
