package columns

import (
	"fmt"
	"math"

	"github.com/keymill/keymill"
)

// Column holds values of one type, in the layout of Arrow where Arrow has one
// layout. The caller owns the memory; an Encoder reads it.
type Column struct {
	Type

	// Ints holds bools (0 or 1), integers, decimals of up to 18 digits (unscaled:
	// 1.50 is 150), dates, times and timestamps, in the units of their kinds.
	Ints []int64

	// Floats holds floats of either width; a float32 is rounded to one.
	Floats []float64

	// Bytes holds strings and binaries as they are, UUIDs with Width 16, object IDs
	// with Width 12, and decimals of more than 18 digits with Width 16: the
	// unscaled number in two's complement, little-endian, as it lies in memory and
	// in Arrow's decimal128 arrays, which so need no copying.
	Bytes keymill.Batch

	// Valid marks nulls, of any type: bit ValidOffset+i is 1 if value i is present.
	// Empty means that all are, or, of values in Bytes, that Bytes.Valid says it.
	Valid       []uint64
	ValidOffset int
}

// Len returns the number of values, nulls among them.
func (c *Column) Len() int {
	switch c.store() {
	case inInts:
		return len(c.Ints)
	case inFloats:
		return len(c.Floats)
	}
	return c.Bytes.Len()
}

// nulls returns the bitmap that counts, and where it starts.
func (c *Column) nulls() ([]uint64, int) {
	if len(c.Valid) == 0 && c.store() == inBytes {
		return c.Bytes.Valid, c.Bytes.ValidOffset
	}
	return c.Valid, c.ValidOffset
}

// IsNull reports whether value i is absent.
func (c *Column) IsNull(i int) bool {
	valid, offset := c.nulls()
	return isNull(valid, offset+i)
}

func isNull(valid []uint64, bit int) bool {
	return len(valid) > 0 && valid[bit/64]>>(bit%64)&1 == 0
}

// Validate says whether the fields fit together, and whether each value is one of
// the type: an int16 within 16 bits, a bool 0 or 1, a decimal within its
// precision. The error is a [*keymill.BatchError]. Every Encode validates.
func (c *Column) Validate() error { return c.validate(c.limits()) }

// validate is Validate, with Ints from lo to hi.
func (c *Column) validate(lo, hi int64) error {
	if err := c.check(); err != nil {
		return &keymill.BatchError{Key: -1, Reason: err.Error()}
	}
	if err := c.validateShape(); err != nil {
		return err
	}
	switch c.store() {
	case inInts:
		return c.validateInts(lo, hi)
	case inBytes:
		if err := c.Bytes.Validate(); err != nil {
			return err
		}
		if c.Kind == Decimal {
			return c.validateLong()
		}
	}
	return nil
}

// validateShape is the part that takes no time per value, and does not look at
// the offsets of Bytes.
func (c *Column) validateShape() error {
	n := c.Len()
	reason := ""
	switch {
	case c.store() != inInts && len(c.Ints) > 0 || c.store() != inFloats && len(c.Floats) > 0 ||
		c.store() != inBytes && c.Bytes.Len() > 0:
		reason = fmt.Sprintf("a column of type %s has values of another type, too", c.Type)
	case uint64(n) > keymill.MaxKeys:
		reason = fmt.Sprintf("%d values: a column has at most %d", n, uint32(keymill.MaxKeys))
	case c.store() == inBytes && c.width() > 0 && c.Bytes.Width != c.width() && n > 0:
		reason = fmt.Sprintf("a column of type %s takes Bytes of width %d, not %d", c.Type, c.width(), c.Bytes.Width)
	case len(c.Valid) > 0 && c.store() == inBytes && len(c.Bytes.Valid) > 0:
		reason = "both Valid and Bytes.Valid are set: leave one out"
	case len(c.Valid) > 0 && (c.ValidOffset < 0 || c.ValidOffset > 64*len(c.Valid)-n):
		reason = fmt.Sprintf("Valid has %d bits and starts at bit %d: not one for each of %d values", 64*len(c.Valid), c.ValidOffset, n)
	default:
		return nil
	}
	return &keymill.BatchError{Key: -1, Reason: reason}
}

// limits returns the smallest and the largest value that Ints may have.
func (t Type) limits() (lo, hi int64) {
	switch t.Kind {
	case Bool:
		return 0, 1
	case Int8:
		return math.MinInt8, math.MaxInt8
	case Int16:
		return math.MinInt16, math.MaxInt16
	case Int32, Date:
		return math.MinInt32, math.MaxInt32
	case Time:
		return 0, microsPerDay
	case Decimal:
		if t.Precision > MaxShortPrecision {
			break // its values are not in Ints
		}
		hi = int64(pow10[t.Precision]) - 1
		return -hi, hi
	}
	return math.MinInt64, math.MaxInt64
}

const (
	microsPerSecond = 1_000_000
	microsPerDay    = 86400 * microsPerSecond
)

func (c *Column) validateInts(lo, hi int64) error {
	if lo == math.MinInt64 && hi == math.MaxInt64 {
		return nil
	}
	for i, v := range c.Ints {
		if (v < lo || v > hi) && !c.IsNull(i) {
			return &keymill.BatchError{Key: i, Reason: fmt.Sprintf("%d is no %s: one is from %d to %d", v, c.Type, lo, hi)}
		}
	}
	return nil
}

// validateLong holds decimals of more than 18 digits to their precision.
func (c *Column) validateLong() error {
	limit := pow10Long(c.Precision)
	for i := range c.Len() {
		if magnitude, _ := c.long(i).abs(); !magnitude.less(limit) && !c.IsNull(i) {
			return &keymill.BatchError{Key: i, Reason: fmt.Sprintf("it has more digits than a %s", c.Type)}
		}
	}
	return nil
}
