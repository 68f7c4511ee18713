package columns

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// number returns value i in the low bytes of a word: the key is as many of them as
// the form has, little-endian.
func (f form) number(c *Column, i int) uint64 {
	switch f {
	case big16:
		return uint64(bits.ReverseBytes16(uint16(c.Ints[i])))
	case big32:
		return uint64(bits.ReverseBytes32(uint32(c.Ints[i])))
	case big64:
		return bits.ReverseBytes64(uint64(c.Ints[i]))
	case micros64:
		return uint64(floorDiv(c.Ints[i], 1000))
	case float32Zero:
		return uint64(bits32(float64(float32(c.Floats[i])) + 0)) // -0 + 0 is 0
	case float64Zero:
		return bits64(c.Floats[i] + 0)
	case float32Cast:
		return uint64(bits.ReverseBytes32(math.Float32bits(float32(int32(bits32(c.Floats[i]))))))
	case float64Cast:
		return bits.ReverseBytes64(math.Float64bits(float64(int64(bits64(c.Floats[i])))))
	case folded32:
		return uint64(fold32(c.Ints[i]))
	case days2000:
		return uint64(c.Ints[i] - 10957)
	case micros2000:
		return uint64(fold32(c.Ints[i] - 10957*microsPerDay))
	}
	return uint64(c.Ints[i])
}

func floorDiv(v, d int64) int64 {
	q := v / d
	if v%d < 0 {
		q--
	}
	return q
}

// bits32 and bits64 are floatToIntBits and doubleToLongBits of Java: every NaN has
// the same bits. PostgreSQL's NaN has those, too.
func bits32(x float64) uint32 {
	if x != x {
		return 0x7fc00000
	}
	return math.Float32bits(float32(x))
}

func bits64(x float64) uint64 {
	if x != x {
		return 0x7ff8000000000000
	}
	return math.Float64bits(x)
}

// fold32 is PostgreSQL's hashint8: the number of 32 bits that an int64 within them
// is, and the halves mixed of any other.
func fold32(v int64) uint32 {
	lo, hi := uint32(v), uint32(v>>32)
	if v < 0 {
		hi = ^hi
	}
	return lo ^ hi
}

// low32 mixes the halves of a word: Long.hashCode of Java.
func low32(v uint64) uint64 { return uint64(uint32(v>>32) ^ uint32(v)) }

// hash returns the hash of value i, for the forms that are one.
func (e *Encoder) hash(f form, c *Column, i int) uint64 {
	switch f {
	case itself:
		return uint64(uint32(c.Ints[i]))
	case halves:
		return low32(uint64(c.Ints[i]))
	case float32Bits:
		return uint64(bits32(c.Floats[i]))
	case float64Halves:
		return low32(bits64(c.Floats[i]))
	case bytesFromOne:
		h := uint32(1)
		for _, b := range c.Bytes.Key(i) {
			h = 31*h + uint32(int8(b))
		}
		return uint64(h)
	case zeroIsSeed:
		x := c.Floats[i]
		if c.Kind == Float32 {
			x = float64(float32(x))
		}
		if x == 0 {
			return e.seed
		}
		binary.LittleEndian.PutUint64(e.word[:], bits64(x))
		return e.sum(e.word[:], e.seed)
	}
	return e.hashNumeric(c, i)
}

// hashNumeric is hash_numeric_extended: sign and scale do not count, for numbers
// that are equal may differ in scale.
func (e *Encoder) hashNumeric(c *Column, i int) uint64 {
	digits, weight := numericDigits(&e.digits, c.long(i), c.Scale)
	if len(digits) == 0 {
		return e.seed - 1
	}
	return e.sum(digits, e.seed) ^ uint64(weight)
}
