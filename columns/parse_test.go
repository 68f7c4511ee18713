package columns_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/place"
)

func TestParseType(t *testing.T) {
	for name, want := range map[string]string{
		"int": "int32", "INTEGER": "int32", " bigint ": "int64", "int8": "int8", "tinyint": "int8", "double": "float64",
		"decimal(10,2)": "decimal(10,2)", "NUMERIC( 38 , 38 )": "decimal(38,38)", "decimal(5)": "decimal(5,0)",
		"text": "string", "bytea": "binary", "timestamp_ns": "timestamp_ns",
	} {
		typ, err := columns.ParseType(name)
		require.NoError(t, err, name)
		require.Equal(t, want, typ.String())
		again, err := columns.ParseType(typ.String())
		require.NoError(t, err)
		require.Equal(t, typ, again)
	}
	for _, kind := range kinds {
		require.Equal(t, kind, typeOf(t, kind).String())
	}
	for name, want := range map[string]string{
		"int46":         `unknown type "int46": did you mean "int16"?`,
		"strnig":        `did you mean "string"?`,
		"bigitn":        `did you mean "bigint"?`,
		"decimla(10,2)": `unknown type "decimla(10,2)": did you mean "decimal"?`,
		"":              "use one of bool",
		"int(4)":        "only decimal takes parameters: write int32",
		"decimal":       "a decimal has a precision from 1 to 38",
		"decimal(39,2)": "a precision from 1 to 38", "decimal(2,3)": "a scale up to it", "decimal(0,0)": "a precision from 1",
		"decimal(4,2": "decimal(10,2)", "decimal(-4,2)": "decimal(10,2)", "decimal(4,2,1)": "decimal(10,2)", "decimal(260,2)": "decimal(10,2)",
	} {
		_, err := columns.ParseType(name)
		require.ErrorContains(t, err, want, name)
	}
}

func TestParseValues(t *testing.T) {
	for _, c := range []struct {
		typ, text string
		want      int64
	}{
		{"bool", "true", 1}, {"bool", "F", -1}, {"bool", "f", 0}, {"bool", "0", 0},
		{"int8", "-128", -128}, {"int16", " +7\r", 7}, {"int64", "-9223372036854775808", math.MinInt64},
		{"date", "1970-01-01", 0}, {"date", "1969-12-31", -1}, {"date", "2026-11-23", 20780}, {"date", "0001-01-01", -719162},
		{"date", "9999-12-31", 2932896}, {"date", "2000-02-29", 11016},
		{"time", "00:00:00", 0}, {"time", "23:59:59.999999", 86399999999}, {"time", "01:02:03.5000000", 3723500000},
		{"timestamp", "1970-01-01T00:00:01Z", 1000000}, {"timestamp", "1969-12-31 23:59:59.999999", -1},
		{"timestamp", "1970-01-01T00:00:00.000001+01:00", -3599999999}, {"timestamp", "1970-01-01t00:00:00-0130", 5400000000},
		{"timestamp", "1970-01-01 00:00:00+00", 0}, {"timestamp", "-5", -5}, {"timestamp", "1e3", 1 << 62},
		{"timestamp_ns", "1970-01-01T00:00:00.123456789Z", 123456789}, {"timestamp_ns", "1677-09-22T00:00:00Z", -9223286400000000000},
		{"decimal(9,2)", "1.5", 150}, {"decimal(9,2)", "-0.01", -1}, {"decimal(9,2)", "9999999.99", 999999999}, {"decimal(9,2)", "1.500", 150},
		{"decimal(9,2)", ".5", 50}, {"decimal(9,2)", "5.", 500}, {"decimal(18,18)", "0.999999999999999999", 999999999999999999},
		{"decimal(9,0)", "+00000000000000000000000000000000000000000000007", 7},
	} {
		b := columns.NewBuilder(typeOf(t, c.typ))
		err := b.Append([]byte(c.text))
		if c.want == -1 && c.typ == "bool" || c.want == 1<<62 {
			require.Error(t, err, c.text)
			continue
		}
		require.NoError(t, err, "%s %q", c.typ, c.text)
		require.Equal(t, []int64{c.want}, b.Column().Ints, "%s %q", c.typ, c.text)
	}
}

func TestParseErrors(t *testing.T) {
	for typ, values := range map[string][]string{
		"bool":         {"", "yes", "2", "truee"},
		"int8":         {"128", "-129", "", "1.0", "0x10", "1_000", "--1", "1 2"},
		"int64":        {"9223372036854775808", "-9223372036854775809", "1e3"},
		"float32":      {"1e39", "", "1,5", "abc"},
		"float64":      {"1e309", "0x", "1.5.5"},
		"decimal(5,2)": {"1000", "1.234", "1e2", "", ".", "-", "+", "1.2.3", "1,5", "NaN", "0x1", "99999999999999999999999999999999999999999999"},
		"decimal(38,2)": {"9" + strings.Repeat("0", 36), strings.Repeat("9", 60), "1." + strings.Repeat("0", 60) + "1",
			"340282366920938463463374607431768211456", "170141183460469231731687303715884105728"},
		"date": {"2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-04-31", "0000-01-01", "26-01-01", "2026/01/01",
			"2026-01-01T", "20260101", "1900-02-29", "", "2026-1-1", "-001-01-01"},
		"time":      {"24:00:00", "12:60:00", "12:00:60", "12:00", "12:00:00.", "12:00:00.0000001", "12:00:00Z", "1:00:00", "12:00:00.x"},
		"timestamp": {"2026-11-23", "2026-11-23T12:00", "2026-11-23X12:00:00", "2026-11-23T12:00:00+24:00", "2026-11-23T12:00:00+1", "2026-11-23T12:00:00ZZ", "2026-11-23T12:00:00.1234567", "9223372036854775808", "2026-11-23T12:00:00+01:60", "2026-11-23T12:00:00+01:00x", "2026-11-23T"},
		"timestamp_ns": {"2262-04-12T00:00:00Z", "1677-09-20T00:00:00Z", "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
			"2026-11-23T12:00:00.1234567891"},
		"uuid": {"", "f79c3e09-677c-4bbd-a479-3f349cb785e", "f79c3e09-677c-4bbd-a479-3f349cb785e7a", "f79c3e09677c-4bbd-a479-3f349cb785e7-",
			"{f79c3e09-677c-4bbd-a479-3f349cb785e7}", "f79c3e09-677c-4bbd-a479-3f349cb785eg", "f79c3e09-677c-4bbd-a4793f349cb785e77"},
		"objectid": {"507f1f77bcf86cd79943901", "507f1f77bcf86cd7994390111", "507f1f77-bcf86cd799439011", "zzzf1f77bcf86cd799439011"},
	} {
		b := columns.NewBuilder(typeOf(t, typ))
		for _, v := range values {
			err := b.Append([]byte(v))
			var bad *columns.ValueError
			require.ErrorAs(t, err, &bad, "%s %q", typ, v)
			require.Zero(t, b.Len(), "%s %q", typ, v)
			require.ErrorContains(t, err, "is no "+typ+": write ")
		}
	}
	err := columns.NewBuilder(typeOf(t, "int16")).Append([]byte("70000"))
	require.EqualError(t, err, `"70000" is no int16: write a whole number from -32768 to 32767`)
	err = columns.NewBuilder(typeOf(t, "date")).Append([]byte(strings.Repeat("7", 1000)))
	require.Less(t, len(err.Error()), 200)
	require.Error(t, columns.NewBuilder(columns.Type{Kind: 77}).Append([]byte("1")))
}

// A builder of an encoder takes what its system takes: then Encode refuses nothing.
func TestBuilderOfEncoder(t *testing.T) {
	e, err := columns.NewEncoder(place.PulsarJava(4), typeOf(t, "string"))
	require.NoError(t, err)
	require.ErrorContains(t, e.Builder(0).Append([]byte("\xff")), "valid UTF-8")
	e, err = columns.NewEncoder(place.Postgres(4), typeOf(t, "int"), typeOf(t, "timestamp"))
	require.NoError(t, err)
	require.Error(t, e.Builder(1).Append([]byte("-9223372036854775808")), "before PostgreSQL's first year")
	require.NoError(t, e.Builder(1).Append([]byte("9223372036854775807")))
	require.NoError(t, columns.NewBuilder(typeOf(t, "timestamp")).Append([]byte("-9223372036854775808")))
}

// Days and times by the standard library, over all years.
func TestDatesAsTimeHasThem(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	dates, stamps := columns.NewBuilder(typeOf(t, "date")), columns.NewBuilder(typeOf(t, "timestamp"))
	for day := range 9999 * 366 {
		at := time.Date(1, 1, 1+day, 0, 0, 0, 0, time.UTC)
		if at.Year() > 9999 {
			break
		}
		if day%97 > 1 && (at.Month() != time.February && at.Month() != time.March || at.Day() > 1 && at.Day() < 28) {
			continue
		}
		require.NoError(t, dates.Append([]byte(at.Format(time.DateOnly))))
		require.Equal(t, at.Unix()/86400, dates.Column().Ints[dates.Len()-1], at)
		at = at.Add(time.Duration(rng.Int64N(86400e6)) * time.Microsecond).In(time.FixedZone("", 60*(rng.IntN(2800)-1400)))
		if at.Year() < 1 || at.Year() > 9999 {
			continue
		}
		require.NoError(t, stamps.Append([]byte(at.Format(time.RFC3339Nano))))
		require.Equal(t, at.UnixMicro(), stamps.Column().Ints[stamps.Len()-1], at)
	}
	require.Greater(t, dates.Len(), 100_000)
}

func TestBuilder(t *testing.T) {
	b := columns.NewBuilder(typeOf(t, "uuid"))
	for range 2 {
		for i := range 70 {
			require.NoError(t, b.Append([]byte("F79C3E09677C4BBDA4793F349CB785E7")))
			require.NoError(t, b.AppendNull())
			require.Error(t, b.Append([]byte("x")))
			require.Equal(t, 2*i+2, b.Len())
		}
		c := b.Column()
		require.NoError(t, c.Validate())
		for i := range 140 {
			require.Equal(t, i%2 == 1, c.IsNull(i), i)
		}
		require.Equal(t, unhex(t, "f79c3e09677c4bbda4793f349cb785e7"), string(c.Bytes.Key(138)))
		b.Reset()
		require.Zero(t, b.Len())
	}
	require.NoError(t, b.Append([]byte("f79c3e09-677c-4bbd-a479-3f349cb785e7")))
	c := b.Column()
	require.False(t, c.IsNull(0), "nothing is left of the nulls before Reset")
	require.NoError(t, b.AppendNull())
	b.Reset()
	require.NoError(t, b.AppendNull())
	c = b.Column()
	require.True(t, c.IsNull(0), "nor of the values")
}

// FuzzBuilder: any text has an error and adds nothing, or adds one value that is one
// of its type.
func FuzzBuilder(f *testing.F) {
	for i, text := range []string{"true", "-7", "1e3", "12.50", "2026-11-23", "12:34:56.789", "2026-11-23T12:34:56+01:00", "f79c3e09-677c-4bbd-a479-3f349cb785e7"} {
		f.Add(uint8(i), uint8(9), uint8(2), []byte(text))
	}
	f.Fuzz(func(t *testing.T, kind, precision, scale uint8, text []byte) {
		typ := columns.Type{Kind: columns.Kind(kind % 16)}
		if typ.Kind == columns.Decimal {
			typ.Precision = 1 + precision%38
			typ.Scale = scale % (typ.Precision + 1)
		}
		b := columns.NewBuilder(typ)
		if err := b.Append(text); err != nil {
			require.Zero(t, b.Len())
			require.NotEmpty(t, err.Error())
			return
		}
		require.Equal(t, 1, b.Len())
		c := b.Column()
		require.NoError(t, c.Validate())
	})
}

// A row that turns out bad in a later column is taken back from the earlier ones.
func TestTruncate(t *testing.T) {
	for name, texts := range map[string][]string{
		"int64": {"1", "2", "3"}, "float64": {"1", "2", "3"}, "string": {"a", "", "ccc"}, "date": {"2026-01-01", "2026-01-02", "2026-01-03"},
		"uuid":          {"00000000000000000000000000000001", "00000000000000000000000000000002", "00000000000000000000000000000003"},
		"decimal(38,0)": {"1", "2", "3"},
	} {
		for n := range 140 {
			b, want := columns.NewBuilder(typeOf(t, name)), columns.NewBuilder(typeOf(t, name))
			for i := range n + 70 {
				for _, builder := range []*columns.Builder{b, want} {
					switch {
					case builder == want && i >= n:
					case i%5 == 4:
						require.NoError(t, builder.AppendNull())
					default:
						require.NoError(t, builder.Append([]byte(texts[i%3])))
					}
				}
			}
			b.Truncate(n)
			require.Equal(t, n, b.Len(), name)
			for _, builder := range []*columns.Builder{b, want} { // and it goes on from there
				require.NoError(t, builder.Append([]byte(texts[0])))
				require.NoError(t, builder.AppendNull())
			}
			got, expected := b.Column(), want.Column()
			require.NoError(t, got.Validate())
			require.Equal(t, expected.Len(), got.Len())
			for i := range got.Len() {
				require.Equal(t, expected.IsNull(i), got.IsNull(i), "%s: value %d after %d", name, i, n)
			}
			require.Equal(t, expected.Ints, got.Ints)
			require.Equal(t, expected.Floats, got.Floats)
			require.Equal(t, expected.Bytes.Data, got.Bytes.Data)
			require.Equal(t, expected.Bytes.Offsets, got.Bytes.Offsets)
		}
	}
}
