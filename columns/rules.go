package columns

import (
	"fmt"
	"strings"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// form is what becomes of a value: the bytes that are hashed, or its hash.
type form uint8

const (
	refused form = iota

	asIs // the bytes of the value

	// Numbers: so many bytes, from Ints unless another field is named.
	little32
	little64
	big16
	big32
	big64
	micros64 // little64 of the microsecond that a nanosecond is in
	float32Zero
	float64Zero
	float32Cast
	float64Cast
	folded32
	days2000
	micros2000

	// Runs of bytes.
	minimal     // a decimal in two's complement, big-endian, as few bytes as hold it
	decimalText // an integer as text
	utf16       // UTF-16LE of UTF-8
	lengthFirst // a length of 4 bytes, big-endian, and the bytes
	bson

	// Hashes.
	itself
	halves
	float32Bits
	float64Halves
	bytesFromOne
	zeroIsSeed
	numeric
)

// rules has the form of each kind that a system hashes.
//
// Iceberg: table specification, appendix B, "32-bit Hash Requirements"; binary
// and fixed are the same there.
//
// Spark: org.apache.spark.sql.catalyst.expressions.HashExpression and
// InterpretedHashFunction: bool to int32, and dates, are hashInt; long and
// timestamps hashLong; floats the bits of Float.floatToIntBits, where both zeros
// are 0; decimals of up to 18 digits hashLong, longer ones
// BigInteger.toByteArray.
//
// Hive: org.apache.hadoop.hive.serde2.objectinspector.ObjectInspectorUtils,
// hashCode (1) and hashCodeMurmur (2). There a float of version 2 is
// putFloat(Float.floatToIntBits(x)): the bits are taken for an integer, and that
// is made a float; a bool and a byte are hashed by neither version; and binary
// values of version 1 have the hashBytes of Hadoop's WritableComparator, which
// starts at 1. Timestamps depend on the time zone of the server or on its format
// for them, and decimals on Hive's memory format: both are refused.
//
// PostgreSQL: src/backend/access/hash/hashfunc.c and the hash functions of the
// types in src/backend/utils/adt (date.c, timestamp.c, numeric.c, uuid.c). Dates
// and timestamps count from 2000-01-01.
//
// MongoDB: src/mongo/db/hasher.cpp; BSON, canonicalizeBSONType for the type.
//
// Vitess: go/vt/vtgate/vindexes, xxhash.go and hash.go.
//
// Elasticsearch: org.elasticsearch.cluster.routing.Murmur3HashFunction. Pulsar:
// String.hashCode. Hazelcast: StringSerializer and HeapData.getPartitionHash.
var rules = map[place.Encoding][numKinds]form{
	place.KeysBytes: {UUID: asIs, ObjectID: asIs, String: asIs, Binary: asIs},
	place.KeysIceberg: {
		Int8: little64, Int16: little64, Int32: little64, Int64: little64, Date: little64, Time: little64,
		Timestamp: little64, TimestampNanos: micros64, Decimal: minimal, UUID: asIs, String: asIs, Binary: asIs,
	},
	place.KeysSpark: {
		Bool: little32, Int8: little32, Int16: little32, Int32: little32, Int64: little64, Date: little32,
		Timestamp: little64, Float32: float32Zero, Float64: float64Zero, Decimal: minimal, String: asIs, Binary: asIs,
	},
	place.KeysHive1: {
		Bool: itself, Int8: itself, Int16: itself, Int32: itself, Int64: halves, Date: itself,
		Float32: float32Bits, Float64: float64Halves, String: asIs, Binary: bytesFromOne,
	},
	place.KeysHive2: {
		Bool: itself, Int8: itself, Int16: big16, Int32: big32, Int64: big64, Date: big32,
		Float32: float32Cast, Float64: float64Cast, String: asIs, Binary: asIs,
	},
	place.KeysPostgres: {
		Bool: little32, Int8: little32, Int16: little32, Int32: little32, Int64: folded32, Float32: zeroIsSeed,
		Float64: zeroIsSeed, Decimal: numeric, Date: days2000, Time: folded32, Timestamp: micros2000,
		UUID: asIs, String: asIs, Binary: asIs,
	},
	place.KeysMongo: {
		Bool: bson, Int8: bson, Int16: bson, Int32: bson, Int64: bson, Float32: bson, Float64: bson, Decimal: bson,
		Date: bson, Timestamp: bson, UUID: bson, ObjectID: bson, String: bson, Binary: bson,
	},
	place.KeysVitessText: {
		Int8: decimalText, Int16: decimalText, Int32: decimalText, Int64: decimalText, String: asIs, Binary: asIs,
	},
	place.KeysVitessNumber: {Int8: big64, Int16: big64, Int32: big64, Int64: big64},
	place.KeysUTF16:        {String: utf16},
	place.KeysHazelcast:    {String: lengthFirst},
}

// formOf returns the form of a type, or the error that says what is taken in its
// place.
func formOf(s place.Scheme, t Type) (form, error) {
	f := rules[s.Keys][t.Kind]
	if s.Keys == place.KeysSpark && t.Kind == Decimal && t.Precision <= MaxShortPrecision {
		f = little64
	}
	if f != refused {
		return f, nil
	}
	var taken []string
	for k := range numKinds {
		if rules[s.Keys][k] != refused {
			taken = append(taken, k.String())
		}
	}
	return refused, fmt.Errorf("scheme %s does not hash columns of type %s: it takes %s", label(s), t, strings.Join(taken, ", "))
}

func label(s place.Scheme) string {
	if s.Name == "" {
		return fmt.Sprintf("with %s keys", s.Keys)
	}
	return s.Name
}

// width is how many bytes a number has.
func (f form) width() int {
	switch f {
	case big16:
		return 2
	case little32, big32, float32Zero, float32Cast, folded32, days2000, micros2000:
		return 4
	}
	return 8
}

func (f form) isNumber() bool { return f >= little32 && f <= micros2000 }
func (f form) isHash() bool   { return f >= itself }

// limits returns the smallest and the largest of Ints that the system can hold.
func (f form) limits(t Type) (lo, hi int64) {
	lo, hi = t.limits()
	switch f {
	case days2000: // 4713 BC to 5874897: IS_VALID_DATE of datatype/timestamp.h
		return -2440588, 2145042905
	case micros2000: // from 4713 BC: IS_VALID_TIMESTAMP
		return -210866803200 * microsPerSecond, hi
	}
	return lo, hi
}

// chain is how the hashes of the columns of a row become one.
type chain uint8

const (
	noChain   chain = iota
	seeds           // each hash is the seed of the next: Spark
	times31         // 31*h + hash of the column: Hive
	combine64       // PostgreSQL's hash_combine64
)

// combineConstant is what hash_combine64 of PostgreSQL's src/include/common/hashfn.h
// adds to each hash. A scheme that adds it to the hash of one column has begun that
// chain, from 0.
const combineConstant = 0x49a0f4dd15e5a8e3

// chainOf returns how the scheme's system chains columns.
func chainOf(s place.Scheme) (chain, error) {
	switch {
	case s.Keys == place.KeysSpark && s.Hash.Bits() == 32 && s.Hash.SeedKind() == hash.SeedBits32:
		return seeds, nil
	case (s.Keys == place.KeysHive1 || s.Keys == place.KeysHive2) && s.Hash.Bits() == 32:
		return times31, nil
	case s.Keys == place.KeysPostgres && s.Add == combineConstant:
		return combine64, nil
	}
	return noChain, fmt.Errorf("scheme %s with hash %s hashes one column: it has no rule for several (spark, hive and postgres do, with hashes of their own width)",
		label(s), s.Hash)
}
