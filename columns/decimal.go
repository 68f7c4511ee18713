package columns

import (
	"encoding/binary"
	"math/bits"
)

// long is a number of 128 bits: of a decimal, in two's complement.
type long struct{ hi, lo uint64 }

// pow10 has the powers of ten that fit 64 bits.
var pow10 = func() (p [20]uint64) {
	p[0] = 1
	for i := range p[1:] {
		p[i+1] = 10 * p[i]
	}
	return p
}()

// pow10Long returns 10 to the n, for n up to MaxPrecision.
func pow10Long(n uint8) long {
	if n < 20 {
		return long{0, pow10[n]}
	}
	hi, lo := bits.Mul64(pow10[19], pow10[n-19])
	return long{hi, lo}
}

// long returns decimal i of Ints or Bytes.
func (c *Column) long(i int) long {
	if c.Precision <= MaxShortPrecision {
		v := c.Ints[i]
		return long{uint64(v >> 63), uint64(v)}
	}
	return readLong(c.Bytes.Data[16*i : 16*i+16])
}

func readLong(b []byte) long {
	return long{binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b)}
}

func (x long) less(y long) bool { return x.hi < y.hi || x.hi == y.hi && x.lo < y.lo }

// neg returns -x.
func (x long) neg() long {
	lo, borrow := bits.Sub64(0, x.lo, 0)
	hi, _ := bits.Sub64(0, x.hi, borrow)
	return long{hi, lo}
}

// abs returns the magnitude, unsigned, and whether x is negative.
func (x long) abs() (magnitude long, negative bool) {
	if int64(x.hi) < 0 {
		return x.neg(), true
	}
	return x, false
}

// divmod divides an unsigned number.
func (x long) divmod(d uint64) (quotient long, rest uint64) {
	quotient.hi, rest = x.hi/d, x.hi%d
	quotient.lo, rest = bits.Div64(rest, x.lo, d)
	return quotient, rest
}

// muladd returns x*m + a, and whether that overflows 128 bits.
func (x long) muladd(m, a uint64) (y long, overflow bool) {
	carry, lo := bits.Mul64(x.lo, m)
	over, hi := bits.Mul64(x.hi, m)
	lo, c := bits.Add64(lo, a, 0)
	hi, c = bits.Add64(hi, carry, c)
	return long{hi, lo}, over != 0 || c != 0
}

// appendMinimal appends x in two's complement, big-endian, in as few bytes as hold
// it and its sign: BigInteger.toByteArray of Java.
func appendMinimal(dst []byte, x long) []byte {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], x.hi)
	binary.BigEndian.PutUint64(b[8:], x.lo)
	sign := byte(int64(x.hi) >> 63)
	from := 0
	for from < 15 && b[from] == sign && (b[from+1]^sign)&0x80 == 0 {
		from++
	}
	return append(dst, b[from:]...)
}

// truncated returns the decimal without its digits after the point, as a number of
// 64 bits, the nearest there is to one beyond them.
func truncated(x long, scale uint8) int64 {
	magnitude, negative := x.abs()
	for scale > 0 {
		step := min(scale, 19)
		magnitude, _ = magnitude.divmod(pow10[step])
		scale -= step
	}
	switch {
	case negative && (magnitude.hi != 0 || magnitude.lo >= 1<<63):
		return -1 << 63
	case negative:
		return -int64(magnitude.lo)
	case magnitude.hi != 0 || magnitude.lo >= 1<<63:
		return 1<<63 - 1
	}
	return int64(magnitude.lo)
}

// numericDigits writes the digits of PostgreSQL's numeric into buf: to the base
// 10000, from the first that is not 0 to the last, each a little-endian int16, as
// it lies in the memory of the processors that PostgreSQL is run on. The weight
// is the power of 10000 of the first digit. Zero has no digits.
func numericDigits(buf *[40]byte, x long, scale uint8) (digits []byte, weight int) {
	magnitude, _ := x.abs()
	// The last group of four digits after the point may be cut short: fill it up, so
	// that the point falls between two groups. That may take more than 128 bits, so
	// the last group is taken off first, by what it has of it.
	at, power := len(buf), -(int(scale)+3)/4
	if short := scale % 4; short != 0 {
		var group uint64
		magnitude, group = magnitude.divmod(pow10[short])
		at -= 2
		binary.LittleEndian.PutUint16(buf[at:], uint16(group*pow10[4-short]))
		power++
	}
	for magnitude != (long{}) {
		var group uint64
		magnitude, group = magnitude.divmod(10000)
		at -= 2
		binary.LittleEndian.PutUint16(buf[at:], uint16(group))
		power++
	}
	digits = buf[at:]
	for len(digits) > 0 && digits[0] == 0 && digits[1] == 0 {
		digits, power = digits[2:], power-1
	}
	for n := len(digits); n > 0 && digits[n-1] == 0 && digits[n-2] == 0; n = len(digits) {
		digits = digits[:n-2]
	}
	return digits, power - 1
}
