package columns

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Builder makes a Column from values as text, as they stand in files and on
// command lines.
type Builder struct {
	col    Column
	lo, hi int64
	utf8   bool
}

// NewBuilder returns an empty builder of a column of type t.
func NewBuilder(t Type) *Builder {
	b := &Builder{col: Column{Type: t}}
	b.lo, b.hi = t.limits()
	if t.store() == inBytes {
		b.col.Bytes.Width = t.width()
	}
	return b
}

// Builder returns an empty builder of column i, which takes only values that the
// encoder's system takes, so that Encode refuses none of them: for UTF-16 it asks
// for UTF-8, for PostgreSQL for its dates.
func (e *Encoder) Builder(i int) *Builder {
	b := NewBuilder(e.types[i])
	b.lo, b.hi = e.forms[i].limits(e.types[i])
	b.utf8 = e.forms[i] == utf16
	return b
}

// Len returns the number of values, nulls among them.
func (b *Builder) Len() int { return b.col.Len() }

// Column returns the column of the values so far. It shares their memory until the
// builder's next Append, AppendNull or Reset.
func (b *Builder) Column() Column { return b.col }

// Reset removes the values and keeps the memory.
func (b *Builder) Reset() {
	b.col.Ints, b.col.Floats, b.col.Valid = b.col.Ints[:0], b.col.Floats[:0], b.col.Valid[:0]
	b.col.Bytes.Reset()
}

// Truncate removes all values but the first n, which is at most Len.
func (b *Builder) Truncate(n int) {
	switch c := &b.col; c.store() {
	case inInts:
		c.Ints = c.Ints[:n]
	case inFloats:
		c.Floats = c.Floats[:n]
	default:
		if w := c.Bytes.Width; w > 0 {
			c.Bytes.Data = c.Bytes.Data[:n*w]
		} else if len(c.Bytes.Offsets) > 0 {
			c.Bytes.Offsets = c.Bytes.Offsets[:n+1]
			c.Bytes.Data = c.Bytes.Data[:c.Bytes.Offsets[n]]
		}
	}
	if words := (n + 63) / 64; words < len(b.col.Valid) {
		b.col.Valid = b.col.Valid[:words]
	}
	if n%64 != 0 && len(b.col.Valid) == (n+63)/64 {
		b.col.Valid[n/64] &= 1<<(n%64) - 1
	}
}

// ValueError says that a text is no value of a type.
type ValueError struct {
	Type  Type
	Value string // the first bytes of the text
	Want  string // what a value of the type looks like
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("%q is no %s: write %s", e.Value, e.Type, e.Want)
}

func (b *Builder) bad(text []byte, want string, args ...any) error {
	value := string(text[:min(len(text), 64)])
	if len(text) > len(value) {
		value += "..."
	}
	return &ValueError{b.col.Type, value, fmt.Sprintf(want, args...)}
}

// Append adds the value that the text is:
//
//	bool                  true or false; also t, f, 1 and 0
//	int8 .. int64         decimal
//	float32, float64      decimal, with or without an exponent; NaN, Infinity
//	decimal(p,s)          decimal, with a point, without an exponent
//	date                  2026-11-23
//	time                  15:04:05, with or without a fraction
//	timestamp             2026-11-23T15:04:05Z (RFC 3339), a space for the T, no zone for UTC, a
//	                      fraction; or the number of microseconds, or of nanoseconds, since 1970
//	uuid                  32 hex digits, with the dashes or without
//	objectid              24 hex digits
//	string, binary        the bytes
//
// Space around anything but a string or a binary is ignored. What is no value of
// the type, or has more digits than it keeps, gives a [*ValueError], and nothing
// is added; so does what would take Bytes past its limit, with the error of
// [keymill.Batch.Append].
func (b *Builder) Append(text []byte) error {
	err := b.appendValue(text)
	if err == nil && len(b.col.Valid) > 0 {
		b.mark(b.Len()-1, 1)
	}
	return err
}

// AppendNull adds an absent value.
func (b *Builder) AppendNull() error {
	n := b.Len()
	switch b.col.store() {
	case inInts:
		b.col.Ints = append(b.col.Ints, 0)
	case inFloats:
		b.col.Floats = append(b.col.Floats, 0)
	default:
		var zeros [16]byte
		if err := b.col.Bytes.Append(zeros[:b.col.width()]); err != nil {
			return err
		}
	}
	if len(b.col.Valid) == 0 {
		for i := range n {
			b.mark(i, 1)
		}
	}
	b.mark(n, 0)
	return nil
}

func (b *Builder) mark(i int, valid uint64) {
	if i/64 >= len(b.col.Valid) {
		b.col.Valid = append(b.col.Valid, 0)
	}
	b.col.Valid[i/64] |= valid << (i % 64)
}

func (b *Builder) appendValue(text []byte) error {
	switch b.col.Kind {
	case String:
		if b.utf8 && !utf8.Valid(text) {
			return b.bad(text, "valid UTF-8: the system hashes UTF-16")
		}
		return b.col.Bytes.Append(text)
	case Binary:
		return b.col.Bytes.Append(text)
	}
	switch trimmed := trim(text); b.col.Kind {
	case Float32, Float64:
		return b.appendFloat(trimmed)
	case Decimal:
		return b.appendDecimal(trimmed)
	case UUID:
		return b.appendHex(trimmed, "32 hex digits, such as f79c3e09-677c-4bbd-a479-3f349cb785e7")
	case ObjectID:
		return b.appendHex(trimmed, "24 hex digits")
	default:
		return b.appendInt(trimmed)
	}
}

func trim(text []byte) []byte {
	for len(text) > 0 && isSpace(text[0]) {
		text = text[1:]
	}
	for len(text) > 0 && isSpace(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

func (b *Builder) appendFloat(text []byte) error {
	bits := 64
	if b.col.Kind == Float32 {
		bits = 32
	}
	v, err := strconv.ParseFloat(string(text), bits)
	if err != nil {
		return b.bad(text, "a number of %d bits, such as 1.5 or 2e-3, NaN or Infinity", bits)
	}
	b.col.Floats = append(b.col.Floats, v)
	return nil
}

func (b *Builder) appendHex(text []byte, want string) error {
	var digits [32]byte
	var value [16]byte
	n := 0
	for i, c := range text {
		if c == '-' && b.col.Kind == UUID && len(text) == 36 && (i == 8 || i == 13 || i == 18 || i == 23) {
			continue
		}
		if n == len(digits) {
			return b.bad(text, "%s", want)
		}
		digits[n], n = c, n+1
	}
	if _, err := hex.Decode(value[:], digits[:n]); err != nil || n != 2*b.col.width() {
		return b.bad(text, "%s", want)
	}
	return b.col.Bytes.Append(value[:n/2])
}

// appendInt adds a value of any kind that Ints has, but a decimal.
func (b *Builder) appendInt(text []byte) error {
	var v int64
	var ok bool
	switch b.col.Kind {
	case Bool:
		v, ok = parseBool(text)
	case Date:
		v, ok = parseDate(text)
	case Time:
		v, ok = parseTime(text)
	case Timestamp:
		v, ok = parseTimestamp(text, 1000)
	case TimestampNanos:
		v, ok = parseTimestamp(text, 1)
	case Int8, Int16, Int32, Int64:
		v, ok = parseInt(text)
	}
	if !ok || v < b.lo || v > b.hi {
		return b.bad(text, "%s", b.wantInt())
	}
	b.col.Ints = append(b.col.Ints, v)
	return nil
}

func (b *Builder) wantInt() string {
	switch b.col.Kind {
	case Bool:
		return "true or false"
	case Date:
		return "a date such as 2026-11-23"
	case Time:
		return "a time of day such as 15:04:05.000006, with at most 6 digits after the point"
	case Timestamp:
		return "a time such as 2026-11-23T15:04:05.000006Z, with at most 6 digits after the point, or microseconds since 1970"
	case TimestampNanos:
		return "a time such as 2026-11-23T15:04:05.000000007Z, from 1678 to 2261, or nanoseconds since 1970"
	case Int8, Int16, Int32, Int64:
		return fmt.Sprintf("a whole number from %d to %d", b.lo, b.hi)
	}
	return "a type that there is"
}

func parseInt(text []byte) (int64, bool) {
	v, err := strconv.ParseInt(string(text), 10, 64)
	return v, err == nil
}

func parseBool(text []byte) (int64, bool) {
	switch string(text) {
	case "true", "True", "TRUE", "t", "1":
		return 1, true
	case "false", "False", "FALSE", "f", "0":
		return 0, true
	}
	return 0, false
}

func (b *Builder) appendDecimal(text []byte) error {
	v, ok := parseDecimal(text, b.col.Precision, b.col.Scale)
	if !ok {
		return b.bad(text, "a number with at most %d digits before the point and %d after it, without an exponent",
			b.col.Precision-b.col.Scale, b.col.Scale)
	}
	if b.col.store() == inInts {
		b.col.Ints = append(b.col.Ints, int64(v.lo))
		return nil
	}
	var value [16]byte
	binary.LittleEndian.PutUint64(value[:], v.lo)
	binary.LittleEndian.PutUint64(value[8:], v.hi)
	return b.col.Bytes.Append(value[:])
}
