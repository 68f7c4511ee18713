package columns

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"
)

// appendRun appends the bytes that are hashed for value i, or for a null of the
// forms that have bytes for one, and reports whether there are any: text that is
// not UTF-8 has no UTF-16.
func (f form) appendRun(dst []byte, c *Column, i int, null bool) ([]byte, bool) {
	switch f {
	case minimal:
		return appendMinimal(dst, c.long(i)), true
	case decimalText:
		return strconv.AppendInt(dst, c.Ints[i], 10), true
	case utf16:
		return appendUTF16(dst, c.Bytes.Key(i))
	case lengthFirst:
		if null { // under NullAsEmpty: the empty string has a length, too
			return append(dst, 0, 0, 0, 0), true
		}
		key := c.Bytes.Key(i)
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(key)))
		return append(dst, key...), true
	}
	if null {
		return appendHead(dst, bsonNull), true
	}
	return appendBSON(dst, c, i), true
}

// appendUTF16 appends the UTF-16LE of UTF-8, and reports whether it is that.
func appendUTF16(dst, key []byte) ([]byte, bool) {
	for len(key) > 0 {
		if b := key[0]; b < utf8.RuneSelf {
			dst, key = append(dst, b, 0), key[1:]
			continue
		}
		r, size := utf8.DecodeRune(key)
		if size == 1 {
			return dst, false
		}
		if r >= 1<<16 {
			r -= 1 << 16
			high := 0xd800 | r>>10
			dst = append(dst, byte(high), byte(high>>8))
			r = 0xdc00 | r&0x3ff
		}
		dst, key = append(dst, byte(r), byte(r>>8)), key[size:]
	}
	return dst, true
}

// The numbers that canonicalizeBSONType has for the types.
const (
	bsonNull     = 5
	bsonNumber   = 10
	bsonString   = 15
	bsonBinary   = 30
	bsonObjectID = 35
	bsonBool     = 40
	bsonDate     = 45
)

// appendBSON appends what MongoDB's hasher digests of a value: the seed 0, the
// canonical type, and the value as BSON has it, but every number as an int64.
func appendBSON(dst []byte, c *Column, i int) []byte {
	switch c.Kind {
	case Bool:
		return append(appendHead(dst, bsonBool), byte(c.Ints[i]))
	case Date:
		return appendInt64(appendHead(dst, bsonDate), c.Ints[i]*86400_000)
	case Timestamp: // BSON dates are milliseconds
		return appendInt64(appendHead(dst, bsonDate), floorDiv(c.Ints[i], 1000))
	case Float32:
		return appendInt64(appendHead(dst, bsonNumber), wholeNumber(float64(float32(c.Floats[i]))))
	case Float64:
		return appendInt64(appendHead(dst, bsonNumber), wholeNumber(c.Floats[i]))
	case Decimal:
		return appendInt64(appendHead(dst, bsonNumber), truncated(c.long(i), c.Scale))
	case ObjectID:
		return append(appendHead(dst, bsonObjectID), c.Bytes.Key(i)...)
	case String:
		key := c.Bytes.Key(i)
		dst = binary.LittleEndian.AppendUint32(appendHead(dst, bsonString), uint32(len(key)+1))
		return append(append(dst, key...), 0)
	case UUID, Binary:
		subtype := byte(0)
		if c.Kind == UUID {
			subtype = 4
		}
		key := c.Bytes.Key(i)
		dst = binary.LittleEndian.AppendUint32(appendHead(dst, bsonBinary), uint32(len(key)))
		return append(append(dst, subtype), key...)
	}
	return appendInt64(appendHead(dst, bsonNumber), c.Ints[i])
}

func appendHead(dst []byte, canonical byte) []byte {
	return append(dst, 0, 0, 0, 0, canonical, 0, 0, 0)
}

func appendInt64(dst []byte, v int64) []byte { return binary.LittleEndian.AppendUint64(dst, uint64(v)) }

// wholeNumber is BSONElement::safeNumberLongForHash: a double without its fraction,
// the nearest int64 to one beyond them, 0 for a NaN; but exactly 2^63 becomes
// -2^63, as it once did by accident.
func wholeNumber(x float64) int64 {
	switch {
	case x != x:
		return 0
	case x == 1<<63 || x < -1<<63:
		return math.MinInt64
	case x > 1<<63:
		return math.MaxInt64
	}
	return int64(x)
}
