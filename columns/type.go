package columns

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/keymill/keymill/internal/nearest"
)

// Kind is what the values of a column are, apart from the parameters of a
// decimal.
type Kind uint8

// The kinds. The comment gives the name that [ParseType] and String use.
const (
	Bool           Kind = iota // "bool"
	Int8                       // "int8": 8 bits; also "tinyint"
	Int16                      // "int16"; also "smallint"
	Int32                      // "int32"; also "int", "integer"
	Int64                      // "int64"; also "bigint", "long"
	Float32                    // "float32"; also "float", "real"
	Float64                    // "float64"; also "double"
	Decimal                    // "decimal(10,2)": precision and scale; also "numeric(10,2)"
	Date                       // "date": days since 1970-01-01
	Time                       // "time": microseconds since midnight
	Timestamp                  // "timestamp": microseconds since 1970-01-01 UTC
	TimestampNanos             // "timestamp_ns": nanoseconds since 1970-01-01 UTC
	UUID                       // "uuid": 16 bytes, in the order of its text
	ObjectID                   // "objectid": MongoDB's, 12 bytes
	String                     // "string": UTF-8; also "text", "varchar"
	Binary                     // "binary"; also "bytes", "bytea"
	numKinds
)

var kindNames = [numKinds]string{
	"bool", "int8", "int16", "int32", "int64", "float32", "float64", "decimal", "date", "time", "timestamp",
	"timestamp_ns", "uuid", "objectid", "string", "binary",
}

// alsoNamed are the names that databases have for the kinds. PostgreSQL's int2,
// int4 and int8 are not here: its int8 has 64 bits.
var alsoNamed = map[string]Kind{
	"boolean": Bool, "tinyint": Int8, "smallint": Int16, "int": Int32, "integer": Int32, "bigint": Int64, "long": Int64,
	"float": Float32, "real": Float32, "double": Float64, "numeric": Decimal, "text": String, "varchar": String,
	"bytes": Binary, "bytea": Binary, "timestamp_nanos": TimestampNanos,
}

// String returns the kind's name, such as "int64".
func (k Kind) String() string {
	if k >= numKinds {
		return fmt.Sprintf("columns.Kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// MaxPrecision is the largest number of digits of a decimal, and MaxShortPrecision
// the largest of one whose values are in Column.Ints.
const (
	MaxPrecision      = 38
	MaxShortPrecision = 18
)

// Type is the type of a column: comparable, and Type{Kind: k} for all kinds but
// Decimal.
type Type struct {
	Kind
	Precision uint8 // of a decimal: how many digits, 1 to 38
	Scale     uint8 // of a decimal: how many of them after the point
}

// String returns the type's name, in the form that [ParseType] reads.
func (t Type) String() string {
	if t.Kind == Decimal {
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	}
	return t.Kind.String()
}

// ParseType returns the type of that name: a kind's, or "decimal(precision,
// scale)". Case does not matter. An unknown name gives an [*UnknownError] that
// suggests the nearest one.
func ParseType(name string) (Type, error) {
	word := strings.ToLower(strings.TrimSpace(name))
	base, params, hasParams := strings.Cut(word, "(")
	kind, known := alsoNamed[strings.TrimSpace(base)]
	for k, kindName := range kindNames {
		if kindName == strings.TrimSpace(base) {
			kind, known = Kind(k), true
		}
	}
	switch {
	case !known:
		words := append(kindNames[:], slices.Sorted(maps.Keys(alsoNamed))...)
		return Type{}, &UnknownError{Kind: "type", Name: name, Nearest: nearest.Of(strings.TrimSpace(base), words), Known: words[:numKinds]}
	case kind == Decimal:
		return parseDecimalType(name, params)
	case hasParams:
		return Type{}, fmt.Errorf("type %q: only decimal takes parameters: write %s", name, kind)
	}
	return Type{Kind: kind}, nil
}

func parseDecimalType(name, params string) (Type, error) {
	inside, closed := strings.CutSuffix(params, ")")
	precision, scale, hasScale := strings.Cut(inside, ",")
	if !hasScale {
		scale = "0"
	}
	p, err1 := strconv.ParseUint(strings.TrimSpace(precision), 10, 8)
	s, err2 := strconv.ParseUint(strings.TrimSpace(scale), 10, 8)
	t := Type{Kind: Decimal, Precision: uint8(p), Scale: uint8(s)}
	if !closed || err1 != nil || err2 != nil || t.check() != nil {
		return Type{}, fmt.Errorf("type %q: a decimal has a precision from 1 to %d and a scale up to it: decimal(10,2)", name, MaxPrecision)
	}
	return t, nil
}

// UnknownError says that no type has the name that was asked for.
type UnknownError = nearest.UnknownError

// check says whether t is a type.
func (t Type) check() error {
	switch {
	case t.Kind >= numKinds:
		return fmt.Errorf("%s is no type", t)
	case t.Kind == Decimal && (t.Precision == 0 || t.Precision > MaxPrecision || t.Scale > t.Precision):
		return fmt.Errorf("%s: a decimal has a precision from 1 to %d and a scale up to it", t, MaxPrecision)
	case t.Kind != Decimal && (t.Precision != 0 || t.Scale != 0):
		return fmt.Errorf("%s: only a decimal has a precision and a scale", t)
	}
	return nil
}

// store is the field of a Column that has the values.
type store uint8

const (
	inInts store = iota
	inFloats
	inBytes
)

func (t Type) store() store {
	switch t.Kind {
	case Float32, Float64:
		return inFloats
	case UUID, ObjectID, String, Binary:
		return inBytes
	case Decimal:
		if t.Precision > MaxShortPrecision {
			return inBytes
		}
	}
	return inInts
}

// width is how many bytes a value in Column.Bytes has; 0 for any number.
func (t Type) width() int {
	switch t.Kind {
	case UUID, Decimal:
		return 16
	case ObjectID:
		return 12
	}
	return 0
}
