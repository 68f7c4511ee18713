package identify

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/keymill/keymill/place"
)

// form is what a system may have made of a key before it hashed it.
type form struct {
	name   string // "" for the key as it stands
	effort int    // how unlikely it is, see function.effort
	text   bool   // of a text it makes a text, so that a system that asks for text takes it
	value  bool   // it makes of a text the value that this stands for
	number bool   // which is a number of 8 bytes, little-endian
	// of appends to dst what becomes of the key; false if the key is none that this can be done with.
	of func(dst, key []byte) ([]byte, bool)
}

// forms are all of them, the likeliest first.
var forms = []form{
	{name: asItStands, text: true, of: func(dst, key []byte) ([]byte, bool) { return append(dst, key...), true }},
	{name: hashTag, effort: 2, text: true, of: func(dst, key []byte) ([]byte, bool) {
		return append(dst, place.HashTag(key)...), true
	}},
	{name: "the number as 8 bytes, big-endian", effort: 2, value: true, of: func(dst, key []byte) ([]byte, bool) {
		v, ok := integer(key, math.MinInt64, math.MaxInt64)
		return binary.BigEndian.AppendUint64(dst, uint64(v)), ok
	}},
	{name: "the number as 4 bytes, big-endian", effort: 2, value: true, of: func(dst, key []byte) ([]byte, bool) {
		v, ok := integer(key, math.MinInt32, math.MaxInt32)
		return binary.BigEndian.AppendUint32(dst, uint32(v)), ok
	}},
	{name: "the number as 8 bytes, little-endian", effort: 2, value: true, number: true, of: func(dst, key []byte) ([]byte, bool) {
		v, ok := integer(key, math.MinInt64, math.MaxInt64)
		return binary.LittleEndian.AppendUint64(dst, uint64(v)), ok
	}},
	{name: "the number as 4 bytes, little-endian", effort: 2, value: true, of: func(dst, key []byte) ([]byte, bool) {
		v, ok := integer(key, math.MinInt32, math.MaxInt32)
		return binary.LittleEndian.AppendUint32(dst, uint32(v)), ok
	}},
	{name: "the UUID as 16 bytes", effort: 2, value: true, of: appendUUID},
	{name: "the UUID as 16 bytes in .NET's order", effort: 4, value: true, of: appendGUID},
	{name: "the bytes that its hex digits are", effort: 4, of: func(dst, key []byte) ([]byte, bool) {
		out, err := hex.AppendDecode(dst, key)
		return out, err == nil
	}},
	{name: "the bytes that its base64 is", effort: 4, of: func(dst, key []byte) ([]byte, bool) {
		out, err := base64.StdEncoding.Strict().AppendDecode(dst, key)
		return out, err == nil
	}},
	{name: `the key in "double quotes"`, effort: 4, text: true, of: func(dst, key []byte) ([]byte, bool) {
		return append(append(append(dst, '"'), key...), '"'), true
	}},
	{name: "the key without its double quotes", effort: 3, text: true, of: func(dst, key []byte) ([]byte, bool) {
		if len(key) < 2 || key[0] != '"' || key[len(key)-1] != '"' {
			return dst, false
		}
		return append(dst, key[1:len(key)-1]...), true
	}},
	{name: "the key without the blanks around it", effort: 3, text: true, of: func(dst, key []byte) ([]byte, bool) {
		return append(dst, bytes.TrimSpace(key)...), true
	}},
	{name: "the key and a line feed", effort: 4, text: true, of: behind("\n")},
	{name: "the key and a carriage return", effort: 5, text: true, of: behind("\r")},
	{name: "the key, a carriage return and a line feed", effort: 5, text: true, of: behind("\r\n")},
	{name: "the key and a zero byte", effort: 5, text: true, of: behind("\x00")},
	{name: utf16le, effort: 4, of: func(dst, key []byte) ([]byte, bool) {
		return appendUTF16(dst, key, binary.LittleEndian)
	}},
	{name: "the key in UTF-16, big-endian", effort: 4, of: func(dst, key []byte) ([]byte, bool) {
		return appendUTF16(dst, key, binary.BigEndian)
	}},
}

// Forms that are asked for by name.
const (
	asItStands = ""
	hashTag    = "the hash tag in {}"
	utf16le    = "the key in UTF-16, little-endian" // of which Java's String.hashCode is a hash
)

// formsOf returns the forms that all keys can have; those that leave all keys as
// they are only once.
func formsOf(keys [][]byte) (all []*form) {
	for i := range forms {
		f := &forms[i]
		changed := i == 0
		can := true
		var scratch []byte
		for _, key := range keys {
			if scratch, can = f.of(scratch[:0], key); !can {
				break
			}
			changed = changed || !bytes.Equal(scratch, key)
		}
		if can && changed {
			all = append(all, f)
		}
	}
	return all
}

func behind(end string) func(dst, key []byte) ([]byte, bool) {
	return func(dst, key []byte) ([]byte, bool) { return append(append(dst, key...), end...), true }
}

// integer returns the number that the key is, from lo to hi, written in the one way.
func integer(key []byte, lo, hi int64) (int64, bool) {
	if len(key) == 0 || len(key) > 20 {
		return 0, false
	}
	v, err := strconv.ParseInt(string(key), 10, 64)
	return v, err == nil && v >= lo && v <= hi && strconv.FormatInt(v, 10) == string(key)
}

// appendUUID takes 32 hex digits, with dashes or without.
func appendUUID(dst, key []byte) ([]byte, bool) {
	if len(key) == 36 && key[8] == '-' && key[13] == '-' && key[18] == '-' && key[23] == '-' {
		key = bytes.ReplaceAll(key, []byte("-"), nil)
	}
	if len(key) != 32 {
		return dst, false
	}
	out, err := hex.AppendDecode(dst, key)
	return out, err == nil
}

// appendGUID is Guid.ToByteArray of .NET: the first three groups are little-endian.
func appendGUID(dst, key []byte) ([]byte, bool) {
	n := len(dst)
	dst, ok := appendUUID(dst, key)
	if !ok {
		return dst, false
	}
	id := dst[n:]
	for _, group := range [][]byte{id[0:4], id[4:6], id[6:8]} {
		for i, j := 0, len(group)-1; i < j; i, j = i+1, j-1 {
			group[i], group[j] = group[j], group[i]
		}
	}
	return dst, true
}

func appendUTF16(dst, key []byte, order binary.AppendByteOrder) ([]byte, bool) {
	if !utf8.Valid(key) {
		return dst, false
	}
	for _, unit := range utf16.Encode([]rune(string(key))) {
		dst = order.AppendUint16(dst, unit)
	}
	return dst, true
}
