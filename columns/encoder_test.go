package columns_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

func TestRefusals(t *testing.T) {
	spark := place.Spark(4)
	tag := place.Iceberg(4)
	tag.Span = place.SpanHashTag
	short := place.Hive1(4)
	short.Hash = hash.CRC16
	unseeded := place.Spark(4).With(hash.CRC32, hash.Seed{})
	for _, c := range []struct {
		scheme place.Scheme
		types  string
		want   string
	}{
		{place.Iceberg(4), "float", "scheme iceberg does not hash columns of type float32: it takes int8, int16, int32, int64, decimal, date, time, timestamp, timestamp_ns, uuid, string, binary"},
		{place.Iceberg(4), "bool", "does not hash columns of type bool"},
		{place.Iceberg(4), "int int", "scheme iceberg with hash murmur3-32 hashes one column"},
		{place.Citus(4), "int int", "scheme citus with hash lookup3 hashes one column"},
		{place.MongoDB(4), "int string", "hashes one column"},
		{spark, "uuid", "it takes bool"},
		{place.Kafka(4), "int64", "scheme kafka does not hash columns of type int64: it takes uuid, objectid, string, binary"},
		{place.Hive2(4), "decimal(4,1)", "does not hash columns of type decimal(4,1)"},
		{place.VitessHash(4), "string", "it takes int8, int16, int32, int64"},
		{place.PulsarJava(4), "binary", "it takes string"},
		{spark, "", "no column"},
		{place.Spark(0), "int", "0 partitions"},
		{tag, "int", "hashes a part of the key"},
		{short, "int int", "scheme hive1 with hash crc16 hashes one column"},
		{unseeded, "int int", "scheme spark with hash crc32 hashes one column"},
	} {
		var types []columns.Type
		for _, name := range strings.Fields(c.types) {
			types = append(types, typeOf(t, name))
		}
		_, err := columns.NewEncoder(c.scheme, types...)
		require.ErrorContains(t, err, c.want, c.types)
		require.ErrorIs(t, err, keymill.ErrInvalid)
	}
	_, err := columns.NewEncoder(spark, columns.Type{Kind: 99})
	require.ErrorContains(t, err, "columns.Kind(99) is no type")
	_, err = columns.NewEncoder(spark, columns.Type{Kind: columns.Decimal, Precision: 39})
	require.ErrorContains(t, err, "precision from 1 to 38")
	empty := place.Hazelcast(4)
	empty.EmptyUnplaced = true
	_, err = columns.NewEncoder(empty, typeOf(t, "string"))
	require.ErrorContains(t, err, "does not place the empty key")
}

// What stands behind the hash, is as before: with every fold and every reduction.
func TestSchemeOfHashes(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	a, b := ints(t, "int"), ints(t, "bigint")
	for range 1000 {
		a.Ints, b.Ints = append(a.Ints, int64(int32(rng.Uint32()))), append(b.Ints, rng.Int64())
	}
	checked := 0
	for fold := place.FoldNone; fold <= place.FoldNoMin; fold++ {
		for reduce := place.ReduceNone; reduce <= place.ReducePmod; reduce++ {
			for _, s := range []place.Scheme{place.Spark(256), place.Hive1(256), place.Postgres(256)} {
				s.Fold, s.Reduce = fold, reduce
				if s.Check() != nil {
					continue
				}
				p, keys := placed(t, s, a, b)
				if s.Keys == place.KeysPostgres {
					s.Add = 0 // the chain has it
				}
				for i := range keys.Len() {
					require.Equal(t, s.Partition(p.Hashes[i]), append(p.Parts, slices.Repeat([]uint32{place.NoPartition}, 1000)...)[i], "%v", s)
				}
				checked++
			}
		}
	}
	require.Greater(t, checked, 70)
}

// A hash that the user chose, takes the place of the system's: alone, and in a chain
// where it can.
func TestOtherHashes(t *testing.T) {
	a, b := parsed(t, "int64", "7", "0"), parsed(t, "double", "1.5", "0")
	for _, f := range hash.All() {
		for _, s := range schemes() {
			s = s.With(f, hash.Seed{})
			for _, cols := range [][]columns.Column{{a}, {b}, {a, b}} {
				types := []columns.Type{a.Type, b.Type}
				if len(cols) == 1 {
					types = []columns.Type{cols[0].Type}
				}
				e, err := columns.NewEncoder(s, types...)
				if err != nil {
					require.ErrorIs(t, err, keymill.ErrInvalid)
					continue
				}
				var dst keymill.Batch
				require.NoError(t, e.Encode(&dst, cols...))
				require.NoError(t, e.Scheme().Check())
			}
		}
	}
	p, _ := placed(t, place.Spark(4).With(hash.Murmur2, hash.Seed64(9)), a, a)
	key := []byte{7, 0, 0, 0, 0, 0, 0, 0}
	once := hash.Murmur2.Sum64(key, hash.Seed64(9))
	require.Equal(t, hash.Murmur2.Sum64(key, hash.Seed64(once)), p.Hashes[0])
	params := keymill.Params{Hash: hash.XXH64, Seed: hash.Seed64(3), Scheme: place.Iceberg(4)}
	require.NoError(t, columns.Place(cpu.New(), &p, params, a))
	require.Equal(t, hash.XXH64.Sum64(key, hash.Seed64(3)), p.Hashes[0])
}

// The rule of each scheme for absent keys, for columns that are hashed as they are,
// encoded, and hashed by the encoder. The value beside the null is no null.
func TestNulls(t *testing.T) {
	rules := map[place.Null][2]uint32{} // of Postgres: the hash of a null's low half and its partition
	for _, typ := range []string{"string", "int32", "float64", "decimal(20,2)"} {
		for _, null := range []place.Null{place.NullUnplaced, place.NullAsEmpty, place.NullZero, place.NullSeed} {
			s := place.Postgres(7)
			s.Null = null
			p, _ := placed(t, s, parsed(t, typ, "1", nil, "1"))
			h, part := s.PlaceNull()
			require.Equal(t, h, p.Hashes[1], "%s %d", typ, null)
			require.Equal(t, part, p.Parts[1], "%s %d", typ, null)
			require.NotEqual(t, h, p.Hashes[0])
			require.Equal(t, p.Hashes[0], p.Hashes[2])
			rules[null] = [2]uint32{uint32(h), part}
		}
	}
	require.Len(t, rules, 4)
	// Hazelcast's empty string has a length.
	s := place.Hazelcast(271)
	s.Null = place.NullAsEmpty
	p, _ := placed(t, s, parsed(t, "string", "", nil))
	require.Equal(t, p.Hashes[0], p.Hashes[1])
	require.Equal(t, int32(923237662), int32(p.Hashes[1]))
	under := texts(t, "string", "", "what a null lies over")
	under.Valid = []uint64{1}
	p, _ = placed(t, s, under)
	require.Equal(t, p.Hashes[0], p.Hashes[1])
	p, _ = placed(t, place.Hazelcast(271), parsed(t, "string", "", nil))
	require.Equal(t, []uint32{11, place.NoPartition}, p.Parts)
	p, _ = placed(t, place.PulsarJava(4), parsed(t, "string", "", nil))
	require.Equal(t, []uint32{place.NoPartition, place.NoPartition}, p.Parts, "an empty key is no key")
	// Vitess' numeric has no place for negative numbers, wherever the nulls start.
	numeric := place.Scheme{Keys: place.KeysVitessNumber, Hash: hash.XXH64, Word8: true}
	c := ints(t, "int64", 5, -5, -6, 0)
	c.Valid, c.ValidOffset = []uint64{^uint64(0), 0b1101 &^ 0b100}, 64
	_, keys := placed(t, numeric, c)
	for i, want := range []bool{false, true, true, false} {
		require.Equal(t, want, keys.IsNull(i), i)
	}
	require.Equal(t, uint64(0b1001), c.Valid[1], "the column is not written")
	numeric.Null = place.NullZero
	e, err := columns.NewEncoder(numeric, c.Type)
	require.NoError(t, err)
	require.ErrorContains(t, e.Encode(&keys, ints(t, "int64", 1, -1)), "key 1: -1: a negative number has no keyspace id")
	c.Ints, c.Valid, c.ValidOffset = []int64{1, -1}, []uint64{1}, 0
	require.NoError(t, e.Encode(&keys, c))
}

// Nulls may start at any bit, and those of Bytes count as those of the column do.
func TestNullsAtAnyBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for _, scheme := range []place.Scheme{place.Spark(8), place.Postgres(8), place.Iceberg(8)} {
		for offset := range 130 {
			valid := []uint64{rng.Uint64(), rng.Uint64(), rng.Uint64(), rng.Uint64()}
			c := ints(t, "int32")
			long := longs(t, "decimal(38,3)")
			for i := range 100 {
				c.Ints = append(c.Ints, int64(i))
				long.Bytes.Data = append(long.Bytes.Data, longs(t, "decimal(38,3)", int64(i)).Bytes.Data...)
			}
			c.Valid, c.ValidOffset = valid, offset
			long.Bytes.Valid, long.Bytes.ValidOffset = valid, offset
			text := parsed(t, "string")
			for i := range 100 {
				require.NoError(t, text.Bytes.Append([]byte{byte(i)}))
			}
			text.Bytes.Valid, text.Bytes.ValidOffset = valid, offset
			for _, col := range []columns.Column{c, long, text} {
				p, _ := placed(t, scheme, col)
				null, part := scheme.PlaceNull()
				for i := range 100 {
					isNull := valid[(offset+i)/64]>>((offset+i)%64)&1 == 0
					require.Equal(t, isNull, col.IsNull(i))
					require.Equal(t, isNull, p.Hashes[i] == null && p.Parts[i] == part, "%s %d", col.Type, i)
				}
			}
		}
	}
}

func TestBadColumns(t *testing.T) {
	utf16, err := columns.NewEncoder(place.Elasticsearch(5), typeOf(t, "string"))
	require.NoError(t, err)
	var dst keymill.Batch
	for _, bad := range []string{"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80"} {
		err := utf16.Encode(&dst, texts(t, "string", "é", bad))
		require.ErrorContains(t, err, "key 1: ", bad)
		require.ErrorContains(t, err, "is not valid UTF-8")
		require.ErrorIs(t, err, keymill.ErrInvalid)
	}
	require.NoError(t, utf16.Encode(&dst, texts(t, "string", "\ufffd")), "the replacement character is one")

	spark, err := columns.NewEncoder(place.Spark(5), typeOf(t, "int16"), typeOf(t, "decimal(20,2)"))
	require.NoError(t, err)
	good, long := ints(t, "int16", 1, 2), longs(t, "decimal(20,2)", 1, 2)
	require.NoError(t, spark.Encode(&dst, good, long))
	null := good
	null.Ints, null.Valid = []int64{1, 1 << 40}, []uint64{1}
	require.NoError(t, spark.Encode(&dst, null, long), "of a null the value means nothing")
	wide := longs(t, "decimal(20,2)", 1, 1)
	wide.Bytes.Data[31] = 0x80
	wide.Valid = []uint64{1}
	require.NoError(t, spark.Encode(&dst, good, wide))
	wide.Valid = nil
	both := long
	both.Valid, both.Bytes.Valid = []uint64{3}, []uint64{3}
	few := good
	few.Valid, few.ValidOffset = []uint64{3}, 63
	odd := long
	odd.Bytes.Width = 8
	mixed := good
	mixed.Floats = []float64{1}
	for want, cols := range map[string][]columns.Column{
		"1 columns, where the encoder was made for 2":                      {good},
		"column 2 has type int16":                                          {good, good},
		"column 2 has 1 values, column 1 has 2":                            {good, longs(t, "decimal(20,2)", 1)},
		"key 1: column 1: 40000 is no int16: one is from -32768 to":        {ints(t, "int16", 1, 40000), long},
		"key 1: column 2: it has more digits than a decimal(20,2)":         {good, wide},
		"column 2: both Valid and Bytes.Valid are set":                     {good, both},
		"column 1: Valid has 64 bits and starts at bit 63":                 {few, long},
		"column 1: a column of type int16 has values of another type":      {mixed, long},
		"column 2 has 4 values":                                            {good, odd},
		"column 2: a column of type decimal(20,2) takes Bytes of width 16": {ints(t, "int16", 1, 2, 3, 4), odd},
	} {
		err := spark.Encode(&dst, cols...)
		require.ErrorContains(t, err, want)
		require.ErrorIs(t, err, keymill.ErrInvalid)
	}
	postgres, err := columns.NewEncoder(place.Postgres(5), typeOf(t, "date"))
	require.NoError(t, err)
	require.ErrorContains(t, postgres.Encode(&dst, ints(t, "date", math.MinInt32)), "one is from -2440588")
	broken := texts(t, "string", "ab", "c")
	broken.Bytes.Offsets[1] = 9
	kafka, err := columns.NewEncoder(place.Kafka(5), broken.Type)
	require.NoError(t, err)
	require.Error(t, kafka.Encode(&dst, broken))
}

// A column that is hashed as it is, is not copied, and nothing writes to it.
func TestSharedMemory(t *testing.T) {
	c := texts(t, "string", "a", "bc")
	c.Valid = []uint64{0b11}
	e, err := columns.NewEncoder(place.Iceberg(5), c.Type)
	require.NoError(t, err)
	var dst keymill.Batch
	require.NoError(t, e.Encode(&dst, c))
	require.Same(t, &c.Bytes.Data[0], &dst.Data[0])
	require.Error(t, dst.Append(nil))
	numbers, err := columns.NewEncoder(place.Iceberg(5), typeOf(t, "int"))
	require.NoError(t, err)
	require.NoError(t, numbers.Encode(&dst, parsed(t, "int", "7", nil)))
	require.Equal(t, "abc", string(c.Bytes.Data))
	require.Equal(t, []uint64{0b11}, c.Valid)
	require.Equal(t, 8, dst.Width)

	// Nothing is left of what the batch held before.
	require.NoError(t, numbers.Encode(&dst, parsed(t, "int", nil, "7")))
	require.True(t, dst.IsNull(0))
	require.False(t, dst.IsNull(1))
	require.NoError(t, numbers.Encode(&dst, parsed(t, "int", "7", "8")))
	require.False(t, dst.IsNull(0))
	routing, err := columns.NewEncoder(place.Elasticsearch(5), c.Type)
	require.NoError(t, err)
	require.NoError(t, routing.Encode(&dst, texts(t, "string", "a", "bc")))
	require.NoError(t, dst.Validate())
	require.Equal(t, "b\x00c\x00", string(dst.Key(1)))

	// The other way round, memory of the column is not kept by the batch either.
	n := parsed(t, "int", "7", nil)
	require.NoError(t, numbers.Encode(&dst, n))
	dst.Valid[0] = 0
	require.Equal(t, []uint64{1}, n.Valid)
}

// appendMinimal against Java's toByteArray, by its definition with big numbers, and
// the digits of numeric by the server's vectors; here the way there and back.
func TestLongDecimals(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
	for i := range 20000 {
		v := new(big.Int).SetUint64(rng.Uint64())
		v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(rng.Uint64())).Rsh(v, uint(rng.IntN(129)))
		if i < 260 { // around the powers of two
			v.Lsh(big.NewInt(1), uint(i/2)).Sub(v, big.NewInt(int64(i%2)))
		}
		if i%3 == 0 {
			v.Neg(v)
		}
		b := columns.NewBuilder(typeOf(t, "decimal(38,0)"))
		err := b.Append([]byte(v.String()))
		if v.CmpAbs(limit) >= 0 {
			require.Error(t, err, v)
			continue
		}
		require.NoError(t, err, v)
		_, keys := placed(t, place.Iceberg(1), b.Column())
		key := keys.Key(0)
		got := new(big.Int).SetBytes(key)
		if key[0] >= 0x80 {
			got.Sub(got, new(big.Int).Lsh(big.NewInt(1), uint(8*len(key))))
		}
		require.Equal(t, v.String(), got.String())
		magnitude := v.BitLen() // two's complement needs a bit for the sign, but -2^n does not
		if v.Sign() < 0 {
			magnitude = new(big.Int).Not(v).BitLen()
		}
		require.Len(t, key, magnitude/8+1, v)
	}
}
