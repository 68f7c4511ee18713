package columns_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

func number(t testing.TB, text any) int64 {
	v, err := strconv.ParseInt(text.(string), 10, 64)
	require.NoError(t, err)
	return v
}

// The buckets and the bytes that iceberg-go has for each type.
func TestIceberg(t *testing.T) {
	kinds := map[string]string{"int": "int32", "long": "int64"}
	seen := map[string]int{}
	for _, v := range load(t, "iceberg_bucket_typed") {
		name := v.Out["type"].(string)
		seen[name]++
		var cols []columns.Column // all of them columns of that one value
		switch text := v.Out["value"]; name {
		case "uuid":
			cols = append(cols, texts(t, "uuid", unhex(t, text.(string))), parsed(t, "uuid", text))
		case "decimal(38,2) unscaled":
			cols = append(cols, longs(t, "decimal(38,2)", number(t, text)), parsed(t, "decimal(38,0)", text))
			if len(text.(string)) < 18 {
				cols = append(cols, ints(t, "decimal(18,3)", number(t, text)))
			}
		case "int", "long":
			cols = append(cols, ints(t, kinds[name], number(t, text)), parsed(t, kinds[name], text))
		default:
			cols = append(cols, ints(t, name, number(t, text)))
		}
		for _, c := range cols {
			partitions(t, v, "b", func(parts, want uint32) {
				p, keys := placed(t, place.Iceberg(parts), c)
				require.Equal(t, want, p.Parts[0], "%s: %s %v, %d buckets", v.ID, name, v.Out["value"], parts)
				require.Equal(t, v.KeyHex, hex.EncodeToString(keys.Key(0)), v.ID)
			})
		}
	}
	require.Len(t, seen, 8)
}

// Integers of Spark and of Hive, and rows of a bigint and its text.
func TestSparkAndHive(t *testing.T) {
	for _, v := range load(t, "spark_hive_typed") {
		text := string(v.Key())
		long := ints(t, "bigint", number(t, text))
		row := []columns.Column{long, texts(t, "string", text)}
		expect := func(name string, s place.Scheme, cols ...columns.Column) {
			want, ok := v.Uint(name)
			require.True(t, ok, name)
			require.Equal(t, int32(want), hashOf(t, s, cols...), "%s %s", v.ID, name)
		}
		expect("spark_hash_long", place.Spark(3), long)
		expect("hive_v1_bigint", place.Hive1(3), long)
		expect("hive_v2_bigint", place.Hive2(3), long)
		expect("spark_hash_long_then_text", place.Spark(3), row...)
		expect("hive_v2_bigint_then_text", place.Hive2(3), row...)
		expect("spark_hash_long", place.Spark(3), ints(t, "timestamp", long.Ints[0]))
		partitions(t, v, "spark_long_p", func(parts, want uint32) {
			p, _ := placed(t, place.Spark(parts), long)
			require.Equal(t, want, p.Parts[0], v.ID)
		})
		partitions(t, v, "hive2_bigint_b", func(parts, want uint32) {
			p, _ := placed(t, place.Hive2(parts), long)
			require.Equal(t, want, p.Parts[0], v.ID)
		})
		if _, isInt := v.Out["spark_hash_int"]; !isInt {
			continue
		}
		for _, kind := range []string{"int", "date"} {
			c := ints(t, kind, number(t, text))
			expect("spark_hash_int", place.Spark(3), c)
			expect("hive_v1_int", place.Hive1(3), c)
			expect("hive_v2_int", place.Hive2(3), c)
			partitions(t, v, "spark_int_p", func(parts, want uint32) {
				p, _ := placed(t, place.Spark(parts), c)
				require.Equal(t, want, p.Parts[0], v.ID)
			})
		}
	}
}

// Spark's documentation has hash('Spark', array(123), 2), and an array is chained as
// columns are; Gluten's test of its Spark hash has the bytes 00c8, a long decimal 200.
func TestSparkElsewhere(t *testing.T) {
	spark := place.Spark(200)
	require.Equal(t, int32(-1321691492), hashOf(t, spark, texts(t, "string", "Spark"), ints(t, "int", 123), ints(t, "int", 2)))
	require.Equal(t, int32(-424716282), hashOf(t, spark, parsed(t, "decimal(20,1)", "20")))
	require.Equal(t, int32(42), hashOf(t, spark, parsed(t, "decimal(20,1)", nil)), "a null keeps the seed")
	require.Equal(t, int32(42), hashOf(t, spark, parsed(t, "int", nil), parsed(t, "string", nil)))
	same := func(a, b columns.Column) {
		require.Equal(t, hashOf(t, spark, a), hashOf(t, spark, b), "%s and %s", a.Type, b.Type)
		i := ints(t, "int", 7)
		require.Equal(t, hashOf(t, spark, i, a), hashOf(t, spark, i, b), "behind another: %s and %s", a.Type, b.Type)
	}
	same(ints(t, "bool", 1), ints(t, "int", 1))
	same(ints(t, "tinyint", -1), ints(t, "date", -1))
	same(parsed(t, "decimal(18,2)", "-1.5"), ints(t, "bigint", -150))
	same(parsed(t, "decimal(19,2)", "-1.5"), texts(t, "binary", "\xff\x6a"))
	same(floats(t, "double", -1.5), ints(t, "bigint", -0x4008<<48))
	same(floats(t, "float", 1.5), ints(t, "int", 0x3fc00000))
	same(floats(t, "float", -1e-60), ints(t, "int", 0)) // which is rounded to -0
	same(floats(t, "double", math.Copysign(0, -1)), ints(t, "bigint", 0))
	same(floats(t, "float", math.Float64frombits(0xfff8000000000001)), ints(t, "int", 0x7fc00000))
	same(floats(t, "double", math.Float64frombits(0xfff8000000000001)), ints(t, "bigint", 0x7ff8<<48))
}

// The integers, UUIDs and rows of real hash-partitioned tables.
func TestPostgresTyped(t *testing.T) {
	for _, v := range load(t, "postgres_hash_typed") {
		var cols []columns.Column
		switch text := v.Out["value"]; v.Out["type"] {
		case "int4":
			cols = append(cols, parsed(t, "int32", text))
		case "int8":
			cols = append(cols, parsed(t, "int64", text))
		case "uuid":
			cols = append(cols, parsed(t, "uuid", text))
		case "(int4,text)":
			var a any
			if v.Out["a"] != nil {
				a = fmt.Sprint(v.Out["a"])
			}
			cols = append(cols, parsed(t, "int32", a), parsed(t, "text", v.Out["b"]))
		default:
			t.Fatal(v.Out["type"])
		}
		checkPostgres(t, v, cols)
	}
}

// What MongoDB's own test has, and what another implementation of the hasher has.
func TestMongoDB(t *testing.T) {
	scheme := place.MongoDB(4)
	expect := func(id string, out any, c columns.Column) {
		p, keys := placed(t, scheme, c)
		require.Equal(t, out, fmt.Sprint(int64(p.Hashes[0])), "%s: %s of %x", id, c.Type, keys.Key(0))
		require.Equal(t, uint32(uint64(int64(p.Hashes[0]))>>62^2), p.Parts[0], id)
	}
	for _, v := range load(t, "mongodb_hashed") {
		key := string(v.Key())
		expect(v.ID, v.Out["bin0"], texts(t, "binary", key))
		if out, ok := v.Out["string"]; ok {
			expect(v.ID, out, texts(t, "string", key))
		}
		if out, ok := v.Out["objectid_of_first12"]; ok {
			expect(v.ID, out, texts(t, "objectid", key[:12]))
		}
	}
	seen := map[string]int{}
	for _, v := range load(t, "mongodb_hashed_upstream") {
		name, key := v.Out["type"].(string), string(v.Key())
		seen[name]++
		var cols []columns.Column
		switch name {
		case "int":
			cols = append(cols, parsed(t, "int64", key), parsed(t, "decimal(38,3)", key))
			if len(key) < 10 {
				cols = append(cols, parsed(t, "int32", key), parsed(t, "float64", key), parsed(t, "float32", key))
			}
		case "double":
			cols = append(cols, parsed(t, "float64", key))
			if len(key) < 10 {
				cols = append(cols, parsed(t, "decimal(38,20)", key), parsed(t, "decimal(9,3)", key))
			}
		case "string":
			cols = append(cols, texts(t, "string", key))
		case "objectid":
			cols = append(cols, texts(t, "objectid", key), parsed(t, "objectid", v.KeyHex))
		case "bindata subtype 0":
			cols = append(cols, texts(t, "binary", key))
		case "bindata subtype 4 (uuid)":
			cols = append(cols, texts(t, "uuid", key))
		case "bool":
			cols = append(cols, ints(t, "bool", int64(key[0])))
		case "date ms":
			if v.Out["value"] != "0" { // of the other, the microseconds are beyond 64 bits
				continue
			}
			cols = append(cols, ints(t, "timestamp", 0), ints(t, "timestamp", 999), ints(t, "date", 0))
		default:
			require.Contains(t, []string{"bindata subtype 128", "minkey", "maxkey"}, name)
		}
		for _, c := range cols {
			expect(v.ID, v.Out["hash"], c)
		}
	}
	require.Len(t, seen, 11)
	// More of that test: null, NaN as 0, and of safeNumberLongForHash 2^63 as -2^63.
	for _, kind := range []string{"bool", "int32", "float64", "string", "objectid", "decimal(30,1)", "date"} {
		expect(kind, "2338878944348059895", parsed(t, kind, nil))
	}
	expect("NaN", "4854801880128277513", floats(t, "float64", math.NaN()))
	expect("-0", "4854801880128277513", floats(t, "float32", math.Copysign(0, -1)))
	expect("2^63", "4532067210535695462", floats(t, "float64", 1<<63))
	same := func(a, b columns.Column) {
		p, _ := placed(t, scheme, a)
		q, _ := placed(t, scheme, b)
		require.Equal(t, p.Hashes, q.Hashes)
	}
	same(ints(t, "date", -3), ints(t, "timestamp", -3*86400e6))
	same(ints(t, "timestamp", -1), ints(t, "timestamp", -1000)) // the millisecond that it is in
	same(floats(t, "float32", 16777215.9), ints(t, "int32", 16777216))
	expect("10^37", "921523596458303250", parsed(t, "decimal(38,0)", "1"+strings.Repeat("0", 37)))
	expect("-10^37", "4532067210535695462", parsed(t, "decimal(38,0)", "-1"+strings.Repeat("0", 37)))
}

// A keyspace id is the 8 bytes of the hash.
func TestVitess(t *testing.T) {
	numeric := place.Scheme{Keys: place.KeysVitessNumber, Hash: hash.XXH64, Word8: true}
	for _, v := range load(t, "vitess_vindex_int") {
		expect := func(name string, s place.Scheme) {
			p, keys := placed(t, s, parsed(t, "int64", v.Out["value"]))
			if v.Out[name] == "DestinationNone()" {
				require.True(t, keys.IsNull(0), v.ID)
				return
			}
			require.False(t, keys.IsNull(0), v.ID)
			require.Equal(t, v.Out[name], hex.EncodeToString(binary.LittleEndian.AppendUint64(nil, p.Hashes[0])), "%s %s", v.ID, name)
		}
		expect("hash", place.VitessHash(4))
		expect("xxhash_of_text", place.VitessXXHash(4))
		expect("numeric", numeric)
	}
}

func TestHazelcast(t *testing.T) {
	serialised := 0
	for _, v := range load(t, "hazelcast_partition") {
		p, keys := placed(t, place.Hazelcast(271), texts(t, "string", string(v.Key())))
		want, _ := v.Uint("hash")
		require.Equal(t, uint32(want), uint32(p.Hashes[0]), v.ID)
		want, _ = v.Uint("p271")
		require.Equal(t, uint32(want), p.Parts[0], v.ID)
		if data, ok := v.Out["data_hex"].(string); ok { // of short keys
			require.Equal(t, data[16:], hex.EncodeToString(keys.Key(0)), v.ID)
			serialised++
		}
	}
	require.Greater(t, serialised, 100)
}

func TestElasticsearch(t *testing.T) {
	checked := 0
	for _, v := range load(t, "elasticsearch_routing") {
		c := texts(t, "string", string(v.Key()))
		for output := range v.Out {
			var routing, shards uint32
			if _, err := fmt.Sscanf(output, "r%d_s%d", &routing, &shards); err != nil {
				require.Equal(t, "hash", output)
				continue
			}
			p, _ := placed(t, place.ElasticsearchRouting(shards, routing), c)
			want, _ := v.Uint(output)
			require.Equal(t, uint32(want), p.Parts[0], "%s %s", v.ID, output)
			checked++
		}
	}
	require.Greater(t, checked, 1000)
}

func TestPulsarJava(t *testing.T) {
	checked := 0
	for _, v := range load(t, "pulsar_go_partition") {
		if _, ok := v.Out["java_hashcode"]; !ok {
			require.False(t, utf8.Valid(v.Key()), v.ID)
			continue
		}
		c := texts(t, "string", string(v.Key()))
		want, _ := v.Uint("java_hashcode")
		require.Equal(t, int32(want), hashOf(t, place.PulsarJava(7), c), v.ID)
		partitions(t, v, "java_p", func(parts, want uint32) {
			p, _ := placed(t, place.PulsarJava(parts), c)
			require.Equal(t, want, p.Parts[0], "%s %d", v.ID, parts)
		})
		checked++
	}
	require.Greater(t, checked, 100)
}

// The values of Hive that Trino's test holds its own code and Hive's to:
// TestHiveBucketing of trinodb/trino, version 1 and version 2.
func TestHiveAsTrinoTestsIt(t *testing.T) {
	for _, c := range []struct {
		typ, value string
		v1, v2     int32
	}{
		{"bool", "true", 1, 1}, {"bool", "false", 0, 0},
		{"tinyint", "5", 5, 5}, {"tinyint", "-128", -128, -128}, {"tinyint", "127", 127, 127},
		{"smallint", "300", 300, 2107031704}, {"smallint", "-32768", -32768, 1342976838}, {"smallint", "32767", 32767, -684075052},
		{"int", "300000", 300000, -678663480}, {"int", "-2147483648", -2147483648, 1194881028}, {"int", "2147483647", 2147483647, 1133859967},
		{"bigint", "300000000000", -647710651, -888935297},
		{"bigint", "-9223372036854775808", -2147483648, 1728983947}, {"bigint", "9223372036854775807", -2147483648, -536577852},
		{"float", "12.34", 1095069860, -381747602}, {"float", "-3.4028234663852886e38", -8388609, 470252243},
		{"float", "1.4e-45", 1, 1206721797}, {"float", "Infinity", 2139095040, -292175804},
		{"float", "-Infinity", -8388608, -1433270801}, {"float", "NaN", 2143289344, -480354314},
		{"double", "12.34", 986311098, -2070733568}, {"double", "-1.7976931348623157e308", 1048576, 14392725},
		{"double", "4.9e-324", 1, -8838199}, {"double", "Infinity", 2146435072, 1614292060},
		{"double", "-Infinity", -1048576, 141388605}, {"double", "NaN", 2146959360, 1138026565},
		{"string", "", 0, -965378730}, {"string", "test string", -318923937, -138301454},
		{"string", "强大的Trino引擎", 1688501507, 1784416344}, {"string", "\U00020FFC\U00020FFD\U00020FFE\U00020FFF", -1810797254, -697348811},
		{"date", "1970-01-01", 0, 1362653161}, {"date", "2015-11-19", 16758, 8542395}, {"date", "1950-11-19", -6983, -431619185},
	} {
		column := parsed(t, c.typ, c.value)
		require.Equal(t, c.v1, hashOf(t, place.Hive1(7), column), "%s %s", c.typ, c.value)
		require.Equal(t, c.v2, hashOf(t, place.Hive2(7), column), "%s %s", c.typ, c.value)
		null := parsed(t, c.typ, nil)
		require.Zero(t, hashOf(t, place.Hive1(7), null))
		require.Zero(t, hashOf(t, place.Hive2(7), null))
		// A row of one value and nulls: 31 times as much for each null behind it.
		row := []columns.Column{null, column, null}
		require.Equal(t, 31*c.v1, hashOf(t, place.Hive1(7), row...))
		require.Equal(t, 31*c.v2, hashOf(t, place.Hive2(7), row...))
	}
	require.Equal(t, int32(1), hashOf(t, place.Hive1(7), texts(t, "binary", "")), "BytesWritable.hashCode starts at 1")
	require.Equal(t, int32(31*31-31*2+127), hashOf(t, place.Hive1(7), texts(t, "binary", "\xfe\x7f")))
	require.True(t, strings.HasPrefix(label(t, place.Hive1(7), "timestamp"), "scheme hive1 does not hash columns of type timestamp"))
}

func label(t testing.TB, s place.Scheme, typ string) string {
	_, err := columns.NewEncoder(s, typeOf(t, typ))
	require.Error(t, err)
	return err.Error()
}
